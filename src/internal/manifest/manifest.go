// Package manifest reads what an admin wrote: NAME.cell, NAME.volume and
// cells.conf.  Each format is a table of directives that drives parsing,
// defaults, printing, and the comparison of two manifests.  A reader reports
// everything that is wrong at once, each with file and line.  Nothing is
// looked up on the host but the files below the directory itself.
package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"cells/src/internal/cell"
)

// Bases that are not directories of their own.
const (
	BaseNone = "none" // the host's root directory as it is
	BaseHost = "host" // the host's system directories, read-only
)

// Cell is one NAME.cell with its defaults filled in.
type Cell struct {
	Name string
	File string // where it was read, for messages

	Command   []string
	User      string // USER or USER:GROUP, resolved in the cell
	Env       []string
	Dir       string
	Base      string
	Volumes   []Volume
	Data      []string // sorted
	Profile   cell.Profile
	Mode      cell.Mode
	Allow     cell.Exceptions
	Ports     []uint16
	Addrs     []cell.Addr
	MaxProc   uint32
	Rlimits   []cell.Rlimit
	Depend    []string
	Autostart bool
	Restart   string
	Health    Health
	Log       string // FACILITY.LEVEL, or the path of a file on the host
	Stop      Stop
	Provision []Item
	Before    [][]string // commands in the cell before a backup
	After     [][]string

	lines  map[string]int // where each directive was given first
	digest string         // once it is known
}

// Volume is a file system of the host that the cell sees at Target.
type Volume struct {
	Source   string // the name of a volume, or an absolute path of the host
	Target   string
	ReadOnly bool
	line     int
}

// Host reports whether Source is a path of the host.
func (v Volume) Host() bool { return strings.HasPrefix(v.Source, "/") }

// Health is how a cell is asked whether it serves.  Without a Command it is
// not asked.
type Health struct {
	Command  []string
	Interval time.Duration
	Timeout  time.Duration // of one check
	Retries  int           // failures in a row until it is unhealthy
	Action   string        // restart or report
	Start    time.Duration // until it is healthy for the first time
}

// Stop is how the service is asked to end, and how long it has.
type Stop struct {
	Signal string // without SIG
	Grace  time.Duration
}

// newCell returns a cell with every default.
func newCell(name, file string, c *Conf) *Cell {
	return &Cell{
		Name: name, File: file, User: "root", Dir: "/", Base: c.Base,
		Profile: cell.High, Mode: cell.Enforce, Autostart: true, Restart: "always",
		Health: Health{Interval: 30 * time.Second, Timeout: 10 * time.Second, Retries: 3,
			Action: "restart", Start: time.Minute},
		Log: c.Log, Stop: Stop{"TERM", 10 * time.Second},
		lines: map[string]int{},
	}
}

// Line is where the directive was given first, 0 where it was not.
func (c *Cell) Line(directive string) int { return c.lines[directive] }

// Config is what the kernel is told; root is where the cell's root directory
// is, and the tag is the caller's.
func (c *Cell) Config(root, tag string) cell.Config {
	return cell.Config{Name: c.Name, Root: root, Tag: tag, Profile: c.Profile, Mode: c.Mode,
		Allow: c.Allow, MaxProc: c.MaxProc, Ports: slices.Clone(c.Ports),
		Addrs: slices.Clone(c.Addrs)}
}

// Field is the canonical text of one directive: its operands, one line for
// each time it has to be given; "" where it is not given and has no default.
func (c *Cell) Field(name string) string {
	for i := range cellGrammar {
		if r := &cellGrammar[i]; r.Name == name {
			return strings.Join(r.format(c), "\n")
		}
	}
	return ""
}

// Text is the effective manifest: every directive with its defaults, in the
// order of the grammar, such that it reads back as the same cell.
func (c *Cell) Text() string {
	var b strings.Builder
	for i := range cellGrammar {
		r := &cellGrammar[i]
		if r.Effect == Provisions {
			continue
		}
		for _, l := range r.format(c) {
			b.WriteString(r.Name + " " + l + "\n")
		}
	}
	for _, it := range c.Provision {
		b.WriteString(it.String() + "\n")
	}
	return b.String()
}

// Digest identifies the effective manifest: SHA-256 of Text, in hexadecimal,
// exactly as long as a cell's tag may be.
func (c *Cell) Digest() string {
	if c.digest != "" {
		return c.digest
	}
	return DigestOf([]byte(c.Text()))
}

// DigestOf is the Digest of what has this Text.
func DigestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Over returns c as it is in force where old was applied and the cell was
// not started again: what needs a start is still old's.
func (c *Cell) Over(old *Cell) *Cell {
	out := *c
	out.digest = ""
	out.Command, out.User, out.Env, out.Dir = old.Command, old.User, old.Env, old.Dir
	out.Base, out.Volumes, out.Data = old.Base, old.Volumes, old.Data
	out.Rlimits, out.Restart, out.Health = old.Rlimits, old.Restart, old.Health
	out.Log, out.Stop = old.Log, old.Stop
	return &out
}

// Difference is one directive that two manifests of a cell do not share.
type Difference struct {
	Directive
	Old, New string // canonical operands, "" for none
}

// Compare lists the directives in which c differs from old.
func (c *Cell) Compare(old *Cell) []Difference {
	var out []Difference
	for i := range cellGrammar {
		r := &cellGrammar[i]
		a, b := strings.Join(r.format(old), "\n"), strings.Join(r.format(c), "\n")
		if a != b {
			out = append(out, Difference{r.Directive, a, b})
		}
	}
	return out
}
