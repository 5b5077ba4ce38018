package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// order is the only one in which pkg_add(1) takes what it reads for itself,
// with the modes that pkg_create(1) gives; the first three must be there.
var order = []struct {
	name string
	mode int64
}{
	{"+CONTENTS", 0o644}, {"+COMMENT", 0o444}, {"+DESC", 0o444},
	{"+INSTALL", 0o555}, {"+DEINSTALL", 0o555}, {"+DISPLAY", 0o444},
	{"+BUILD_VERSION", 0o444}, {"+BUILD_INFO", 0o444},
	{"+SIZE_PKG", 0o444}, {"+SIZE_ALL", 0o444}, {"+PRESERVE", 0o444},
}

// limit of one member, so that a broken package does not fill the memory.
const limit = 256 << 20

// checkFile reads a package as pkg_add does and holds it against the recipe.
func checkFile(name string, o options) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	members, err := readArchive(file)
	if err == nil {
		err = checkMembers(members, o)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func readArchive(file io.Reader) ([]member, error) {
	zip, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	var members []member
	archive := tar.NewReader(zip)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return members, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeSymlink {
			return nil, fmt.Errorf("%s: neither a file nor a link", h.Name)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "root" || h.Gname != "wheel" {
			return nil, fmt.Errorf("%s: belongs to %s:%s", h.Name, h.Uname, h.Gname)
		}
		data, err := io.ReadAll(io.LimitReader(archive, limit))
		if err != nil {
			return nil, err
		}
		members = append(members, member{h.Name, h.Linkname, h.Mode, data})
	}
}

// checkMembers holds the members of a package against each other and against
// the recipe.
func checkMembers(members []member, o options) error {
	r, err := o.recipe()
	if err != nil {
		return err
	}
	n, err := checkOrder(members)
	if err != nil {
		return err
	}
	meta := map[string]string{}
	for _, m := range members[:n] {
		meta[m.name] = string(m.data)
	}
	files := members[n:]
	if err := checkContents(meta["+CONTENTS"], members[1:n], files, r, o); err != nil {
		return fmt.Errorf("+CONTENTS: %w", err)
	}
	if want := buildInfo(r, o); meta["+BUILD_INFO"] != want {
		return fmt.Errorf("+BUILD_INFO: is\n%s, not\n%s", meta["+BUILD_INFO"], want)
	}
	size := 0
	for _, m := range files {
		size += len(m.data)
		if err := checkMember(m, o.arch); err != nil {
			return err
		}
	}
	for _, name := range []string{"+SIZE_PKG", "+SIZE_ALL"} {
		if meta[name] != fmt.Sprintln(size) {
			return fmt.Errorf("%s: is %q, not %d", name, meta[name], size)
		}
	}
	return nil
}

// checkOrder returns how many members at the beginning are metadata.
func checkOrder(members []member) (int, error) {
	last := -1
	for n, m := range members {
		if !strings.HasPrefix(m.name, "+") {
			if n < 3 {
				return 0, errors.New("no metadata")
			}
			return n, nil
		}
		i := slices.IndexFunc(order, func(o struct {
			name string
			mode int64
		}) bool {
			return o.name == m.name
		})
		switch {
		case i < 0:
			return 0, fmt.Errorf("%s: no such metadata", m.name)
		case i <= last, n < 3 && i != n:
			return 0, fmt.Errorf("%s: misordered", m.name)
		case m.mode != order[i].mode:
			return 0, fmt.Errorf("%s: mode %o, not %o", m.name, m.mode, order[i].mode)
		}
		last = i
	}
	return 0, errors.New("no files")
}

// checkContents walks the packing list as pkg_add does: the next name in it
// has to be the next one in the archive.
func checkContents(text string, meta, files []member, r *recipe, o options) error {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	next := func() string {
		if len(lines) == 0 {
			return ""
		}
		line := lines[0]
		lines = lines[1:]
		return line
	}
	want := func(line string) error {
		if got := next(); got != line {
			return fmt.Errorf("has %q where %q is due", got, line)
		}
		return nil
	}
	due := []string{"@name " + r.vars["DISTNAME"], "@cwd " + o.prefix}
	for i, m := range files {
		if i >= len(r.plist) || r.plist[i] != m.name {
			return fmt.Errorf("%s: PLIST has something else there", m.name)
		}
		due = append(due, m.name, "@comment "+m.digest())
	}
	if len(files) < len(r.plist) {
		return fmt.Errorf("%s: in PLIST and not in the archive", r.plist[len(files)])
	}
	due = append(due, "@cwd .")
	for _, m := range meta {
		due = append(due, "@ignore", m.name)
	}
	for _, line := range append(due, "@display +DISPLAY") {
		if err := want(line); err != nil {
			return err
		}
	}
	if len(lines) > 0 {
		return fmt.Errorf("%q is one too many", lines[0])
	}
	return nil
}

// elfMachines is what the header of a program says.
var elfMachines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "386": elf.EM_386, "arm": elf.EM_ARM,
}

// checkMember looks at one file: programs are NetBSD's and of this machine,
// and nothing else is executable but the rc.d script.
func checkMember(m member, arch string) error {
	var mode int64 = 0o644
	program := strings.HasPrefix(m.name, "sbin/")
	if program || path.Dir(m.name) == "share/examples/rc.d" {
		mode = 0o755
	}
	if m.mode != mode {
		return fmt.Errorf("%s: mode %o, not %o", m.name, m.mode, mode)
	}
	if len(m.data) == 0 {
		return fmt.Errorf("%s: empty", m.name)
	}
	if !program {
		return nil
	}
	if err := checkProgram(m.data, arch); err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	return nil
}

func checkProgram(data []byte, arch string) error {
	file, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if file.Machine != elfMachines[arch] || file.Type != elf.ET_EXEC {
		return fmt.Errorf("%v for %v, not a program for %s", file.Type, file.Machine, arch)
	}
	if libs, err := file.ImportedLibraries(); err != nil || len(libs) > 0 {
		return fmt.Errorf("not static: %v", libs)
	}
	note := file.Section(".note.netbsd.ident")
	if note == nil {
		return errors.New("no note that says NetBSD")
	}
	text, err := note.Data()
	if err != nil || !bytes.Contains(text, []byte("NetBSD\x00")) {
		return fmt.Errorf("the note says %q, not NetBSD", text)
	}
	return nil
}
