package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/md5"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// pkgtools is the oldest pkg_install that reads such packages; pkg_add refuses
// what asks for one newer than itself.
const pkgtools = "20091115"

// Scripts that pkg_add(1) and pkg_delete(1) run.  The lines about what they
// look after follow them.
var (
	//go:embed install.sh
	installScript string
	//go:embed deinstall.sh
	deinstallScript string
)

// A member is one file of the archive.
type member struct {
	name, link string
	mode       int64
	data       []byte
}

// A pkg is what a package holds: first what pkg_add reads for itself, in the
// order that it insists on, then the files in the order of the list.
type pkg struct {
	name  string
	meta  []member
	files []member
	when  time.Time
}

// load reads recipe and staged files, and makes the package of them.
func load(o options) (*pkg, error) {
	r, err := o.recipe()
	if err != nil {
		return nil, err
	}
	top := filepath.Join(o.stage, o.prefix)
	there, err := staged(top)
	if err != nil {
		return nil, err
	}
	if err := compare(r.plist, there); err != nil {
		return nil, err
	}
	p := &pkg{name: r.vars["DISTNAME"], when: o.when}
	for _, name := range r.plist {
		m, err := readMember(top, name)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, m)
	}
	p.meta = p.metadata(r, o)
	return p, nil
}

// recipe of the options, with what pkgsrc itself would know.
func (o options) recipe() (*recipe, error) {
	if machines[o.arch] == "" {
		return nil, fmt.Errorf("%s: no such machine", o.arch)
	}
	return readRecipe(o.dir, map[string]string{
		"PREFIX": o.prefix, "PKGMANDIR": "man", "VARBASE": "/var",
		"PKG_SYSCONFBASE": o.sysconfdir, "PKG_SYSCONFDIR": o.sysconfdir + "/cells",
		"REAL_ROOT_USER": "root", "REAL_ROOT_GROUP": "wheel",
		"RCD_SCRIPTS_DIR": "/etc/rc.d", "RCD_SCRIPTS_EXAMPLEDIR": "share/examples/rc.d",
		"OPSYS": "NetBSD", "OS_VERSION": o.release, "MACHINE_ARCH": machines[o.arch],
	})
}

func readMember(top, name string) (member, error) {
	path := filepath.Join(top, name)
	info, err := os.Lstat(path)
	if err != nil {
		return member{}, err
	}
	m := member{name: name, mode: 0o644}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		m.mode = 0o755
		m.link, err = os.Readlink(path)
		return m, err
	case info.Mode()&0o111 != 0:
		m.mode = 0o755
	}
	m.data, err = os.ReadFile(path)
	return m, err
}

// metadata in the order in which pkg_add wants it.
func (p *pkg) metadata(r *recipe, o options) []member {
	data := scriptData(r)
	size := 0
	for _, m := range p.files {
		size += len(m.data)
	}
	meta := []member{
		{name: "+CONTENTS", mode: 0o644},
		{name: "+COMMENT", mode: 0o444, data: []byte(r.vars["COMMENT"] + "\n")},
		{name: "+DESC", mode: 0o444, data: []byte(r.descr)},
		{name: "+INSTALL", mode: 0o555, data: []byte(r.expand(installScript) + data)},
		{name: "+DEINSTALL", mode: 0o555, data: []byte(r.expand(deinstallScript) + data)},
		{name: "+DISPLAY", mode: 0o444, data: []byte(r.message)},
		{name: "+BUILD_INFO", mode: 0o444, data: []byte(buildInfo(r, o))},
		{name: "+SIZE_PKG", mode: 0o444, data: fmt.Appendf(nil, "%d\n", size)},
		{name: "+SIZE_ALL", mode: 0o444, data: fmt.Appendf(nil, "%d\n", size)},
	}
	meta[0].data = []byte(p.contents(meta[1:], o.prefix))
	return meta
}

