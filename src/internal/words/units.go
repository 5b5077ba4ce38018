package words

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// unit is a suffix of a number and what it multiplies by.
type unit struct {
	suffix string
	factor uint64
}

// durations is in the order that FormatDuration prints; "ms" stands before
// "m" and "s" for the parser's longest match.
var durations = []unit{
	{"w", uint64(7 * 24 * time.Hour)},
	{"d", uint64(24 * time.Hour)},
	{"h", uint64(time.Hour)},
	{"ms", uint64(time.Millisecond)},
	{"m", uint64(time.Minute)},
	{"s", uint64(time.Second)},
}

var sizes = []unit{
	{"T", 1 << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"B", 1},
}

var errRange = errors.New("too large")

// Duration reads numbers with the units ms s m h d w, as in 90s, 1h30m or
// 2d.  A number without a unit is seconds.  Negative values are errors.
func Duration(s string) (time.Duration, error) {
	var sum uint64
	rest := s
	if rest == "" {
		return 0, errors.New("empty duration")
	}
	for rest != "" {
		n, tail, err := leadingNumber(rest)
		if err != nil {
			return 0, fmt.Errorf("duration %q: %w", s, err)
		}
		u, tail, err := takeUnit(tail, durations, tail == "" && rest == s)
		if err != nil {
			return 0, fmt.Errorf("duration %q: %w", s, err)
		}
		if u.factor == 0 {
			u.factor = uint64(time.Second)
		}
		if n > math.MaxInt64/u.factor || sum+n*u.factor > math.MaxInt64 {
			return 0, fmt.Errorf("duration %q: %w", s, errRange)
		}
		sum, rest = sum+n*u.factor, tail
	}
	return time.Duration(sum), nil
}

// Size reads a number of bytes, with K M G T for powers of 1024.
func Size(s string) (uint64, error) {
	n, tail, err := leadingNumber(s)
	if err != nil {
		return 0, fmt.Errorf("size %q: %w", s, err)
	}
	u, tail, err := takeUnit(strings.ToUpper(tail), sizes, tail == "")
	if err != nil {
		return 0, fmt.Errorf("size %q: %w", s, err)
	}
	if tail != "" {
		return 0, fmt.Errorf("size %q: unexpected %q", s, tail)
	}
	if u.factor == 0 {
		u.factor = 1
	}
	if n > math.MaxUint64/u.factor {
		return 0, fmt.Errorf("size %q: %w", s, errRange)
	}
	return n * u.factor, nil
}

// leadingNumber cuts the decimal number that s starts with.
func leadingNumber(s string) (uint64, string, error) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 {
		return 0, "", errors.New("number expected")
	}
	n, err := strconv.ParseUint(s[:i], 10, 64)
	if err != nil {
		return 0, "", errRange
	}
	return n, s[i:], nil
}

// takeUnit cuts the unit that s starts with.  Where it may be missing, the
// zero unit stands for that.
func takeUnit(s string, units []unit, optional bool) (unit, string, error) {
	for _, u := range units {
		if tail, ok := strings.CutPrefix(s, u.suffix); ok {
			return u, tail, nil
		}
	}
	if optional {
		return unit{}, s, nil
	}
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.suffix
	}
	return unit{}, "", fmt.Errorf("unit expected (%s)", strings.Join(names, " "))
}

// FormatDuration prints d so that Duration reads it back, as "1h30m" or
// "10s"; what is below a millisecond is cut.
func FormatDuration(d time.Duration) string {
	if d <= 0 {
		return "0s"
	}
	left := uint64(d.Truncate(time.Millisecond))
	var b strings.Builder
	for _, suffix := range []string{"w", "d", "h", "m", "s", "ms"} {
		f := factorOf(suffix)
		if n := left / f; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, suffix)
			left -= n * f
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

// BriefDuration prints d for a reader, in its two largest units: "3d4h",
// "1h30m", "59s".
func BriefDuration(d time.Duration) string {
	full := FormatDuration(d.Truncate(time.Second))
	parts := 0
	for i := 0; i < len(full); i++ {
		if full[i] < '0' || full[i] > '9' {
			if parts++; parts == 2 {
				return full[:i+1]
			}
		}
	}
	return full
}

func factorOf(suffix string) uint64 {
	for _, u := range durations {
		if u.suffix == suffix {
			return u.factor
		}
	}
	return 1
}

// FormatSize prints n for a reader, rounded to three digits: "512B",
// "1.5K", "12.0M".
func FormatSize(n uint64) string {
	for _, u := range sizes {
		if n < u.factor || u.factor == 1 {
			continue
		}
		v := float64(n) / float64(u.factor)
		if v >= 100 {
			return fmt.Sprintf("%.0f%s", v, u.suffix)
		}
		return fmt.Sprintf("%.1f%s", v, u.suffix)
	}
	return fmt.Sprintf("%dB", n)
}
