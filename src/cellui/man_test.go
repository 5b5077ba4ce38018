package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/mantest"
	"cells/src/internal/ui"
)

func page(t *testing.T) mantest.Page { return mantest.Read(t, "../../man/cellui.8") }

func TestManOptions(t *testing.T) {
	section := page(t).Sections["DESCRIPTION"]
	var want []string
	look().Flags().VisitAll(func(f *pflag.Flag) {
		want = append(want, f.Shorthand)
		if !strings.Contains(section, "Fl -"+f.Name) {
			t.Errorf("--%s is missing", f.Name)
		}
	})
	if got := mantest.Items(section, "Fl"); !slices.Equal(got, want) {
		t.Errorf("the page has options %v, the program %v", got, want)
	}
	synopsis := page(t).Sections["SYNOPSIS"]
	for _, s := range []string{".Op Fl am\n", ".Op Fl i Ar time\n", ".Op Ar cell\n", "-help", "-version"} {
		if !strings.Contains(synopsis, s) {
			t.Errorf("SYNOPSIS: %q is missing", s)
		}
	}
}

// entry is one key of the page.
type entry struct{ keys, text string }

// entries reads the lists of keys.
func entries(section string) []entry {
	var out []entry
	for _, part := range strings.Split(section, "\n.It Ic ")[1:] {
		part, _, _ = strings.Cut(part, "\n.El")
		keys, text, _ := strings.Cut(part, "\n")
		out = append(out, entry{strings.ReplaceAll(keys, `\&`, ""), strings.Join(strings.Fields(text), " ")})
	}
	return out
}

// TestManKeys holds the page against the table of keys: each with what it
// does, in which views, and whether it asks, in the same order.
func TestManKeys(t *testing.T) {
	p := page(t)
	got := append(entries(p.Sections["THE KEYS"]), entries(p.Sections["THE ACTIONS"])...)
	var want []entry
	for _, acts := range []bool{false, true} {
		for _, b := range ui.Bindings() {
			if b.Acts != acts {
				continue
			}
			text := strings.ToUpper(b.About[:1]) + b.About[1:]
			if b.Asks {
				text += "; asks first"
			}
			on := ""
			if len(b.On) > 0 {
				on = " In " + strings.Join(b.On, ", ") + "."
			}
			want = append(want, entry{b.Names(), text + "." + on})
		}
	}
	note := regexp.MustCompile(`; asks first, [^.;]*\.`) // when it does
	for i := range max(len(got), len(want)) {
		var g, w entry
		if i < len(got) {
			g = got[i]
			g.text = note.ReplaceAllString(g.text, "; asks first.")
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("the page has %q, the program %q", g, w)
		}
	}
}

// TestManViews: each view has its entry, and each column of the list.
func TestManViews(t *testing.T) {
	p := page(t)
	if got, want := mantest.Items(p.Sections["THE VIEWS"], "Cm"), ui.Views(); !slices.Equal(got, want) {
		t.Errorf("the page has views %v, the program %v", got, want)
	}
	p.Says(t, "THE VIEWS", "NAME", "STATE", "HEALTH", "PROCS", "MEM", "RST", "AGE", "DRIFT")
}

// TestManScreens: what is the same in every screen of a kind is in those of
// the page as in those that the tests of the program wait for.
func TestManScreens(t *testing.T) {
	var golden []string
	for _, name := range []string{"cells", "cell"} {
		text, err := os.ReadFile("../../regress/cellui/" + name + ".80x24.txt")
		if err != nil {
			t.Fatal(err)
		}
		golden = append(golden, strings.Split(string(text), "\n")...)
	}
	same := regexp.MustCompile(`(?m)^(?:\[1 cells\]| 1 cells |NAMEv|POLICY|DRIFT| \? ).*`)
	screens := strings.ReplaceAll(page(t).Sections["EXAMPLES"], `\&`, "")
	found := same.FindAllString(screens, -1)
	if len(found) != 6 {
		t.Errorf("the page's screens have %q", found)
	}
	for _, l := range found {
		if !slices.Contains(golden, l) {
			t.Errorf("%q is on no screen of the program", l)
		}
	}
}

func TestManRest(t *testing.T) {
	p := page(t)
	p.Statuses(t, cli.OK, cli.Failed, cli.Usage)
	p.Environment(t, "TERM", "NO_COLOR", "LC_ALL", "VISUAL", "LINES", "CELLS_ETC")
	if n := strings.Count(p.Sections["EXAMPLES"], ".Bd -literal"); n < 3 {
		t.Errorf("EXAMPLES has %d screens", n)
	}
	mantest.Lint(t, p.Path)
}
