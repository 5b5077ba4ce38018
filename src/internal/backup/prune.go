package backup

import (
	"slices"
	"strconv"
	"time"
)

// Keep says which backups outlive a pruning.
type Keep struct {
	Count  int // the newest so many
	Daily  int // the newest of each of the last so many days that have one
	Weekly int // ... weeks
}

// Prune picks from the backups of one thing, oldest first, those that may
// go.  Days are UTC's, weeks those of ISO 8601.  One that was found bad is
// kept by no rule.  Two always stay: the last one that nothing is known
// against, and the last one that was read and found good.  One of which what
// was known is lost may be good: it is for Verify to tell.
func (k Keep) Prune(all []Backup) []Backup {
	keep := map[string]bool{}
	newest := func(n int, period func(time.Time) string) {
		seen := map[string]bool{}
		for _, b := range slices.Backward(all) {
			p := period(b.Made())
			if !b.Good() || seen[p] {
				continue
			}
			if len(seen) == n {
				return
			}
			seen[p] = true
			keep[b.Stamp] = true
		}
	}
	n := 0
	newest(max(k.Count, 1), func(time.Time) string { n++; return strconv.Itoa(n) })
	newest(k.Daily, func(t time.Time) string { return t.Format(time.DateOnly) })
	newest(k.Weekly, func(t time.Time) string {
		y, w := t.ISOWeek()
		return strconv.Itoa(y) + "-" + strconv.Itoa(w)
	})
	for _, b := range slices.Backward(all) {
		if b.Good() && !b.Verified.IsZero() {
			keep[b.Stamp] = true
			break
		}
	}
	var out []Backup
	for _, b := range all {
		if !keep[b.Stamp] && !b.Lost {
			out = append(out, b)
		}
	}
	return out
}

// Good reports whether nothing is known against a backup.
func (b *Backup) Good() bool { return !b.Lost && b.Bad.IsZero() }
