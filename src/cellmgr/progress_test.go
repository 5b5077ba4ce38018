package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"cells/src/internal/cli"
)

// TestProgressLine: bytes, rate, and what is left where that is known.
func TestProgressLine(t *testing.T) {
	for _, test := range []struct {
		done, total int64
		after       time.Duration
		want        string
	}{
		{0, 0, 0, "web: 0B, 0B/s"},
		{10 << 20, 0, 2 * time.Second, "web: 10.0M, 5.0M/s"},
		{10 << 20, 40 << 20, 2 * time.Second, "web: 10.0M, 5.0M/s, 6s left"},
		{40 << 20, 40 << 20, 2 * time.Second, "web: 40.0M, 20.0M/s"},
		{50 << 20, 40 << 20, 2 * time.Second, "web: 50.0M, 25.0M/s"}, // a first guess only
		{1 << 20, 1 << 40, time.Second, "web: 1.0M, 1.0M/s, 1w5d left"},
	} {
		p := &progress{what: "web", done: test.done, total: test.total}
		if got := p.line(test.after); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

// TestProgress: a terminal sees one line that is wiped in the end, everybody
// else nothing.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&cli.Context{Errors: &out}, "web", 100)
	p.Moved(50)
	p.end()
	if out.Len() > 0 {
		t.Errorf("not a terminal, and sees %q", out.String())
	}
	p.w = &out
	p.end()
	if out.Len() > 0 {
		t.Errorf("wiped what was never drawn: %q", out.String())
	}
	p.Moved(10)
	p.Moved(10) // too soon for another
	p.end()
	text := out.String()
	if !strings.HasPrefix(text, "\rweb: 60B") || strings.Count(text, "web:") != 1 || !strings.HasSuffix(text, "\r\x1b[K") ||
		strings.Contains(text, "\n") {
		t.Errorf("a terminal sees %q", text)
	}
}
