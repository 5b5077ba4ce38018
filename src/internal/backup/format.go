// Package backup makes archives of cells and of volumes, reads them, and
// brings back what they hold.
//
// An archive is a tar file in the pax format, compressed with gzip.  Its
// members come in this order, those of a directory by name:
//
//	BACKUP          what this is, one `key value' a line
//	data/NAME/...   the cell's data directories
//	manifest/...    NAME.cell, NAME.d, and NAME.volume of what is included
//	stamps/...      which provisioning has been run
//	volumes/NAME/...
//	DIGESTS         SHA-256 of each file, as cksum(1) -c and sha256sum(1) read it
//
// Whoever reads an archive takes it for hostile.
package backup

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
)

// Names of members.
const (
	headName     = "BACKUP"
	digestsName  = "DIGESTS"
	dataPart     = "data"
	manifestPart = "manifest"
	stampsPart   = "stamps"
	volumesPart  = "volumes"
)

const (
	formatName = "cells-backup"
	formatNow  = "1"
	maxHead    = 64 << 10 // bytes
	maxPath    = 4096     // bytes
	maxDepth   = 256
)

// ErrArchive is an archive that is not what it should be.
var ErrArchive = errors.New("bad archive")

// bad makes an ErrArchive.
func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrArchive, fmt.Sprintf(format, args...))
}

// Kinds of what is backed up.
const (
	KindCell   = "cell"
	KindVolume = "volume"
)

// Head is what an archive says about itself.
type Head struct {
	Kind    string
	Name    string
	Made    time.Time // to the second, UTC
	How     string    // down, stop, pause or live
	Host    string
	Volumes []string // included
	Left    []string // volumes of the cell that are not
}

// text is the member BACKUP.
func (h *Head) text() []byte {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s %s\n", key, value)
		}
	}
	line(formatName, formatNow)
	line("kind", h.Kind)
	line("name", h.Name)
	line("made", strconv.FormatInt(h.Made.Unix(), 10))
	line("how", h.How)
	line("host", h.Host)
	line("volumes", strings.Join(h.Volumes, " "))
	line("left", strings.Join(h.Left, " "))
	return []byte(b.String())
}

// parseHead reads the member BACKUP.
func parseHead(text []byte) (*Head, error) {
	h := &Head{}
	lines := strings.Split(string(text), "\n")
	if lines[0] != formatName+" "+formatNow {
		return nil, bad("%s does not begin with `%s %s'", headName, formatName, formatNow)
	}
	seen := map[string]bool{}
	for _, l := range lines[1:] {
		key, value, ok := strings.Cut(l, " ")
		if l == "" {
			continue
		}
		if !ok || seen[key] {
			return nil, bad("%s: unexpected line %.60q", headName, l)
		}
		seen[key] = true
		if err := h.set(key, value); err != nil {
			return nil, bad("%s: %s: %v", headName, key, err)
		}
	}
	if h.Kind == "" || h.Name == "" || h.Made.IsZero() {
		return nil, bad("%s: kind, name or made is missing", headName)
	}
	return h, nil
}

// set takes one line; keys of a later version are no mistake.
func (h *Head) set(key, value string) error {
	switch key {
	case "kind":
		h.Kind = value
		if value != KindCell && value != KindVolume {
			return fmt.Errorf("%.20q is neither cell nor volume", value)
		}
	case "name":
		h.Name = value
		return cell.CheckName(value)
	case "made":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 || n >= 253402300800 {
			return fmt.Errorf("%.30q is no time", value)
		}
		h.Made = time.Unix(n, 0).UTC()
	case "how":
		h.How = printable(value)
	case "host":
		h.Host = printable(value)
	case "volumes", "left":
		names := strings.Fields(value)
		for _, n := range names {
			if err := cell.CheckName(n); err != nil && key == "volumes" {
				return err
			}
		}
		if key == "volumes" {
			h.Volumes = names
		} else {
			h.Left = names
		}
	}
	return nil
}

// printable makes a short text fit for a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return '?'
		}
		return r
	}, s[:min(len(s), 255)])
}

// checkName makes sure that the name of a member is a plain path.
func checkName(name string) error {
	switch {
	case name == "" || name[0] == '/' || path.Clean(name) != name || name == "." ||
		name == ".." || strings.HasPrefix(name, "../") || strings.ContainsRune(name, 0):
		return bad("%.80q is no path below the archive", name)
	case tooLong(name):
		return bad("%.60q... is too long", name)
	}
	return nil
}

// tooLong reports whether a path is longer, or deeper, than archives hold.
func tooLong(name string) bool { return len(name) > maxPath || strings.Count(name, "/") > maxDepth }

// checkPlace makes sure that a member is one that archives have, of a kind
// that belongs there.  Of the directory that it is in checkTree takes care.
func checkPlace(h *Head, name string, dir, file bool) error {
	part, rest, deep := strings.Cut(name, "/")
	first, more, below := strings.Cut(rest, "/")
	ok := false
	switch {
	case part != dataPart && part != manifestPart && part != stampsPart && part != volumesPart:
	case part != volumesPart && part != manifestPart && h.Kind != KindCell:
	case !deep:
		ok = dir
	case part == dataPart:
		ok = below || dir && first == cleanDataName(first)
	case part == volumesPart:
		ok = below || dir && cell.CheckName(first) == nil
	case part == stampsPart:
		ok = !below && file && len(first) == 64 && strings.Trim(first, "0123456789abcdef") == ""
	case below:
		ok = first == h.Name+manifest.FilesSuffix && more != ""
	default:
		volume, isVolume := strings.CutSuffix(first, manifest.VolumeSuffix)
		ok = dir && first == h.Name+manifest.FilesSuffix || file && first == h.Name+manifest.CellSuffix ||
			file && isVolume && cell.CheckName(volume) == nil
	}
	if !ok {
		return bad("%.80q does not belong there", name)
	}
	return nil
}

// cleanDataName is the name again where it can be that of a data directory,
// or else "".  No name begins with a dot: those are of what is being written.
func cleanDataName(name string) string {
	if strings.HasPrefix(name, ".") || strings.ContainsAny(name, "\n\r") {
		return ""
	}
	return name
}
