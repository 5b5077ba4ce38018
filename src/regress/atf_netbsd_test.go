package regress

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// runATF runs the shell tests under kyua, against the kernel that is booted.
// vm may have named those to run.
func runATF(sum *count) {
	if err := os.Chdir(atfPath); err != nil {
		fmt.Println("cells-vm:", err)
		sum.failed++
		return
	}
	kyua := []string{"/usr/bin/kyua", "--config=none", "--logfile=/dev/null",
		"-v", "unprivileged_user=nobody"}
	counter := &kyuaCounter{}
	sum.run(slices.Concat(kyua, []string{"test"}, lines(atfArgsPath)), counter)
	for _, name := range counter.failed[:min(len(counter.failed), mostShown)] {
		fmt.Println("cells-vm: once more:", name)
		show(slices.Concat(kyua, []string{"debug", name}), func(string) {})
	}
}

// mostShown is how many failed tests are run again for what they print.
const mostShown = 10

// kyuaCounter counts lines `PROGRAM:CASE  ->  VERDICT  [TIME]'.
type kyuaCounter struct {
	c      count
	failed []string
}

func (k *kyuaCounter) line(s string) {
	name, verdict, ok := strings.Cut(s, "  ->  ")
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
		k.failed = append(k.failed, name)
	}
}

func (k *kyuaCounter) sum() count { return k.c }
