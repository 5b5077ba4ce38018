package main

import (
	"testing"

	"cells/src/internal/probe"
)

func TestLeaks(t *testing.T) {
	result := func(name string, expected, got probe.Answer) probe.Result {
		return probe.Result{Operation: probe.Operation{Name: name}, Expected: expected, Got: got}
	}
	sound := []probe.Result{result("a", probe.Closed, probe.Closed), result("b", probe.Closed, probe.Absent),
		result("c", probe.Open, probe.Open), result("d", probe.Open, probe.Closed)}
	if err := leaks(sound); err != nil {
		t.Error(err)
	}
	err := leaks(append(sound, result("e", probe.Closed, probe.Open), result("f", probe.Closed, probe.Open)))
	if err == nil || err.Error() != "open although the policy closes it: e, f" {
		t.Errorf("got %v", err)
	}
}
