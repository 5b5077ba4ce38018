package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/words"
)

// Kind is a directive of provisioning.
type Kind string

// The kinds.
const (
	Install Kind = "install" // a file from NAME.d
	Mkdir   Kind = "mkdir"
	Link    Kind = "link" // a symbolic link
	Line    Kind = "line" // one line of a text file
	Pkg     Kind = "pkg"  // binary packages
	Run     Kind = "run"  // a command in the cell
)

// Item is one directive of provisioning.
type Item struct {
	Kind    Kind
	Source  string   // Install: a path below NAME.d; Link: what the link says
	Path    string   // Install, Mkdir, Link, Line: in the cell
	Text    string   // Line
	Replace string   // Line: the first line with this beginning is replaced
	Words   []string // Pkg: names; Run: the command
	Owner   string   // Install, Mkdir: USER[:GROUP] in the cell; "" is root
	Mode    fs.FileMode
	User    string        // Run: USER[:GROUP]; "" is root
	Creates string        // Run: not run where this exists; "" is run once
	Timeout time.Duration // Run, Pkg
	Number  int           // line of the file
}

// DefaultTimeout is how long a command of provisioning may take.
const DefaultTimeout = 5 * time.Minute

// provisionRows makes the rows of all kinds.
func provisionRows() []row[Cell] {
	kinds := []struct {
		kind     Kind
		args     string
		min, max int
		parse    func(it *Item, ws []string) error
	}{
		{Install, "SOURCE FILE [mode=MODE] [owner=USER[:GROUP]]", 2, 4, (*Item).parseInstall},
		{Mkdir, "DIR [mode=MODE] [owner=USER[:GROUP]]", 1, 3, (*Item).parseMkdir},
		{Link, "TARGET LINK", 2, 2, (*Item).parseLink},
		{Line, "FILE TEXT [replace=BEGINNING]", 2, 3, (*Item).parseLine},
		{Pkg, "[timeout=TIME] NAME...", 1, -1, (*Item).parsePkg},
		{Run, "[creates=PATH] [timeout=TIME] [user=USER[:GROUP]] PROGRAM [ARG...]", 1, -1,
			(*Item).parseRun},
	}
	var rows []row[Cell]
	for _, k := range kinds {
		rows = append(rows, row[Cell]{
			Directive{string(k.kind), k.args, true, Provisions}, k.min, k.max,
			func(c *Cell, a args) error {
				it := Item{Kind: k.kind, Number: a.line}
				err := k.parse(&it, a.words)
				c.Provision = append(c.Provision, it)
				return err
			},
			func(c *Cell) []string { return c.formatKind(k.kind) }})
	}
	return rows
}

func (it *Item) parseInstall(ws []string) error {
	it.Source, it.Path, it.Mode = ws[0], ws[1], 0o644
	if !filepath.IsLocal(it.Source) || filepath.Clean(it.Source) != it.Source {
		return fmt.Errorf("%q: a path below the cell's .d directory expected", it.Source)
	}
	return cmp.Or(checkPath(it.Path), it.options(ws[2:], "mode", "owner"))
}

func (it *Item) parseMkdir(ws []string) error {
	it.Path, it.Mode = ws[0], 0o755
	return cmp.Or(checkPath(it.Path), it.options(ws[1:], "mode", "owner"))
}

func (it *Item) parseLink(ws []string) error {
	it.Source, it.Path = ws[0], ws[1]
	if it.Source == "" {
		return errors.New("empty target")
	}
	return checkPath(it.Path)
}

func (it *Item) parseLine(ws []string) error {
	it.Path, it.Text = ws[0], ws[1]
	return cmp.Or(checkPath(it.Path), it.options(ws[2:], "replace"))
}

func (it *Item) parsePkg(ws []string) error {
	it.Timeout = DefaultTimeout
	rest, err := it.leading(ws, "timeout")
	if err != nil {
		return err
	}
	for _, w := range rest {
		if cell.CheckName(w) != nil && !strings.Contains(w, "+") || strings.ContainsAny(w, "/ ") {
			return fmt.Errorf("%q: the name of a package expected", w)
		}
	}
	it.Words = rest
	return nil
}

