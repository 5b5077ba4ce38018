package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cells/src/internal/host"
	"cells/src/internal/manifest"
)

// place is a file of a cell, reached from the host below a root that the
// cell cannot leave.
type place struct {
	root *os.Root
	rel  string
}

func (p *place) close() { p.root.Close() }

// read is host.ReadFile.
func (p *place) read() ([]byte, fs.FileInfo, error) { return host.ReadFile(p.root, p.rel) }

// writable opens the place where a path of the cell is kept.
func (e *Engine) writable(c *manifest.Cell, path string) (*place, error) {
	dir, rel, ok := e.Layout.Store(e.Set, c, path)
	if !ok {
		return nil, &fs.PathError{Op: "write", Path: path, Err: errors.New("belongs to the read-only base")}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &place{root, rel}, nil
}

// readable opens the place where a path of the cell can be read, whether the
// cell runs or not: its data, a volume or, for what was not made yet, the
// base.
func (e *Engine) readable(c *manifest.Cell, path string) (*place, error) {
	at := c.Find(path)
	dir, rel := "", at.Rest
	switch {
	case at.Volume != nil:
		dir = e.Set.Source(*at.Volume)
	case at.Data != "":
		dir = e.Layout.Data(c.Name, at.Data)
		if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
			dir, rel = e.baseDir(c, path)
		}
	default:
		dir, rel = e.baseDir(c, path)
	}
	if dir == "" {
		return nil, fs.ErrNotExist
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &place{root, rel}, nil
}

// baseDir is where a path of the base lies on the host, "" where it does not.
func (e *Engine) baseDir(c *manifest.Cell, path string) (dir, rel string) {
	rel = strings.TrimPrefix(path, "/")
	switch c.Base {
	case manifest.BaseNone:
		return "/", rel
	case manifest.BaseHost:
		for _, p := range e.Layout.Parts {
			if manifest.Below(path, p) {
				return "/", rel
			}
		}
		if etc, ok := strings.CutPrefix(path, "/etc/"); ok && fromHostEtc(etc) {
			return "/", rel
		}
		return "", ""
	}
	return e.Layout.Base(c.Base), rel
}

// readText reads a text file of a cell; a missing one is empty.
func (e *Engine) readText(c *manifest.Cell, path string) ([]byte, error) {
	p, err := e.readable(c, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer p.close()
	b, _, err := p.read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// account resolves USER[:GROUP] by the databases of the cell; "" is root, or
// the ordinary user that the program runs as.
func (e *Engine) account(c *manifest.Cell, spec string) (uid, gid int, err error) {
	if spec == "" {
		return os.Geteuid(), os.Getegid(), nil
	}
	passwd, err := e.readText(c, "/etc/passwd")
	if err != nil {
		return 0, 0, err
	}
	group, err := e.readText(c, "/etc/group")
	if err != nil {
		return 0, 0, err
	}
	return host.Account(passwd, group, spec)
}

// hostEtc are the files of /etc that a cell on `base host' gets to see: what
// programs need to know users, hosts and services, and no secret.
var hostEtc = []string{
	"alternatives", "ca-certificates.conf", "csh.cshrc", "ethertypes", "group", "hosts",
	"hosts.allow", "hosts.deny", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
	"login.conf", "login.conf.db", "mailer.conf", "mime.types", "netconfig", "networks",
	"nsswitch.conf", "openssl/certs", "openssl/openssl.cnf", "passwd", "profile", "protocols",
	"pwd.db", "resolv.conf", "rpc", "services", "shells", "ssl/certs", "ssl/openssl.cnf",
	"timezone",
}

// fromHostEtc reports whether rel, below /etc, is one of them, lies in one,
// or is a directory that leads to one.
func fromHostEtc(rel string) bool {
	return slices.ContainsFunc(hostEtc, func(k string) bool {
		return rel == k || strings.HasPrefix(rel, k+"/") || strings.HasPrefix(k, rel+"/")
	})
}

// hostVar are the directories of an empty /var.
var hostVar = []string{"cache", "db", "empty", "games", "lib", "log", "mail", "run", "spool", "tmp"}

// stickyDirs may be written by everybody.
var stickyDirs = []string{"/tmp", "/var/tmp"}

// openHost opens the host's own root directory for reading.
func openHost() (*os.Root, error) { return os.OpenRoot("/") }

// dirMode is the mode that a directory has where the base does not say.
func dirMode(path string) fs.FileMode {
	switch {
	case slices.Contains(stickyDirs, path):
		return 0o777 | fs.ModeSticky
	case path == "/root":
		return 0o700
	}
	return 0o755
}

// removeNew removes what a killed program left beside dir/name.
func removeNew(dir, name string) error {
	return os.RemoveAll(filepath.Join(dir, host.NewPrefix+name))
}
