// Package house holds the rules that the source tree keeps to: which package
// may import which, what is brought in from outside, how long a file may be.
package house

import (
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// A layer is a package of src/internal and what it may import of the others:
// those named, or where lower is set everything that stands before it.
type layer struct {
	name    string
	imports []string
	lower   bool
}

// layers from the bottom to the top.  Dependencies point downwards only.
var layers = []layer{
	{name: "crash"},
	{name: "words"},
	{name: "table", imports: []string{"words"}},
	{name: "cell", imports: []string{"words"}},
	{name: "cli", imports: []string{"words"}},
	{name: "mantest", imports: []string{"cli", "table"}},
	{name: "explain", imports: []string{"cell"}},
	{name: "abi", imports: []string{"cell"}},
	{name: "kern", imports: []string{"abi", "cell"}},
	{name: "enter", imports: []string{"kern", "cell"}},
	{name: "probe", imports: []string{"enter", "kern", "cell"}},
	{name: "super", imports: []string{"enter", "kern", "cell", "words"}},
	{name: "manifest", imports: []string{"cell", "words"}},
	{name: "plan", imports: []string{"manifest", "cell", "words"}},
	{name: "host", imports: []string{"cell"}},
	{name: "engine", lower: true},
	{name: "backup", lower: true},
	{name: "work", lower: true},
	{name: "ui", lower: true},
}

// modules that may be imported directly.
var modules = []string{
	"golang.org/x/sys",
	"github.com/spf13/pflag",
	"github.com/olekukonko/tablewriter",
	"github.com/mattn/go-isatty",
	"github.com/jroimartin/gocui",
}

const internal = "cells/src/internal/"

// Imports returns what is wrong with the imports of one Go file.  Tests may
// import any of the project's packages.
func Imports(path string, src []byte) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var wrong []string
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if why := foreign(name); why != "" {
			wrong = append(wrong, fmt.Sprintf("%s: imports %q: %s", path, name, why))
		}
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		if why := upward(path, name); why != "" {
			wrong = append(wrong, fmt.Sprintf("%s: imports %q: %s", path, name, why))
		}
	}
	return wrong, nil
}

// foreign tells why an import from outside is not welcome.
func foreign(name string) string {
	first, _, _ := strings.Cut(name, "/")
	switch {
	case name == "C":
		return "programs are static, without cgo"
	case first == "cells" || !strings.Contains(first, "."):
		return ""
	}
	for _, module := range modules {
		if name == module || strings.HasPrefix(name, module+"/") {
			return ""
		}
	}
	return "not among the dependencies agreed upon"
}

// upward tells why a file of src/internal may not import another package of
// the project.
func upward(path, name string) string {
	rest, ok := strings.CutPrefix(path, "src/internal/")
	if !ok || !strings.HasPrefix(name, "cells/") {
		return ""
	}
	from, _, _ := strings.Cut(rest, "/")
	target, ok := strings.CutPrefix(name, internal)
	if !ok {
		return "only packages of src/internal are shared"
	}
	to, _, _ := strings.Cut(target, "/")
	i, j := rank(from), rank(to)
	switch {
	case i < 0:
		return "package " + from + " has no place in the order"
	case j < 0:
		return "package " + to + " has no place in the order"
	case from == to, layers[i].lower && j < i, slices.Contains(layers[i].imports, to):
		return ""
	}
	return "dependencies of " + from + " point elsewhere"
}

func rank(name string) int {
	return slices.IndexFunc(layers, func(l layer) bool { return l.name == name })
}

// MaxLines is how long a source file may be.
const MaxLines = 500

// tables are files that hold one table and nothing else: as long as it is.
var tables = []string{"kernel/sys/secmodel/cell/cell_rules.h"}

// Lines returns what is wrong with the length of a file.
func Lines(path string, src []byte) []string {
	if slices.Contains(tables, path) {
		return nil
	}
	if n := strings.Count(string(src), "\n"); n > MaxLines {
		return []string{fmt.Sprintf("%s: %d lines; is it one room or several?", path, n)}
	}
	return nil
}

// leftovers are words of unfinished work, put together here so that this file
// does not hold them.
var leftovers = []string{"TO" + "DO", "FIX" + "ME", "X" + "XX", "not " + "implemented", "un" + "implemented", "for " + "now"}

// Leftovers returns the lines of a file that speak of unfinished work.
func Leftovers(path string, src []byte) []string {
	var wrong []string
	for number, line := range strings.Split(string(src), "\n") {
		for _, word := range leftovers {
			if i := strings.Index(line, word); i >= 0 && standsAlone(line, i, len(word)) {
				wrong = append(wrong, fmt.Sprintf("%s:%d: %s", path, number+1, strings.TrimSpace(line)))
			}
		}
	}
	return wrong
}

// standsAlone tells whether the n bytes at i are no part of a longer word.
func standsAlone(line string, i, n int) bool {
	letter := func(k int) bool {
		return k >= 0 && k < len(line) && (line[k]|0x20 >= 'a' && line[k]|0x20 <= 'z' || line[k] == '_')
	}
	return !letter(i-1) && !letter(i+n)
}
