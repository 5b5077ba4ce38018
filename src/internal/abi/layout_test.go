package abi

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const header = "../../../kernel/sys"

// compiler is the C compiler to ask, or a reason to skip.
func compiler(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CC"), "cc", "gcc", "clang"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no C compiler to ask what <sys/cell.h> looks like")
	return ""
}

// runC compiles a program that includes <sys/cell.h> and returns what it
// prints.
func runC(t *testing.T, body string) []byte {
	t.Helper()
	cc := compiler(t)
	dir := t.TempDir()
	src, bin := filepath.Join(dir, "layout.c"), filepath.Join(dir, "layout")
	program := "#include <stddef.h>\n#include <stdio.h>\n#include <string.h>\n#include <sys/cell.h>\n" +
		"int\nmain(void)\n{\n" + body + "\treturn 0;\n}\n"
	if err := os.WriteFile(src, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(cc, "-I"+header, "-o", bin, src).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cc, err, out)
	}
	out, err := exec.Command(bin).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLayout holds every struct of this package against what a C compiler
// makes of the header: size, and offset and size of each member.
func TestLayout(t *testing.T) {
	var body, want strings.Builder
	for _, s := range Sizes() {
		fmt.Fprintf(&body, "\tprintf(\"%s %%zu\\n\", sizeof(struct %s));\n", s.Struct, s.Struct)
		fmt.Fprintf(&want, "%s %d\n", s.Struct, s.Size)
	}
	for _, m := range Members() {
		fmt.Fprintf(&body, "\tprintf(\"%[1]s.%[2]s %%zu %%zu\\n\", offsetof(struct %[1]s, %[2]s),"+
			" sizeof(((struct %[1]s *)0)->%[2]s));\n", m.Struct, m.Name)
		fmt.Fprintf(&want, "%s.%s %d %d\n", m.Struct, m.Name, m.Offset, m.Size)
	}
	if got := string(runC(t, body.String())); got != want.String() {
		t.Errorf("C says:\n%s\nGo says:\n%s", got, want.String())
	}
}

// TestMembersComplete makes sure that no member of the header is missing
// here: the members of each struct must fill it to its end.
func TestMembersComplete(t *testing.T) {
	end := map[string]uintptr{}
	for _, m := range Members() {
		if m.Offset != end[m.Struct] {
			t.Errorf("%s.%s starts at %d, but what is before it ends at %d: padding must be explicit",
				m.Struct, m.Name, m.Offset, end[m.Struct])
		}
		end[m.Struct] = m.Offset + m.Size
	}
	for _, s := range Sizes() {
		if end[s.Struct] != s.Size {
			t.Errorf("%s: members end at %d, its size is %d", s.Struct, end[s.Struct], s.Size)
		}
	}
	text, err := os.ReadFile(header + "/sys/cell.h")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("__CTASSERT_CELL(struct ")); n != len(Sizes()) {
		t.Errorf("the header has %d structs, this package %d", n, len(Sizes()))
	}
}

// TestConstants holds the numbers against the header's.
func TestConstants(t *testing.T) {
	constants := []struct {
		name  string
		value uint64
	}{
		{"CELL_ABI_VERSION", Version},
		{"CELL_NAMELEN", nameLen}, {"CELL_ROOTLEN", rootLen}, {"CELL_TAGLEN", tagLen},
		{"CELL_MAXPORTS", maxPorts}, {"CELL_MAXADDRS", maxAddrs}, {"CELL_MAXRULES", maxRules},
		{"CELL_NEXCEPTION", nException}, {"CELL_RULENAMELEN", ruleNameLen},
		{"CELL_PROGLEN", progLen}, {"CELL_BANNERLEN", bannerLen}, {"CELL_NSCOPE", nScope},
		{"CELL_VERSION_RIG", versionRig}, {"CELL_VERSION_ENFORCING", versionEnforcing},
		{"CELL_SET_PROFILE", setProfile}, {"CELL_SET_MODE", setMode}, {"CELL_SET_ALLOW", setAllow},
		{"CELL_SET_MAXPROC", setMaxproc}, {"CELL_SET_PORTS", setPorts}, {"CELL_SET_ADDRS", setAddrs},
		{"CELL_SET_TAG", setTag}, {"CELL_SET_GRANT", setGrant}, {"CELL_SET_REVOKE", setRevoke},
		{"CELL_SET_MASK", setProfile | setMode | setAllow | setMaxproc | setPorts | setAddrs |
			setTag | setGrant | setRevoke},
		{"CELL_RULE_QUIET", ruleQuiet},
	}
	var body, want strings.Builder
	for _, c := range constants {
		fmt.Fprintf(&body, "\tprintf(\"%s %%llu\\n\", (unsigned long long)(%s));\n", c.name, c.name)
		fmt.Fprintf(&want, "%s %d\n", c.name, c.value)
	}
	if got := string(runC(t, body.String())); got != want.String() {
		t.Errorf("C says:\n%s\nGo says:\n%s", got, want.String())
	}
}
