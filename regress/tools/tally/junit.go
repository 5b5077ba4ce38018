package main

import (
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

// junitCase is a test case as kyua report-junit(1) writes it.
type junitCase struct {
	Class   string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	Time    string  `xml:"time,attr"` // seconds
	Failure *reason `xml:"failure"`
	Error   *reason `xml:"error"`
	Skipped *reason `xml:"skipped"`
	Out     string  `xml:"system-out"`
	Err     string  `xml:"system-err"`
}

type reason struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// parseJUnit counts test cases; a broken one ("error") is a failed one.
func parseJUnit(r io.Reader, report *Report) error {
	var suite struct {
		Cases []junitCase `xml:"testcase"`
	}
	decoder := xml.NewDecoder(r)
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return latin1{in}, nil }
	if err := decoder.Decode(&suite); err != nil {
		return err
	}
	for _, c := range suite.Cases {
		name := c.Class + ":" + c.Name
		switch {
		case c.Failure != nil:
			report.fail(name, c.explain(c.Failure))
		case c.Error != nil:
			report.fail(name, c.explain(c.Error))
		case c.Skipped != nil:
			report.skip(name, c.skipReason())
		default:
			report.Passed++
		}
	}
	return nil
}

// explain joins the reason and how long it took with the last lines of what
// the test printed, without the metadata that kyua puts before them.
func (c *junitCase) explain(why *reason) string {
	const heading = "Original stderr\n---------------\n"
	stderr := c.Err
	if _, after, ok := strings.Cut(stderr, heading); ok {
		stderr = after
	}
	parts := []string{why.Message, strings.TrimSpace(why.Text)}
	if c.Time != "" {
		parts = append(parts, "after "+c.Time+" s")
	}
	for _, text := range []string{c.Out, stderr} {
		parts = append(parts, tail(strings.TrimSpace(text), 20))
	}
	return joinNonEmpty(parts)
}

// skipReason is where kyua says why: below a heading in system-err.
func (c *junitCase) skipReason() string {
	if c.Skipped.Message != "" {
		return c.Skipped.Message
	}
	const heading = "Skipped result details\n----------------------\n"
	if _, text, ok := strings.Cut(c.Err, heading); ok {
		first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
		return first
	}
	return strings.TrimSpace(c.Skipped.Text)
}

// tail is the last n lines of text.
func tail(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(len(lines)-n, 0):], "\n")
}

func joinNonEmpty(parts []string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "\n")
}

// latin1 reads ISO 8859-1, which kyua declares whatever a test printed, as
// UTF-8.  Control characters, which XML forbids, become question marks.
type latin1 struct{ in io.Reader }

func (l latin1) Read(p []byte) (int, error) {
	raw := make([]byte, max(len(p)/2, 1))
	n, err := l.in.Read(raw)
	out := p[:0]
	for _, c := range raw[:n] {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			c = '?'
		}
		out = utf8.AppendRune(out, rune(c))
	}
	return len(out), err
}
