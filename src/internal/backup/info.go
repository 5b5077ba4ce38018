package backup

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"cells/src/internal/crash"
)

// Where an archive comes from.
const (
	Here    = "here"    // made on this host
	Strange = "strange" // imported, within StrangeLimits
	Trusted = "trusted" // imported as it is, because the admin said so
)

// How a drill went.
const (
	DrillOK     = "ok"
	DrillFailed = "failed"
)

// Info is what is kept about a backup beside its archive.
type Info struct {
	Totals
	How      string
	Origin   string
	SetID    int64
	Verified time.Time // when all of it was read and found good
	Drilled  time.Time // when it was last tried in a cell
	Drill    string    // how that went: ok or failed
	Bad      time.Time // when it was found not to be what it was
	Lost     bool      // not kept: there is no such file
}

// State says in one word what is known: bad, lost, drilled, verified or made.
func (i *Info) State() string {
	switch {
	case !i.Bad.IsZero():
		return "bad"
	case i.Lost:
		return "lost"
	case i.Drill == DrillOK:
		return "drilled"
	case !i.Verified.IsZero():
		return "verified"
	}
	return "made"
}

// field is one line of the file.
type field struct {
	key string
	get func(i *Info) string
	set func(i *Info, v string) error
}

func numberField(key string, at func(*Info) *int64) field {
	return field{key, func(i *Info) string { return strconv.FormatInt(*at(i), 10) },
		func(i *Info, v string) (err error) { *at(i), err = strconv.ParseInt(v, 10, 64); return }}
}

func timeField(key string, at func(*Info) *time.Time) field {
	return field{key,
		func(i *Info) string {
			if at(i).IsZero() {
				return ""
			}
			return strconv.FormatInt(at(i).Unix(), 10)
		},
		func(i *Info, v string) error {
			n, err := strconv.ParseInt(v, 10, 64)
			*at(i) = time.Unix(n, 0).UTC()
			return err
		}}
}

func textField(key string, at func(*Info) *string) field {
	return field{key, func(i *Info) string { return *at(i) },
		func(i *Info, v string) error { *at(i) = printable(v); return nil }}
}

var infoFields = []field{
	numberField("entries", func(i *Info) *int64 { return &i.Entries }),
	numberField("files", func(i *Info) *int64 { return &i.Files }),
	numberField("bytes", func(i *Info) *int64 { return &i.Bytes }),
	numberField("stream", func(i *Info) *int64 { return &i.Stream }),
	numberField("setid", func(i *Info) *int64 { return &i.SetID }),
	textField("how", func(i *Info) *string { return &i.How }),
	textField("origin", func(i *Info) *string { return &i.Origin }),
	timeField("verified", func(i *Info) *time.Time { return &i.Verified }),
	timeField("drilled", func(i *Info) *time.Time { return &i.Drilled }),
	textField("drill", func(i *Info) *string { return &i.Drill }),
	timeField("bad", func(i *Info) *time.Time { return &i.Bad }),
}

// text is the file, one `key value' a line.
func (i *Info) text() []byte {
	var b strings.Builder
	for _, f := range infoFields {
		if v := f.get(i); v != "" {
			fmt.Fprintf(&b, "%s %s\n", f.key, v)
		}
	}
	return []byte(b.String())
}

// parse reads text; keys of a later version are passed over.
func (i *Info) parse(text []byte) error {
	for l := range strings.Lines(string(text)) {
		key, v, _ := strings.Cut(strings.TrimSuffix(l, "\n"), " ")
		for _, f := range infoFields {
			if f.key != key {
				continue
			}
			if err := f.set(i, v); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	return nil
}

// Trusts reports whether set-id bits and links are what an admin of this
// host has answered for.
func (i *Info) Trusts() bool { return i.Origin == Here || i.Origin == Trusted }

// limits are those that the archive has to keep to: of one that is known how
// much it holds is known, too.
func (i *Info) limits() Limits {
	switch {
	case i.Lost:
		return StrangeLimits
	case !i.Trusts():
		return Limits{Entries: i.Entries, Bytes: i.Bytes, Ratio: StrangeLimits.Ratio, Strict: true}
	}
	return Limits{Entries: i.Entries, Bytes: i.Bytes}
}

// fault is a point between two changes of the world.
var fault = crash.FromEnv("CELLS_FAULT_BACKUP").Here
