package manifest

import (
	"strings"
	"testing"
)

// edit applies what an admin types to a manifest.
func edit(t *testing.T, text, s string) (string, error) {
	t.Helper()
	e, err := ParseEdit(s, CellDirectives())
	if err != nil {
		return "", err
	}
	repeat := false
	for _, d := range CellDirectives() {
		repeat = repeat || d.Name == e.Name && d.Repeat
	}
	return e.Apply(text, repeat)
}

func TestEdit(t *testing.T) {
	const text = "# web\ncommand /bin/x  # c\nports 80 443\nenv A=1\n\nenv B=2 C=3"
	tests := []struct{ edit, want string }{
		{"ports=8080", strings.Replace(text, "80 443", "8080", 1)},
		{"ports=", strings.Replace(text, "ports 80 443\n", "", 1)},
		{"ports+=81", strings.Replace(text, "443", "443 81", 1)},
		{"ports-=80", strings.Replace(text, "80 443", "443", 1)},
		{"ports-=80 443", strings.Replace(text, "ports 80 443\n", "", 1)},
		{"profile=low", text + "\nprofile low\n"},
		{"allow+=ipc", text + "\nallow ipc\n"},
		{"env+=D=4", text + "\nenv D=4\n"},
		{"env-=A=1", strings.Replace(text, "env A=1\n", "", 1)},
		{"env=X=1", "# web\ncommand /bin/x  # c\nports 80 443\nenv X=1\n\n"},
		{"command=/bin/y 'a b'", strings.Replace(text, "/bin/x  # c", "/bin/y 'a b'", 1)},
	}
	for _, test := range tests {
		got, err := edit(t, text, test.edit)
		if err != nil || got != test.want {
			t.Errorf("%s: %v\n%q\nwant\n%q", test.edit, err, got, test.want)
		}
	}
	for _, bad := range []string{"ports", "port=80", "ports+=80", "ports-=81", "env-=Z=1", "ports+=", "ports+-=1",
		"ports='80", "command=a\nb"} {
		if got, err := edit(t, text, bad); err == nil {
			t.Errorf("%s: %q", bad, got)
		}
	}
}

// TestLoadWith: a change is seen as if it had been made.
func TestLoadWith(t *testing.T) {
	dir := write(t, map[string]string{"a.cell": "command /x\n", "b.cell": "command /x\ndepend a\n"})
	if _, err := LoadWith(dir, map[string][]byte{"a.cell": nil}); err == nil || !strings.Contains(err.Error(), `no cell "a"`) {
		t.Errorf("removed: %v", err)
	}
	s, err := LoadWith(dir, map[string][]byte{"c.cell": []byte("command /y\n"), "a.cell": []byte("command /z\n")})
	if err != nil || len(s.Cells) != 3 || s.Cells["a"].Command[0] != "/z" {
		t.Errorf("%v %v", s.Names(), err)
	}
}
