package main

import (
	"strconv"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/table"
	"cells/src/internal/words"
)

// statFields is what stats can show.  New ones go at the end.
var statFields = append([]table.Field[usage]{
	{Name: "id", Right: true, Doc: "the cell's id",
		Value: func(u usage) string { return u.ID.String() }},
	{Name: "name", Doc: "its name",
		Value: func(u usage) string { return u.Config.Name }},
	{Name: "procs", Right: true, Doc: "processes now",
		Value: func(u usage) string { return decimal(u.Processes) }},
	{Name: "peak", Right: true, Doc: "most processes at one time",
		Value: func(u usage) string { return decimal(u.Peak) }},
	{Name: "cpu", Right: true, Doc: "seconds of CPU time, user and system, the exited included",
		Value: func(u usage) string { return seconds(u.CPU) },
		Human: func(u usage) string { return u.CPU.Round(time.Millisecond).String() }},
	{Name: "cpupct", Right: true, Doc: "per cent of one CPU since the last line, with -w",
		Value: func(u usage) string { return percent(u.percent) }},
	{Name: "rss", Right: true, Doc: "bytes resident in memory now",
		Value: func(u usage) string { return decimal(u.RSS) },
		Human: func(u usage) string { return words.FormatSize(u.RSS) }},
	{Name: "vsz", Right: true, Doc: "bytes of address space now",
		Value: func(u usage) string { return decimal(u.VSZ) },
		Human: func(u usage) string { return words.FormatSize(u.VSZ) }},
	{Name: "forks", Right: true, Doc: "processes that were forked in the cell",
		Value: func(u usage) string { return decimal(u.Forks) }},
	{Name: "exits", Right: true, Doc: "processes that ended",
		Value: func(u usage) string { return decimal(u.Exits) }},
	{Name: "denied", Right: true, Doc: "what was denied",
		Value: func(u usage) string { return decimal(cell.Sum(u.Denied)) }},
	{Name: "learned", Right: true, Doc: "what would have been denied but for learning",
		Value: func(u usage) string { return decimal(cell.Sum(u.Learned)) }},
	{Name: "excepted", Right: true, Doc: "what passed because of an exception",
		Value: func(u usage) string { return decimal(cell.Sum(u.Excepted)) }},
	{Name: "uptime", Right: true, Extra: true, Doc: "seconds since the cell was created",
		Value: func(u usage) string { return seconds(u.Uptime) },
		Human: func(u usage) string { return words.BriefDuration(u.Uptime) }},
	{Name: "creds", Right: true, Extra: true, Doc: "credentials in the kernel that name the cell",
		Value: func(u usage) string { return decimal(u.Refs) }},
}, scopeFields()...)

// scopeFields are denied-SCOPE, learned-SCOPE and excepted-SCOPE.
func scopeFields() []table.Field[usage] {
	kinds := []struct {
		name, doc string
		of        func(u usage) [cell.NScope]uint64
	}{
		{"denied", "denied in the scope ", func(u usage) [cell.NScope]uint64 { return u.Denied }},
		{"learned", "learned in the scope ", func(u usage) [cell.NScope]uint64 { return u.Learned }},
		{"excepted", "passed by exception in the scope ", func(u usage) [cell.NScope]uint64 { return u.Excepted }},
	}
	var out []table.Field[usage]
	for _, k := range kinds {
		for i, scope := range cell.Scopes() {
			out = append(out, table.Field[usage]{Name: k.name + "-" + scope, Right: true,
				Extra: true, Doc: k.doc + scope,
				Value: func(u usage) string { return decimal(k.of(u)[i]) }})
		}
	}
	return out
}

// percent is p with one place, or nothing where it is not known.
func percent(p float64) string {
	if p < 0 {
		return ""
	}
	return strconv.FormatFloat(p, 'f', 1, 64)
}
