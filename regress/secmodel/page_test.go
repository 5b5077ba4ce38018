// Package secmodel holds secmodel_cell(9) against the sources it describes.
package secmodel

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

const (
	page   = "../../man/secmodel_cell.9"
	rules  = "../../kernel/sys/secmodel/cell/cell_rules.h"
	header = "../../kernel/sys/sys/cell.h"
	begin  = ".\\\" BEGIN RULES: go test ./regress/secmodel -update\n"
	end    = ".\\\" END RULES\n"
)

var update = flag.Bool("update", false, "write the table of rules into the page")

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A rule as the page shows it.
type rule struct{ scope, name, tier, exception string }

// CELL_RULE(id, scope, action, request, relation, tier, exception, flags,
// "name")
var ruleRow = regexp.MustCompile(`(?m)^CELL_RULE\(([^")]*)"([^"]*)"\)`)

// kernelRules reads the policy table's source.
func kernelRules(t *testing.T) []rule {
	t.Helper()
	var list []rule
	for _, m := range ruleRow.FindAllStringSubmatch(read(t, rules), -1) {
		fields := strings.Split(m[1], ",")
		if len(fields) != 9 { // the last one is empty
			t.Fatalf("%s: %d fields", m[2], len(fields))
		}
		field := func(i int) string { return strings.ToLower(strings.TrimSpace(fields[i])) }
		r := rule{field(1), m[2], field(5), field(6)}
		if r.exception == "none" {
			r.exception = "-"
		}
		list = append(list, r)
	}
	if n := strings.Count(read(t, rules), "\nCELL_RULE("); len(list) < 100 || len(list) != n {
		t.Fatalf("%d rules of %d", len(list), n)
	}
	return list
}

// table is the section of the page between begin and end.
func table(list []rule) string {
	var b strings.Builder
	scope := ""
	for _, r := range list {
		if r.scope != scope {
			if scope != "" {
				b.WriteString(".El\n")
			}
			scope = r.scope
			fmt.Fprintf(&b, ".Ss Scope %s\n", scope)
			b.WriteString(".Bl -column \"network.interface.bridge.getpriv\" \"medium\" \"multicast\" -compact\n")
			b.WriteString(".It Sy rule Ta Sy tier Ta Sy exception\n")
		}
		exception := r.exception
		if exception == "-" {
			exception = `\-`
		}
		fmt.Fprintf(&b, ".It %s Ta %s Ta %s\n", r.name, r.tier, exception)
	}
	b.WriteString(".El\n")
	return b.String()
}

// TestRuleTable: the page has every rule with its tier and exception, in the
// order of the kernel's table, and no other.
func TestRuleTable(t *testing.T) {
	text := read(t, page)
	from, to := strings.Index(text, begin), strings.Index(text, end)
	if from < 0 || to < from {
		t.Fatal("the page has no place for the rules")
	}
	from += len(begin)
	want := table(kernelRules(t))
	if text[from:to] == want {
		return
	}
	if *update {
		if err := os.WriteFile(page, []byte(text[:from]+want+text[to:]), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got := map[string]bool{}
	for _, line := range strings.Split(text[from:to], "\n") {
		got[line] = true
	}
	for _, line := range strings.Split(want, "\n") {
		if !got[line] {
			t.Errorf("the page lacks %q", line)
		}
	}
	t.Error("the table of rules is not the kernel's; -update writes it anew")
}

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	member  = regexp.MustCompile(`\b(c[a-z]|sl|dn|ru)_[a-z]+\b`)
	macro   = regexp.MustCompile(`(?m)^#define\s+(CELL_[A-Z_0-9]+)`)
	nodeRow = regexp.MustCompile(`(?m)^ \*\t([a-z]+) +(-|struct cell_\w+) +(-|uint32_t|struct cell_\w+(?:\[\])?) +(.*)$`)
)

// TestMembers: the page mentions every member of every structure.
func TestMembers(t *testing.T) {
	text := read(t, page)
	names := map[string]bool{}
	for _, name := range member.FindAllString(comment.ReplaceAllString(read(t, header), ""), -1) {
		names[name] = true
	}
	if len(names) < 60 {
		t.Fatalf("only %d members", len(names))
	}
	for name := range names {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(text) {
			t.Errorf("the page says nothing of %s", name)
		}
	}
}

// TestConstants: what the page calls a constant is one.
func TestConstants(t *testing.T) {
	defined := map[string]bool{}
	for _, m := range macro.FindAllStringSubmatch(read(t, header), -1) {
		defined[m[1]] = true
	}
	for _, name := range regexp.MustCompile(`CELL_[A-Z_0-9]+\*?`).FindAllString(read(t, page), -1) {
		known := defined[name]
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			for constant := range defined {
				known = known || strings.HasPrefix(constant, prefix)
			}
		}
		if !known {
			t.Errorf("sys/cell.h has no %s", name)
		}
	}
}

// TestNodes: the page's table of nodes is that of sys/cell.h.
func TestNodes(t *testing.T) {
	text := read(t, page)
	rows := nodeRow.FindAllStringSubmatch(read(t, header), -1)
	if len(rows) < 11 {
		t.Fatalf("only %d nodes", len(rows))
	}
	for _, row := range rows {
		kind := func(s string) string {
			if s == "-" {
				return `\-`
			}
			return "Vt " + s
		}
		who := strings.Replace(row[4], "own cell", "the own cell", 1)
		want := fmt.Sprintf(".It %s Ta %s Ta %s Ta %s\n", row[1], kind(row[2]), kind(row[3]), who)
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestExceptions: each exception is described once, and lifts rules of the
// two tiers only that it may.
func TestExceptions(t *testing.T) {
	text := read(t, page)
	lifts := map[string]bool{}
	for _, r := range kernelRules(t) {
		if r.exception == "-" {
			continue
		}
		lifts[r.exception] = true
		if r.tier != "medium" && r.tier != "high" {
			t.Errorf("%s of tier %s is lifted by %s", r.name, r.tier, r.exception)
		}
	}
	from := strings.Index(text, ".Ss Exceptions\n")
	section := text[from : from+strings.Index(text[from+1:], "\n.Ss ")]
	described := regexp.MustCompile(`(?m)^\.It ([a-z]+)$`).FindAllStringSubmatch(section, -1)
	for _, m := range described {
		if !lifts[m[1]] {
			t.Errorf("no rule is lifted by %s, or it is described twice", m[1])
		}
		delete(lifts, m[1])
	}
	for name := range lifts {
		t.Errorf("the page does not describe %s", name)
	}
}