func (it *Item) parseRun(ws []string) error {
	it.Timeout = DefaultTimeout
	rest, err := it.leading(ws, "creates", "timeout", "user")
	if err != nil {
		return err
	}
	it.Words, err = command(rest)
	return err
}

// leading takes options up to the first word that has no equals sign or
// begins with a slash, and returns what follows.
func (it *Item) leading(ws []string, known ...string) ([]string, error) {
	n := 0
	for n < len(ws) && ws[n] != "" && ws[n][0] != '/' && strings.Contains(ws[n], "=") {
		n++
	}
	if n == len(ws) {
		return nil, errors.New("an operand is missing after the options")
	}
	return ws[n:], it.options(ws[:n], known...)
}

// options takes KEY=VALUE words, each at most once.
func (it *Item) options(ws []string, known ...string) error {
	seen := map[string]bool{}
	for _, w := range ws {
		key, val, ok := strings.Cut(w, "=")
		if !ok {
			return fmt.Errorf("unexpected operand %q", w)
		}
		if _, err := oneOf(key, known...); err != nil {
			return fmt.Errorf("unknown option %q%s", key, words.Meant(key, known))
		}
		if seen[key] {
			return fmt.Errorf("option %s given twice", key)
		}
		seen[key] = true
		if err := it.option(key, val); err != nil {
			return err
		}
	}
	return nil
}

func (it *Item) option(key, val string) (err error) {
	switch key {
	case "mode":
		it.Mode, err = parseMode(val)
	case "owner":
		it.Owner, err = val, checkUser(val)
	case "user":
		it.User, err = val, checkUser(val)
	case "creates":
		it.Creates, err = val, checkPath(val)
	case "timeout":
		it.Timeout, err = positive(val)
	case "replace":
		if it.Replace = val; val == "" {
			err = errors.New("replace= is empty")
		}
	}
	return err
}

// parseMode reads permissions in octal, set-id and sticky bits included.
func parseMode(s string) (fs.FileMode, error) {
	n, err := strconv.ParseUint(s, 8, 12)
	if err != nil {
		return 0, fmt.Errorf("mode %q: an octal number from 0 to 7777 expected", s)
	}
	m := fs.FileMode(n & 0o777)
	for i, bit := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if n&(0o1000<<i) != 0 {
			m |= bit
		}
	}
	return m, nil
}

// FormatMode writes what parseMode reads.
func FormatMode(m fs.FileMode) string {
	n := uint64(m.Perm())
	for i, bit := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if m&bit != 0 {
			n |= 0o1000 << i
		}
	}
	return fmt.Sprintf("%04o", n)
}

// String is the directive as it reads back.
func (it Item) String() string { return string(it.Kind) + " " + it.operands() }

func (it Item) operands() string {
	opt := func(ws []string, key, val, unless string) []string {
		if val == unless {
			return ws
		}
		return append(ws, key+"="+val)
	}
	var ws []string
	switch it.Kind {
	case Install, Mkdir:
		if it.Kind == Install {
			ws = append(ws, it.Source)
		}
		ws = append(ws, it.Path, "mode="+FormatMode(it.Mode))
		ws = opt(ws, "owner", it.Owner, "")
	case Link:
		ws = append(ws, it.Source, it.Path)
	case Line:
		ws = opt(append(ws, it.Path, it.Text), "replace", it.Replace, "")
	case Pkg, Run:
		ws = opt(ws, "creates", it.Creates, "")
		ws = opt(ws, "timeout", words.FormatDuration(it.Timeout), words.FormatDuration(DefaultTimeout))
		ws = append(opt(ws, "user", it.User, ""), it.Words...)
	}
	return words.Join(ws)
}

// formatKind formats the items of one kind.
func (c *Cell) formatKind(k Kind) []string {
	var out []string
	for _, it := range c.Provision {
		if it.Kind == k {
			out = append(out, it.operands())
		}
	}
	return out
}
