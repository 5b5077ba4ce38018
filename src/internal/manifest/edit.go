package manifest

import (
	"fmt"
	"slices"
	"strings"

	"cells/src/internal/words"
)

// Edit is one change of the text of a manifest, as an admin types it:
// NAME=OPERANDS sets a directive, NAME= takes it out, NAME+=OPERANDS and
// NAME-=OPERANDS add to it and take from it.
type Edit struct {
	Name     string
	Op       byte // '=', '+' or '-'
	Operands string
}

// ParseEdit reads one.
func ParseEdit(s string, known []Directive) (Edit, error) {
	name, operands, ok := strings.Cut(s, "=")
	if !ok {
		return Edit{}, fmt.Errorf("%q: DIRECTIVE=OPERANDS expected", s)
	}
	e := Edit{strings.TrimRight(name, "+-"), '=', strings.TrimSpace(operands)}
	if name != e.Name {
		if len(name) != len(e.Name)+1 || e.Operands == "" {
			return Edit{}, fmt.Errorf("%q: DIRECTIVE%s=OPERANDS expected", s, name[len(e.Name):])
		}
		e.Op = name[len(name)-1]
	}
	var names []string
	for _, d := range known {
		names = append(names, d.Name)
	}
	if !slices.Contains(names, e.Name) {
		return Edit{}, fmt.Errorf("unknown directive %q%s", e.Name, words.Meant(e.Name, names))
	}
	if strings.ContainsAny(e.Operands, "\n\r") {
		return Edit{}, fmt.Errorf("%s: more than one line", e.Name)
	}
	_, err := words.Fields(e.Operands)
	return e, err
}

// Apply changes the text and leaves every other line as it is.  What the
// result means is for the parser to say.
func (e Edit) Apply(text string, repeat bool) (string, error) {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	var at []int
	for i, l := range lines {
		if ws, err := words.Fields(l); err == nil && len(ws) > 0 && ws[0] == e.Name {
			at = append(at, i)
		}
	}
	switch {
	case e.Op == '=':
		return e.set(lines, at), nil
	case repeat && e.Op == '+':
		return insert(lines, after(at, len(lines)), e.line()), nil
	case repeat:
		return e.take(lines, at)
	}
	return e.operands(lines, at)
}

func (e Edit) line() string { return e.Name + " " + e.Operands + "\n" }

// set puts the directive in the place of where it was first given.
func (e Edit) set(lines []string, at []int) string {
	first := len(lines)
	if len(at) > 0 {
		first = at[0]
	}
	for _, i := range slices.Backward(at) {
		lines = slices.Delete(lines, i, i+1)
	}
	if e.Operands == "" {
		return strings.Join(lines, "")
	}
	return insert(lines, first, e.line())
}

// take removes the lines of a directive that have just these operands, or
// begin with them.
func (e Edit) take(lines []string, at []int) (string, error) {
	want, _ := words.Fields(e.Operands)
	found := false
	for _, i := range slices.Backward(at) {
		have, _ := words.Fields(lines[i])
		if len(have) > len(want) && slices.Equal(have[1:len(want)+1], want) {
			lines, found = slices.Delete(lines, i, i+1), true
		}
	}
	if !found {
		return "", fmt.Errorf("no %s %s is there", e.Name, e.Operands)
	}
	return strings.Join(lines, ""), nil
}

// operands adds words to a directive that is given once, or takes them away.
func (e Edit) operands(lines []string, at []int) (string, error) {
	var have []string
	if len(at) > 0 {
		have, _ = words.Fields(lines[at[0]])
		have = have[1:]
	}
	change, _ := words.Fields(e.Operands)
	for _, w := range change {
		i := slices.Index(have, w)
		switch {
		case e.Op == '+' && i >= 0:
			return "", fmt.Errorf("%s has %s already", e.Name, w)
		case e.Op == '+':
			have = append(have, w)
		case i < 0:
			return "", fmt.Errorf("%s does not have %s", e.Name, w)
		default:
			have = slices.Delete(have, i, i+1)
		}
	}
	return Edit{e.Name, '=', words.Join(have)}.set(lines, at), nil
}

// after is the place behind the last of at, or else end.
func after(at []int, end int) int {
	if len(at) == 0 {
		return end
	}
	return at[len(at)-1] + 1
}

// insert puts a line before the i-th, and a newline where the text lacks its
// last.
func insert(lines []string, i int, line string) string {
	if i > 0 && !strings.HasSuffix(lines[i-1], "\n") {
		lines[i-1] += "\n"
	}
	return strings.Join(slices.Insert(lines, i, line), "")
}
