package regress

import (
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() {
	for subject, names := range map[string]string{
		"/dev/mem and /dev/kmem":                            "mem kmem",
		"Disks, raw or not, and vnd, md, cgd and fss alike": "ld0a rld0a ld0d rld0d md0a rmd0d vnd0d rvnd0d rcgd0d fss0",
		"/dev/veriexec":                                     "veriexec",
		"/dev/npf":                                          "npf",
		"/dev/tun0":                                         "tun0",
		"/dev/tap":                                          "tap",
		"/dev/bpf":                                          "bpf",
		"/dev/ksyms":                                        "ksyms",
		"/dev/klog":                                         "klog",
		"/dev/pci0":                                         "pci0",
		"/dev/drvctl":                                       "drvctl",
		"/dev/clockctl":                                     "clockctl",
		"/dev/console":                                      "console",
		"/dev/ptm and /dev/ptmx":                            "ptm ptmx",
		"/dev/putter":                                       "putter",
		"/dev/cpuctl":                                       "cpuctl",
		"/dev/crypto":                                       "crypto",
	} {
		probes[subject] = probeNodes(strings.Fields(names))
	}
	probes["/dev/clockctl: set the time"] = func(s *stage) reply { return s.in.do("clockctl") }
	ops["clockctl"] = opClockctl
}

// probeNodes opens nodes to read.
func probeNodes(names []string) probe {
	return func(s *stage) reply {
		var replies []reply
		for _, name := range names {
			r := s.in.do("opendev", name, "r")
			// It got as far as the driver, which has no such unit.
			if r.Errno == unix.ENXIO {
				r = reply{}
			}
			replies = append(replies, r)
		}
		return s.all(replies...)
	}
}

// opClockctl adjusts the time by nothing, as ntpd(8) does where it is not
// root: CLOCKCTL_ADJTIME with a struct clockctl_adjtime.
func opClockctl([]string) (string, error) {
	fd, err := unix.Open("/dev/clockctl", unix.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	var delta unix.Timeval
	args := struct{ delta, old unsafe.Pointer }{delta: unsafe.Pointer(&delta)}
	const adjtime = 0xc0104306 // _IOWR('C', 6, struct clockctl_adjtime)
	if _, err := sys(unix.SYS_IOCTL, fd, uintptr(adjtime), unsafe.Pointer(&args)); err != nil {
		return "", err
	}
	// The system call for the same is refused.
	if _, err := opAdjtime(nil); err == nil {
		return "", fmt.Errorf("adjtime(2) is allowed as well")
	}
	return "", nil
}
