package words

import "strings"

// Nearest returns the candidate that word was probably meant to be: the only
// one that it begins, else the one with the fewest edits, where that is at
// most a third of the longer word (and at least one).  Of equals the one that
// shares more of its beginning wins, then the first.
func Nearest(word string, candidates []string) (best string, ok bool) {
	if c, one := completes(word, candidates); one {
		return c, true
	}
	dist, shared := 0, 0
	for _, c := range candidates {
		d, n := distance(word, c), max(len(word), len(c))
		if d > max(n/3, 1) || d >= n {
			continue
		}
		p := prefix(word, c)
		if !ok || d < dist || d == dist && p > shared {
			best, dist, shared, ok = c, d, p, true
		}
	}
	return best, ok
}

// completes returns the only candidate that starts with word, where word has
// at least two characters.
func completes(word string, candidates []string) (found string, one bool) {
	if len(word) < 2 {
		return "", false
	}
	for _, c := range candidates {
		if strings.HasPrefix(c, word) {
			if one && c != found {
				return "", false
			}
			found, one = c, true
		}
	}
	return found, one
}

// prefix counts the bytes that a and b have in common at the beginning.
func prefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Meant returns ` (did you mean "X"?)` for the nearest candidate, or "".
func Meant(word string, candidates []string) string {
	if c, ok := Nearest(word, candidates); ok {
		return ` (did you mean "` + c + `"?)`
	}
	return ""
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours (optimal string alignment) that turn a into b.
func distance(a, b string) int {
	prev2 := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	cur := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
