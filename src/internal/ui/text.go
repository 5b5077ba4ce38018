package ui

import "strings"

// first is the first line of an error.
func first(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
