package cell

import (
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	for _, ok := range []string{"a", "12", "web", "Web-1.x_y", strings.Repeat("a", 63)} {
		if err := CheckName(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{"", "-a", ".a", "_a", "a b", "a/b", "ä", "a\x00", strings.Repeat("a", 64)} {
		if CheckName(bad) == nil {
			t.Errorf("%q is taken for a name", bad)
		}
	}
}

func TestValidateReportsAll(t *testing.T) {
	c := Config{Name: "-", Root: "rel", Tag: strings.Repeat("x", 65), Profile: 9, Mode: 0,
		Allow: 1 << 20, Ports: []uint16{0}, Addrs: []Addr{{}}}
	err := c.Validate()
	if err == nil || strings.Count(err.Error(), "\n") != 7 {
		t.Errorf("got %v", err)
	}
	good := Default()
	good.Name, good.Root = "web", "/"
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

func TestExceptions(t *testing.T) {
	got, err := ParseExceptions("rawsock,ipc", "chroot")
	if err != nil || got != Only(ExcRawsock, ExcIPC, ExcChroot) || got.String() != "chroot,rawsock,ipc" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"rawsok", "ipc,ipc", "ipc,", "3"} {
		if _, err := ParseExceptions(bad); err == nil {
			t.Errorf("%q is taken for exceptions", bad)
		}
	}
	if none, err := ParseExceptions("-"); err != nil || none != 0 || none.String() != "-" {
		t.Errorf("none: %v, %v", none, err)
	}
	if _, err := ParseException("rawsok"); !strings.Contains(err.Error(), `"rawsock"`) {
		t.Errorf("no hint: %v", err)
	}
}

func TestPorts(t *testing.T) {
	got, err := ParsePorts("443,80", "8080")
	if err != nil || !reflect.DeepEqual(got, []uint16{80, 443, 8080}) || FormatPorts(got) != "80,443,8080" {
		t.Errorf("got %v, %v", got, err)
	}
	many := strings.TrimSuffix(strings.Repeat("1,", 65), ",")
	for _, bad := range []string{"0", "65536", "-1", "http", "80,80", "80,", "+80", "0x50", many} {
		if p, err := ParsePorts(bad); err == nil {
			t.Errorf("ParsePorts(%q) = %v", bad, p)
		}
	}
}

func TestAddrs(t *testing.T) {
	got, err := ParseAddrs("2001:db8::1,192.0.2.7", "fe80::1%3")
	want := []Addr{{IP: netip.MustParseAddr("192.0.2.7")}, {IP: netip.MustParseAddr("2001:db8::1")},
		{IP: netip.MustParseAddr("fe80::1"), Scope: 3}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if back, err := ParseAddrs(FormatAddrs(want)); err != nil || !reflect.DeepEqual(back, want) {
		t.Errorf("reads back as %v, %v", back, err)
	}
	if a, err := ParseAddr("::ffff:192.0.2.7"); err != nil || a != want[0] {
		t.Errorf("mapped: %v, %v", a, err)
	}
	for _, bad := range []string{"", "192.0.2", "0.0.0.0", "::", "2001:db8::1%3", "fe80::1%nosuchif0", "192.0.2.7/24"} {
		if a, err := ParseAddr(bad); err == nil {
			t.Errorf("ParseAddr(%q) = %v", bad, a)
		}
	}
}

func TestRlimit(t *testing.T) {
	for in, want := range map[string]Rlimit{
		"nofile=1024":       {"nofile", 1024, 1024},
		"nofile=64:1024":    {"nofile", 64, 1024},
		"data=1G:unlimited": {"data", 1 << 30, Unlimited},
		"cpu=2m":            {"cpu", 120, 120},
		"core=0":            {"core", 0, 0},
		"stack=unlimited":   {"stack", Unlimited, Unlimited},
	} {
		name, value, _ := strings.Cut(in, "=")
		got, err := ParseRlimit(name, value)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", in, got, err)
			continue
		}
		name, value, _ = strings.Cut(got.String(), "=")
		if back, err := ParseRlimit(name, value); err != nil || back != want {
			t.Errorf("%s reads back as %v, %v", got, back, err)
		}
	}
	for _, bad := range []string{"nofiles=1", "nofile=", "nofile=2:1", "nofile=-1", "nofile=1K", "data=x", "nofile=1:2:3"} {
		name, value, _ := strings.Cut(bad, "=")
		if l, err := ParseRlimit(name, value); err == nil {
			t.Errorf("%s: %v", bad, l)
		}
	}
}

func TestDenies(t *testing.T) {
	high := Rule{Tier: TierHigh, Exception: ExcIPC}
	for _, c := range []struct {
		r     Rule
		p     Profile
		allow Exceptions
		want  bool
	}{
		{high, High, 0, true}, {high, Medium, 0, false}, {high, High, Only(ExcIPC), false},
		{high, High, Only(ExcNFS), true}, {Rule{Tier: TierAlways, Exception: ExcNone}, Low, AllExceptions, true},
		{Rule{Tier: TierNever, Exception: ExcNone}, High, 0, false},
		{Rule{Tier: TierLow, Exception: ExcNone}, Low, AllExceptions, true},
	} {
		if got := c.r.Denies(c.p, c.allow); got != c.want {
			t.Errorf("%+v in %v with %v: %v", c.r, c.p, c.allow, got)
		}
	}
}

// TestHeader holds the numbers of this package against <sys/cell.h>.
func TestHeader(t *testing.T) {
	text, err := os.ReadFile("../../../kernel/sys/sys/cell.h")
	if err != nil {
		t.Fatal(err)
	}
	defined := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^#define\s+CELL_(\w+)\s+(\d+)\b`).FindAllStringSubmatch(string(text), -1) {
		defined[m[1]], _ = strconv.Atoi(m[2])
	}
	want := map[string]int{"NAMEMAX": NameMax, "ROOTLEN": RootMax + 1, "TAGMAX": TagMax, "MAXPORTS": MaxPorts,
		"MAXADDRS": MaxAddrs, "NEXCEPTION": MaxExceptions, "NSCOPE": NScope, "EXC_COUNT": int(NException)}
	group := func(prefix string, names []string) {
		for i, n := range names {
			if n != "" {
				want[prefix+strings.ToUpper(n)] = i
			}
		}
	}
	group("PROFILE_", profileNames)
	group("MODE_", modeNames)
	group("STATE_", stateNames)
	group("TIER_", tierNames)
	group("SCOPE_", scopeNames)
	group("REL_", relationNames)
	group("VERDICT_", verdictNames)
	group("EXC_", exceptionNames[:])
	for name, n := range want {
		if got, ok := defined[name]; !ok || got != n {
			t.Errorf("CELL_%s: %d here, %d (%v) in the header", name, n, got, ok)
		}
	}
}
