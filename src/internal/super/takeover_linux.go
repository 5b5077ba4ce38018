package super

import (
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// endSession kills what remains of the session that a dead supervisor had
// made for its service, whose leader was sid, and returns how many processes
// that were.  A rig cannot be asked who is in a cell, but a session's number
// is not given to another one while a member lives; members that are older
// than the service are of another one all the same, and spared.  Each is
// signalled by a handle that was opened before it was looked at.
func endSession(sid int, started time.Time) int {
	ended := 0
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		n := killSession(sid, started)
		if n == 0 {
			break
		}
		ended = max(ended, n)
	}
	return ended
}

// killSession sends SIGKILL to each member once.
func killSession(sid int, started time.Time) int {
	d, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	boot := bootTime()
	n := 0
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || pid <= 1 || pid == os.Getpid() || !inSession(pid, sid, started, boot) {
			continue
		}
		if killIf(pid, func() bool { return inSession(pid, sid, started, boot) }) {
			n++
		}
	}
	return n
}

// killIf kills the process that has the number pid, if it is the right one.
func killIf(pid int, right func() bool) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return right() && unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil
}

// clockTicks is sysconf(_SC_CLK_TCK), which Linux has fixed for programs.
const clockTicks = 100

// inSession reads /proc/PID/stat, see proc(5): the session is the 6th field,
// the start in ticks since boot the 22nd.
func inSession(pid, sid int, started, boot time.Time) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, ok := strings.Cut(string(b[max(0, strings.LastIndexByte(string(b), ')')):]), ") ")
	f := strings.Fields(rest)
	if !ok || len(f) < 20 || f[0] == "Z" || f[3] != strconv.Itoa(sid) {
		return false
	}
	ticks, err := strconv.ParseInt(f[19], 10, 64)
	if err != nil || boot.IsZero() {
		return false
	}
	at := boot.Add(time.Duration(ticks) * (time.Second / clockTicks))
	return !at.Before(started.Add(-2 * time.Second))
}

// bootTime is when the system was started, by the clock on the wall.
func bootTime() time.Time {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return time.Time{}
	}
	return time.Now().Add(-time.Duration(ts.Nano()))
}
