package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// program is the smallest that passes for one of NetBSD's: a header, a note,
// and the names of sections.
func program(t *testing.T, machine elf.Machine, owner string) []byte {
	t.Helper()
	names := "\x00.note.netbsd.ident\x00.shstrtab\x00"
	var note bytes.Buffer
	for _, word := range []uint32{7, 4, 1} {
		binary.Write(&note, binary.LittleEndian, word)
	}
	note.WriteString((owner + "\x00\x00\x00\x00\x00\x00\x00\x00")[:8] + "\x00\x00\x00\x00")
	head := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT),
		Shoff: 64, Ehsize: 64, Shentsize: 64, Shnum: 3, Shstrndx: 2,
	}
	data := uint64(64 + 3*64)
	sections := []elf.Section64{{},
		{Name: 1, Type: uint32(elf.SHT_NOTE), Off: data, Size: uint64(note.Len())},
		{Name: 20, Type: uint32(elf.SHT_STRTAB), Off: data + uint64(note.Len()), Size: uint64(len(names))},
	}
	var out bytes.Buffer
	for _, part := range []any{head, sections} {
		if err := binary.Write(&out, binary.LittleEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	out.Write(note.Bytes())
	out.WriteString(names)
	return out.Bytes()
}

// lay puts everything that PLIST names into a staging directory.
func lay(t *testing.T) options {
	t.Helper()
	o := options{
		arch: "amd64", release: "10.0", prefix: "/usr/pkg", sysconfdir: "/etc",
		stage: t.TempDir(), dir: "../cells", when: time.Unix(1e9, 0),
	}
	o.out = filepath.Join(t.TempDir(), "deep", "cells.tgz")
	r, err := o.recipe()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range r.plist {
		path, mode, data := filepath.Join(o.stage, o.prefix, name), os.FileMode(0o640), []byte("# "+name+"\n")
		if strings.HasPrefix(name, "sbin/") {
			data = program(t, elf.EM_X86_64, "NetBSD")
		}
		if strings.HasPrefix(name, "sbin/") || strings.Contains(name, "rc.d/") {
			mode = 0o700
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, mode); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// TestMake makes a package twice, at other places and other times of files.
func TestMake(t *testing.T) {
	var both [2][]byte
	for i := range both {
		o := lay(t)
		if i == 1 {
			for _, name := range []string{"sbin/cellctl", "share/examples/cells/www.cell"} {
				os.Chtimes(filepath.Join(o.stage, o.prefix, name), time.Unix(7, 0), time.Unix(7, 0))
			}
		}
		if err := makePackage(o); err != nil {
			t.Fatal(err)
		}
		both[i], _ = os.ReadFile(o.out)
		if left, _ := filepath.Glob(o.out + "?*"); left != nil {
			t.Errorf("left %v", left)
		}
	}
	if len(both[0]) == 0 || !bytes.Equal(both[0], both[1]) {
		t.Errorf("%d and %d bytes, not the same", len(both[0]), len(both[1]))
	}
}

// TestStage: what is installed and the PLIST have to be the same.
func TestStage(t *testing.T) {
	tests := map[string]func(top string) error{
		"sbin/cellmgr: in PLIST and not installed":       func(top string) error { return os.Remove(filepath.Join(top, "sbin/cellmgr")) },
		"sbin/extra: installed and not in PLIST":         func(top string) error { return os.WriteFile(filepath.Join(top, "sbin/extra"), nil, 0o755) },
		"man/man8/cellctl.8: empty":                      func(top string) error { return os.WriteFile(filepath.Join(top, "man/man8/cellctl.8"), nil, 0o644) },
		"share/examples/cells/www.cell: mode 755, not 6": func(top string) error { return os.Chmod(filepath.Join(top, "share/examples/cells/www.cell"), 0o755) },
		"sbin/cellctl: mode 644, not 755":                func(top string) error { return os.Chmod(filepath.Join(top, "sbin/cellctl"), 0o644) },
	}
	for want, spoil := range tests {
		o := lay(t)
		if err := spoil(filepath.Join(o.stage, o.prefix)); err != nil {
			t.Fatal(err)
		}
		if err := makePackage(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
		if _, err := os.Stat(o.out); err == nil {
			t.Errorf("%s: there is a package all the same", want)
		}
	}
}

// TestPrograms: programs of another system or machine are refused.
func TestPrograms(t *testing.T) {
	tests := map[string][]byte{
		"bad magic":     []byte("#!/bin/sh\nexec /usr/bin/true\n"),
		"not a program": program(t, elf.EM_AARCH64, "NetBSD"),
		"not NetBSD":    program(t, elf.EM_X86_64, "Tester"),
	}
	for want, data := range tests {
		o := lay(t)
		if err := os.WriteFile(filepath.Join(o.stage, o.prefix, "sbin/cellctl"), data, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := makePackage(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
	if err := checkProgram(program(t, elf.EM_X86_64, "NetBSD"), "amd64"); err != nil {
		t.Error(err)
	}
}

// TestOrder: pkg_add insists on the order of what it reads for itself and on
// that of the packing list.
func TestOrder(t *testing.T) {
	o := lay(t)
	p, err := load(o)
	if err != nil {
		t.Fatal(err)
	}
	whole := func() []member { return append(slices.Clone(p.meta), p.files...) }
	if err := checkMembers(whole(), o); err != nil {
		t.Fatal(err)
	}
	n := len(p.meta)
	tests := map[string]func(m []member) []member{
		"+DESC: misordered":           func(m []member) []member { m[1], m[2] = m[2], m[1]; return m },
		"+CONTENTS: misordered":       func(m []member) []member { return append(m[:1:1], m...) },
		"+COMMENT: misordered":        func(m []member) []member { return m[1:] },
		"+INSTALL: misordered":        func(m []member) []member { m[3], m[4] = m[4], m[3]; return m },
		"+STRANGE: no such metadata":  func(m []member) []member { m[4].name = "+STRANGE"; return m },
		"+INSTALL: mode 444, not 555": func(m []member) []member { m[3].mode = 0o444; return m },
		"PLIST has something else":    func(m []member) []member { m[n], m[n+1] = m[n+1], m[n]; return m },
		"in PLIST and not in the ar":  func(m []member) []member { return m[:len(m)-1] },
		"is due":                      func(m []member) []member { m[n].data = []byte("changed\n"); return m },
		"+CONTENTS: has":              func(m []member) []member { return slices.Delete(m, 5, 6) },
		"no files":                    func(m []member) []member { return m[:n] },
		"no metadata":                 func(m []member) []member { return m[n:] },
		"one too many":                func(m []member) []member { m[0].data = append(slices.Clone(m[0].data), "x\n"...); return m },
		"+SIZE_PKG: is":               func(m []member) []member { m[n-2].data = []byte("1\n"); return m },
		"+BUILD_INFO: is":             func(m []member) []member { m[6].data = []byte("OPSYS=Linux\n"); return m },
	}
	for want, spoil := range tests {
		if err := checkMembers(spoil(whole()), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

func TestPlist(t *testing.T) {
	tests := map[string]string{
		"a/b\na/c\n":             "",
		"@comment $NetBSD$\na\n": "",
		"b\na\n":                 "line 2: a: not in order",
		"a\na\n":                 "line 2: a: not in order",
		"/a\n":                   "no path below",
		"../a\n":                 "no path below",
		"@exec rm -rf /\n":       "not understood",
		"${FOO}/a\n":             "not understood",
	}
	for text, want := range tests {
		_, err := parsePlist(text)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

// TestRecipe holds the package for pkgsrc against the sources: version,
// programs, and what the scripts look after.
func TestRecipe(t *testing.T) {
	o := lay(t)
	r, err := o.recipe()
	if err != nil {
		t.Fatal(err)
	}
	inc := &recipe{vars: map[string]string{}}
	if err := inc.readMakefile("../../Makefile.inc", nil); err != nil {
		t.Fatal(err)
	}
	kmod := &recipe{vars: map[string]string{}}
	if err := kmod.readMakefile("../cells-kmod/Makefile", nil); err != nil {
		t.Fatal(err)
	}
	if want := "cells-" + inc.vars["VERSION"]; r.vars["DISTNAME"] != want || kmod.vars["DISTNAME"] != want {
		t.Errorf("DISTNAME is %s and %s, not %s", r.vars["DISTNAME"], kmod.vars["DISTNAME"], want)
	}
	for _, name := range inc.words("PROGRAMS") {
		_, err := os.Stat("../../src/" + name + "/main.go")
		if there := slices.Contains(r.words("CELLS_PROGRAMS"), name); there != (err == nil) {
			t.Errorf("%s: in CELLS_PROGRAMS %v, in src: %v", name, there, err)
		}
	}
	want := "# DIR: /etc/cells m\n" +
		"# DIR: /var/db/cells mo 0755 root wheel\n" +
		"# DIR: /var/backups/cells mo 0700 root wheel\n" +
		"# FILE: /etc/rc.d/cellmgr cr share/examples/rc.d/cellmgr 0755\n" +
		"# FILE: /etc/cells/cells.conf c share/examples/cells/cells.conf 0644\n"
	if got := scriptData(r); got != want {
		t.Errorf("the scripts look after\n%swant\n%s", got, want)
	}
	if strings.Contains(r.message, "${") {
		t.Errorf("MESSAGE has variables left: %s", r.message)
	}
}
