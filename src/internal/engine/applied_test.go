package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// TestAppliedByAnotherVersion: what a version without one of today's defaults
// has applied is read, and means the same; what was altered is not believed.
func TestAppliedByAnotherVersion(t *testing.T) {
	e := offline(t)
	var errs manifest.Errors
	conf := manifest.ParseConf(manifest.ConfName, nil, &errs)
	text := "command /bin/true\nbase none\nhealth interval=10s /bin/true\n"
	want := manifest.ParseCell("x", "x.cell", []byte(text), conf, &errs)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	e.Set.Cells["x"] = want
	old := strings.Replace(want.Text(), " start=1m", "", 1)
	if old == want.Text() {
		t.Fatal("the default that this is about is not in the text")
	}
	tag := manifest.DigestOf([]byte(old))
	if err := os.MkdirAll(e.appliedDir("x"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(e.appliedDir("x"), tag)
	if err := os.WriteFile(file, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{tag, plan.Pending(tag)} {
		got, _, err := e.applied("x", tag)
		if err != nil || got == nil {
			t.Fatalf("%s: %v, %v", tag, got, err)
		}
		if d := want.Compare(got); len(d) != 0 {
			t.Errorf("differs: %v", d)
		}
	}
	if err := os.WriteFile(file, []byte(old+"ports 80\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, _, err := e.applied("x", tag); err != nil || got != nil {
		t.Errorf("altered: %v, %v", got, err)
	}
}
