package engine

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds on what a difference shows.
const (
	diffLines   = 2000 // lines of either file
	diffContext = 2
	diffShown   = 60  // lines of output
	diffWidth   = 400 // bytes of a line: one side is a cell's file
)

// Diff shows what makes new out of old: removed lines with "-", added ones
// with "+", a few lines around them with a blank.  What is not text is only
// counted.
func Diff(old, new []byte) string {
	if !isText(old) || !isText(new) {
		return fmt.Sprintf("not text: %d bytes -> %d bytes\n", len(old), len(new))
	}
	if bytes.Equal(old, new) {
		return ""
	}
	a, b := splitLines(old), splitLines(new)
	if len(a) > diffLines || len(b) > diffLines {
		return fmt.Sprintf("%d lines -> %d lines\n", len(a), len(b))
	}
	return showEdits(edits(a, b))
}

func isText(b []byte) bool {
	return utf8.Valid(b) && !bytes.ContainsRune(b, 0)
}

func splitLines(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	lines := strings.SplitAfter(string(b), "\n")
	if lines[len(lines)-1] == "" {
		return lines[:len(lines)-1]
	}
	return lines
}

// edit is one line of a difference.
type edit struct {
	sign byte
	text string
}

// edits finds the longest common subsequence of lines, after the common
// beginning and end are cut off.
func edits(a, b []string) []edit {
	var head, tail []edit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, edit{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append([]edit{{' ', a[len(a)-1]}}, tail...)
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	common := lcs(a, b)
	mid := head
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			mid = append(mid, edit{' ', a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			mid = append(mid, edit{'-', a[i]})
			i++
		default:
			mid = append(mid, edit{'+', b[j]})
			j++
		}
	}
	return append(mid, tail...)
}

// lcs is the table of lengths of common subsequences of a[i:] and b[j:].
func lcs(a, b []string) [][]int32 {
	t := make([][]int32, len(a)+1)
	for i := range t {
		t[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	return t
}

// clip cuts what is longer than a line that is shown may be.
func clip(line string) string {
	if len(line) <= diffWidth {
		return line
	}
	return strings.ToValidUTF8(line[:diffWidth], "") + fmt.Sprintf("... (%d bytes)", len(line))
}

// showEdits writes the edits with their context.
func showEdits(es []edit) string {
	near := make([]bool, len(es))
	for i, e := range es {
		if e.sign == ' ' {
			continue
		}
		for k := max(0, i-diffContext); k <= min(len(es)-1, i+diffContext); k++ {
			near[k] = true
		}
	}
	var b strings.Builder
	shown, gap := 0, false
	for i, e := range es {
		if !near[i] {
			gap = true
			continue
		}
		if gap && shown > 0 {
			b.WriteString("...\n")
		}
		gap = false
		if shown++; shown > diffShown {
			b.WriteString("... and more\n")
			break
		}
		b.WriteString(string(e.sign) + " " + clip(strings.TrimSuffix(e.text, "\n")) + "\n")
		if !strings.HasSuffix(e.text, "\n") && e.sign != ' ' {
			b.WriteString("  (no newline at the end)\n")
		}
	}
	return b.String()
}
