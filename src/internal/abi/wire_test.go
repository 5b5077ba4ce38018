package abi

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"cells/src/internal/cell"
)

func fullConfig() cell.Config {
	return cell.Config{
		Name: "web", Root: "/cells/web", Tag: "0123456789abcdef", Profile: cell.Medium,
		Mode: cell.Learn, Allow: cell.Only(cell.ExcIPC, cell.ExcExtattr), MaxProc: 77,
		Ports: []uint16{80, 443, 65535},
		Addrs: []cell.Addr{{IP: netip.MustParseAddr("192.0.2.7")},
			{IP: netip.MustParseAddr("fe80::1"), Scope: 3}},
	}
}

// TestFromC decodes an array of cell_info and a cell_denial that C wrote,
// with a value of its own in every member.
func TestFromC(t *testing.T) {
	out := runC(t, `
	static struct cell_info ci;
	static struct cell_denial dn;
	ci.ci_version = CELL_ABI_VERSION; ci.ci_id = 4000000000U; ci.ci_state = CELL_STATE_DYING;
	strcpy(ci.ci_config.cf_name, "web"); strcpy(ci.ci_config.cf_root, "/cells/web");
	strcpy(ci.ci_config.cf_tag, "0123456789abcdef");
	ci.ci_config.cf_profile = CELL_PROFILE_MEDIUM; ci.ci_config.cf_mode = CELL_MODE_LEARN;
	ci.ci_config.cf_allow = 1 << CELL_EXC_IPC | 1 << CELL_EXC_EXTATTR;
	ci.ci_config.cf_maxproc = 77; ci.ci_config.cf_nports = 3; ci.ci_config.cf_naddrs = 2;
	ci.ci_config.cf_ports[0] = 80; ci.ci_config.cf_ports[1] = 443; ci.ci_config.cf_ports[2] = 65535;
	ci.ci_config.cf_addrs[0].ca_family = 4;
	memcpy(ci.ci_config.cf_addrs[0].ca_addr, "\300\000\002\007", 4);
	ci.ci_config.cf_addrs[1].ca_family = 6; ci.ci_config.cf_addrs[1].ca_scope = 3;
	ci.ci_config.cf_addrs[1].ca_addr[0] = 0xfe; ci.ci_config.cf_addrs[1].ca_addr[1] = 0x80;
	ci.ci_config.cf_addrs[1].ca_addr[15] = 1;
	ci.ci_created = 1700000000; ci.ci_uptime = 12; ci.ci_left[CELL_EXC_IPC] = 600;
	ci.ci_nproc = 2; ci.ci_npeak = 3; ci.ci_forks = 1ULL << 40; ci.ci_exits = 5; ci.ci_cpu = 1500000;
	ci.ci_rss = 6; ci.ci_vsz = 7; ci.ci_refs = 8;
	ci.ci_denied[CELL_SCOPE_GENERIC] = 9; ci.ci_learned[CELL_SCOPE_NETWORK] = 10;
	ci.ci_excepted[CELL_SCOPE_VNODE] = 11;
	dn.dn_version = CELL_ABI_VERSION; dn.dn_cell = 1; dn.dn_seq = 1ULL << 50;
	dn.dn_first = 1700000000000001ULL; dn.dn_last = 1700000000000002ULL; dn.dn_pid = 3; dn.dn_uid = 4;
	dn.dn_object = 5; dn.dn_count = 6; dn.dn_rule = 7; dn.dn_verdict = CELL_VERDICT_LEARNED;
	dn.dn_detail = 8080; dn.dn_addr.ca_family = 4; memcpy(dn.dn_addr.ca_addr, "\177\000\000\001", 4);
	strcpy(dn.dn_prog, "nginx");
	fwrite(&ci, sizeof(ci), 1, stdout); ci.ci_id = 2; fwrite(&ci, sizeof(ci), 1, stdout);
	fwrite(&dn, sizeof(dn), 1, stdout);
`)
	infos, err := DecodeInfos(out[:2*InfoSize])
	if err != nil {
		t.Fatal(err)
	}
	want := cell.Info{ID: 4000000000, State: cell.Dying, Config: fullConfig(),
		Created: time.Unix(1700000000, 0), Uptime: 12 * time.Second, Processes: 2, Peak: 3,
		Forks: 1 << 40, Exits: 5, CPU: 1500 * time.Millisecond, RSS: 6, VSZ: 7, Refs: 8}
	want.Left[cell.ExcIPC] = 10 * time.Minute
	want.Denied[cell.Generic], want.Learned[cell.Network], want.Excepted[cell.Vnode] = 9, 10, 11
	if len(infos) != 2 || !reflect.DeepEqual(infos[0], want) || infos[1].ID != 2 {
		t.Errorf("infos:\ngot  %+v\nwant %+v", infos, want)
	}
	denials, err := DecodeDenials(out[2*InfoSize:])
	if err != nil {
		t.Fatal(err)
	}
	wantDenial := cell.Denial{Cell: 1, Seq: 1 << 50, First: time.UnixMicro(1700000000000001),
		Last: time.UnixMicro(1700000000000002), PID: 3, UID: 4, Object: 5, Count: 6, Rule: 7,
		Verdict: cell.Learned, Detail: 8080, Addr: cell.Addr{IP: netip.MustParseAddr("127.0.0.1")},
		Program: "nginx"}
	if len(denials) != 1 || denials[0] != wantDenial {
		t.Errorf("denial:\ngot  %+v\nwant %+v", denials, wantDenial)
	}
}

