// Package enter makes a process a member of a cell and replaces it by a
// command.  The order is what keeps the host safe: whatever needs the host's
// rights is done before the cell is joined, whatever the cell could have
// prepared is touched only from inside its root.
package enter

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// Request says what runs, where, and as whom.
type Request struct {
	Cell    cell.ID
	Root    string        // the cell's root directory
	User    string        // USER[:GROUP], names of the cell or numbers; "": root
	Env     []string      // NAME=VALUE, on top of a small clean environment
	Dir     string        // inside the root; "": /
	Rlimits []cell.Rlimit // set after joining, raised before
	Umask   int           // below 0: 022
	Argv    []string
	// Last, where not nil, is called as the user who runs the command, right
	// before it is executed.
	Last func() error
}

// Exit statuses as sh(1) has them.
const (
	StatusNotExecutable = 126
	StatusNotFound      = 127
)

// CommandError says that the command itself could not be run.
type CommandError struct {
	Command string
	Status  int // StatusNotExecutable or StatusNotFound
	cause   error
}

func (e *CommandError) Error() string {
	if e.Status == StatusNotFound && errors.Is(e.cause, syscall.ENOENT) {
		return e.Command + ": not found in the cell"
	}
	return fmt.Sprintf("%s: %v", e.Command, e.cause)
}

func (e *CommandError) Unwrap() error { return e.cause }

// Exec joins the cell and replaces the process; it returns only what went
// wrong.  After an error the process may be in the cell already and must
// end.  As another user than root, which only a rig accepts, the root
// directory and the user stay as they are: see Unprivileged.
func Exec(c *kern.Client, r Request) error {
	if len(r.Argv) == 0 {
		return errors.New("no command")
	}
	if err := CheckEnv(r.Env); err != nil {
		return err
	}
	privileged := !Unprivileged() // it does not stay so
	if privileged && r.User != "" {
		settle()
	}
	if err := Join(c, r); err != nil {
		return err
	}
	c.Close()
	return become(r, privileged)
}

// Join makes the process a member of the cell, inside its root, for good.
// The user stays the same.  Where a rig confines, the calling goroutine is
// bound to its thread.
func Join(c *kern.Client, r Request) error {
	bindThread()
	enforcing, err := prepare(c, r)
	if err != nil {
		return err
	}
	if err := c.Attach(r.Cell); err != nil {
		return err
	}
	if !enforcing {
		return nil
	}
	if err := confine(c, r.Cell); err != nil {
		return fmt.Errorf("confine: %w", err)
	}
	return nil
}

// Unprivileged reports whether commands run without the cell's root and
// without a change of user, because the process is not root.
func Unprivileged() bool { return os.Geteuid() != 0 }

// prepare does what needs the rights of the host, and gives away what the
// cell must not find in the process.  It reports whether the rig enforces.
func prepare(c *kern.Client, r Request) (enforcing bool, err error) {
	v, err := c.Version()
	if err != nil {
		return false, err
	}
	if err := closeInherited(); err != nil {
		return false, fmt.Errorf("inherited descriptors: %w", err)
	}
	if err := checkStandard(); err != nil {
		return false, err
	}
	if err := raiseLimits(r.Rlimits); err != nil {
		return false, err
	}
	if !Unprivileged() {
		err = see(r.Root, v.Enforcing && v.Rig)
	}
	return v.Enforcing, err
}

// see changes to the cell's root, under a rig that enforces with a view of the
// host from which is hidden what the rig cannot be asked about.
func see(root string, hide bool) error {
	if !hide {
		return enterRoot(root)
	}
	v, err := separate()
	if err != nil {
		return err
	}
	if err := enterRoot(root); err != nil {
		return err
	}
	if err := v.hide(); err != nil {
		return fmt.Errorf("hiding the host: %w", err)
	}
	return nil
}

// enterRoot makes root the root directory and the working directory.  A
// symbolic link in its last place is refused: only the host may have made
// the way there.
func enterRoot(root string) error {
	fd, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("root %s: %w", root, err)
	}
	defer unix.Close(fd)
	if err := unix.Fchdir(fd); err != nil {
		return fmt.Errorf("root %s: %w", root, err)
	}
	if root == "/" {
		return nil
	}
	if err := unix.Chroot("."); err != nil {
		return fmt.Errorf("chroot %s: %w", root, err)
	}
	return nil
}

// become changes to the user and executes the command, inside the cell.  As
// a process that was never root it has neither the cell's root nor another
// user.
func become(r Request, privileged bool) error {
	who, err := resolve(r, privileged)
	if err != nil {
		return err
	}
	dir := r.Dir
	if dir == "" {
		dir = "/"
	}
	if privileged {
		err = who.assume()
	} else if r.Root != "/" {
		dir = r.Root + dir
	}
	if err != nil {
		return err
	}
	if err := changeDir(dir); err != nil {
		return err
	}
	mask := r.Umask
	if mask < 0 {
		mask = 0o022
	}
	unix.Umask(mask)
	env := environment(who, r.Env)
	if err := closeOnExec(); err != nil {
		return fmt.Errorf("descriptors: %w", err)
	}
	if err := setLimits(r.Rlimits); err != nil {
		return err
	}
	if r.Last != nil {
		if err := r.Last(); err != nil {
			return err
		}
	}
	return execute(r.Argv, env)
}

// changeDir goes to the directory where the command starts, as the user who
// runs it.
func changeDir(dir string) error {
	if dir[0] != '/' {
		return fmt.Errorf("directory %s: not an absolute path", dir)
	}
	if err := unix.Chdir(dir); err != nil {
		return fmt.Errorf("directory %s: %w", dir, err)
	}
	return nil
}
