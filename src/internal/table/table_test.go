package table

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"testing"
)

type rec struct {
	name string
	size int
}

var fields = []Field[rec]{
	{Name: "name", Value: func(r rec) string { return r.name }},
	{Name: "size", Right: true, Value: func(r rec) string { return strconv.Itoa(r.size) },
		Human: func(r rec) string { return strconv.Itoa(r.size) + "B" }},
	{Name: "twice", Extra: true, Value: func(r rec) string { return strconv.Itoa(2 * r.size) }},
}

func printed(t *testing.T, o Options, batches ...[]rec) string {
	t.Helper()
	var buf bytes.Buffer
	p, err := New(&buf, fields, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := p.Print(b...); err != nil {
			t.Fatal(err)
		}
	}
	return buf.String()
}

func TestPrint(t *testing.T) {
	recs := []rec{{"web", 7}, {"", 12345}}
	cases := []struct {
		what    string
		o       Options
		batches [][]rec
		want    string
	}{
		{"lines", Options{}, [][]rec{recs}, "name\tsize\nweb\t7\n-\t12345\n"},
		{"no header", Options{NoHeader: true}, [][]rec{recs}, "web\t7\n-\t12345\n"},
		{"chosen", Options{Columns: []string{"twice", "name"}}, [][]rec{recs[:1]}, "twice\tname\n14\tweb\n"},
		{"nothing", Options{}, [][]rec{nil}, "name\tsize\n"},
		{"one header", Options{}, [][]rec{recs[:1], recs[:1]}, "name\tsize\nweb\t7\nweb\t7\n"},
		{"terminal", Options{Terminal: true}, [][]rec{recs}, "NAME    SIZE\nweb       7B\n-     12345B\n"},
		{"terminal, no header", Options{Terminal: true, NoHeader: true}, [][]rec{recs[:1]}, "web  7B\n"},
		{"terminal, later rows keep the width", Options{Terminal: true}, [][]rec{recs, recs[:1]},
			"NAME    SIZE\nweb       7B\n-     12345B\nweb       7B\n"},
		{"one line a record", Options{NoHeader: true}, [][]rec{{{"a\tb\nc\\\x1b[1m", 1}}}, "a\\tb\\nc\\\\\\033[1m\t1\n"},
	}
	for _, c := range cases {
		if got := printed(t, c.o, c.batches...); got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.what, got, c.want)
		}
	}
}

func TestUnknownField(t *testing.T) {
	_, err := New(&bytes.Buffer{}, fields, Options{Columns: []string{"name", "siez"}})
	var ue *UnknownFieldError
	if !errors.As(err, &ue) || ue.Name != "siez" || !slices.Equal(ue.Known, []string{"name", "size", "twice"}) {
		t.Fatalf("got %v", err)
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain":      "plain",
		"grün":       "grün",
		"a\x00b":     `a\000b`,
		"\xff":       `\377`,
		"\u202eevil": `\342\200\256evil`,
		"\uFFFD":     "\uFFFD",
	} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}
