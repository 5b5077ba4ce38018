package regress

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// A rule of the policy as this file expects it, and a system call that asks
// for it.  This is written from the design, not from the kernel's table.
type rule struct {
	name string
	op   string
	args []any
	tier cell.Profile   // the lowest profile that denies
	lift cell.Exception // what lifts it; ExcNone: nothing
	with cell.Exception // another one that is needed to get this far
	prep func(*testing.T)
}

const none = cell.ExcNone

// policyRules, a line each.  Where an operation is allowed it does nothing
// that lasts, or fails for want of something that is not there.
var policyRules = []rule{
	// low: what would break the cell itself
	{"system.filehandle", "getfh", nil, cell.Low, none, none, nil},
	{"system.mknod", "mknod", nil, cell.Low, none, none, nil},
	{"system.module", "modload", nil, cell.Low, none, none, nil},
	{"system.reboot", "reboot", nil, cell.Low, none, none, nil},
	{"system.swapctl", "swapctl", nil, cell.Low, none, none, nil},
	{"system.sysctl.private", "sysctlread", []any{"kern.entropy.needed"}, cell.Low, none, none, nil},
	{"system.veriexec.access", "opendev", []any{"veriexec", "w"}, cell.Low, none, none, nil},
	{"system.mapvazero", "sysctlwrite", []any{"vm.user_va0_disable", 0}, cell.Low, none, cell.ExcSysctl, va0},
	{"process.rlimit.raise", "raiserlimit", nil, cell.Low, none, none, nil},
	{"machdep.iopl", "sysarch", []any{x86IOPL}, cell.Low, none, none, x86},
	{"machdep.mtrr.get", "sysarch", []any{x86GetMTRR}, cell.Low, none, none, x86},
	{"machdep.mtrr.set", "sysarch", []any{x86SetMTRR}, cell.Low, none, none, x86},
	{"machdep.unmanagedmem", "pcimmap", nil, cell.Low, none, none, nil},
	{"device.tty.sti", "sti", nil, cell.Low, none, none, nil},
	{"device.rawio.disk", "opendev", []any{"rld0d", "r"}, cell.Low, none, none, nil},
	{"device.rawio.disk", "opendev", []any{"rld0a", "w"}, cell.Low, none, none, nil},
	{"device.rawio.disk", "opendev", []any{"ld0a", "r"}, cell.Low, none, none, nil},
	{"device.rawio.mem", "opendev", []any{"mem", "r"}, cell.Low, none, none, nil},
	{"device.rawio.mem", "opendev", []any{"kmem", "w"}, cell.Low, none, none, nil},
	{"vnode.revoke", "revoke", []any{"/etc/revoked"}, cell.Low, none, none, revocable},
	// medium: host administration
	{"system.accounting", "acct", nil, cell.Medium, none, none, nil},
	{"system.cpu.setstate", "cpustate", nil, cell.Medium, none, none, nil},
	{"system.mount.new", "mount", nil, cell.Medium, cell.ExcMount, none, notMounted},
	{"system.mount.unmount", "unmount", nil, cell.Medium, cell.ExcMount, none, mounted},
	{"system.mount.update", "mountupdate", nil, cell.Medium, cell.ExcMount, none, nil},
	{"system.pset.create", "pset", nil, cell.Medium, none, none, nil},
	{"system.pset.destroy", "psetdestroy", nil, cell.Medium, none, none, nil},
	{"system.pset.assign", "psetassign", nil, cell.Medium, none, none, nil},
	{"system.pset.bind", "psetbind", nil, cell.Medium, none, none, nil},
	{"system.intr.affinity", "sysctlread", []any{"kern.intr.affinity"}, cell.Medium, none, none, nil},
	{"system.sysctl.modify", "rewrite", []any{"kern.logsigexit"}, cell.Medium, cell.ExcSysctl, none, nil},
	{"system.sysctl.add", "sysctladd", nil, cell.Medium, cell.ExcSysctl, none, noNode},
	{"system.sysctl.delete", "sysctldel", nil, cell.Medium, cell.ExcSysctl, none, ownNode},
	{"system.sysctl.desc", "sysctldesc", nil, cell.Medium, cell.ExcSysctl, none, ownNode},
	{"system.time.adjtime", "adjtime", nil, cell.Medium, cell.ExcSettime, none, nil},
	{"system.time.ntpadjtime", "ntpadjtime", nil, cell.Medium, cell.ExcSettime, none, nil},
	{"system.time.system", "settime", nil, cell.Medium, cell.ExcSettime, none, nil},
	{"system.time.rtcoffset", "rewrite", []any{"kern.rtc_offset"}, cell.Medium, cell.ExcSettime, cell.ExcSysctl, nil},
	{"system.time.timecounters", "timecounter", nil, cell.Medium, cell.ExcSettime, cell.ExcSysctl, nil},
	{"system.fs.quota.onoff", "quotaon", nil, cell.Medium, cell.ExcQuota, none, nil},
	{"network.socket.openraw", "rawsock", nil, cell.Medium, cell.ExcRawsock, none, nil},
	{"network.bind.anyaddr", "sockopt", []any{unix.AF_INET, unix.IPPROTO_IP, ipBindAny}, cell.Medium, cell.ExcRawsock, none, nil},
	{"network.ipv6.hopbyhop", "sockopt", []any{unix.AF_INET6, unix.IPPROTO_IPV6, ipv6RecvHopOpts}, cell.Medium, cell.ExcRawsock, none, nil},
	{"network.route", "route", nil, cell.Medium, cell.ExcRoute, none, nil},
	{"network.forwsrcrt", "rewrite", []any{"net.inet.ip.forwsrcrt"}, cell.Medium, cell.ExcRoute, cell.ExcSysctl, nil},
	{"network.interface.setpriv", "ifflags", nil, cell.Medium, cell.ExcIfconfig, none, nil},
	{"network.interface.getpriv", "bpfpeers", nil, cell.Medium, cell.ExcIfconfig, none, nil},
	{"network.interface.bridge.getpriv", "bridgeget", nil, cell.Medium, cell.ExcIfconfig, none, bridge},
	{"network.interface.ppp.add", "ppp", nil, cell.Medium, cell.ExcIfconfig, none, nil},
	{"network.interface.tun.add", "opendev", []any{"tun0", "w"}, cell.Medium, cell.ExcIfconfig, none, nil},
	{"network.firewall.fw", "opendev", []any{"npf", "r"}, cell.Medium, cell.ExcFirewall, none, nil},
	{"network.ipsec.bypass", "ipsecbypass", nil, cell.Medium, cell.ExcFirewall, none, nil},
	{"network.nfs.service", "nfssvc", nil, cell.Medium, cell.ExcNFS, none, nil},
	{"device.tty.privset", "ttyflags", nil, cell.Medium, none, none, nil},
	{"device.rnd.adddata", "rndwrite", nil, cell.Medium, none, none, nil},
	{"device.rnd.estimate", "ioctl", []any{"urandom", rndAddData}, cell.Medium, none, none, nil},
	{"device.rnd.getpriv", "ioctl", []any{"urandom", rndGetEntCnt}, cell.Medium, none, none, nil},
	{"device.rnd.setpriv", "ioctl", []any{"urandom", rndCtl}, cell.Medium, none, none, nil},
	{"vnode.sysflags", "sysflags", nil, cell.Medium, none, none, nil},
	// high: what a plain service does not need
	{"system.sysvipc.access", "shmat", []any{"shm"}, cell.High, cell.ExcIPC, none, nil},
	{"system.sysvipc.shmlock", "shmlock", []any{"shm", shmLock}, cell.High, cell.ExcIPC, none, nil},
	{"system.sysvipc.shmunlock", "shmlock", []any{"shm", shmUnlock}, cell.High, cell.ExcIPC, none, nil},
	{"system.semaphore", "ksem", []any{"/cells", 0}, cell.High, cell.ExcIPC, none, nil},
	{"system.mqueue", "mqunlink", []any{"/cells"}, cell.High, cell.ExcIPC, none, queue},
	{"system.fs.extattr", "extattrctl", nil, cell.High, cell.ExcExtattr, none, nil},
	{"process.ptrace", "ptrace", []any{"peer"}, cell.High, cell.ExcDebug, none, nil},
	{"process.ktrace", "ktracenow", []any{"peer"}, cell.High, cell.ExcDebug, none, nil},
	{"process.procfs.rw", "procfswrite", []any{"peer", "mem"}, cell.High, cell.ExcDebug, none, nil},
	{"process.procfs.write", "procfswrite", []any{"peer", "mem", "w"}, cell.High, cell.ExcDebug, none, nil},
	{"process.nice.raise", "renice", []any{"peer"}, cell.High, cell.ExcSched, none, nil},
	{"process.sched.setaffinity", "setaffinity", []any{"peer"}, cell.High, cell.ExcSched, none, nil},
	{"process.sched.setparam", "setparam", []any{"peer"}, cell.High, cell.ExcSched, none, nil},
	{"network.bind.undeclared", "bind", []any{"tcp", "127.0.0.1", 8081}, cell.High, none, none, nil},
	{"network.ipv6.multicast", "multicast", nil, cell.High, cell.ExcMulticast, none, nil},
	// last, since whoever has a root directory may trace nobody outside of it
	{"system.chroot.chroot", "chroot", []any{"/"}, cell.Medium, cell.ExcChroot, none, nil},
	{"system.chroot.fchroot", "fchroot", nil, cell.Medium, cell.ExcChroot, none, nil},
}

