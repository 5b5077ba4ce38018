package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
	"cells/src/internal/words"
)

func setVerb() cli.Verb {
	return cli.Verb{
		Name: "set", Operands: "CELL KEY=VALUE...", Min: 2, Max: -1,
		Summary: "changes a cell while it runs, all keys in one step",
		Setup: func(*pflag.FlagSet) cli.Action {
			return func(_ *cli.Context, args []string) error { return set(args[0], args[1:]) }
		},
	}
}

// setters maps the keys that can be set to what reads their values.
var setters = map[string]func(ch *cell.Change, value string) error{
	"profile": func(ch *cell.Change, v string) error { return into(&ch.Profile, v, cell.ParseProfile) },
	"mode":    func(ch *cell.Change, v string) error { return into(&ch.Mode, v, cell.ParseMode) },
	"allow": func(ch *cell.Change, v string) error {
		return into(&ch.Allow, v, func(s string) (cell.Exceptions, error) { return cell.ParseExceptions(s) })
	},
	"ports": func(ch *cell.Change, v string) error {
		return into(&ch.Ports, v, func(s string) ([]uint16, error) { return cell.ParsePorts(s) })
	},
	"addrs": func(ch *cell.Change, v string) error {
		return into(&ch.Addrs, v, func(s string) ([]cell.Addr, error) { return cell.ParseAddrs(s) })
	},
	"maxproc": func(ch *cell.Change, v string) error { return into(&ch.MaxProc, v, parseMaxproc) },
	"tag": func(ch *cell.Change, v string) error {
		return into(&ch.Tag, v, func(s string) (string, error) { return s, cell.CheckTag(s) })
	},
}

// setKeys lists the keys that can be set.
func setKeys() []string {
	var keys []string
	for k := range setters {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// into reads a value into a member of a Change.
func into[T any](dst **T, value string, parse func(string) (T, error)) error {
	v, err := parse(value)
	if err == nil {
		*dst = &v
	}
	return err
}

func parseMaxproc(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q: a number expected, 0 for no limit", s)
	}
	return uint32(n), nil
}

func set(which string, settings []string) error {
	ch, err := parseSettings(settings)
	if err != nil {
		return cli.AsUsage(err)
	}
	return withCell(which, func(c *kern.Client, in cell.Info) error {
		return c.Set(in.ID, ch)
	})
}

// parseSettings reads KEY=VALUE words, and reports all that is wrong.
func parseSettings(settings []string) (cell.Change, error) {
	var ch cell.Change
	var errs []error
	seen := map[string]bool{}
	for _, s := range settings {
		key, value, ok := strings.Cut(s, "=")
		setter := setters[key]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%q: KEY=VALUE expected", s))
		case setter == nil:
			errs = append(errs, fmt.Errorf("unknown key %q%s", key, words.Meant(key, setKeys())))
		case seen[key]:
			errs = append(errs, fmt.Errorf("%s: given twice", key))
		default:
			if err := setter(&ch, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", key, err))
			}
		}
		seen[key] = true
	}
	return ch, errors.Join(errs...)
}
