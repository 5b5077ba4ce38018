package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/pflag"
)

// testProgram has a verb of every kind; what runs is written to its Out.
func testProgram() *Program {
	return &Program{
		Name: "prog", Summary: "Does things.",
		Words:    map[string][]string{"COLOR": {"red", "blue"}},
		Commands: map[string]string{"CELL": "echo web db"},
		Verbs: []Verb{
			{Name: "show", Operands: "CELL [COLOR...]", Min: 1, Max: 2, Summary: "shows a cell",
				Setup: func(fs *pflag.FlagSet) Action {
					long := fs.BoolP("long", "l", false, "in full")
					n := fs.IntP("number", "n", 1, "so many `TIMES`")
					color := fs.StringP("color", "c", "", "in this `COLOR`")
					return func(ctx *Context, args []string) error {
						fmt.Fprintf(ctx.Out, "%s%v%d%s%v\n", ctx.Verb, *long, *n, *color, args)
						return nil
					}
				}},
			{Name: "run", Operands: "COMMAND [ARG...]", Min: 1, Max: -1, Foreign: true, Summary: "runs",
				Setup: func(fs *pflag.FlagSet) Action {
					name := fs.StringP("name", "n", "", "its `NAME`")
					Required(fs, "name")
					return func(ctx *Context, args []string) error {
						fmt.Fprintln(ctx.Out, *name, args)
						return nil
					}
				}},
			{Name: "fail", Max: -1, Summary: "fails", Setup: func(*pflag.FlagSet) Action {
				return func(_ *Context, args []string) error { return failures[args[0]] }
			}},
			{Name: "secret", Hidden: true, Setup: func(*pflag.FlagSet) Action {
				return func(*Context, []string) error { return nil }
			}},
		},
	}
}

var failures = map[string]error{
	"plain":  errors.New("web: no such cell"),
	"usage":  Usagef("bad %s", "word"),
	"status": Status(Drift),
	"joined": errors.Join(errors.New("a:1: x"), errors.New("a:2: y")),
	"words":  AsUsage(errors.Join(errors.New("x"), errors.New("y"))),
	"pipe":   fmt.Errorf("write: %w", syscall.EPIPE),
	"field":  &unknownError{"field", "nmae", []string{"name", "size"}},
}

func TestRun(t *testing.T) {
	cases := []struct {
		args     string
		status   int
		out, err string // regular expressions for all of it
	}{
		{"show web", 0, `showfalse1\[web\]\n`, ``},
		{"show -ln3 web red", 0, `showtrue3\[web red\]\n`, ``},
		{"show web --color=red -l", 0, `showtrue1red\[web\]\n`, ``},
		{"run -n x ls -l -n y", 0, `x \[ls -l -n y\]\n`, ``},
		{"", 2, ``, `usage: prog VERB(.|\n)*show  +shows a cell(.|\n)*`},
		{"help", 0, `usage: prog VERB(.|\n)*`, ``},
		{"-h", 0, `usage: prog VERB(.|\n)*`, ``},
		{"help show", 0, `usage: prog show \[-l\] \[-n TIMES\] \[-c COLOR\] CELL \[COLOR\.\.\.\]\n(.|\n)*`, ``},
		{"run -h", 0, `usage: prog run -n NAME COMMAND \[ARG\.\.\.\]\nruns\n(.|\n)*`, ``},
		{"help shwo", 2, ``, `prog: unknown verb "shwo" \(did you mean "show"\?\)\n`},
		{"shwo", 2, ``, `prog: unknown verb "shwo" \(did you mean "show"\?\)\n`},
		{"secre", 2, ``, `prog: unknown verb "secre"\n`},
		{"-l show", 2, ``, `prog: option -l: options come after the verb\n`},
		{"show", 2, ``, `prog: show: operand missing\nusage: prog show .*\n`},
		{"show a b c", 2, ``, `prog: show: unexpected operand "c"\nusage: .*\n`},
		{"show --colr=x web", 2, ``, `prog: show: unknown option "--colr" \(did you mean "--color"\?\)\n`},
		{"show -L web", 2, ``, `prog: show: unknown option "-L" \(did you mean "-l"\?\)\n`},
		{"show -n x web", 2, ``, `prog: show: option -n: .*\n`},
		{"show web -n", 2, ``, `prog: show: option -n needs a value\n`},
		{"run ls", 2, ``, `prog: run: option -n NAME is missing\n`},
		{"fail plain", 1, ``, `prog: web: no such cell\n`},
		{"fail usage", 2, ``, `prog: bad word\n`},
		{"fail status", 3, ``, ``},
		{"fail joined", 1, ``, `prog: a:1: x\nprog: a:2: y\n`},
		{"fail words", 2, ``, `prog: x\nprog: y\n`},
		{"fail pipe", 1, ``, ``},
		{"fail field", 2, ``, `prog: unknown field "nmae" \(did you mean "name"\?\)\n`},
	}
	for _, c := range cases {
		var out, errw bytes.Buffer
		status := testProgram().Run(context.Background(), strings.Fields(c.args), nil, &out, &errw)
		if status != c.status {
			t.Errorf("%q: status %d, want %d (%s)", c.args, status, c.status, errw.String())
		}
		for _, s := range []struct{ name, got, want string }{{"stdout", out.String(), c.out}, {"stderr", errw.String(), c.err}} {
			if !regexp.MustCompile(`^(?:` + s.want + `)$`).MatchString(s.got) {
				t.Errorf("%q: %s is %q, want %q", c.args, s.name, s.got, s.want)
			}
		}
	}
}

