package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Conf is cells.conf with its defaults filled in: the few things that are
// the host's.
type Conf struct {
	File    string
	State   string // generations, private data, roots
	Volumes string // named volumes without a path of their own
	Bases   string
	Backups string
	Run     string // locks and what supervisors tell; not configurable but by the environment
	Base    string // of cells that name none
	Log     string // ... likewise
	Keep    int    // generations
	Jobs    int    // cells worked on at a time
	Paths   []HostPath
	lines   map[string]int
}

// HostPath is a directory of the host that cells may mount, with what lies
// below it.
type HostPath struct {
	Dir      string
	ReadOnly bool
}

// Allows reports whether a cell may mount the path of the host, for writing
// where write is set.
func (c *Conf) Allows(p string, write bool) bool {
	for _, h := range c.Paths {
		if Below(p, h.Dir) && !(write && h.ReadOnly) {
			return true
		}
	}
	return false
}

// Environment that overrides directories, for tests and rehearsals.
const (
	EnvEtc    = "CELLS_ETC"
	EnvRun    = "CELLS_RUN"
	EnvState  = "CELLS_DB"
	EnvBackup = "CELLS_BACKUP"
)

// EtcDir is where the manifests are.
func EtcDir() string { return fromEnv(EnvEtc, etcDir) }

// etcDir is set by builds with another SYSCONFDIR.
var etcDir = "/etc/cells"

func fromEnv(name, fallback string) string {
	if v := os.Getenv(name); filepath.IsAbs(v) {
		return filepath.Clean(v)
	}
	return fallback
}

// confGrammar is the grammar of cells.conf.
var confGrammar = []row[Conf]{
	{Directive{"state", "DIR", false, Noted}, 1, 1,
		func(c *Conf, a args) error { return c.dir(&c.State, a) },
		func(c *Conf) []string { return list(c.State) }},
	{Directive{"volumes", "DIR", false, Noted}, 1, 1,
		func(c *Conf, a args) error { return c.dir(&c.Volumes, a) },
		func(c *Conf) []string { return list(c.Volumes) }},
	{Directive{"bases", "DIR", false, Noted}, 1, 1,
		func(c *Conf, a args) error { return c.dir(&c.Bases, a) },
		func(c *Conf) []string { return list(c.Bases) }},
	{Directive{"backups", "DIR", false, Noted}, 1, 1,
		func(c *Conf, a args) error { return c.dir(&c.Backups, a) },
		func(c *Conf) []string { return list(c.Backups) }},
	{Directive{"hostpath", "DIR [ro | rw]", true, Noted}, 1, 2,
		func(c *Conf, a args) error { return c.addPath(a) },
		func(c *Conf) []string { return c.formatPaths() }},
	{Directive{"base", "none | host | NAME", false, Noted}, 1, 1,
		func(c *Conf, a args) error { c.Base = a.words[0]; return checkBase(c.Base) },
		func(c *Conf) []string { return list(c.Base) }},
	{Directive{"log", "FACILITY.LEVEL | FILE", false, Noted}, 1, 1,
		func(c *Conf, a args) error { c.Log = a.words[0]; return checkLog(c.Log) },
		func(c *Conf) []string { return list(c.Log) }},
	{Directive{"keep", "N", false, Noted}, 1, 1,
		func(c *Conf, a args) error { return between(&c.Keep, a.words[0], 2, 100000) },
		func(c *Conf) []string { return list(strconv.Itoa(c.Keep)) }},
	{Directive{"jobs", "N", false, Noted}, 1, 1,
		func(c *Conf, a args) error { return between(&c.Jobs, a.words[0], 1, 1000) },
		func(c *Conf) []string { return list(strconv.Itoa(c.Jobs)) }},
}

func (c *Conf) dir(to *string, a args) error {
	*to = a.words[0]
	return checkPath(*to)
}

func (c *Conf) addPath(a args) error {
	h := HostPath{Dir: a.words[0]}
	if len(a.words) > 1 {
		how, err := oneOf(a.words[1], "ro", "rw")
		if err != nil {
			return err
		}
		h.ReadOnly = how == "ro"
	}
	c.Paths = append(c.Paths, h)
	return checkPath(h.Dir)
}

func (c *Conf) formatPaths() []string {
	out := make([]string, len(c.Paths))
	for i, h := range c.Paths {
		how := "rw"
		if h.ReadOnly {
			how = "ro"
		}
		out[i] = list(h.Dir, how)[0]
	}
	return out
}

func between(to *int, s string, low, high int) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return fmt.Errorf("%s: a number from %d to %d expected", s, low, high)
	}
	*to = n
	return nil
}

// ParseConf reads the text of cells.conf.  Directories that the environment
// names come before those of the file.
func ParseConf(file string, text []byte, errs *Errors) *Conf {
	c := &Conf{File: file, State: "/var/db/cells", Backups: "/var/backups/cells",
		Base: BaseHost, Log: "daemon.info", Keep: 50, Jobs: 16, lines: map[string]int{}}
	d := document[Conf]{file: file, rows: confGrammar, into: c, seen: c.lines, errs: errs}
	d.read(text)
	c.State = fromEnv(EnvState, c.State)
	c.Backups = fromEnv(EnvBackup, c.Backups)
	c.Run = fromEnv(EnvRun, "/var/run/cells")
	if c.Volumes == "" {
		c.Volumes = filepath.Join(c.State, "volumes")
	}
	if c.Bases == "" {
		c.Bases = filepath.Join(c.State, "bases")
	}
	return c
}

// Text is the effective file: every directive with its defaults.
func (c *Conf) Text() string {
	var s string
	for i := range confGrammar {
		for _, l := range confGrammar[i].format(c) {
			s += confGrammar[i].Name + " " + l + "\n"
		}
	}
	return s
}
