package view

import (
	"fmt"
	"time"

	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/screen"
)

// JobsLook is what the user has chosen among jobs.
type JobsLook struct{ List }

var jobColumns = []screen.Column{
	{Head: "JOB", Right: true, Min: 3}, {Head: "WHAT", Min: 24, Max: 48}, {Head: "STATE", Min: 9},
	{Head: "TIME", Right: true, Min: 6}, {Head: "PROGRESS", Min: 12, Grow: true},
}

// Jobs is the list of jobs, with what the one that is selected has said
// below, in h lines.
func Jobs(set screen.Charset, all []jobs.View, now time.Time, o *JobsLook, w, h int) []screen.Line {
	if len(all) == 0 {
		return fill([]screen.Line{set.Line(screen.Plain, "nothing was done from here yet")}, h)
	}
	room := min(len(all), max(3, h/3))
	o.Show(len(all), room)
	rows := make([][]screen.Span, 0, room)
	for _, j := range all[o.Top:min(len(all), o.Top+room)] {
		rows = append(rows, jobRow(set, j, now))
	}
	g := set.Layout(jobColumns, rows, w)
	out := []screen.Line{g.Heads(-1, "")}
	for i, r := range rows {
		l := g.Row(r)
		l.Selected = o.Top+i == o.At
		out = append(out, l)
	}
	said := Job(set, &all[o.At], w)
	out = append(out, screen.Line{}, said[0])
	return fill(append(out, said[max(1, len(said)-(h-len(out))):]...), h)
}

// Job is the name of a job, and everything that it has said.
func Job(set screen.Charset, j *jobs.View, w int) []screen.Line {
	out := []screen.Line{set.Line(screen.Head, j.Name)}
	for i, l := range j.Lines {
		style := screen.Plain
		if len(l) > 1 && l[1] == ' ' {
			style = signStyles[l[0]]
		}
		if j.Err != nil && i == len(j.Lines)-1 {
			style = screen.Bad
		}
		out = append(out, screen.Wrap(set.Line(style, "  "+l), w)...)
	}
	return out
}

func jobRow(set screen.Charset, j jobs.View, now time.Time) []screen.Span {
	state := j.State.String()
	if j.CancelPending && !j.State.Over() {
		state = "stopping"
	}
	return []screen.Span{
		set.Text(screen.Plain, fmt.Sprint(j.ID)),
		set.Text(screen.Plain, j.Name),
		set.Text(jobStyles[j.State], state),
		set.Text(screen.Plain, taken(j, now)),
		set.Text(screen.Plain, Progress(j, now)),
	}
}

var jobStyles = map[jobs.State]screen.Style{jobs.Running: screen.Busy, jobs.Waiting: screen.Busy,
	jobs.Done: screen.Good, jobs.Failed: screen.Bad, jobs.Cancelled: screen.Busy}

// taken is how long a job has run.
func taken(j jobs.View, now time.Time) string {
	switch {
	case j.Begun.IsZero():
		return "-"
	case !j.Ended.IsZero():
		now = j.Ended
	}
	return age(now.Sub(j.Begun))
}

// Progress is how far a job has got, as far as it tells.
func Progress(j jobs.View, now time.Time) string {
	switch {
	case j.Moved == 0 || j.State.Over() && j.State != jobs.Running:
		if n := len(j.Lines); n > 0 {
			return j.Lines[n-1]
		}
		return ""
	case j.Total > j.Moved:
		rate := float64(j.Moved) / max(now.Sub(j.MovedSince).Seconds(), 0.001)
		left := time.Duration(float64(j.Total-j.Moved) / rate * float64(time.Second))
		return fmt.Sprintf("%d%% of %s, %s left", 100*j.Moved/j.Total, size(uint64(j.Total)), age(left.Truncate(time.Second)))
	}
	return size(uint64(j.Moved))
}