// TestOnly: a program without verbs.
func TestOnly(t *testing.T) {
	p := &Program{Name: "prog", Only: &Verb{Operands: "[CELL]", Max: 1, Summary: "looks",
		Setup: func(fs *pflag.FlagSet) Action {
			n := fs.IntP("number", "n", 1, "so many `TIMES`")
			return func(ctx *Context, args []string) error {
				fmt.Fprintf(ctx.Out, "%d%v\n", *n, args)
				return nil
			}
		}}}
	for _, c := range []struct {
		args     string
		status   int
		out, err string
	}{
		{"", 0, "1[]\n", ""},
		{"-n2 web", 0, "2[web]\n", ""},
		{"--version", 0, "prog " + Version + "\n", ""},
		{"-h", 0, "usage: prog [-n TIMES] [CELL]\nlooks\n\n  -n, --number TIMES   so many TIMES\n", ""},
		{"-x", 2, "", "prog: unknown option \"-x\"\n"},
		{"a b", 2, "", "prog: unexpected operand \"b\"\nusage: prog [-n TIMES] [CELL]\n"},
		{"-n", 2, "", "prog: option -n needs a value\n"},
	} {
		var out, errw bytes.Buffer
		status := p.Run(context.Background(), strings.Fields(c.args), nil, &out, &errw)
		if status != c.status || out.String() != c.out || errw.String() != c.err {
			t.Errorf("%q: status %d, %q, %q", c.args, status, out.String(), errw.String())
		}
	}
}

// full is a file on which every write fails.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestWriteError(t *testing.T) {
	var errw bytes.Buffer
	status := testProgram().Run(context.Background(), []string{"show", "web"}, nil, full{}, &errw)
	if status != Failed || !strings.Contains(errw.String(), "no space left") {
		t.Errorf("status %d, %q", status, errw.String())
	}
}

// TestCompletion asks the functions that the generated shell text defines.
func TestCompletion(t *testing.T) {
	ask := func(shell, script string) string {
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("no %s here: its completion is not tried", shell)
			return ""
		}
		var text bytes.Buffer
		if status := completionText(shell, &text); status != OK {
			t.Fatalf("%s: status %d", shell, status)
		}
		cmd := exec.Command(path, "-c", "compdef() { :; }\n"+text.String()+"\n"+script)
		cmd.Env = append(os.Environ(), "ZDOTDIR=/nonexistent")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", shell, err, out)
		}
		return strings.Join(strings.Fields(string(out)), " ")
	}
	for script, want := range map[string]string{
		"_prog_words 1 '' '' '' 0":         "help show run fail",
		"_prog_words 2 show show - 0":      "-l --long -n --number -c --color",
		"_prog_words 2 show show '' 0":     "web db",
		"_prog_words 3 show web '' 1":      "red blue",
		"_prog_words 3 show -c '' 0":       "red blue",
		"_prog_words 2 help help '' 0":     "show run fail",
		"_prog_words 2 run run '' 0":       "",
		"_prog_words 2 secret secret '' 0": "",
	} {
		for _, shell := range []string{"bash", "zsh"} {
			if _, err := exec.LookPath(shell); err != nil {
				continue
			}
			if got := ask(shell, script); got != want {
				t.Errorf("%s: %s: %q, want %q", shell, script, got, want)
			}
		}
	}
	if _, err := exec.LookPath("bash"); err == nil {
		got := ask("bash", `COMP_WORDS=(prog sh); COMP_CWORD=1; _prog; echo "${COMPREPLY[@]}"`)
		if got != "show" {
			t.Errorf("bash completes sh as %q", got)
		}
	}
	var text bytes.Buffer
	if completionText("ksh", &text); !strings.Contains(text.String(), "set -A complete_prog_1 -- help show run fail\n") {
		t.Errorf("ksh: %s", text.String())
	}
	if status := completionText("fish", &text); status != Usage {
		t.Errorf("fish: status %d", status)
	}
}

// completionText is what a verb that completes prints.
func completionText(shell string, out *bytes.Buffer) int {
	p := testProgram()
	p.Verbs = append(p.Verbs, Verb{Name: "completion", Hidden: true, Max: -1,
		Setup: func(*pflag.FlagSet) Action {
			return func(ctx *Context, args []string) error { return p.Completion(ctx.Out, args[0]) }
		}})
	return p.Run(context.Background(), []string{"completion", shell}, nil, out, &bytes.Buffer{})
}

// TestVersion holds the version against the one that packages are built by.
func TestVersion(t *testing.T) {
	text, err := os.ReadFile("../../../Makefile.inc")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^VERSION=\s*(\S+)`).FindSubmatch(text)
	if m == nil || string(m[1]) != Version {
		t.Errorf("Makefile.inc has version %q, this package %q", m, Version)
	}
}
