package super

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"cells/src/internal/enter"
)

// child is a process that the supervisor started.
type child struct {
	pid     int
	verdict chan string // its report, once; "" is that it is executing
	stuck   chan bool   // told by a sweeper that cannot win as things are
	report  string      // what came, after told
	told    bool
	out     *capture          // of a check; nil for others
	pipes   []<-chan struct{} // of a service, each closed at its end
}

// spawner starts children.
type spawner struct {
	path string   // of this program
	argv []string // its name and Config.Member
	env  []string
}

func newSpawner(c *Config) (*spawner, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	// One processor: a child that changes its user should have no threads that
	// it can do without.
	s := &spawner{path: path, argv: append([]string{os.Args[0]}, c.Member...), env: []string{frugalEnv}}
	for _, e := range os.Environ() {
		// A service has no terminal.
		if !strings.HasPrefix(e, "TERM=") && !strings.HasPrefix(e, detachEnv+"=") && e != frugalEnv {
			s.env = append(s.env, e)
		}
	}
	return s, nil
}

// start forks a child that does what says, in a session of its own, with
// standard output and error going to out and errw.
func (s *spawner) start(what role, r enter.Request, out, errw *os.File) (*child, error) {
	null, err := openNull()
	if err != nil {
		return nil, err
	}
	defer null.Close()
	rd, wr, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer wr.Close()
	argv := append(append([]string(nil), s.argv...), memberArgs(what, r)...)
	pid, err := syscall.ForkExec(s.path, argv, &syscall.ProcAttr{Dir: "/", Env: s.env,
		Files: []uintptr{null.Fd(), out.Fd(), errw.Fd(), wr.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true}})
	if err != nil {
		rd.Close()
		return nil, err
	}
	c := &child{pid: pid, verdict: make(chan string, 1), stuck: make(chan bool, 1)}
	go c.listen(rd)
	return c, nil
}

// reportMax bounds a report.
const reportMax = 4096

// listen reads the report to its end.
func (c *child) listen(rd *os.File) {
	defer rd.Close()
	var text []byte
	buf := make([]byte, 512)
	for {
		n, err := rd.Read(buf)
		text = append(text, buf[:min(n, reportMax-len(text))]...)
		if rest, ok := bytes.CutPrefix(text, []byte(reportStuck)); ok {
			text = rest
			c.stuck <- true
		}
		if err != nil {
			c.verdict <- string(text)
			return
		}
	}
}

// tell notes the report.
func (c *child) tell(report string) { c.report, c.told = report, true }

// wait waits for the report of a process that has ended.
func (c *child) wait() {
	if !c.told {
		c.tell(<-c.verdict)
	}
}

// lastWords lets what a service that has ended printed go before the news of
// its end.  What it left behind may hold the pipes for longer than that.
func (c *child) lastWords() {
	late := time.After(captureWait)
	for _, end := range c.pipes {
		select {
		case <-end:
		case <-late:
			return
		}
	}
}

// verdictOf cuts a report in two.
func verdictOf(report string) (verdict string, err error) {
	verdict, text, _ := strings.Cut(report, " ")
	if text == "" {
		return verdict, nil
	}
	return verdict, errors.New(text)
}

// capture keeps the beginning of what a check prints.
type capture struct {
	done chan struct{} // closed at the end
	mu   sync.Mutex
	text []byte
}

const (
	captureMax  = 400
	captureWait = 100 * time.Millisecond
)

// read takes everything from f, so that nobody blocks who writes there.
func (c *capture) read(f *os.File) {
	defer close(c.done)
	defer f.Close()
	split := newSplitter(captureMax, false, func(b []byte) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.text) == 0 {
			c.text = append(c.text, b...)
		}
	})
	buf := make([]byte, 1024)
	for {
		n, err := f.Read(buf)
		split.write(buf[:n])
		if err != nil {
			split.flush()
			return
		}
	}
}

// line is the first line that was printed by a check that has ended.  What a
// child of it may print later is not waited for.
func (c *capture) line() string {
	select {
	case <-c.done:
	case <-time.After(captureWait):
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}
