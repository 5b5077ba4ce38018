package manifest

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/words"
)

// command checks what is to be executed: an absolute path, since a cell's
// PATH is nobody's business but the command's own.
func command(ws []string) ([]string, error) {
	if err := checkPath(ws[0]); err != nil {
		return nil, err
	}
	return ws, nil
}

// checkPath checks the form of a path inside a cell or of the host.
func checkPath(p string) error {
	switch {
	case p == "":
		return errors.New("empty path")
	case p[0] != '/':
		return fmt.Errorf("%s: not an absolute path", p)
	case len(p) > cell.RootMax:
		return fmt.Errorf("%.20s...: longer than %d bytes", p, cell.RootMax)
	case path.Clean(p) != p:
		return fmt.Errorf("%s: written plainly it is %s", p, path.Clean(p))
	}
	return nil
}

// checkUser checks the form of USER or USER:GROUP.
func checkUser(s string) error {
	user, group, both := strings.Cut(s, ":")
	for _, n := range []string{user, group} {
		if n == "" && (n == user || both) || strings.ContainsAny(n, ":,/ \t") || strings.HasPrefix(n, "-") {
			return fmt.Errorf("%q: USER or USER:GROUP expected", s)
		}
	}
	return nil
}

func checkBase(s string) error {
	if s == BaseNone || s == BaseHost {
		return nil
	}
	return cell.CheckName(s)
}

// addEnv adds variables; the same one twice is a mistake.
func (c *Cell) addEnv(ws []string) error {
	for _, w := range ws {
		name, _, ok := strings.Cut(w, "=")
		if !ok || !isVariable(name) {
			return fmt.Errorf("%q: NAME=VALUE expected", w)
		}
		for _, e := range c.Env {
			if strings.HasPrefix(e, name+"=") {
				return fmt.Errorf("%s is set twice", name)
			}
		}
		c.Env = append(c.Env, w)
	}
	return nil
}

// isVariable reports whether s can name a variable in sh(1).
func isVariable(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		return false
	}
	return s != ""
}

func (c *Cell) setMaxProc(s string) error {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return fmt.Errorf("bad number %q", s)
	}
	c.MaxProc = uint32(n)
	return nil
}

func (c *Cell) addRlimit(ws []string) error {
	r, err := cell.ParseRlimit(ws[0], ws[1])
	if err != nil {
		return err
	}
	for _, o := range c.Rlimits {
		if o.Name == r.Name {
			return fmt.Errorf("%s is set twice", r.Name)
		}
	}
	c.Rlimits = append(c.Rlimits, r)
	slices.SortFunc(c.Rlimits, func(a, b cell.Rlimit) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

func (c *Cell) formatRlimits() []string {
	out := make([]string, len(c.Rlimits))
	for i, r := range c.Rlimits {
		out[i] = strings.Replace(r.String(), "=", " ", 1)
	}
	return out
}

func (c *Cell) setDepend(ws []string) error {
	for _, w := range ws {
		if err := cell.CheckName(w); err != nil {
			return err
		}
		if slices.Contains(c.Depend, w) {
			return fmt.Errorf("%s given twice", w)
		}
		c.Depend = append(c.Depend, w)
	}
	slices.Sort(c.Depend)
	return nil
}

// setHealth takes options up to the first word that begins with a slash.
func (c *Cell) setHealth(ws []string) error {
	h := &c.Health
	for len(ws) > 0 && !strings.HasPrefix(ws[0], "/") {
		key, val, ok := strings.Cut(ws[0], "=")
		if !ok {
			return fmt.Errorf("%s: not an absolute path", ws[0])
		}
		if err := h.set(key, val); err != nil {
			return err
		}
		ws = ws[1:]
	}
	if len(ws) == 0 {
		return errors.New("a program is missing")
	}
	var err error
	h.Command, err = command(ws)
	return err
}

func (h *Health) set(key, val string) (err error) {
	switch key {
	case "interval":
		h.Interval, err = positive(val)
	case "timeout":
		h.Timeout, err = positive(val)
	case "retries":
		h.Retries, err = strconv.Atoi(val)
		if err != nil || h.Retries < 1 || h.Retries > 1000 {
			return fmt.Errorf("retries=%s: a number from 1 to 1000 expected", val)
		}
	case "start":
		h.Start, err = positive(val)
	case "action":
		h.Action, err = oneOf(val, "restart", "report")
	default:
		return fmt.Errorf("unknown option %q%s", key,
			words.Meant(key, []string{"interval", "timeout", "retries", "action", "start"}))
	}
	return err
}

// positive reads a duration that is at least a second.
func positive(s string) (time.Duration, error) {
	d, err := words.Duration(s)
	if err == nil && d < time.Second {
		err = fmt.Errorf("%s: at least 1s expected", s)
	}
	return d, err
}

func (c *Cell) formatHealth() []string {
	h := c.Health
	if len(h.Command) == 0 {
		return nil
	}
	return list(append([]string{
		"interval=" + words.FormatDuration(h.Interval), "timeout=" + words.FormatDuration(h.Timeout),
		"retries=" + strconv.Itoa(h.Retries), "action=" + h.Action,
		"start=" + words.FormatDuration(h.Start)}, h.Command...)...)
}

// Signals that a service may be stopped with.
var signals = []string{"HUP", "INT", "QUIT", "ABRT", "KILL", "USR1", "USR2", "ALRM", "TERM", "WINCH"}

func (c *Cell) setStop(ws []string) (err error) {
	name := strings.TrimPrefix(ws[0], "SIG")
	if !slices.Contains(signals, name) {
		return fmt.Errorf("unknown signal %q%s", ws[0], words.Meant(name, signals))
	}
	c.Stop.Signal = name
	if len(ws) > 1 {
		c.Stop.Grace, err = words.Duration(ws[1])
	}
	return err
}

func (c *Cell) addHook(ws []string) error {
	when, err := oneOf(ws[0], "before", "after")
	if err != nil {
		return err
	}
	cmd, err := command(ws[1:])
	if when == "before" {
		c.Before = append(c.Before, cmd)
	} else {
		c.After = append(c.After, cmd)
	}
	return err
}

func (c *Cell) formatHooks() []string {
	var out []string
	for _, h := range c.Before {
		out = append(out, "before "+words.Join(h))
	}
	for _, h := range c.After {
		out = append(out, "after "+words.Join(h))
	}
	return out
}

// The words of syslog(3).
var (
	facilities = []string{"auth", "authpriv", "cron", "daemon", "ftp", "lpr", "mail",
		"news", "syslog", "user", "uucp", "local0", "local1", "local2", "local3", "local4",
		"local5", "local6", "local7"}
	levels = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
)

// checkLog checks where a service's output goes.
func checkLog(s string) error {
	if strings.HasPrefix(s, "/") {
		return checkPath(s)
	}
	facility, level, ok := strings.Cut(s, ".")
	switch {
	case !ok:
		return fmt.Errorf("%q: FACILITY.LEVEL or an absolute path expected", s)
	case !slices.Contains(facilities, facility):
		return fmt.Errorf("unknown facility %q%s", facility, words.Meant(facility, facilities))
	case !slices.Contains(levels, level):
		return fmt.Errorf("unknown level %q%s", level, words.Meant(level, levels))
	}
	return nil
}
