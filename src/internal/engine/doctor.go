package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/host"
	"cells/src/internal/kern"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/words"
)

// Finding is what an examination of the host has found out.
type Finding struct {
	Check string
	Grade Grade
	What  string
	Mend  string // a command that mends it
}

// Grade says how bad a finding is.
type Grade uint8

// The grades.
const (
	Good Grade = iota
	Odd        // works, but somebody ought to look
	Bad
)

func (g Grade) String() string { return [...]string{"ok", "odd", "bad"}[g] }

// Doctor examines the host.  set may be full of mistakes, which mistakes then
// holds.
func Doctor(set *manifest.Set, mistakes error) []Finding {
	var out []Finding
	add := func(check string, grade Grade, mend, what string, args ...any) {
		out = append(out, Finding{check, grade, fmt.Sprintf(what, args...), mend})
	}
	e, err := Open(set)
	examineKernel(e, err, add)
	if mistakes != nil {
		add("manifests", Bad, "cellmgr check", "there are mistakes in %s", set.Dir)
	} else {
		add("manifests", Good, "", "%s, %s", words.Count(len(set.Cells), "cell"), words.Count(len(set.Volumes), "volume"))
	}
	if _, err := Cellctl(); err != nil {
		add("programs", Bad, "make install", "%v", err)
	} else {
		add("programs", Good, "", "cellctl is there")
	}
	examineBoot(add)
	examineClock(set, add)
	if e == nil {
		e = Offline(set)
	}
	defer e.Close()
	e.examineMounts(add)
	e.examineState(mistakes == nil, add)
	if e.Kern != nil {
		e.examineCells(mistakes == nil, add)
	}
	return out
}

// adder takes a finding.
type adder func(check string, grade Grade, mend, what string, args ...any)

func examineKernel(e *Engine, err error, add adder) {
	switch {
	case errors.Is(err, kern.ErrABI):
		add("kernel", Bad, "modunload secmodel_cell; modload secmodel_cell", "%v", err)
	case err != nil && runtime.GOOS == "netbsd":
		add("kernel", Bad, "modload secmodel_cell", "%v", err)
	case err != nil:
		add("kernel", Bad, "cellrig", "%v", err)
	case e.Rig:
		add("kernel", Odd, "", "a rig answers: a rehearsal, not a kernel")
	default:
		add("kernel", Good, "", "secmodel_cell answers")
	}
}

// examineBoot looks whether cells start with the machine.
func examineBoot(add adder) {
	if runtime.GOOS != "netbsd" {
		return
	}
	if _, err := os.Stat("/etc/rc.d/cellmgr"); err != nil {
		add("boot", Bad, "install -m 755 share/examples/cells/cellmgr /etc/rc.d/cellmgr", "%v", err)
	}
	conf, err := os.ReadFile("/etc/rc.conf")
	if err != nil {
		add("boot", Odd, "", "%v", err)
		return
	}
	for line := range strings.Lines(string(conf)) {
		value, ok := strings.CutPrefix(strings.TrimSpace(line), "cellmgr=")
		if ok && strings.EqualFold(strings.Trim(value, `"'`), "yes") {
			add("boot", Good, "", "cellmgr=YES")
			return
		}
	}
	add("boot", Odd, "echo cellmgr=YES >>/etc/rc.conf", "rc.conf does not start cellmgr")
}

// examineClock compares the clock with what cannot lie in the future.
func examineClock(set *manifest.Set, add adder) {
	st, err := os.Stat(set.Dir)
	if err == nil && time.Until(st.ModTime()) > time.Minute {
		add("clock", Bad, "ntpdate pool.ntp.org", "%s was changed in the future, %s", set.Dir,
			st.ModTime().Format(time.DateTime))
		return
	}
	add("clock", Good, "", "%s", time.Now().Format(time.DateTime))
}

