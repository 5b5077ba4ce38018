// Binpkg makes a binary package that pkg_add(1) accepts, on any machine.
//
//	binpkg -arch amd64 -stage DIR -out FILE.tgz pkgsrc/cells
//	binpkg -arch amd64 -check FILE.tgz pkgsrc/cells
//
// It reads what the package for pkgsrc says (Makefile, PLIST, DESCR, MESSAGE)
// and takes the files from a staging directory that `make install DESTDIR='
// filled.  The same input gives the same bytes.  With -check it reads a package
// as pkg_add does, and tells what is wrong with it.
//
// Exit status: 0 done, 1 failed, 2 usage.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.arch, "arch", "amd64", "machine, as Go names it")
	flag.StringVar(&o.release, "release", "10.0", "oldest release of NetBSD that it runs on")
	flag.StringVar(&o.prefix, "prefix", "/usr/pkg", "where the package is installed")
	flag.StringVar(&o.sysconfdir, "sysconfdir", "/etc", "where configuration lies")
	flag.StringVar(&o.stage, "stage", "", "directory that holds the installed files")
	flag.StringVar(&o.out, "out", "", "the package to be written")
	check := flag.String("check", "", "a package to be read instead")
	epoch := flag.Int64("epoch", 0, "time of everything in the package, in seconds since 1970")
	flag.Parse()
	if flag.NArg() != 1 || (*check == "") == (o.out == "") || (o.out == "") != (o.stage == "") {
		fmt.Fprintln(os.Stderr, "usage: binpkg [-arch arch] [-release release] [-prefix dir] [-sysconfdir dir] [-epoch seconds] -stage dir -out file package-directory")
		fmt.Fprintln(os.Stderr, "       binpkg [-arch arch] [-release release] [-prefix dir] [-sysconfdir dir] -check file package-directory")
		os.Exit(2)
	}
	o.dir, o.when = flag.Arg(0), time.Unix(*epoch, 0).UTC()
	var err error
	if *check != "" {
		err = checkFile(*check, o)
	} else {
		err = makePackage(o)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "binpkg: %v\n", err)
		os.Exit(1)
	}
}

// options say what package is made of what.
type options struct {
	arch, release      string
	prefix, sysconfdir string
	stage, out, dir    string
	when               time.Time
}

// machines maps Go's names of machines to pkgsrc's MACHINE_ARCH.
var machines = map[string]string{
	"amd64": "x86_64", "arm64": "aarch64", "386": "i386", "arm": "earmv7hf",
}

// makePackage writes the package beside its name, reads it back, and renames
// it: there is no half package by that name.
func makePackage(o options) error {
	p, err := load(o)
	if err != nil {
		return err
	}
	tmp := o.out + ".new"
	defer os.Remove(tmp)
	if err := os.MkdirAll(filepath.Dir(o.out), 0o755); err != nil {
		return err
	}
	if err := p.write(tmp); err != nil {
		return err
	}
	if err := checkFile(tmp, o); err != nil {
		return err
	}
	return os.Rename(tmp, o.out)
}
