// Package kern speaks to secmodel_cell(9): through sysctl(3) on NetBSD, and
// through the rig's socket elsewhere or where CELLS_RIG names one.  It keeps
// no state of its own; every answer is what the kernel said just now.
package kern

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"sync"
	"syscall"

	"cells/src/internal/abi"
	"cells/src/internal/cell"
)

// transport carries one sysctl(3) call on the node `security.models.cell.'
// plus node.  It returns how many bytes of old were filled, also with an
// error, and how many the whole answer takes.  Errors of the call itself are
// syscall.Errno.
type transport interface {
	call(node string, old, new []byte) (filled, needed int, err error)
	close() error
}

// Client is an open way to the kernel.  It may be used from several
// goroutines, but Attach concerns the process as a whole.
type Client struct {
	mu sync.Mutex // one call at a time on a transport
	t  transport
}

// Open picks the transport and makes sure that the other side speaks our
// ABI.  The error says what was tried: ErrNoKernel, ErrABI, or why the
// socket could not be used.  Inside a cell the version cannot be read, which
// is no error.
func Open() (*Client, error) {
	t, err := openTransport()
	if err != nil {
		return nil, err
	}
	c := &Client{t: t}
	if _, err := c.Version(); err != nil && !errors.Is(err, ErrNotPermitted) {
		t.close()
		return nil, err
	}
	return c, nil
}

// Close gives the transport back.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t.close()
}

// Call is the bare call on a node: old is filled as far as it reaches.  It
// serves the rig's own nodes and tests; errors are syscall.Errno unless the
// transport itself failed.
func (c *Client) Call(node string, old, new []byte) (filled, needed int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t.call(node, old, new)
}

// fixed reads an answer of at most size bytes.
func (c *Client) fixed(node string, size int, new []byte) ([]byte, error) {
	old := make([]byte, size)
	n, _, err := c.Call(node, old, new)
	return old[:n], err
}

// growTries bounds how often an answer may outgrow its buffer; a kernel that
// is itself out of memory answers the same.
const growTries = 12

// grow reads an answer of any length.  One that has outgrown the buffer,
// which may happen again between two calls, is asked for again.
func (c *Client) grow(node string, guess int, new []byte) ([]byte, error) {
	old := make([]byte, guess)
	for try := 1; ; try++ {
		n, needed, err := c.Call(node, old, new)
		if !errors.Is(err, syscall.ENOMEM) || try == growTries {
			return old[:n], err
		}
		old = make([]byte, max(needed, len(old))+len(old)/4+guess)
	}
}

// Version asks the other side what it is.
func (c *Client) Version() (cell.Version, error) {
	// A larger struct of another version still fits, for its first word.
	b, err := c.fixed("version", 4*abi.VersionSize, nil)
	if err != nil {
		return cell.Version{}, operation("version", err, nil)
	}
	v, err := abi.DecodeVersion(b)
	return v, operation("version", err, nil)
}

// Self is the cell that the calling process is in, or cell.Host.
func (c *Client) Self() (cell.ID, error) {
	b, err := c.fixed("id", abi.IDSize, nil)
	if err != nil {
		return 0, operation("id", err, nil)
	}
	return abi.DecodeID(b)
}

// Create makes a cell.  *HeldError says who has the name or a port.
func (c *Client) Create(cf cell.Config) (cell.ID, error) {
	if err := cf.Validate(); err != nil {
		return 0, err
	}
	b, err := abi.EncodeCreate(cf)
	if err != nil {
		return 0, err
	}
	return c.result("create", cf.Name, b)
}

// Set changes a cell in one step that every decision sees whole.
func (c *Client) Set(id cell.ID, ch cell.Change) error {
	b, err := abi.EncodeSet(id, ch)
	if err != nil {
		return err
	}
	_, err = c.result("set", "", b)
	return err
}

// result makes a call that answers with a struct cell_result.
func (c *Client) result(node, name string, new []byte) (cell.ID, error) {
	old, err := c.fixed(node, abi.ResultSize, new)
	if err != nil {
		return 0, held(node, name, err, old)
	}
	r, err := abi.DecodeResult(old)
	return r.ID, operation(node, err, nil)
}

