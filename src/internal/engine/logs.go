package engine

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"slices"
	"strings"

	"cells/src/internal/manifest"
)

// LogFiles lists the files in which the lines of a cell may be, the newest
// line in the first that has any: the file that its manifest names, or those
// into which syslogd(8) puts its facility and level.
func LogFiles(c *manifest.Cell) []string {
	if strings.HasPrefix(c.Log, "/") {
		return []string{c.Log}
	}
	var out []string
	for _, conf := range []string{"/etc/syslog.conf", "/etc/rsyslog.conf", "/etc/rsyslog.d/50-default.conf"} {
		text, err := os.ReadFile(conf)
		if err != nil {
			continue
		}
		for _, f := range syslogFiles(text, c.Log) {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// severities are the levels of syslog(3), the gravest first.
var severities = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// syslogFiles reads syslog.conf(5): the files that get messages of a facility
// and level.  Sections for one program or host are passed over.
func syslogFiles(conf []byte, priority string) []string {
	facility, level, _ := strings.Cut(priority, ".")
	var out []string
	section := false
	for line := range strings.Lines(string(conf)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "!") || strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-"):
			section = strings.Trim(line, "!+-* ") != ""
			continue
		}
		f := strings.Fields(line)
		if section || len(f) < 2 {
			continue
		}
		file := strings.TrimPrefix(f[len(f)-1], "-")
		if strings.HasPrefix(file, "/") && !strings.HasPrefix(file, "/dev/") && selects(f[0], facility, level) {
			out = append(out, file)
		}
	}
	return out
}

// selects reports whether selectors, as in "*.info;mail.none", take messages
// of a facility and level; a later selector overrides an earlier one.
func selects(selectors, facility, level string) bool {
	taken := false
	for sel := range strings.SplitSeq(selectors, ";") {
		names, word, ok := strings.Cut(sel, ".")
		if !ok || !slices.ContainsFunc(strings.Split(names, ","), func(n string) bool { return n == "*" || n == facility }) {
			continue
		}
		least := slices.Index(severities, strings.TrimLeft(word, "<>=!"))
		at := slices.Index(severities, level)
		switch {
		case word == "none":
			taken = false
		case word == "*":
			taken = true
		case least < 0:
		case strings.HasPrefix(word, "="):
			taken = at == least
		default:
			taken = at <= least
		}
	}
	return taken
}

// logTail is how much of the end of a log is searched, in bytes.
const logTail = 8 << 20

// LogLine reports whether a line of a log is about the cell: behind the time
// and the host it has NAME[PID]: in it.
func LogLine(line []byte, name string) bool {
	for {
		i := bytes.Index(line, []byte(name+"["))
		if i < 0 {
			return false
		}
		rest := line[i+len(name)+1:]
		n := 0
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n > 0 && bytes.HasPrefix(rest[n:], []byte("]: ")) && (i == 0 || line[i-1] == ' ') {
			return true
		}
		line = rest
	}
}

// LastLines reads the last n lines of a file that are about the cell, and
// returns where the file ended.
func LastLines(f *os.File, name string, n int) (lines [][]byte, end int64, err error) {
	st, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	lines, end, err = LinesAfter(f, name, max(0, st.Size()-logTail))
	return lines[max(0, len(lines)-n):], end, err
}

// LinesAfter reads the complete lines about the cell from the offset on, and
// returns where the last line of any kind ended.  A file that has become
// shorter is read from its beginning.
func LinesAfter(f *os.File, name string, start int64) (lines [][]byte, end int64, err error) {
	if st, err := f.Stat(); err == nil && st.Size() < start {
		start = 0
	}
	if _, err := f.Seek(start, io.SeekStart); err != nil {
		return nil, start, err
	}
	r := bufio.NewReader(f)
	for end = start; ; {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return lines, end, nil
		}
		if err != nil {
			return lines, end, err
		}
		end += int64(len(line))
		if LogLine(line, name) {
			lines = append(lines, line)
		}
	}
}
