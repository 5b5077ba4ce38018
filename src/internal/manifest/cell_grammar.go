package manifest

import (
	"strconv"
	"strings"

	"cells/src/internal/cell"
	"cells/src/internal/words"
)

// cellGrammar is the grammar of NAME.cell.  Its order is that of cell(5), of
// `cellmgr show', and of the text that the digest is taken of.
var cellGrammar []row[Cell]

func init() {
	cellGrammar = append(cellGrammar, serviceRows...)
	cellGrammar = append(cellGrammar, rootRows...)
	cellGrammar = append(cellGrammar, kernelRows...)
	cellGrammar = append(cellGrammar, careRows...)
	cellGrammar = append(cellGrammar, provisionRows()...)
}

// serviceRows is what runs, and as whom.
var serviceRows = []row[Cell]{
	{Directive{"command", "PROGRAM [ARG...]", false, Restarts}, 1, -1,
		func(c *Cell, a args) (err error) { c.Command, err = command(a.words); return },
		func(c *Cell) []string { return list(c.Command...) }},
	{Directive{"user", "USER[:GROUP]", false, Restarts}, 1, 1,
		func(c *Cell, a args) error { c.User = a.words[0]; return checkUser(c.User) },
		func(c *Cell) []string { return list(c.User) }},
	{Directive{"env", "NAME=VALUE...", true, Restarts}, 1, -1,
		func(c *Cell, a args) error { return c.addEnv(a.words) },
		func(c *Cell) []string { return eachWord(c.Env) }},
	{Directive{"dir", "DIR", false, Restarts}, 1, 1,
		func(c *Cell, a args) error { c.Dir = a.words[0]; return checkPath(c.Dir) },
		func(c *Cell) []string { return list(c.Dir) }},
}

// rootRows is what the cell sees as its file system.
var rootRows = []row[Cell]{
	{Directive{"base", "none | host | NAME", false, Restarts}, 1, 1,
		func(c *Cell, a args) error { c.Base = a.words[0]; return checkBase(c.Base) },
		func(c *Cell) []string { return list(c.Base) }},
	{Directive{"volume", "NAME|HOSTDIR DIR [ro | rw]", true, Restarts}, 2, 3,
		func(c *Cell, a args) error { return c.addVolume(a) },
		func(c *Cell) []string { return c.formatVolumes() }},
	{Directive{"data", "DIR...", false, Restarts}, 1, -1,
		func(c *Cell, a args) error { return c.setData(a.words) },
		func(c *Cell) []string { return list(c.Data...) }},
}

// kernelRows is what secmodel_cell(9) enforces.
var kernelRows = []row[Cell]{
	{Directive{"profile", "low | medium | high", false, Live}, 1, 1,
		func(c *Cell, a args) (err error) { c.Profile, err = cell.ParseProfile(a.words[0]); return },
		func(c *Cell) []string { return list(c.Profile.String()) }},
	{Directive{"mode", "enforce | learn", false, Live}, 1, 1,
		func(c *Cell, a args) (err error) { c.Mode, err = cell.ParseMode(a.words[0]); return },
		func(c *Cell) []string { return list(c.Mode.String()) }},
	{Directive{"allow", "EXCEPTION...", false, Live}, 1, -1,
		func(c *Cell, a args) (err error) { c.Allow, err = cell.ParseExceptions(a.words...); return },
		func(c *Cell) []string { return spaced(c.Allow.String()) }},
	{Directive{"ports", "PORT...", false, Live}, 1, -1,
		func(c *Cell, a args) (err error) { c.Ports, err = cell.ParsePorts(a.words...); return },
		func(c *Cell) []string { return spaced(cell.FormatPorts(c.Ports)) }},
	{Directive{"addr", "ADDRESS...", false, Live}, 1, -1,
		func(c *Cell, a args) (err error) { c.Addrs, err = cell.ParseAddrs(a.words...); return },
		func(c *Cell) []string { return spaced(cell.FormatAddrs(c.Addrs)) }},
	{Directive{"maxproc", "N", false, Live}, 1, 1,
		func(c *Cell, a args) error { return c.setMaxProc(a.words[0]) },
		func(c *Cell) []string { return list(strconv.FormatUint(uint64(c.MaxProc), 10)) }},
}

// careRows is how cellmgr and the supervisor look after it.
var careRows = []row[Cell]{
	{Directive{"rlimit", "NAME SOFT[:HARD]", true, Restarts}, 2, 2,
		func(c *Cell, a args) error { return c.addRlimit(a.words) },
		func(c *Cell) []string { return c.formatRlimits() }},
	{Directive{"depend", "CELL...", false, Noted}, 1, -1,
		func(c *Cell, a args) error { return c.setDepend(a.words) },
		func(c *Cell) []string { return list(c.Depend...) }},
	{Directive{"autostart", "yes | no", false, Noted}, 1, 1,
		func(c *Cell, a args) (err error) { c.Autostart, err = yesNo(a.words[0]); return },
		func(c *Cell) []string { return list(formatYesNo(c.Autostart)) }},
	{Directive{"restart", "always | on-failure | never", false, Restarts}, 1, 1,
		func(c *Cell, a args) (err error) {
			c.Restart, err = oneOf(a.words[0], "always", "on-failure", "never")
			return
		},
		func(c *Cell) []string { return list(c.Restart) }},
	{Directive{"health", "[interval=TIME] [timeout=TIME] [retries=N] [action=restart|report] [start=TIME] PROGRAM [ARG...]",
		false, Restarts}, 1, -1,
		func(c *Cell, a args) error { return c.setHealth(a.words) },
		func(c *Cell) []string { return c.formatHealth() }},
	{Directive{"log", "FACILITY.LEVEL | FILE", false, Restarts}, 1, 1,
		func(c *Cell, a args) error { c.Log = a.words[0]; return checkLog(c.Log) },
		func(c *Cell) []string { return list(c.Log) }},
	{Directive{"stop", "SIGNAL [TIME]", false, Restarts}, 1, 2,
		func(c *Cell, a args) error { return c.setStop(a.words) },
		func(c *Cell) []string {
			return list(c.Stop.Signal, words.FormatDuration(c.Stop.Grace))
		}},
	{Directive{"backup", "before|after PROGRAM [ARG...]", true, Noted}, 2, -1,
		func(c *Cell, a args) error { return c.addHook(a.words) },
		func(c *Cell) []string { return c.formatHooks() }},
}

// eachWord formats one line a word.
func eachWord(ws []string) []string {
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = words.Quote(w)
	}
	return out
}

// spaced turns what package cell writes with commas into operands.
func spaced(s string) []string {
	if s == "-" {
		return nil
	}
	return []string{strings.ReplaceAll(s, ",", " ")}
}
