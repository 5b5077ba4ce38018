package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cells/src/internal/host"
	"cells/src/internal/words"
)

// A generation is a file below STATE/generations, named by its number: who
// changed what and when, and which files declared the cells then.  Their
// contents are kept beside, once each, by their digest.

// Generation is one of them.
type Generation struct {
	Number int
	Time   time.Time
	User   string
	Verb   string
	Files  []KeptFile
	Steps  []string // lines of the plan
	Result string   // "ok", "failed CELL..."; "" while it is not over
}

// KeptFile is a file of the directory of manifests.
type KeptFile struct {
	Name   string // below the directory
	Mode   fs.FileMode
	Digest string // SHA-256 of its content
}

// Outcome tells how it ended.
func (g *Generation) Outcome() string {
	if g.Result == "" {
		return "interrupted"
	}
	return g.Result
}

const generationMagic = "cells-generation 1"

func (e *Engine) generations() string { return filepath.Join(e.Layout.State, "generations") }

func (e *Engine) generationFile(n int) string {
	return filepath.Join(e.generations(), fmt.Sprintf("%06d", n))
}

// text is what the file holds.
func (g *Generation) text() []byte {
	var b bytes.Buffer
	put := func(ws ...string) { b.WriteString(words.Join(ws) + "\n") }
	b.WriteString(generationMagic + "\n")
	put("time", strconv.FormatInt(g.Time.Unix(), 10))
	put("user", g.User)
	put("verb", g.Verb)
	for _, f := range g.Files {
		put("file", f.Digest, strconv.FormatUint(uint64(f.Mode), 8), f.Name)
	}
	for _, s := range g.Steps {
		put("step", s)
	}
	if g.Result != "" {
		put("result", g.Result)
	}
	return b.Bytes()
}

// parseGeneration reads what text wrote.
func parseGeneration(n int, text []byte) (*Generation, error) {
	g := &Generation{Number: n}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if lines[0] != generationMagic {
		return nil, fmt.Errorf("generation %d: not a generation", n)
	}
	for i, line := range lines[1:] {
		ws, err := words.Fields(line)
		if err == nil {
			err = g.take(ws)
		}
		if err != nil {
			return nil, fmt.Errorf("generation %d, line %d: %w", n, i+2, err)
		}
	}
	return g, nil
}

// take reads one line; those of a later version are passed over.
func (g *Generation) take(ws []string) error {
	switch {
	case len(ws) == 2 && ws[0] == "time":
		n, err := strconv.ParseInt(ws[1], 10, 64)
		g.Time = time.Unix(n, 0)
		return err
	case len(ws) == 2 && ws[0] == "user":
		g.User = ws[1]
	case len(ws) == 2 && ws[0] == "verb":
		g.Verb = ws[1]
	case len(ws) == 2 && ws[0] == "step":
		g.Steps = append(g.Steps, ws[1])
	case len(ws) == 2 && ws[0] == "result":
		g.Result = ws[1]
	case len(ws) == 4 && ws[0] == "file":
		mode, err := strconv.ParseUint(ws[2], 8, 32)
		if err != nil || !filepath.IsLocal(ws[3]) {
			return fmt.Errorf("bad file %q", ws[3])
		}
		g.Files = append(g.Files, KeptFile{ws[3], fs.FileMode(mode), ws[1]})
	}
	return nil
}

// History lists the generations, the oldest first.
func (e *Engine) History() ([]*Generation, error) {
	numbers, err := e.numbers()
	if err != nil {
		return nil, err
	}
	out := make([]*Generation, 0, len(numbers))
	for _, n := range numbers {
		g, err := e.Generation(n)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// numbers lists the numbers of the generations in order.
func (e *Engine) numbers() ([]int, error) {
	entries, err := os.ReadDir(e.generations())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []int
	for _, f := range entries {
		if n, err := strconv.Atoi(f.Name()); err == nil && n > 0 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Generation reads one.
func (e *Engine) Generation(n int) (*Generation, error) {
	text, err := os.ReadFile(e.generationFile(n))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no generation %d", n)
	}
	if err != nil {
		return nil, err
	}
	return parseGeneration(n, text)
}

// latest is the newest generation, nil where there is none.
func (e *Engine) latest() (*Generation, error) {
	numbers, err := e.numbers()
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	return e.Generation(numbers[len(numbers)-1])
}

// record writes a generation and gives it its number.
func (e *Engine) record(g *Generation) error {
	if g.Number == 0 {
		numbers, err := e.numbers()
		if err != nil {
			return err
		}
		g.Number = 1
		if len(numbers) > 0 {
			g.Number = numbers[len(numbers)-1] + 1
		}
	}
	if err := privateDir(e.generations()); err != nil {
		return err
	}
	return host.WriteHost(e.generationFile(g.Number), g.text(), 0o600, fault)
}

// surplus picks from all generations, the oldest first, those that are beyond
// keep: first such in which no file was changed, as cells were only started or
// stopped, so that a machine that is often started loses no history by that.
func surplus(all []*Generation, keep int) []*Generation {
	var idle, changed []*Generation
	for i, g := range all {
		switch {
		case i == len(all)-1: // the newest always stays
		case i > 0 && sameFiles(g.Files, all[i-1].Files):
			idle = append(idle, g)
		default:
			changed = append(changed, g)
		}
	}
	gone := append(idle, changed...)
	return gone[:min(len(gone), max(0, len(all)-keep))]
}

// trim drops generations beyond those that are to be kept, and contents that
// no generation names any more.
func (e *Engine) trim() error {
	numbers, err := e.numbers()
	if err != nil || len(numbers) <= e.Set.Conf.Keep {
		return err
	}
	all, err := e.History()
	if err != nil {
		return err
	}
	for _, g := range surplus(all, e.Set.Conf.Keep) {
		if err := os.Remove(e.generationFile(g.Number)); err != nil {
			return err
		}
		fault()
	}
	left, err := e.History()
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, g := range left {
		for _, f := range g.Files {
			used[f.Digest] = true
		}
	}
	objects, err := os.ReadDir(e.objects())
	if err != nil {
		return err
	}
	for _, o := range objects {
		if !used[o.Name()] {
			os.Remove(filepath.Join(e.objects(), o.Name()))
		}
	}
	return nil
}

// Before is the generation before the n-th, nil where there is none.
func (e *Engine) Before(n int) (*Generation, error) {
	numbers, err := e.numbers()
	if err != nil {
		return nil, err
	}
	for _, m := range slices.Backward(numbers) {
		if m < n {
			return e.Generation(m)
		}
	}
	return nil, nil
}
