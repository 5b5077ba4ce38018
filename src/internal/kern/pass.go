package kern

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Pass makes a call without data on one of the rig's own nodes and passes a
// descriptor along; it stays open here as well.  Errors are those of Call.
func (c *Client) Pass(node string, fd int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.t.(*rig)
	if !ok {
		return fmt.Errorf("%s: only a rig takes descriptors", node)
	}
	return r.pass(node, fd)
}

func (r *rig) pass(node string, fd int) error {
	if r.file == nil {
		return fmt.Errorf("rig %s: connection is closed", r.path)
	}
	req, err := rigRequest(node, 0, nil)
	if err != nil {
		return err
	}
	// A request is far smaller than what a socket takes at once.
	if err := unix.Sendmsg(int(r.file.Fd()), req, unix.UnixRights(fd), nil, 0); err != nil {
		r.close()
		return fmt.Errorf("rig %s: %s: %w", r.path, node, err)
	}
	_, _, errno, err := r.exchange(nil, nil)
	if err != nil {
		r.close()
		return fmt.Errorf("rig %s: %s: %w", r.path, node, err)
	}
	if errno != 0 {
		return errno
	}
	return nil
}
