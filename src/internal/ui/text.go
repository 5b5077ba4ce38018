package ui

import (
	"fmt"
	"strings"
)

// plural is "1 cell", "2 cells".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// first is the first line of an error.
func first(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
