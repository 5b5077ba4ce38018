package regress

import "strings"

// runATF runs the shell tests under kyua, against the kernel that is booted.
func runATF(sum *count) {
	sum.run([]string{"/usr/bin/kyua", "--config=none", "--logfile=/dev/null", "test",
		"-k", atfPath + "/Kyuafile", "-r", "/tmp/kyua.db"}, &kyuaCounter{})
}

// kyuaCounter counts lines `PROGRAM:CASE  ->  VERDICT  [TIME]'.
type kyuaCounter struct{ c count }

func (k *kyuaCounter) line(s string) {
	_, verdict, ok := strings.Cut(s, "  ->  ")
	if !ok {
		return
	}
	verdict, _, _ = strings.Cut(verdict, " ")
	switch strings.TrimSuffix(verdict, ":") {
	case "passed", "expected_failure":
		k.c.passed++
	case "skipped":
		k.c.skipped++
	default:
		k.c.failed++
	}
}

func (k *kyuaCounter) sum() count { return k.c }
