package main

import (
	"errors"
	"io/fs"
	"strconv"
	"time"

	"cells/src/internal/cli"
	"cells/src/internal/table"
)

// pathCause is the cause alone of an error that repeats the path.
func pathCause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// printer makes the Printer of a listing verb.
func printer[T any](ctx *cli.Context, l cli.Listing, fields []table.Field[T]) (*table.Printer[T], error) {
	return table.New(ctx.Out, fields, table.Options{
		Columns: l.Columns, NoHeader: l.NoHeader, Terminal: table.IsTerminal(ctx.Stdout)})
}

// printAll prints records as a listing verb does.
func printAll[T any](ctx *cli.Context, l cli.Listing, fields []table.Field[T], records []T) error {
	p, err := printer(ctx, l, fields)
	if err != nil {
		return err
	}
	return p.Print(records...)
}

func decimal[N ~uint32 | ~uint64 | ~uint16](n N) string { return strconv.FormatUint(uint64(n), 10) }

// seconds is d in seconds, with what there is below, as raw values have it.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
}

// epoch is t in seconds since 1970, with microseconds.
func epoch(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMicro())/1e6, 'f', -1, 64)
}

// clock is t for a reader.
func clock(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

// flag is a truth as a raw value.
func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