// What some rules need to be there, or not.
func x86(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "386" {
		t.Skip("x86 alone has I/O ports and memory type registers")
	}
}

func va0(t *testing.T) {
	if _, err := setSysctl("vm.user_va0_disable", 1); err != nil {
		t.Fatal(err)
	}
}

func ownNode(t *testing.T) {
	opSysctlDel(nil)
	if _, err := opSysctlAdd(nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opSysctlDel(nil) })
}

func noNode(*testing.T) { opSysctlDel(nil) }

func revocable(t *testing.T) {
	if err := os.WriteFile("/etc/revoked", nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func notMounted(*testing.T) { unix.Unmount("/mnt", 0) }

func mounted(t *testing.T) {
	notMounted(t)
	if err := mountTmpfs("/mnt"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { notMounted(t) })
}

func bridge(t *testing.T) {
	if err := makeBridge(); err != nil && err != unix.EEXIST {
		t.Fatal(err)
	}
}

func queue(t *testing.T) {
	if _, err := opMqOpen([]string{"/cells", fmt.Sprint(unix.O_CREAT | unix.O_RDWR)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sys(sysMqUnlink, "/cells") })
}

// TestPolicy: each rule in each profile, with and without its exception, and
// while learning.  Both the call and the counter of the rule have to say so.
func TestPolicy(t *testing.T) {
	c := open(t)
	segment, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	defer sys(unix.SYS_SHMCTL, segment, ipcRmid, nil)
	if _, err := opKsem([]string{"/cells", fmt.Sprint(unix.O_CREAT)}); err != nil {
		t.Fatal(err)
	}
	ids := ruleIDs(t, c)
	for _, p := range []cell.Profile{cell.Low, cell.Medium, cell.High} {
		for _, mode := range []cell.Mode{cell.Enforce, cell.Learn} {
			t.Run(p.String()+"/"+mode.String(), func(t *testing.T) {
				id := create(t, c, func(cf *cell.Config) { cf.Profile, cf.Mode = p, mode })
				actor, peer := start(t, who{id, 0}), start(t, who{id, 0})
				for _, r := range policyRules {
					if r.op == "reboot" && mode == cell.Learn {
						continue // it would be let through
					}
					args := []any{}
					for _, arg := range r.args {
						switch arg {
						case "shm":
							arg = segment
						case "peer":
							arg = peer.pid
						}
						args = append(args, arg)
					}
					t.Run(r.name, func(t *testing.T) {
						s := scene{c, id, ids, actor, args, r, p, mode}
						s.play(t, false)
						if r.lift != none {
							s.play(t, true)
						}
					})
				}
			})
		}
	}
}

// ruleIDs reads the ids of the kernel's rules by name.
func ruleIDs(t *testing.T, c *kern.Client) map[string]uint16 {
	t.Helper()
	rules, err := c.Policy()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]uint16{}
	for _, r := range rules {
		ids[r.Name] = r.ID
	}
	return ids
}

// A scene is one rule played in one cell.
type scene struct {
	c     *kern.Client
	id    cell.ID
	ids   map[string]uint16
	actor *agent
	args  []any
	rule
	profile cell.Profile
	mode    cell.Mode
}

// play makes the call, with the exception or without it, and compares.
func (s scene) play(t *testing.T, lifted bool) {
	t.Helper()
	index, ok := s.ids[s.name]
	if !ok {
		t.Errorf("%s: the kernel has no such rule", s.name)
		return
	}
	var allow cell.Exceptions
	for _, e := range []cell.Exception{s.with, s.lift} {
		if e != none && (e != s.lift || lifted) {
			allow |= 1 << e
		}
	}
	if err := s.c.Set(s.id, cell.Change{Allow: &allow}); err != nil {
		t.Fatal(err)
	}
	if s.prep != nil {
		s.prep(t)
	}
	before := s.counters(t)
	r := s.actor.do(s.op, s.args...)
	after := s.counters(t)
	delta := func(which func(cell.Counters) []uint64) uint64 {
		return which(after)[index] - which(before)[index]
	}
	denied := delta(func(c cell.Counters) []uint64 { return c.Denied })
	learned := delta(func(c cell.Counters) []uint64 { return c.Learned })
	excepted := delta(func(c cell.Counters) []uint64 { return c.Excepted })

	would := s.tier <= s.profile && !lifted
	what := fmt.Sprintf("%s (%s %s), exceptions %s", s.name, s.op, strings.Trim(fmt.Sprint(s.args), "[]"), allow)
	deny := would && s.mode == cell.Enforce
	learn := would && s.mode == cell.Learn
	if r.refused() != deny || (denied > 0) != deny || (learned > 0) != learn {
		t.Errorf("%s: %s; denied %d, learned %d; want denied=%v learned=%v", what, r, denied, learned, deny, learn)
	}
	if want := lifted && s.tier <= s.profile; (excepted > 0) != want {
		t.Errorf("%s: %d times by exception, want %v", what, excepted, want)
	}
}

func (s scene) counters(t *testing.T) cell.Counters {
	t.Helper()
	counters, err := s.c.Counters(s.id)
	if err != nil {
		t.Fatal(err)
	}
	return counters
}
