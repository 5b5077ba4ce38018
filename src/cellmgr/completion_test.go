package main

import (
	"bufio"
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// TestCompletion: verbs that are groups of actions offer their own, and then
// what these are about; verbs that take directives offer those.
func TestCompletion(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	var text bytes.Buffer
	w := bufio.NewWriter(&text)
	if err := program().Completion(w, "bash"); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	const fake = "cellmgr() { echo \"asked:$*\" | tr ' ' _; }\n"
	for script, want := range map[string]string{
		"2 backup backup '' 0":         "create list show verify restore drill prune delete cat import",
		"3 backup create '' 1":         "asked:list_-H_-o_name asked:backup_list_-H_-o_backup",
		"2 volume volume '' 0":         "list create remove",
		"3 volume remove '' 1":         "asked:volume_list_-H_-o_name",
		"2 base base '' 0":             "list add remove",
		"3 set web '' 1":               strings.Join(directives(), " "),
		"3 create web '' 1":            strings.Join(directives(), " "),
		"2 rollback rollback '' 0":     "asked:history_-H_-o_generation",
		"2 completion completion '' 0": "bash ksh zsh",
	} {
		out, err := exec.Command(bash, "-c", text.String()+fake+"_cellmgr_words "+script).CombinedOutput()
		if got := strings.Join(strings.Fields(string(out)), " "); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", script, got, err, want)
		}
	}
}
