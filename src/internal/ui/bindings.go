package ui

// The names of the views, in the order of their numbers.
const (
	onCells   = "cells"
	onCell    = "cell"
	onLog     = "log"
	onDenials = "denials"
	onStorage = "storage"
	onPlan    = "plan"
	onJobs    = "jobs"
)

var (
	withCell = []string{onCells, onCell, onLog, onDenials}
	lists    = []string{onCells, onDenials, onStorage, onPlan, onJobs}
	texts    = []string{onCell, onLog}
)

// Views are their names.
func Views() []string {
	return []string{onCells, onCell, onLog, onDenials, onStorage, onPlan, onJobs}
}

// Bindings is the table of keys, in the order of the manual.
func Bindings() []Binding { return bindings }

// bindings is filled when the program starts: its functions use it.
var bindings []Binding

func init() {
	bindings = []Binding{
		{Keys: []string{"?"}, Hint: "help", About: "the keys of this view", run: (*App).help},
		{Keys: []string{"q", "esc", "ctrl-c"}, Hint: "back", About: "back to the list of cells; there, the end", run: (*App).back},
		{Keys: []string{"tab"}, Hint: "next", About: "the next view", Turns: true, run: func(a *App, _ string) { a.turn(1) }},
		{Keys: []string{"backtab"}, About: "the view before", Turns: true, run: func(a *App, _ string) { a.turn(-1) }},
		{Keys: []string{"1", "2", "3", "4", "5", "6", "7"}, About: "the view with that number", Turns: true,
			run: func(a *App, key string) { a.show(int(key[0] - '1')) }},
		{Keys: []string{"enter", "l", "right"}, Hint: "open", About: "opens what is selected", On: []string{onCells, onDenials, onPlan}, run: (*App).open},
		{Keys: []string{"enter"}, Hint: "open", About: "everything that the job has said", On: []string{onJobs}, run: (*App).openJob},
		{Keys: []string{"up", "k"}, About: "the line above", run: (*App).move},
		{Keys: []string{"down", "j"}, About: "the line below", run: (*App).move},
		{Keys: []string{"pageup", "pagedown"}, About: "a screen up or down", run: (*App).move},
		{Keys: []string{"home", "g"}, About: "the first line", run: (*App).move},
		{Keys: []string{"end", "G"}, About: "the last line; a tail follows again", run: (*App).move},
		{Keys: []string{"left", "h"}, About: "back to the list of cells", On: []string{onDenials, onStorage, onPlan, onJobs, onCell}, run: (*App).back},
		{Keys: []string{"left", "h", "right", "l"}, About: "scrolls sideways", On: []string{onLog}, run: (*App).move},
		{Keys: []string{"/"}, Hint: "search", About: "searches for a name", On: []string{onCells}, run: (*App).search},
		{Keys: []string{"n", "N"}, About: "the next match, and the one before", On: []string{onCells}, run: (*App).searchOn},
		{Keys: []string{"s"}, Hint: "sort", About: "sorts by the next column", On: []string{onCells}, run: (*App).sort},
		{Keys: []string{"S"}, About: "sorts the other way round", On: []string{onCells}, run: (*App).reverse},
		{Keys: []string{"f"}, Hint: "filter", About: "shows only cells that match every word", On: []string{onCells}, run: (*App).filter},
		{Keys: []string{"o"}, Hint: "all/one", About: "denials of every cell, or of the one", On: []string{onDenials}, run: (*App).denialsOf},
		{Keys: []string{"r"}, Hint: "restarts", About: "with what needs a restart, or without", On: []string{onPlan}, run: (*App).planRestart},
		{Keys: []string{"p"}, Hint: "pruning", About: "with the end of cells that have no manifest, or without", On: []string{onPlan}, run: (*App).planPrune},
		{Keys: []string{"ctrl-l"}, About: "looks at everything again and draws it anew", run: func(a *App, _ string) { a.refresh(); a.Terminal.Sync() }},
		{Keys: []string{"ctrl-z"}, About: "suspends the program", run: func(a *App, _ string) { a.pause() }},

		{Keys: []string{"u"}, Hint: "up", About: "start, and first those that the cell depends on", On: withCell, Acts: true, run: (*App).start},
		{Keys: []string{"d"}, Hint: "down", About: "stop, and unmount what was the cell's", On: withCell, Acts: true, Asks: true, run: (*App).stop},
		{Keys: []string{"R"}, Hint: "restart", About: "restart, as the manifest says now", On: withCell, Acts: true, Asks: true, run: (*App).restart},
		{Keys: []string{"K"}, Hint: "kill", About: "kill every process of the cell at once, and let none in again", On: withCell, Acts: true, Asks: true, run: (*App).kill},
		{Keys: []string{"!"}, Hint: "shell", About: "shell in the cell", On: withCell, Acts: true, run: (*App).shell},
		{Keys: []string{"e"}, Hint: "edit", About: "edit the manifest, then check, plan and apply it", On: withCell, Acts: true, Asks: true, run: (*App).edit},
		{Keys: []string{"a"}, Hint: "apply", About: "apply the manifest of this cell", On: append([]string{onPlan}, withCell...), Acts: true, Asks: true, run: (*App).applyOne},
		{Keys: []string{"A"}, Hint: "apply all", About: "apply all manifests", On: []string{onCells, onPlan}, Acts: true, Asks: true, run: (*App).applyAll},
		{Keys: []string{"t"}, Hint: "allow", About: "allow an exception for ten minutes", On: withCell, Acts: true, run: (*App).allow},
		{Keys: []string{"b"}, Hint: "backup", About: "backup of the cell or volume", On: []string{onCells, onCell, onStorage}, Acts: true, Asks: true, run: (*App).backup},
		{Keys: []string{"v"}, Hint: "verify", About: "verify the backup: read all of it and compare every digest", On: []string{onStorage}, Acts: true, run: (*App).verify},
		{Keys: []string{"D"}, Hint: "drill", About: "drill the backup: start it in a throw-away cell", On: []string{onStorage}, Acts: true, run: (*App).drill},
		{Keys: []string{"r"}, Hint: "restore", About: "restore what the backup holds", On: []string{onStorage}, Acts: true, Asks: true, run: (*App).restore},
		{Keys: []string{"c"}, Hint: "cancel", About: "cancel the job, which then puts back what it had begun", On: []string{onJobs}, Acts: true, Asks: true, run: (*App).cancel},
	}
}
