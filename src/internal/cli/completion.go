package cli

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// completers writes completion for each shell that has such a thing.  Of the
// shells that NetBSD users have, sh(1) and the base system's ksh(1) complete
// file names alone and offer no way to add words.
var completers = []struct {
	shell string
	write func(w *bufio.Writer, p *Program)
}{
	{"bash", writeBash},
	{"ksh", writeKsh},
	{"zsh", writeZsh},
}

// Shells lists what Completion knows.
func Shells() []string {
	out := make([]string, len(completers))
	for i, c := range completers {
		out[i] = c.shell
	}
	return out
}

// Completion writes what makes shell complete the program's words.
func (p *Program) Completion(w *bufio.Writer, shell string) error {
	for _, c := range completers {
		if c.shell == shell {
			c.write(w, p)
			return nil
		}
	}
	return &unknownError{what: "shell", name: shell, known: Shells()}
}

// shown lists the verbs that a user may type.
func (p *Program) shown() []Verb {
	var out []Verb
	for _, v := range p.Verbs {
		if !v.Hidden {
			out = append(out, v)
		}
	}
	return out
}

// options lists a verb's options as a user types them, and of those that
// take a value what that is: "-p" -> "PROFILE".
func (v *Verb) options() (names []string, values map[string]string) {
	values = map[string]string{}
	v.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		arg, _ := pflag.UnquoteUsage(f)
		for _, n := range []string{"-" + f.Shorthand, "--" + f.Name} {
			if n == "-" {
				continue
			}
			names = append(names, n)
			if arg != "" {
				values[n] = arg
			}
		}
	})
	return names, values
}

// placeholder cuts what marks repetition and choice: "[CELL...]" -> "CELL".
func placeholder(s string) string {
	s, _, _ = strings.Cut(strings.Trim(s, "[]"), ",")
	s, _, _ = strings.Cut(strings.TrimSuffix(s, "..."), "[")
	return strings.TrimSuffix(s, "...")
}

// source is the shell text that lists the words for a placeholder, or "".
func (p *Program) source(name string) string {
	name = placeholder(name)
	if c := p.Commands[name]; c != "" {
		return "$(" + c + " 2>/dev/null)"
	}
	return strings.Join(p.Words[name], " ")
}

// operandSources lists the sources of a verb's operands; the last one goes
// for all that follow where it repeats.
func (p *Program) operandSources(v *Verb) (first, rest string) {
	if len(v.Actions) > 0 {
		return strings.Join(v.Actions, " "), p.source(v.More)
	}
	words := strings.Fields(v.Operands)
	if len(words) == 0 {
		return "", ""
	}
	first = p.source(words[0])
	last := words[len(words)-1]
	if strings.Contains(last, "...") {
		rest = p.source(last)
	}
	return first, rest
}

// writeBash writes a function for bash(1)'s programmable completion.
func writeBash(w *bufio.Writer, p *Program) {
	fmt.Fprintf(w, "# %s completion for bash; read it from ~/.bashrc\n", p.Name)
	writeWords(w, p)
	fmt.Fprintf(w, `_%[1]s()
{
	local IFS=$' \t\n' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} operands=0 i
	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in -*) ;; *) operands=$((operands + 1)) ;; esac
	done
	COMPREPLY=($(compgen -W "$(_%[1]s_words "$COMP_CWORD" "${COMP_WORDS[1]}" "$prev" "$cur" "$operands")" -- "$cur"))
}
complete -o default -F _%[1]s %[1]s
`, p.Name)
}

// writeZsh writes a function for zsh(1)'s completion system.
func writeZsh(w *bufio.Writer, p *Program) {
	fmt.Fprintf(w, "#compdef %s\n# %s completion for zsh; keep it as _%s in a directory of fpath\n",
		p.Name, p.Name, p.Name)
	writeWords(w, p)
	fmt.Fprintf(w, `_%[1]s()
{
	local operands=0 i
	for ((i = 3; i < CURRENT; i++)); do
		case ${words[i]} in -*) ;; *) operands=$((operands + 1)) ;; esac
	done
	compadd -- $(_%[1]s_words $((CURRENT - 1)) "${words[2]}" "${words[CURRENT-1]}" "${words[CURRENT]}" $operands) ||
	    _files
}
compdef _%[1]s %[1]s
`, p.Name)
}

// writeWords writes a function that prints the candidates: the position of
// the word, the verb, the word before, the word, and how many operands stand
// between the verb and it.
func writeWords(w *bufio.Writer, p *Program) {
	fmt.Fprintf(w, "_%s_words()\n{\n\tif [ \"$1\" -le 1 ]; then\n\t\techo %s\n\t\treturn\n\tfi\n\tcase $2 in\n",
		p.Name, strings.Join(p.names(), " "))
	for _, v := range p.shown() {
		names, values := v.options()
		fmt.Fprintf(w, "\t%s)\n", v.Name)
		writeValues(w, p, names, values)
		if len(names) > 0 {
			fmt.Fprintf(w, "\t\tcase $4 in -*) echo \"%s\"; return ;; esac\n", strings.Join(names, " "))
		}
		writeOperands(w, p, &v)
		fmt.Fprint(w, "\t\t;;\n")
	}
	fmt.Fprintf(w, "\thelp)\techo %s ;;\n\tesac\n}\n", strings.Join(p.names()[1:], " "))
}

// writeValues writes the candidates for the values of options.
func writeValues(w *bufio.Writer, p *Program, names []string, values map[string]string) {
	for _, n := range names {
		if src := p.source(values[n]); values[n] != "" {
			fmt.Fprintf(w, "\t\t[ \"x$3\" = \"x%s\" ] && { echo \"%s\"; return; }\n", n, src)
		}
	}
}

// writeOperands writes the candidates for a verb's operands.
func writeOperands(w *bufio.Writer, p *Program, v *Verb) {
	first, rest := p.operandSources(v)
	switch {
	case first == "" && rest == "":
	case first == rest:
		fmt.Fprintf(w, "\t\techo \"%s\"\n", first)
	default:
		fmt.Fprintf(w, "\t\tif [ \"$5\" -eq 0 ]; then echo \"%s\"; else echo \"%s\"; fi\n", first, rest)
	}
}

// writeKsh writes the arrays that oksh and loksh, the OpenBSD ksh of pkgsrc,
// complete from: fixed words by position.
func writeKsh(w *bufio.Writer, p *Program) {
	fmt.Fprintf(w, "# %s completion for oksh and loksh; read it from $ENV\n", p.Name)
	fmt.Fprintf(w, "set -A complete_%s_1 -- %s\n", p.Name, strings.Join(p.names(), " "))
	if cells := p.Commands["CELL"]; cells != "" {
		fmt.Fprintf(w, "set -A complete_%s_2 -- $(%s 2>/dev/null)\n", p.Name, cells)
	}
}
