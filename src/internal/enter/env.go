package enter

import (
	"fmt"
	"os"
	"strings"
)

// defaultPath is where commands are looked for in a cell.
const defaultPath = "/sbin:/usr/sbin:/bin:/usr/bin:/usr/pkg/sbin:/usr/pkg/bin:/usr/local/sbin:/usr/local/bin"

// CheckEnv refuses what is no NAME=VALUE.
func CheckEnv(env []string) error {
	for _, e := range env {
		name, _, ok := strings.Cut(e, "=")
		if !ok || name == "" || strings.IndexByte(e, 0) >= 0 {
			return fmt.Errorf("environment %q: NAME=VALUE expected", e)
		}
	}
	return nil
}

// environment is the small clean one that a's commands start with: nothing
// of the caller's but TERM gets into a cell, unless it is asked for.
func environment(a account, extra []string) []string {
	home, shell := a.home, a.shell
	if home == "" {
		home = "/"
	}
	if shell == "" {
		shell = "/bin/sh"
	}
	env := []string{"PATH=" + defaultPath, "HOME=" + home, "SHELL=" + shell,
		"USER=" + a.name, "LOGNAME=" + a.name}
	if term := os.Getenv("TERM"); term != "" {
		env = append(env, "TERM="+term)
	}
	for _, e := range extra {
		env = put(env, e)
	}
	return env
}

// put sets e, a NAME=VALUE, in env.
func put(env []string, e string) []string {
	name, _, _ := strings.Cut(e, "=")
	for i, old := range env {
		if strings.HasPrefix(old, name+"=") {
			env[i] = e
			return env
		}
	}
	return append(env, e)
}

// get is the value of name in env.
func get(env []string, name string) string {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}