// Attach makes the calling process a member of the cell, for good.
func (c *Client) Attach(id cell.ID) error {
	_, _, err := c.Call("attach", nil, abi.EncodeOp(id))
	return operation("attach", err, map[syscall.Errno]error{
		syscall.EBUSY: ErrDying, syscall.EAGAIN: ErrFull})
}

// killCalls bounds Kill: each call takes up to five seconds in the kernel.
const killCalls = 6

// Kill ends every member of the cell and lets none in from now on.
// ErrBusy: some were left after half a minute.
func (c *Client) Kill(id cell.ID) error {
	var err error
	for range killCalls {
		_, _, err = c.Call("kill", nil, abi.EncodeOp(id))
		if !errors.Is(err, syscall.EAGAIN) {
			break
		}
	}
	return operation("kill", err, map[syscall.Errno]error{syscall.EAGAIN: ErrBusy})
}

// Destroy removes an empty cell.  ErrBusy: processes live in it.
func (c *Client) Destroy(id cell.ID) error {
	_, _, err := c.Call("destroy", nil, abi.EncodeOp(id))
	return operation("destroy", err, map[syscall.Errno]error{syscall.EBUSY: ErrBusy})
}

// List returns every cell, in the order of their ids.
func (c *Client) List() ([]cell.Info, error) {
	b, err := c.grow("list", 16*abi.InfoSize, nil)
	if err != nil {
		return nil, operation("list", err, nil)
	}
	return abi.DecodeInfos(b)
}

// Get returns one cell, by its name, or by its id where no cell has that
// name.  ErrNoCell where there is neither.
func (c *Client) Get(nameOrID string) (cell.Info, error) {
	if cell.CheckName(nameOrID) != nil {
		return cell.Info{}, noCell(nameOrID)
	}
	in, err := c.one(abi.Select{Name: nameOrID})
	if !errors.Is(err, ErrNoCell) {
		return in, err
	}
	if id, e := strconv.ParseUint(nameOrID, 10, 32); e == nil && id != 0 {
		in, err = c.one(abi.Select{ID: cell.ID(id)})
	}
	if errors.Is(err, ErrNoCell) {
		return in, noCell(nameOrID)
	}
	return in, err
}

// GetID returns one cell by its id.
func (c *Client) GetID(id cell.ID) (cell.Info, error) {
	if id == cell.Host {
		return cell.Info{}, noCell(id.String())
	}
	return c.one(abi.Select{ID: id})
}

// one reads the one cell that s selects.
func (c *Client) one(s abi.Select) (cell.Info, error) {
	sel, err := abi.EncodeSelect(s)
	if err != nil {
		return cell.Info{}, err
	}
	b, err := c.fixed("list", abi.InfoSize, sel)
	if err != nil {
		return cell.Info{}, operation("list", err, nil)
	}
	ins, err := abi.DecodeInfos(b)
	if err != nil {
		return cell.Info{}, operation("list", err, nil)
	}
	if len(ins) == 0 {
		return cell.Info{}, ErrNoCell
	}
	return ins[0], nil
}

// Counters reads a cell's counters by rule.
func (c *Client) Counters(id cell.ID) (cell.Counters, error) {
	sel, err := abi.EncodeSelect(abi.Select{ID: id})
	if err != nil {
		return cell.Counters{}, err
	}
	b, err := c.fixed("counters", abi.CountersSize, sel)
	if err != nil {
		return cell.Counters{}, operation("counters", err, nil)
	}
	return abi.DecodeCounters(b)
}

// Denials reads the ring of a cell, or where id is cell.Host of all of them
// and the host's, with numbers above since, oldest first.
func (c *Client) Denials(id cell.ID, since uint64) ([]cell.Denial, error) {
	sel, err := abi.EncodeSelect(abi.Select{ID: id, Since: since})
	if err != nil {
		return nil, err
	}
	b, err := c.grow("denials", 64*abi.DenialSize, sel)
	if err != nil {
		return nil, operation("denials", err, nil)
	}
	ds, err := abi.DecodeDenials(b)
	slices.SortFunc(ds, func(x, y cell.Denial) int { return cmp.Compare(x.Seq, y.Seq) })
	return ds, err
}

// Policy reads the policy table.
func (c *Client) Policy() ([]cell.Rule, error) {
	b, err := c.grow("policy", 256*abi.RuleSize, nil)
	if err != nil {
		return nil, operation("policy", err, nil)
	}
	return abi.DecodeRules(b)
}
