package backup

import (
	"context"
	"os"
	"strings"
	"testing"
)

// TestMeasure: a tree deeper than any path may be long is measured, and no
// link that a cell has made there is followed out of it.
func TestMeasure(t *testing.T) {
	top, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer top.Close()
	if err := top.Symlink("/", "link"); err != nil {
		t.Fatal(err)
	}
	name := strings.Repeat("b", 200)
	at := top
	for range 25 {
		if err := at.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		if at, err = at.OpenRoot(name); err != nil {
			t.Fatal(err)
		}
		defer at.Close()
	}
	if err := at.WriteFile("f", make([]byte, 10), 0o644); err != nil {
		t.Fatal(err)
	}
	if n := measure(context.Background(), top); n != 10 {
		t.Errorf("got %d", n)
	}
}
