package ui

import (
	"slices"
	"strconv"

	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// show shows a page.  Views of one cell are about the one that was selected
// on the page before.
func (a *App) show(at int) {
	if t := a.page().target(); t != "" {
		a.choose(t)
	}
	a.at = at
}

// choose makes a cell the one that views of one are about.
func (a *App) choose(name string) {
	if name == a.cell {
		return
	}
	a.cell = name
	a.pages[1].(*cellPage).scroll.Top = 0
	a.pages[2].(*logPage).follow.Held = false
	a.pages[3].(*denialsPage).look.Held = false
	cells := a.pages[0].(*cellsPage)
	cells.look.Name = name
}

// turn shows the page n further on.
func (a *App) turn(n int) { a.show((a.at + n + len(a.pages)) % len(a.pages)) }

// back goes back to the list of cells, or ends the program.
func (a *App) back(string) {
	if a.at != 0 {
		a.show(0)
		return
	}
	if names := a.jobs.Busy(); len(names) > 0 {
		a.ask("quit", []screen.Line{a.Set.Line(screen.Plain, "  still under way: "+join(names)),
			a.Set.Line(screen.Plain, "  what is not done is cancelled, and puts back what it had begun")},
			answer{"y", "cancel it and quit", a.Terminal.Quit})
		return
	}
	a.Terminal.Quit()
}

// open opens the cell that is selected.
func (a *App) open(string) {
	if a.page().target() == "" {
		a.say(screen.Plain, "no cell is selected")
		return
	}
	a.show(1)
}

// openJob shows everything that the selected job has said, and goes on to.
func (a *App) openJob(string) {
	j := a.pages[6].(*jobsPage).job()
	if j == nil {
		a.say(screen.Plain, "no job is selected")
		return
	}
	id := j.ID
	a.read("job "+strconv.Itoa(id), func(w int) []screen.Line {
		all := a.jobs.List()
		i := slices.IndexFunc(all, func(j jobs.View) bool { return j.ID == id })
		if i < 0 {
			return nil
		}
		return view.Job(a.Set, &all[i], w)
	})
}

func (a *App) move(key string) { a.page().move(key) }

// cells is the page with the list.
func (a *App) cells() *cellsPage { return a.pages[0].(*cellsPage) }

// search asks what to search for, and goes there with every letter.
func (a *App) search(string) {
	from := a.cells().look.At
	a.dialog = &prompt{App: a, label: "search: ",
		each: func(text string) { a.query = text; a.jump(from-1, false) },
		done: func(text string) {
			if a.query = text; text != "" {
				a.jump(from-1, false)
			}
		}}
}

func (a *App) searchOn(key string) {
	if a.query == "" {
		a.say(screen.Plain, "nothing was searched for yet; / does")
		return
	}
	a.jump(a.cells().look.At, key == "N")
}

// jump selects the next match after a row.
func (a *App) jump(from int, back bool) {
	p := a.cells()
	rows := p.look.Rows(&a.model)
	at := model.Search(rows, a.query, from, back)
	if at < 0 {
		a.say(screen.Busy, "no cell's name has "+a.query+" in it")
		return
	}
	p.look.Select(rows, at)
}

func (a *App) sort(string) {
	look := &a.cells().look
	look.Order, look.Reverse = (look.Order+1)%model.Order(len(model.Orders)), false
	a.say(screen.Plain, "sorted by "+model.Orders[look.Order].Name)
}

func (a *App) reverse(string) {
	look := &a.cells().look
	look.Reverse = !look.Reverse
}

// filter asks for one, and shows what it does with every letter.
func (a *App) filter(string) {
	look := &a.cells().look
	before := look.Filter
	a.dialog = &prompt{App: a, label: "filter: ", text: before,
		each:  func(text string) { look.Filter = text },
		done:  func(text string) { look.Filter = text },
		given: func() { look.Filter = before }}
}

func (a *App) denialsOf(string) {
	look := &a.pages[3].(*denialsPage).look
	look.All = !look.All
	look.Held = false
}

func (a *App) planRestart(string) {
	look := &a.pages[5].(*planPage).look
	look.Restart = !look.Restart
}

func (a *App) planPrune(string) {
	look := &a.pages[5].(*planPage).look
	look.Prune = !look.Prune
}
