package kern

import (
	"errors"
	"fmt"
	"syscall"

	"cells/src/internal/abi"
	"cells/src/internal/cell"
)

// What callers tell apart, with errors.Is.
var (
	ErrNoCell       = errors.New("no such cell")
	ErrBusy         = errors.New("processes live in it")
	ErrDying        = errors.New("the cell is dying")
	ErrFull         = errors.New("the cell's process limit is reached")
	ErrNotPermitted = errors.New("operation not permitted")
	ErrABI          = errors.New("another ABI version")
	ErrNoKernel     = errors.New("no secmodel_cell")
)

// HeldError says who holds the name or the port that was asked for.
type HeldError struct {
	Name  string  // the holder's
	ID    cell.ID // the holder's
	Port  uint16  // 0: it is the name that is held
	cause error
}

func (e *HeldError) Error() string {
	if e.Port != 0 {
		return fmt.Sprintf("port %d belongs to cell %s (id %d)", e.Port, e.Name, e.ID)
	}
	return fmt.Sprintf("name %s is in use by the cell with id %d", e.Name, e.ID)
}

// Unwrap is EEXIST or EADDRINUSE.
func (e *HeldError) Unwrap() error { return e.cause }

// abiError makes a version mismatch an ErrABI that keeps its own text.
type abiError struct{ *abi.VersionError }

func (e abiError) Is(target error) bool { return target == ErrABI }

// noCell names the cell that does not exist.
func noCell(which string) error { return fmt.Errorf("%s: %w", which, ErrNoCell) }

// operation turns what a call returned into what package users know.  own
// are the errno(2) values that mean something particular for this node.
func operation(node string, err error, own map[syscall.Errno]error) error {
	var ve *abi.VersionError
	var no syscall.Errno
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ve):
		return abiError{ve}
	case !errors.As(err, &no):
		return err
	case own[no] != nil:
		return own[no]
	case no == syscall.ESRCH:
		return ErrNoCell
	case no == syscall.EPERM || no == syscall.EACCES:
		return fmt.Errorf("%s: %w", node, ErrNotPermitted)
	case no == syscall.EBUSY:
		return ErrDying
	}
	return fmt.Errorf("%s: %w", node, err)
}

// held is operation for create and set, whose answer names the holder.
func held(node, name string, err error, answer []byte) error {
	if !errors.Is(err, syscall.EEXIST) && !errors.Is(err, syscall.EADDRINUSE) {
		return operation(node, err, nil)
	}
	r, derr := abi.DecodeResult(answer)
	if derr != nil {
		return fmt.Errorf("%s: %w", node, err)
	}
	if r.Name == "" {
		r.Name = name
	}
	return &HeldError{Name: r.Name, ID: r.Holder, Port: r.Port, cause: err}
}
