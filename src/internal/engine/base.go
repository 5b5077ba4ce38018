package engine

import (
	"bufio"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/host"
	"cells/src/internal/manifest"
)

// Base is a named base: a directory that was unpacked from sets.
type Base struct {
	Name  string
	Added time.Time
	Sets  []BaseSet
	Used  []string // cells whose manifests name it
}

// BaseSet is one archive that a base was unpacked from.
type BaseSet struct{ Name, SHA256 string }

const setsSuffix = ".sets"

// Bases lists them by name.
func (e *Engine) Bases() ([]Base, error) {
	entries, err := os.ReadDir(e.Layout.Bases)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Base
	for _, d := range entries {
		if !d.IsDir() || cell.CheckName(d.Name()) != nil {
			continue
		}
		b, err := e.readBase(d.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// readBase reads what is kept about a base.
func (e *Engine) readBase(name string) (Base, error) {
	b := Base{Name: name}
	for _, n := range e.Set.Names() {
		if e.Set.Cells[n].Base == name {
			b.Used = append(b.Used, n)
		}
	}
	text, err := os.ReadFile(e.Layout.Base(name) + setsSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil // made by hand
	}
	for line := range strings.Lines(string(text)) {
		switch f := strings.Fields(line); {
		case len(f) == 2 && f[0] == "added":
			n, _ := strconv.ParseInt(f[1], 10, 64)
			b.Added = time.Unix(n, 0)
		case len(f) == 3 && f[0] == "set":
			b.Sets = append(b.Sets, BaseSet{f[2], f[1]})
		}
	}
	return b, err
}

// AddBase unpacks archives, one over the other, into a new base.  sums names
// a file of digests that must have each archive; "" takes the one that lies
// beside an archive, where there is one.
func (e *Engine) AddBase(name string, archives []string, sums string) (Base, error) {
	b := Base{Name: name, Added: time.Now()}
	if err := checkBaseName(name); err != nil {
		return b, err
	}
	dir := e.Layout.Base(name)
	if _, err := os.Lstat(dir); err == nil {
		return b, fmt.Errorf("there is a base %s already", name)
	}
	if err := privateDir(e.Layout.Bases); err != nil {
		return b, err
	}
	tmp := filepath.Join(e.Layout.Bases, host.NewPrefix+name)
	if err := os.RemoveAll(tmp); err != nil {
		return b, err
	}
	if err := os.Mkdir(tmp, 0o755); err != nil {
		return b, err
	}
	defer os.RemoveAll(tmp)
	for _, a := range archives {
		set, err := e.unpackSet(tmp, a, sums)
		if err != nil {
			return b, fmt.Errorf("%s: %w", a, err)
		}
		b.Sets = append(b.Sets, set)
		fault()
	}
	if err := host.Flush(tmp); err != nil {
		return b, err
	}
	if err := host.WriteHost(dir+setsSuffix, b.text(), 0o644, fault); err != nil {
		return b, err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return b, err
	}
	return b, host.SyncHost(e.Layout.Bases)
}

func checkBaseName(name string) error {
	if name == manifest.BaseHost || name == manifest.BaseNone {
		return fmt.Errorf("%q is not the name of a base that can be added or removed", name)
	}
	return cell.CheckName(name)
}

func (b Base) text() []byte {
	s := fmt.Sprintf("added %d\n", b.Added.Unix())
	for _, set := range b.Sets {
		s += "set " + set.SHA256 + " " + set.Name + "\n"
	}
	return []byte(s)
}

// unpackSet checks the digest of an archive, then unpacks it.  Both read the
// same open file.
func (e *Engine) unpackSet(dir, archive, sums string) (BaseSet, error) {
	set := BaseSet{Name: strings.Join(strings.Fields(filepath.Base(archive)), "_")}
	f, err := os.Open(archive)
	if err != nil {
		return set, pathCause(err)
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return set, errors.Join(err, host.ErrKind)
	}
	if set.SHA256, err = e.checkDigest(f, archive, sums); err != nil {
		return set, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return set, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return set, err
	}
	defer root.Close()
	u := &host.Unpacker{Root: root, Limits: host.BaseLimits}
	if err := u.Unpack(f); err != nil {
		return set, err
	}
	if u.Skipped > 0 {
		e.Warn("%s: %d devices, pipes or sockets left out", archive, u.Skipped)
	}
	return set, nil
}

// sumFiles are files of digests as NetBSD and others publish them.
var sumFiles = []string{"SHA512", "SHA256", "SHA512SUMS", "SHA256SUMS"}

// checkDigest computes the digests of an archive and compares them with the
// published one.
func (e *Engine) checkDigest(f *os.File, archive, sums string) (string, error) {
	h256, h512 := sha256.New(), sha512.New()
	if _, err := io.Copy(io.MultiWriter(h256, h512), f); err != nil {
		return "", err
	}
	have := hexOf(h256)
	if sums == "" {
		for _, n := range sumFiles {
			beside := filepath.Join(filepath.Dir(archive), n)
			if _, err := os.Stat(beside); err == nil {
				sums = beside
				break
			}
		}
	}
	if sums == "" {
		e.Warn("%s: no file of digests beside it; its SHA256 is %s", archive, have)
		return have, nil
	}
	want, err := published(sums, filepath.Base(archive))
	if err != nil {
		return have, err
	}
	if want != have && want != hexOf(h512) {
		return have, fmt.Errorf("its digest is not the one in %s", sums)
	}
	return have, nil
}

func hexOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// published finds the SHA-256 or SHA-512 digest of a file in a list as
// cksum(1) writes it, `SHA512 (NAME) = DIGEST', or as sha512sum(1) does.
func published(sums, name string) (string, error) {
	f, err := os.Open(sums)
	if err != nil {
		return "", err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		w := strings.Fields(s.Text())
		digest := ""
		switch {
		case len(w) == 4 && strings.HasPrefix(w[0], "SHA") && w[1] == "("+name+")" && w[2] == "=":
			digest = strings.ToLower(w[3])
		case len(w) == 2 && strings.TrimPrefix(strings.TrimPrefix(w[1], "*"), "./") == name:
			digest = strings.ToLower(w[0])
		}
		if _, err := hex.DecodeString(digest); err == nil && (len(digest) == 64 || len(digest) == 128) {
			return digest, nil
		}
	}
	return "", fmt.Errorf("%s has no SHA256 or SHA512 digest of it", sums)
}

// RemoveBase removes a base that no manifest names and nothing has mounted.
func (e *Engine) RemoveBase(name string) error {
	if err := checkBaseName(name); err != nil {
		return err
	}
	b, err := e.readBase(name)
	if err != nil {
		return err
	}
	dir := e.Layout.Base(name)
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no base %s", name)
	}
	if len(b.Used) > 0 {
		return fmt.Errorf("base %s is used by %s", name, strings.Join(b.Used, " "))
	}
	if cells, err := e.mountedFrom(dir); err != nil || len(cells) > 0 {
		return errors.Join(err, fmt.Errorf("base %s is mounted by %s", name, strings.Join(cells, " ")))
	}
	old := filepath.Join(e.Layout.Bases, host.NewPrefix+name)
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(dir, old); err != nil {
		return err
	}
	fault()
	os.Remove(dir + setsSuffix)
	return os.RemoveAll(old)
}

// mountedFrom lists the cells that have the directory mounted, by asking
// which of their mount points show it.
func (e *Engine) mountedFrom(dir string) ([]string, error) {
	want, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	all, err := host.Mounts()
	if err != nil {
		return nil, err
	}
	var out []string
	cells := filepath.Join(e.Layout.State, "cells") + "/"
	for _, m := range host.MountsBelow(all, strings.TrimSuffix(cells, "/")) {
		name, _, _ := strings.Cut(strings.TrimPrefix(m.Target, cells), "/")
		st, err := os.Lstat(m.Target)
		if err == nil && host.SameFile(want, st) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}

// pathCause is what an error of package os says beside the path.
func pathCause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
