package words

import (
	"strconv"
	"strings"
)

// Count is a number of things: "1 cell", "2 processes".
func Count[N int | int64 | uint32](n N, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "s"):
		what += "e"
	}
	return strconv.FormatInt(int64(n), 10) + " " + what + "s"
}
