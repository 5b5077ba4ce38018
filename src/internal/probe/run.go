package probe

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/enter"
	"cells/src/internal/kern"
)

// patience is how long one operation may take.
const patience = 20 * time.Second

// Prober tries operations on one cell.
type Prober struct {
	Kernel *kern.Client
	// Self is the command that a child is started with: this program, with
	// what leads to Child.
	Self  []string
	rules map[string]cell.Rule
	table []cell.Rule
}

// Run tries every operation that the kernel has a rule for, and calls report
// with each result.
func (p *Prober) Run(ctx context.Context, in cell.Info, report func(Result) error) error {
	signal.Ignore(unknownCall)
	if err := p.learn(); err != nil {
		return err
	}
	t, err := p.target(in)
	if err != nil {
		return err
	}
	defer dropSegment(t.Shm)
	for _, op := range Operations() {
		if _, known := p.rules[op.Rule]; !known {
			continue
		}
		r, err := p.one(ctx, in, op, t)
		if err != nil {
			return fmt.Errorf("%s: %w", op.Name, err)
		}
		if err := report(r); err != nil {
			return err
		}
	}
	return nil
}

// learn reads the policy table.
func (p *Prober) learn() error {
	var err error
	if p.table, err = p.Kernel.Policy(); err != nil {
		return err
	}
	p.rules = make(map[string]cell.Rule, len(p.table))
	for _, r := range p.table {
		p.rules[r.Name] = r
	}
	return nil
}

// target prepares what the operations are tried on.
func (p *Prober) target(in cell.Info) (Target, error) {
	t := Target{Shm: newSegment(), Addr: netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	for _, a := range in.Config.Addrs {
		t.Addr = a.IP
		if a.IP.Is4() {
			break
		}
	}
	ins, err := p.Kernel.List()
	if err != nil {
		return t, err
	}
	declared := map[uint16]cell.ID{}
	for _, other := range ins {
		for _, port := range other.Config.Ports {
			declared[port] = other.ID
			if other.ID != in.ID {
				t.Taken = port
			}
		}
	}
	for t.Port = 1023; declared[t.Port] != cell.Host && t.Port > 1; {
		t.Port--
	}
	return t, nil
}

// one tries an operation in a new process of the cell.
func (p *Prober) one(ctx context.Context, in cell.Info, op Operation, t Target) (Result, error) {
	victim, err := p.victim(ctx)
	if err != nil {
		return Result{}, err
	}
	defer victim.end()
	t.Victim = victim.cmd.Process.Pid
	before, err := p.Kernel.Counters(in.ID)
	if err != nil {
		return Result{}, err
	}
	o, err := p.child(ctx, in, op, t)
	if err != nil {
		return Result{}, err
	}
	after, err := p.Kernel.Counters(in.ID)
	if err != nil {
		return Result{}, err
	}
	got, by := judge(op, p.table, before, after, o)
	return Result{op, expected(in, p.rules[op.Rule]), got, by, o}, nil
}

// child starts the process that tries, and reads what it says.
func (p *Prober) child(ctx context.Context, in cell.Info, op Operation, t Target) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	args := append(p.Self[1:len(p.Self):len(p.Self)], in.ID.String(), op.Name, strconv.Itoa(t.Victim),
		strconv.Itoa(t.Shm), strconv.Itoa(int(t.Port)), strconv.Itoa(int(t.Taken)), t.Addr.String())
	cmd := exec.CommandContext(ctx, p.Self[0], args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if said := strings.TrimSpace(errs.String()); said != "" {
			return Outcome{}, fmt.Errorf("child: %s", lastLine(said))
		}
		return Outcome{}, fmt.Errorf("child: %w", err)
	}
	return ParseOutcome(out.String())
}

// lastLine cuts what comes before the last line of s, and a program's name.
func lastLine(s string) string {
	s = s[strings.LastIndexByte(s, '\n')+1:]
	if _, rest, ok := strings.Cut(s, ": "); ok {
		return rest
	}
	return s
}

// victim is a process of the host that waits to be attacked.
type victim struct {
	cmd   *exec.Cmd
	close func() error
}

func (p *Prober) victim(ctx context.Context) (victim, error) {
	cmd := exec.CommandContext(ctx, p.Self[0], append(p.Self[1:len(p.Self):len(p.Self)], Victim)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return victim{}, err
	}
	return victim{cmd, in.Close}, cmd.Start()
}

func (v victim) end() {
	v.close()
	v.cmd.Process.Kill()
	v.cmd.Wait()
}

// Victim is the operand that makes Child a victim.
const Victim = "victim"

// Child is the process that Prober starts: it joins the cell and tries one
// operation, or waits as a victim until its input ends.
func Child(c *kern.Client, operands []string) (Outcome, error) {
	if operands[0] == Victim {
		os.Stdin.Read(make([]byte, 1))
		return Outcome{}, nil
	}
	signal.Ignore(unknownCall)
	op, ok := Find(operands[1])
	if !ok {
		return Outcome{}, fmt.Errorf("unknown operation %q", operands[1])
	}
	t, err := parseTarget(operands[2:])
	if err != nil {
		return Outcome{}, err
	}
	in, err := c.Get(operands[0])
	if err != nil {
		return Outcome{}, err
	}
	r := enter.Request{Cell: in.ID, Root: in.Config.Root}
	if err := enter.Join(c, r); err != nil {
		return Outcome{}, err
	}
	return Attempt(op, t), nil
}

// parseTarget reads the operands that child wrote.
func parseTarget(s []string) (t Target, err error) {
	var n [4]int
	for i := range n {
		if n[i], err = strconv.Atoi(s[i]); err != nil {
			return t, err
		}
	}
	t = Target{Victim: n[0], Shm: n[1], Port: uint16(n[2]), Taken: uint16(n[3])}
	t.Addr, err = netip.ParseAddr(s[4])
	return t, err
}

// unknownCall is what a kernel sends who makes a system call that it was
// built without; ignored, the call fails with ENOSYS.
const unknownCall = syscall.SIGSYS
