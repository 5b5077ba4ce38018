package house

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sources lists the project's files below dirs that end in one of suffixes.
func sources(t *testing.T, dirs, suffixes []string) map[string][]byte {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d os.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil // a directory that comes later, or a file just renamed
			}
			if err != nil || d.IsDir() {
				return err
			}
			for _, suffix := range suffixes {
				if strings.HasSuffix(path, suffix) {
					src, err := os.ReadFile(path)
					if os.IsNotExist(err) {
						return nil
					}
					if err != nil {
						return err
					}
					name, err := filepath.Rel(root, path)
					if err != nil {
						return err
					}
					found[filepath.ToSlash(name)] = src
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) == 0 {
		t.Fatal("no source files found")
	}
	return found
}

func TestImports(t *testing.T) {
	for path, src := range sources(t, []string{"src", "regress", "pkgsrc"}, []string{".go"}) {
		wrong, err := Imports(path, src)
		if err != nil {
			t.Error(err)
		}
		for _, line := range wrong {
			t.Error(line)
		}
	}
}

// TestDirectRequirements: go.mod has no direct requirement beyond the agreed.
func TestDirectRequirements(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{if not (or .Indirect .Main)}}{{.Path}}{{end}}", "all").Output()
	if err != nil {
		t.Fatalf("go list -m all: %v", err)
	}
	for _, module := range strings.Fields(string(out)) {
		if why := foreign(module + "/x"); why != "" {
			t.Errorf("go.mod requires %s: %s", module, why)
		}
	}
}

func TestLines(t *testing.T) {
	for path, src := range sources(t, []string{"src", "kernel", "regress", "pkgsrc"}, []string{".go", ".c", ".h", ".sh"}) {
		for _, line := range Lines(path, src) {
			t.Error(line)
		}
	}
}

func TestLeftovers(t *testing.T) {
	dirs := []string{"src", "kernel", "regress", "rc.d", "etc", "man", "pkgsrc"}
	for path, src := range sources(t, dirs, []string{""}) {
		for _, line := range Leftovers(path, src) {
			t.Error(line)
		}
	}
}

// TestRules shows that the rules above can fail.
func TestRules(t *testing.T) {
	tests := []struct {
		path, imports string
		wrong         bool
	}{
		{"src/internal/words/a.go", "strings", false},
		{"src/internal/words/a.go", "cells/src/internal/cell", true},
		{"src/internal/cell/a.go", "cells/src/internal/words", false},
		{"src/internal/cell/a.go", "cells/src/internal/kern", true},
		{"src/internal/plan/a.go", "cells/src/internal/host", true},
		{"src/internal/engine/a.go", "cells/src/internal/host", false},
		{"src/internal/engine/a.go", "cells/src/internal/backup", true},
		{"src/internal/engine/a.go", "cells/src/cellmgr", true},
		{"src/internal/engine/a_test.go", "cells/src/internal/backup", false},
		{"src/internal/strange/a.go", "cells/src/internal/cell", true},
		{"src/cellctl/a.go", "cells/src/internal/engine", false},
		{"src/cellctl/a.go", "github.com/spf13/pflag", false},
		{"src/cellctl/a.go", "golang.org/x/sys/unix", false},
		{"src/cellctl/a.go", "golang.org/x/text", true},
		{"src/cellctl/a_test.go", "github.com/stretchr/testify", true},
		{"src/cellctl/a.go", "C", true},
	}
	for _, test := range tests {
		wrong, err := Imports(test.path, []byte("package a\nimport \""+test.imports+"\"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if (len(wrong) > 0) != test.wrong {
			t.Errorf("%s imports %s: %q; want wrong=%v", test.path, test.imports, wrong, test.wrong)
		}
	}
	if Lines("a", []byte(strings.Repeat("\n", MaxLines+1))) == nil || Lines("a", []byte("\n")) != nil {
		t.Error("the length of files is not checked")
	}
	for _, word := range leftovers {
		if Leftovers("a", []byte("/* "+word+": x */")) == nil {
			t.Errorf("%q passes", word)
		}
	}
	if wrong := Leftovers("a", []byte("mktemp -d /tmp/cells."+strings.Repeat("X", 6))); wrong != nil {
		t.Errorf("a template of mktemp(1) is no leftover: %q", wrong)
	}
}
