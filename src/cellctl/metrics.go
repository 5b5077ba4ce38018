package main

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"cells/src/internal/cell"
)

// metric is one family of the text format of Prometheus, version 0.0.4.
type metric struct {
	name, kind, help string
	samples          func(in cell.Info) []sample
}

// sample is one value with the labels that it has besides the cell's.
type sample struct {
	labels string
	value  string
}

// metrics is what `stats -P' prints.  What only grows while a cell lives is
// a counter.
var metrics = []metric{
	{"cell_info", "gauge", "What the cell is; always 1.", func(in cell.Info) []sample {
		return []sample{{label("profile", in.Config.Profile.String()) + label("mode", in.Config.Mode.String()) +
			label("state", in.State.String()), "1"}}
	}},
	{"cell_created_timestamp_seconds", "gauge", "When the cell was created.", one(func(in cell.Info) string {
		return epoch(in.Created)
	})},
	{"cell_processes", "gauge", "Processes in the cell.", one(func(in cell.Info) string {
		return decimal(in.Processes)
	})},
	{"cell_processes_peak", "gauge", "Most processes that the cell had at one time.", one(func(in cell.Info) string {
		return decimal(in.Peak)
	})},
	{"cell_processes_limit", "gauge", "Most processes that the cell may have; 0 is no limit.", one(func(in cell.Info) string {
		return decimal(in.Config.MaxProc)
	})},
	{"cell_forks_total", "counter", "Processes that were forked in the cell.", one(func(in cell.Info) string {
		return decimal(in.Forks)
	})},
	{"cell_exits_total", "counter", "Processes of the cell that ended.", one(func(in cell.Info) string {
		return decimal(in.Exits)
	})},
	{"cell_cpu_seconds_total", "counter", "CPU time, user and system, that the cell used.", one(func(in cell.Info) string {
		return seconds(in.CPU)
	})},
	{"cell_resident_memory_bytes", "gauge", "Memory of the cell's processes that is resident.", one(func(in cell.Info) string {
		return decimal(in.RSS)
	})},
	{"cell_virtual_memory_bytes", "gauge", "Address space of the cell's processes.", one(func(in cell.Info) string {
		return decimal(in.VSZ)
	})},
	{"cell_credentials", "gauge", "Credentials in the kernel that name the cell.", one(func(in cell.Info) string {
		return decimal(in.Refs)
	})},
	{"cell_denied_total", "counter", "Operations that were denied.", byScope(func(in cell.Info) [cell.NScope]uint64 {
		return in.Denied
	})},
	{"cell_learned_total", "counter", "Operations that would have been denied but for learning.", byScope(func(in cell.Info) [cell.NScope]uint64 {
		return in.Learned
	})},
	{"cell_excepted_total", "counter", "Operations that passed because of an exception.", byScope(func(in cell.Info) [cell.NScope]uint64 {
		return in.Excepted
	})},
}

// one makes the samples of a metric that has a single value for a cell.
func one(value func(cell.Info) string) func(cell.Info) []sample {
	return func(in cell.Info) []sample { return []sample{{"", value(in)}} }
}

// byScope makes the samples of a metric that has one value for each scope.
func byScope(values func(cell.Info) [cell.NScope]uint64) func(cell.Info) []sample {
	return func(in cell.Info) []sample {
		var out []sample
		for i, scope := range cell.Scopes() {
			out = append(out, sample{label("scope", scope), decimal(values(in)[i])})
		}
		return out
	}
}

// labelEscape is how the text format protects the value of a label.
var labelEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// label is one label after others.
func label(name, value string) string {
	return "," + name + `="` + labelEscape.Replace(value) + `"`
}

// writeMetrics writes every metric of the cells, each family together.
func writeMetrics(w *bufio.Writer, ins []cell.Info) error {
	for _, m := range metrics {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", m.name, m.help, m.name, m.kind)
		for _, in := range ins {
			id := `id="` + strconv.FormatUint(uint64(in.ID), 10) + `"` + label("cell", in.Config.Name)
			for _, s := range m.samples(in) {
				fmt.Fprintf(w, "%s{%s%s} %s\n", m.name, id, s.labels, s.value)
			}
		}
	}
	return w.Flush()
}