// contents is the packing list: files with their digests, then the metadata,
// which pkg_add keeps elsewhere and so ignores here.
func (p *pkg) contents(meta []member, prefix string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "@name %s\n@cwd %s\n", p.name, prefix)
	for _, m := range p.files {
		fmt.Fprintf(&b, "%s\n@comment %s\n", m.name, m.digest())
	}
	b.WriteString("@cwd .\n")
	for _, m := range meta {
		fmt.Fprintf(&b, "@ignore\n%s\n", m.name)
	}
	b.WriteString("@display +DISPLAY\n")
	return b.String()
}

// digest as the packing list has it.
func (m member) digest() string {
	if m.link != "" {
		return "Symlink:" + m.link
	}
	sum := md5.Sum(m.data)
	return "MD5:" + hex.EncodeToString(sum[:])
}

// buildInfo tells for what, and how, the package was built; nothing about
// where or when, so that two builds are the same.
func buildInfo(r *recipe, o options) string {
	var b strings.Builder
	for _, v := range [][2]string{
		{"OPSYS", "NetBSD"}, {"OS_VERSION", o.release}, {"MACHINE_ARCH", machines[o.arch]},
		{"LOCALBASE", o.prefix}, {"PKG_SYSCONFDIR", r.vars["PKG_SYSCONFDIR"]}, {"VARBASE", r.vars["VARBASE"]},
		{"PKGPATH", r.words("CATEGORIES")[0] + "/" + filepath.Base(o.dir)}, {"CATEGORIES", r.vars["CATEGORIES"]},
		{"LICENSE", r.vars["LICENSE"]}, {"MAINTAINER", r.vars["MAINTAINER"]},
		{"OBJECT_FMT", "ELF"}, {"USE_ABI_DEPENDS", "YES"}, {"PKGTOOLS_VERSION", pkgtools},
	} {
		fmt.Fprintf(&b, "%s=%s\n", v[0], v[1])
	}
	return b.String()
}

// scriptData are the lines that the scripts read: which files and directories
// outside the package it looks after, as pkgsrc's own scripts have them.
func scriptData(r *recipe) string {
	var b strings.Builder
	own := r.words("OWN_DIRS_PERMS")
	fmt.Fprintf(&b, "# DIR: %s m\n", r.vars["PKG_SYSCONFDIR"])
	for i := 0; i+3 < len(own); i += 4 {
		fmt.Fprintf(&b, "# DIR: %s mo %s %s %s\n", own[i], own[i+3], own[i+1], own[i+2])
	}
	for _, name := range r.words("RCD_SCRIPTS") {
		fmt.Fprintf(&b, "# FILE: %s/%s cr %s/%s 0755\n", r.vars["RCD_SCRIPTS_DIR"], name, r.vars["RCD_SCRIPTS_EXAMPLEDIR"], name)
	}
	conf := r.words("CONF_FILES")
	for i := 0; i+1 < len(conf); i += 2 {
		example := strings.TrimPrefix(conf[i], r.vars["PREFIX"]+"/")
		fmt.Fprintf(&b, "# FILE: %s c %s 0644\n", conf[i+1], example)
	}
	return b.String()
}

// write makes the archive: what pkg_create(1) makes, but always the same.
func (p *pkg) write(name string) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	zip, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zip)
	for _, list := range [][]member{p.meta, p.files} {
		for _, m := range list {
			if err := p.writeMember(archive, m); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
		}
	}
	for _, closer := range []func() error{archive.Close, zip.Close, file.Sync, file.Close} {
		if err := closer(); err != nil {
			return err
		}
	}
	return nil
}

func (p *pkg) writeMember(archive *tar.Writer, m member) error {
	h := &tar.Header{
		Name: m.name, Linkname: m.link, Mode: m.mode, Size: int64(len(m.data)),
		Typeflag: tar.TypeReg, Uname: "root", Gname: "wheel", ModTime: p.when, Format: tar.FormatUSTAR,
	}
	if m.link != "" {
		h.Typeflag = tar.TypeSymlink
	}
	if err := archive.WriteHeader(h); err != nil {
		return err
	}
	_, err := archive.Write(m.data)
	return err
}
