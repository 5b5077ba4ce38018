package main

import (
	"errors"
	"syscall"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// enter makes this process a member of a cell.
func enter(id uint32) error {
	c, err := kern.Open()
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Attach(cell.ID(id))
}

// attachSegment makes a segment of System V shared memory and attaches it.
func attachSegment() error {
	const create = 0o1000
	id, _, errno := syscall.Syscall(syscall.SYS_SHMGET, 0, 4096, create|0o600)
	if errno != 0 {
		return errors.New("shmget: " + errno.Error())
	}
	at, _, errno := syscall.Syscall(syscall.SYS_SHMAT, id, 0, 0)
	if errno != 0 {
		return errno
	}
	syscall.Syscall(syscall.SYS_SHMDT, at, 0, 0)
	return nil
}

// trace attaches to a process as a debugger does, and keeps it.
func trace(pid int) error {
	const attach = 9 // PT_ATTACH
	if _, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, attach, uintptr(pid), 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