// examineMounts looks whether the file systems for roots are there.
func (e *Engine) examineMounts(add adder) {
	needs := false
	for _, c := range e.Set.Cells {
		needs = needs || c.Base != manifest.BaseNone
		if c.Base != manifest.BaseNone && c.Base != manifest.BaseHost {
			if _, err := os.Stat(e.Layout.Base(c.Base)); errors.Is(err, fs.ErrNotExist) {
				add("bases", Bad, "cellmgr base add "+c.Base+" base.tar.xz etc.tar.xz",
					"%s: there is no base %s", c.Name, c.Base)
			}
		}
		for _, v := range c.Volumes {
			if _, err := os.Stat(v.Source); v.Host() && errors.Is(err, fs.ErrNotExist) {
				add("volumes", Bad, "mkdir -p "+v.Source, "%s: there is no %s", c.Name, v.Source)
			}
		}
	}
	for _, kind := range []string{"null", "tmpfs"} {
		if needs && !host.HasFileSystem(kind) {
			add("mounts", Bad, "modload "+strings.TrimSuffix(kind, "fs")+"fs", "the kernel cannot mount %s", kind)
		}
	}
	if _, err := host.Mounts(); err != nil {
		add("mounts", Bad, "", "%v", err)
	} else {
		add("mounts", Good, "", "the list of mounts can be read")
	}
}

// examineState looks for what earlier cells and killed programs left.  Which
// cells have no manifest is known only where all of them could be read.
func (e *Engine) examineState(known bool, add adder) {
	if n, err := e.Restoring(); err == nil && n != 0 {
		add("state", Odd, "cellmgr apply", "a rollback to generation %d was interrupted", n)
	}
	restores, _ := os.ReadDir(filepath.Join(e.Layout.State, "restore"))
	for _, r := range restores {
		add("state", Odd, "cellmgr apply", "a restore of %s was interrupted", r.Name())
	}
	cells := filepath.Join(e.Layout.State, "cells")
	st, err := os.Stat(cells)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		add("state", Good, "", "nothing was applied yet")
		return
	case err != nil:
		add("state", Odd, "", "%v", err)
		return
	case st.Mode().Perm()&0o077 != 0:
		add("state", Bad, "chmod 700 "+cells, "%s is open to others (mode %s)", cells, manifest.FormatMode(st.Mode()))
	}
	entries, err := os.ReadDir(cells)
	if err != nil {
		add("state", Odd, "", "%v", err)
		return
	}
	for _, d := range entries {
		if _, err := os.Lstat(e.Layout.Drill(d.Name())); err == nil {
			add("state", Odd, "cellmgr apply", "%s was left by a drill that was interrupted", d.Name())
			continue
		}
		if known && e.Set.Cells[d.Name()] == nil && cell.CheckName(d.Name()) == nil {
			what := "data"
			if _, err := os.Lstat(e.Layout.DataDir(d.Name())); errors.Is(err, fs.ErrNotExist) {
				what = "a record"
			}
			add("state", Odd, "cellmgr remove -d "+d.Name(), "%s of %s is kept, which has no manifest", what, d.Name())
		}
	}
	add("state", Good, "", "%s", e.Layout.State)
}

// examineCells looks for cells that are not what they should be; known is that
// of examineState.
func (e *Engine) examineCells(known bool, add adder) {
	w, err := e.Observe()
	if err != nil {
		add("cells", Bad, "", "%v", err)
		return
	}
	for _, n := range w.Names() {
		o, c := w.Cells[n], e.Set.Cells[n]
		switch st := o.State(); {
		case st == plan.Broken:
			add("cells", Bad, "cellmgr apply "+n, "%s is there in part only", n)
		case st == plan.Foreign && c != nil:
			add("cells", Bad, "cellctl destroy -k "+n, "%s: a cell of that name runs that cellmgr did not make", n)
		case st == plan.Done && o.Failed():
			add("cells", Odd, "cellmgr start "+n, "%s has failed, and is not started again", n)
		case o.Drill: // told with the state
		case known && c == nil && st != plan.Foreign && st != plan.Down:
			add("cells", Odd, "cellmgr remove "+n, "%s has no manifest and is %s", n, st)
		}
	}
	add("cells", Good, "", "%d", len(w.Cells))
}
