package main

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write go-modules.mk and distinfo anew")

const howto = "go test ./pkgsrc/binpkg -update (needs openssl for BLAKE2s)"

func modules(t *testing.T) []string {
	t.Helper()
	sum, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	files, err := moduleFiles(string(sum))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// held compares a file with what it should be, or writes it.
func held(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what go.sum asks for; %s", name, howto)
	}
}

// TestModules holds go-modules.mk against go.sum.
func TestModules(t *testing.T) {
	held(t, "../cells/go-modules.mk", modulesMk(modules(t)))
}

// TestDistinfo holds distinfo against the files in the module cache, as far as
// they are there; the distfile of a release has its own lines.
func TestDistinfo(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Skipf("no go: %v", err)
	}
	old, err := os.ReadFile("../cells/distinfo")
	if err != nil && !*update {
		t.Fatal(err)
	}
	want, seen := "$NetBSD$\n\n", 0
	files := modules(t)
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(distfile(a), distfile(b)) })
	for _, file := range files {
		name := distfile(file)
		path := filepath.Join(strings.TrimSpace(string(cache)), "cache/download", file)
		lines := linesOf(t, string(old), name)
		info, err := distinfo(path, name, blake2s(t, path, lines))
		switch {
		case err == nil:
			want += info
			seen++
		case errors.Is(err, fs.ErrNotExist) && lines != "":
			want += lines
		default:
			t.Fatalf("%v; %s", err, howto)
		}
	}
	if seen == 0 {
		t.Skip("no module is in the cache of downloads")
	}
	held(t, "../cells/distinfo", want+linesOf(t, string(old), "cells-0.1.tar.gz"))
}

// linesOf returns the lines of a distinfo about one file.
func linesOf(t *testing.T, text, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^\w+ \(`+regexp.QuoteMeta(name)+`\) = .*\n`).FindAllString(text, -1)
	if len(found) != 3 && len(found) != 0 {
		t.Errorf("distinfo has %d lines about %s, not 3", len(found), name)
	}
	return strings.Join(found, "")
}

// blake2s asks openssl(1), or believes what is there.
func blake2s(t *testing.T, path, lines string) string {
	t.Helper()
	if out, err := exec.Command("openssl", "dgst", "-blake2s256", "-r", path).Output(); err == nil {
		return strings.Fields(string(out))[0]
	}
	m := regexp.MustCompile(`BLAKE2s .* = ([0-9a-f]{64})\n`).FindStringSubmatch(lines)
	if m == nil {
		return "unknown"
	}
	return m[1]
}

func TestModuleFiles(t *testing.T) {
	files, err := moduleFiles("github.com/BurntSushi/toml v1.0.0 h1:x\ngithub.com/BurntSushi/toml v1.0.0/go.mod h1:y\n")
	if err != nil || len(files) != 2 || files[0] != "github.com/!burnt!sushi/toml/@v/v1.0.0.mod" ||
		files[1] != "github.com/!burnt!sushi/toml/@v/v1.0.0.zip" {
		t.Errorf("%q, %v", files, err)
	}
	if got := distfile(files[1]); got != "github.com__burnt_sushi_toml_@v_v1.0.0.zip" {
		t.Error(got)
	}
	if _, err := moduleFiles("too short\n"); err == nil {
		t.Error("a broken go.sum passes")
	}
}
