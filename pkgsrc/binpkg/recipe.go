package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A recipe is what the package's directory for pkgsrc says.
type recipe struct {
	vars    map[string]string // Makefile: NAME= value, NAME?= value, NAME+= value
	plist   []string          // paths below the prefix, in order
	descr   string
	message string
}

// readRecipe reads a directory of a package, as far as a binary package needs
// it.  Variables of the Makefile are replaced where it sets them or subst has
// them; others stay.
func readRecipe(dir string, subst map[string]string) (*recipe, error) {
	r := &recipe{vars: map[string]string{}}
	for name, value := range subst {
		r.vars[name] = value
	}
	if err := r.readMakefile(filepath.Join(dir, "Makefile"), subst); err != nil {
		return nil, err
	}
	for name, text := range map[string]*string{"DESCR": &r.descr, "MESSAGE": &r.message} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		*text = r.expand(string(data))
	}
	data, err := os.ReadFile(filepath.Join(dir, "PLIST"))
	if err != nil {
		return nil, err
	}
	r.plist, err = parsePlist(r.expand(string(data)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, "PLIST"), err)
	}
	for _, name := range []string{"DISTNAME", "CATEGORIES", "COMMENT", "LICENSE", "MAINTAINER"} {
		if r.vars[name] == "" {
			return nil, fmt.Errorf("%s: no %s", filepath.Join(dir, "Makefile"), name)
		}
	}
	return r, nil
}

var assignment = regexp.MustCompile(`^([A-Z][A-Z0-9_.a-z]*)([?+]?)=\s*(.*)$`)

// readMakefile keeps assignments; those of fixed win over the file's.
func (r *recipe) readMakefile(file string, fixed map[string]string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(data), "\\\n", " ")
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		m := assignment.FindStringSubmatch(strings.TrimRight(line, " \t"))
		if m == nil {
			continue
		}
		name, value := m[1], strings.Join(strings.Fields(m[3]), " ")
		if _, ok := fixed[name]; ok {
			continue
		}
		if old := r.vars[name]; m[2] == "+" && old != "" {
			value = old + " " + value
		}
		r.vars[name] = value
	}
	return lines.Err()
}

var variable = regexp.MustCompile(`\$\{([A-Za-z0-9_.]+)\}`)

// expand replaces ${NAME} where the recipe has it.
func (r *recipe) expand(text string) string {
	for range 8 { // variables that hold variables
		next := variable.ReplaceAllStringFunc(text, func(s string) string {
			if value, ok := r.vars[s[2:len(s)-1]]; ok {
				return value
			}
			return s
		})
		if next == text {
			break
		}
		text = next
	}
	return text
}

// words of a variable, expanded.
func (r *recipe) words(name string) []string {
	return strings.Fields(r.expand(r.vars[name]))
}

// parsePlist returns the files of a PLIST, which has to be sorted.
func parsePlist(text string) ([]string, error) {
	var files []string
	for number, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "@comment "):
		case strings.HasPrefix(line, "@"), strings.Contains(line, "${"):
			return nil, fmt.Errorf("line %d: %s: not understood", number+1, line)
		case !fs.ValidPath(line) || line == ".":
			return nil, fmt.Errorf("line %d: %q is no path below the prefix", number+1, line)
		case len(files) > 0 && files[len(files)-1] >= line:
			return nil, fmt.Errorf("line %d: %s: not in order", number+1, line)
		default:
			files = append(files, line)
		}
	}
	return files, nil
}

// staged lists the files below dir; anything but a file, a directory or a
// symbolic link is refused.
func staged(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if t := d.Type(); t != 0 && t != fs.ModeSymlink {
			return fmt.Errorf("%s: neither a file nor a link", path)
		}
		name, err := filepath.Rel(dir, path)
		files = append(files, filepath.ToSlash(name))
		return err
	})
	slices.Sort(files)
	return files, err
}

// compare tells how files differ from a PLIST.
func compare(plist, files []string) error {
	var wrong bytes.Buffer
	for _, name := range plist {
		if !slices.Contains(files, name) {
			fmt.Fprintf(&wrong, "\n\t%s: in PLIST and not installed", name)
		}
	}
	for _, name := range files {
		if !slices.Contains(plist, name) {
			fmt.Fprintf(&wrong, "\n\t%s: installed and not in PLIST", name)
		}
	}
	if wrong.Len() > 0 {
		return fmt.Errorf("PLIST and what `make install' installs differ:%s", wrong.String())
	}
	return nil
}