func TestCreateRoundTrip(t *testing.T) {
	b, err := EncodeCreate(fullConfig())
	if err != nil {
		t.Fatal(err)
	}
	if got := getConfig(b, 8); !reflect.DeepEqual(got, fullConfig()) {
		t.Errorf("got %+v", got)
	}
}

func TestSet(t *testing.T) {
	profile, maxproc, tag := cell.Low, uint32(0), ""
	ports := []uint16{}
	b, err := EncodeSet(9, cell.Change{Profile: &profile, MaxProc: &maxproc, Tag: &tag, Ports: &ports,
		Grant: cell.Only(cell.ExcRoute), Revoke: cell.Only(cell.ExcNFS), For: 1500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	got := []uint32{get32(b, 4), get32(b, 8), get32(b, 12), get32(b, 16), get32(b, 20)}
	want := []uint32{9, setProfile | setMaxproc | setTag | setPorts | setGrant | setRevoke,
		1 << cell.ExcRoute, 1 << cell.ExcNFS, 2}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTooLong(t *testing.T) {
	for what, change := range map[string]func(*cell.Config){
		"name":  func(c *cell.Config) { c.Name = string(make([]byte, 64)) },
		"root":  func(c *cell.Config) { c.Root = "/" + string(make([]byte, 1023)) },
		"tag":   func(c *cell.Config) { c.Tag = string(make([]byte, 65)) },
		"ports": func(c *cell.Config) { c.Ports = make([]uint16, 65) },
		"addrs": func(c *cell.Config) { c.Addrs = make([]cell.Addr, 17) },
	} {
		c := fullConfig()
		change(&c)
		if _, err := EncodeCreate(c); err == nil {
			t.Errorf("%s that does not fit is encoded", what)
		}
	}
}

// TestHostile decodes what no kernel would send.
func TestHostile(t *testing.T) {
	b := make([]byte, CountersSize)
	put32(b, 0, Version)
	for _, off := range []uintptr{8, 12, 16} {
		put32(b, off, 1<<32-1)
	}
	c, err := DecodeCounters(b)
	if err != nil || len(c.Denied) != maxRules || len(c.Ports) != maxPorts || len(c.Addrs) != maxAddrs {
		t.Errorf("counts beyond the arrays: %v, %d rules", err, len(c.Denied))
	}
	var ve *VersionError
	for _, size := range []int{4, VersionSize, 4 * VersionSize} {
		b := make([]byte, size)
		put32(b, 0, 2)
		if _, err := DecodeVersion(b); !errors.As(err, &ve) || ve.Got != 2 {
			t.Errorf("version 2 in %d bytes: %v", size, err)
		}
	}
	if _, err := DecodeVersion(nil); err == nil {
		t.Error("no bytes are a version")
	}
	if _, err := DecodeRules(make([]byte, RuleSize+1)); err == nil {
		t.Error("a torn array is rules")
	}
}
