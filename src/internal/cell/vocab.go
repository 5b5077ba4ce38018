package cell

import (
	"fmt"
	"slices"

	"cells/src/internal/words"
)

// Profile says how much a cell is denied.
type Profile uint32

// The profiles, in the order of what they deny.
const (
	Low Profile = 1 + iota
	Medium
	High
)

// Mode says whether a cell's policy binds.
type Mode uint32

// Enforce denies; Learn records what would be denied and lets it pass.
const (
	Enforce Mode = 1 + iota
	Learn
)

// State is where a cell is in its life.
type State uint32

// A Dying cell refuses fork and attach.
const (
	Live State = 1 + iota
	Dying
)

// Tier is the lowest profile that a rule denies in.
type Tier uint8

// TierAlways denies in every profile and while learning, TierNever leaves
// the decision to the other security models.
const (
	TierAlways Tier = iota
	TierLow
	TierMedium
	TierHigh
	TierNever
)

// Scope is a kauth(9) scope.
type Scope uint8

// The scopes, and how many a struct on the wire has room for.
const (
	Generic Scope = iota
	System
	Process
	Network
	Machdep
	Device
	Vnode
	NScope = 8
)

// Relation is the one between who acts and what is acted upon.
type Relation uint8

// Relations of a rule.
const (
	RelAny Relation = iota
	RelSame
	RelOther
)

// Verdict says what became of something that was recorded.
type Verdict uint16

// Learned is what would have been denied had the cell not been learning.
const (
	Denied Verdict = 1 + iota
	Learned
)

// The words, indexed by number; an empty one is not in use.
var (
	profileNames  = []string{"", "low", "medium", "high"}
	modeNames     = []string{"", "enforce", "learn"}
	stateNames    = []string{"", "live", "dying"}
	tierNames     = []string{"always", "low", "medium", "high", "never"}
	scopeNames    = []string{"generic", "system", "process", "network", "machdep", "device", "vnode"}
	relationNames = []string{"any", "same", "other"}
	verdictNames  = []string{"", "denied", "learned"}
)

func (p Profile) String() string  { return nameOf(profileNames, int(p)) }
func (m Mode) String() string     { return nameOf(modeNames, int(m)) }
func (s State) String() string    { return nameOf(stateNames, int(s)) }
func (t Tier) String() string     { return nameOf(tierNames, int(t)) }
func (s Scope) String() string    { return nameOf(scopeNames, int(s)) }
func (r Relation) String() string { return nameOf(relationNames, int(r)) }
func (v Verdict) String() string  { return nameOf(verdictNames, int(v)) }

// nameOf is the word for n, or the bare number where there is none.
func nameOf(names []string, n int) string {
	if n < 0 || n >= len(names) || names[n] == "" {
		return fmt.Sprintf("%d", n)
	}
	return names[n]
}

// ParseProfile reads low, medium or high.
func ParseProfile(s string) (Profile, error) {
	n, err := numberOf("profile", profileNames, s)
	return Profile(n), err
}

// ParseMode reads enforce or learn.
func ParseMode(s string) (Mode, error) {
	n, err := numberOf("mode", modeNames, s)
	return Mode(n), err
}

// Profiles lists the words for a profile.
func Profiles() []string { return slices.Clone(profileNames[1:]) }

// Modes lists the words for a mode.
func Modes() []string { return slices.Clone(modeNames[1:]) }

// Scopes lists the words for the scopes, by number.
func Scopes() []string { return slices.Clone(scopeNames) }

func numberOf(what string, names []string, s string) (int, error) {
	known := names
	if names[0] == "" {
		known = names[1:]
	}
	if i := slices.Index(names, s); i >= 0 && s != "" {
		return i, nil
	}
	return 0, fmt.Errorf("unknown %s %q%s", what, s, words.Meant(s, known))
}

func (p Profile) check() error {
	if p < Low || p > High {
		return fmt.Errorf("unknown profile %d", p)
	}
	return nil
}

func (m Mode) check() error {
	if m < Enforce || m > Learn {
		return fmt.Errorf("unknown mode %d", m)
	}
	return nil
}
