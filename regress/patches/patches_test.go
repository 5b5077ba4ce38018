// Package patches holds what the kernel's part of this tree says about itself
// against each other: the patch and the lists it changes, the manual page and
// the policy table.  NETBSD_SYS names the sys directory of a NetBSD source
// tree that the patch is tried on.
package patches

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	top       = "../.."
	patchFile = top + "/kernel/patches/secmodel_cell.patch"
	filesCell = "secmodel/cell/files.cell"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// added maps each file that the patch changes to the lines it adds there.
func added(t *testing.T) map[string][]string {
	t.Helper()
	lines, file := map[string][]string{}, ""
	scanner := bufio.NewScanner(strings.NewReader(read(t, patchFile)))
	for scanner.Scan() {
		line := scanner.Text()
		switch {
		case strings.HasPrefix(line, "+++ b/"):
			file = strings.TrimPrefix(line, "+++ b/")
			lines[file] = nil
		case strings.HasPrefix(line, "---"):
		case strings.HasPrefix(line, "+"):
			lines[file] = append(lines[file], line[1:])
		}
	}
	return lines
}

// TestPatchNamesWhatIsThere: what the patch hooks in is in this tree, under
// the names that it uses.
func TestPatchNamesWhatIsThere(t *testing.T) {
	want := map[string]struct{ text, file string }{
		"sys/secmodel/files.secmodel": {`include "` + filesCell + `"`, filesCell},
		"sys/modules/Makefile":        {"SUBDIR+=\tsecmodel_cell", "modules/secmodel_cell/Makefile"},
		"sys/sys/Makefile":            {" cell.h ", "sys/cell.h"},
	}
	got := added(t)
	for file, w := range want {
		if !strings.Contains(strings.Join(got[file], "\n"), w.text) {
			t.Errorf("the patch adds %q to %s, not %q", got[file], file, w.text)
		}
		if _, err := os.Stat(filepath.Join(top, "kernel/sys", w.file)); err != nil {
			t.Errorf("%s hooks in what is not there: %v", file, err)
		}
		delete(got, file)
	}
	for file := range got {
		t.Errorf("the patch changes %s, of which its README says nothing", file)
	}
}

// TestListOfSources: files.cell defines the option that the fragment sets,
// and names every source file there is.
func TestListOfSources(t *testing.T) {
	flag, listed := "", map[string]bool{}
	for _, line := range strings.Split(read(t, top+"/kernel/sys/"+filesCell), "\n") {
		switch words := strings.Fields(line); {
		case len(words) == 2 && words[0] == "defflag":
			flag = words[1]
		case len(words) == 3 && words[0] == "file":
			listed[words[1]] = true
			if words[2] != flag {
				t.Errorf("%s depends on %q, not on %q", words[1], words[2], flag)
			}
			if _, err := os.Stat(filepath.Join(top, "kernel/sys", words[1])); err != nil {
				t.Error(err)
			}
		}
	}
	sources, err := filepath.Glob(top + "/kernel/sys/secmodel/cell/*.c")
	if err != nil || len(sources) == 0 {
		t.Fatal("no sources", err)
	}
	for _, source := range sources {
		if name := "secmodel/cell/" + filepath.Base(source); !listed[name] {
			t.Errorf("%s is not in files.cell", name)
		}
	}
	option := false
	for _, line := range strings.Split(read(t, top+"/kernel/conf/CELLS"), "\n") {
		words := strings.Fields(line)
		option = option || len(words) > 1 && words[0] == "options" && words[1] == flag
	}
	if !option {
		t.Errorf("kernel/conf/CELLS has no `options %s'", flag)
	}
}

// TestPatchApplies tries the patch on a real tree, of which it copies the
// files it changes: it has to apply as it is, without fuzz, whether or not the
// tree has it already; and the new files must not replace any of the tree's own.
func TestPatchApplies(t *testing.T) {
	sys := os.Getenv("NETBSD_SYS")
	if sys == "" {
		t.Skip("NETBSD_SYS names no NetBSD source tree")
	}
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("no patch(1) here")
	}
	tree := t.TempDir()
	for file := range added(t) {
		to := filepath.Join(tree, file)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		text := read(t, filepath.Join(sys, strings.TrimPrefix(file, "sys/")))
		if err := os.WriteFile(to, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	patched := patch(tree, "--reverse") == nil // it was, and is so no longer
	if err := patch(tree); err != nil {
		t.Fatal(err)
	}
	if err := patch(tree, "--reverse"); err != nil {
		t.Errorf("what was applied cannot be taken back: %v", err)
	}
	if patched {
		return
	}
	for _, file := range newFiles(t) {
		if _, err := os.Stat(filepath.Join(sys, file)); err == nil {
			t.Errorf("the tree has a %s of its own", file)
		}
	}
}

// newFiles are the files that are copied into a tree, below its sys.
func newFiles(t *testing.T) []string {
	t.Helper()
	base := filepath.Join(top, "kernel/sys")
	var files []string
	err := filepath.WalkDir(base, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(base, path)
			files = append(files, name)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatal("no files to copy", err)
	}
	return files
}

// patch runs patch(1) in a tree: without fuzz, without asking, and without
// leaving anything half done.
func patch(tree string, args ...string) error {
	args = append([]string{"-s", "-f", "-p1", "-F", "0", "-d", tree}, args...)
	for _, dry := range []bool{true, false} {
		argv := args
		if dry {
			argv = append(slices.Clone(args), "--dry-run")
		}
		cmd := exec.Command("patch", argv...)
		text, err := os.ReadFile(patchFile)
		if err != nil {
			return err
		}
		cmd.Stdin = bytes.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("patch %v: %w: %s", argv, err, out)
		}
	}
	return nil
}
