package view

import (
	"regexp"
	"strings"
	"time"
)

// stamp is what the time at the beginning of a line of a log looks like: as
// RFC 5424 has it, or as syslogd(8) writes it by default.
var stamp = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d))|^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)`)

// brief is a line of the log of a cell without what is the same in all of
// them: its time in short, and what was written.
func brief(line, name string) string {
	at := stamp.FindStringSubmatch(line)
	i := strings.Index(line, name+"[")
	if at == nil || i < 0 {
		return line
	}
	_, message, ok := strings.Cut(line[i:], "]: ")
	if !ok {
		return line
	}
	when := at[2]
	if t, err := time.Parse(time.RFC3339, at[1]); err == nil {
		when = t.Local().Format(time.Stamp)
	}
	return when + " " + message
}
