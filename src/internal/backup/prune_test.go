package backup

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"
)

// history makes backups of one cell from words like "3d2h" (how long ago)
// with marks behind them: ! is bad, ? is lost, = is verified.
func history(now time.Time, text string) []Backup {
	var out []Backup
	for w := range strings.FieldsSeq(text) {
		at := strings.TrimRight(w, "!?=")
		var days, hours int
		fmt.Sscanf(at, "%dd%dh", &days, &hours)
		made := now.AddDate(0, 0, -days).Add(-time.Duration(hours) * time.Hour)
		b := Backup{ID: ID{KindCell, "web", made.UTC().Format(stampForm)}}
		mark := strings.TrimPrefix(w, at)
		b.Lost = mark == "?"
		if mark == "!" {
			b.Bad = made
		}
		if mark == "=" {
			b.Verified = made
		}
		out = append(out, b)
	}
	return out
}

func TestPrune(t *testing.T) {
	now := time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC) // a Wednesday
	for _, test := range []struct {
		all  string
		k    Keep
		gone string
	}{
		{"3d0h 2d0h 1d0h", Keep{Count: 2}, "3d0h"},
		{"3d0h 2d0h 1d0h", Keep{Count: 9}, ""},
		// Two of one day: the newest stays.
		{"2d0h 1d5h 1d2h 0d0h", Keep{Daily: 2}, "2d0h 1d5h"},
		// Days without a backup do not count.
		{"40d0h 20d0h 0d0h", Keep{Daily: 2}, "40d0h"},
		// Weeks begin on Mondays: two and three days ago are two of them.
		{"10d0h 3d0h 2d0h 0d0h", Keep{Weekly: 2}, "10d0h 2d0h"},
		{"10d0h 3d0h 2d0h 0d0h", Keep{Daily: 1, Weekly: 3}, "2d0h"},
		// Bad ones count for nothing and go; lost ones count for nothing.
		{"3d0h 2d0h! 1d0h? 0d0h!", Keep{Count: 1}, "2d0h! 0d0h!"},
		{"3d0h? 2d0h?", Keep{Count: 1}, ""},
		{"3d0h 2d0h! 1d0h", Keep{Count: 2}, "2d0h!"},
		// The last that was read and found good stays beside newer ones.
		{"4d0h= 3d0h= 2d0h 1d0h", Keep{Count: 1}, "4d0h= 2d0h"},
		{"4d0h= 3d0h=! 1d0h", Keep{Count: 1}, "3d0h=!"},
	} {
		want := history(now, test.gone)
		got := test.k.Prune(history(now, test.all))
		if len(got) != len(want) || slices.IndexFunc(got, func(b Backup) bool {
			return !slices.ContainsFunc(want, func(w Backup) bool { return w.ID == b.ID })
		}) >= 0 {
			t.Errorf("%s, keep %+v: %v go, want %s", test.all, test.k, got, test.gone)
		}
	}
}

// TestPruneKeepsGood: whatever the rules and the backups are, the last good
// one stays, and the last that was verified.
func TestPruneKeepsGood(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	now := time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC)
	for range 2000 {
		var ws []string
		for day := 30; day >= 0; day-- {
			if r.Intn(3) == 0 {
				ws = append(ws, fmt.Sprintf("%dd%dh%s", day, r.Intn(20), []string{"", "=", "!", "?"}[r.Intn(4)]))
			}
		}
		all := history(now, strings.Join(ws, " "))
		gone := Keep{r.Intn(3), r.Intn(3), r.Intn(3)}.Prune(all)
		for _, must := range []func(b Backup) bool{
			func(b Backup) bool { return b.Good() },
			func(b Backup) bool { return b.Good() && !b.Verified.IsZero() },
		} {
			for _, b := range slices.Backward(all) {
				if must(b) {
					if slices.ContainsFunc(gone, func(g Backup) bool { return g.ID == b.ID }) {
						t.Fatalf("%v: %s would go", ws, b.ID)
					}
					break
				}
			}
		}
	}
}
