package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/table"
)

func volumeVerb() cli.Verb {
	return cli.Verb{
		Name: "volume", Operands: "list [VOLUME...] | create VOLUME [DIRECTIVE=OPERANDS...] | remove VOLUME...",
		Min: 1, Max: -1,
		Actions: []string{"list", "create", "remove"}, More: "VOLUME",
		Summary: "lists, declares or removes named volumes",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			var data bool
			l.Flags(fs)
			fs.BoolVarP(&data, "data", "d", false, "remove what the volume holds, too")
			return func(ctx *cli.Context, args []string) error { return volume(ctx, l, data, args) }
		},
	}
}

func volume(ctx *cli.Context, l cli.Listing, data bool, args []string) error {
	action, rest := args[0], args[1:]
	ctx.Verb += " " + action
	switch {
	case action == "list":
		return volumeList(ctx, l, rest)
	case action == "create" && len(rest) > 0:
		return volumeCreate(ctx, rest[0], rest[1:])
	case action == "remove" && len(rest) > 0:
		return volumeRemove(ctx, data, rest)
	}
	return cli.Usagef("volume: list, create VOLUME or remove VOLUME expected")
}

// volumeRow is one volume as the list shows it.
type volumeRow struct {
	*manifest.VolumeFile
	users []string
}

// noVolumeError is a name that no volume has.
type noVolumeError struct {
	name  string
	known []string
}

func (e *noVolumeError) Error() string { return fmt.Sprintf("no volume %q", e.name) }

// Unknown lets the printer add what was probably meant.
func (e *noVolumeError) Unknown() (string, []string) { return e.name, e.known }

func knownVolumes(s *manifest.Set, names []string) error {
	var errs []error
	for _, n := range names {
		if s.Volumes[n] == nil {
			errs = append(errs, &noVolumeError{n, s.VolumeNames()})
		}
	}
	return errors.Join(errs...)
}

func volumeList(ctx *cli.Context, l cli.Listing, names []string) error {
	s, err := load()
	if err == nil {
		err = knownVolumes(s, names)
	}
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = s.VolumeNames()
	}
	var rows []volumeRow
	for _, n := range names {
		rows = append(rows, volumeRow{s.Volumes[n], s.Users(n)})
	}
	return printAll(ctx, l, volumeFields, rows)
}

// volumeFields is what volume list can show.  New ones go at the end.
var volumeFields = []table.Field[volumeRow]{
	{Name: "name", Doc: "the volume's name", Value: func(v volumeRow) string { return v.Name }},
	{Name: "path", Doc: "its directory on the host", Value: func(v volumeRow) string { return v.Path }},
	{Name: "share", Doc: "no, ro or yes: how many cells may use it", Value: func(v volumeRow) string { return v.Share }},
	{Name: "cells", Doc: "cells that mount it", Value: func(v volumeRow) string { return strings.Join(v.users, ",") }},
	{Name: "backup", Doc: "1 where backups hold it", Value: func(v volumeRow) string { return flag(v.Backup) }},
	{Name: "owner", Extra: true, Doc: "who its directory is made for", Value: func(v volumeRow) string { return v.Owner }},
	{Name: "mode", Extra: true, Doc: "the mode its directory is made with",
		Value: func(v volumeRow) string { return manifest.FormatMode(v.Mode) }},
}

// volumeCreate declares a volume; its directory is made when a cell mounts it.
func volumeCreate(ctx *cli.Context, name string, edits []string) error {
	if err := cell.CheckName(name); err != nil {
		return cli.AsUsage(err)
	}
	return withLock(ctx, nil, func(e *engine.Engine) error {
		if e.Set.Volumes[name] != nil {
			return fmt.Errorf("there is a volume %s already", name)
		}
		text := "# volume " + name + "; see volume(5)\n"
		for _, s := range edits {
			ed, err := manifest.ParseEdit(s, manifest.VolumeDirectives())
			if err != nil {
				return cli.AsUsage(err)
			}
			if text, err = ed.Apply(text, false); err != nil {
				return err
			}
		}
		return e.WriteManifests(map[string][]byte{name + manifest.VolumeSuffix: []byte(text)})
	})
}

func volumeRemove(ctx *cli.Context, data bool, names []string) error {
	return withLock(ctx, nil, func(e *engine.Engine) error {
		if err := knownVolumes(e.Set, names); err != nil {
			return err
		}
		for _, n := range names {
			v := e.Set.Volumes[n]
			users, err := e.VolumeUsers(v)
			if err != nil {
				return err
			}
			if len(users) > 0 {
				return fmt.Errorf("volume %s is used by %s", n, strings.Join(users, " "))
			}
			if data {
				if err := e.RemoveVolume(v); err != nil {
					return err
				}
			}
			if err := e.WriteManifests(map[string][]byte{n + manifest.VolumeSuffix: nil}); err != nil {
				return err
			}
		}
		return nil
	})
}
