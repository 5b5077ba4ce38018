package abi

import (
	"fmt"
	"math"
	"time"
	"unsafe"

	"cells/src/internal/cell"
)

// putConfig writes c at off.  What does not fit is an error; what the
// kernel refuses it refuses itself.
func putConfig(b []byte, off uintptr, c cell.Config) error {
	if err := putString(b, off+unsafe.Offsetof(cellConfig{}.Name), nameLen, c.Name); err != nil {
		return fmt.Errorf("name %w", err)
	}
	if err := putString(b, off+unsafe.Offsetof(cellConfig{}.Root), rootLen, c.Root); err != nil {
		return fmt.Errorf("root %w", err)
	}
	if err := putTag(b, off, c.Tag); err != nil {
		return err
	}
	put32(b, off+unsafe.Offsetof(cellConfig{}.Profile), uint32(c.Profile))
	put32(b, off+unsafe.Offsetof(cellConfig{}.Mode), uint32(c.Mode))
	put32(b, off+unsafe.Offsetof(cellConfig{}.Allow), uint32(c.Allow))
	put32(b, off+unsafe.Offsetof(cellConfig{}.Maxproc), c.MaxProc)
	if err := putPorts(b, off, c.Ports); err != nil {
		return err
	}
	return putAddrs(b, off, c.Addrs)
}

func putTag(b []byte, off uintptr, tag string) error {
	if err := cell.CheckTag(tag); err != nil {
		return err
	}
	return putString(b, off+unsafe.Offsetof(cellConfig{}.Tag), tagLen, tag)
}

// putPorts writes the ports of the cell_config at off.
func putPorts(b []byte, off uintptr, ports []uint16) error {
	if err := cell.CheckPorts(ports); err != nil {
		return err
	}
	put32(b, off+unsafe.Offsetof(cellConfig{}.Nports), uint32(len(ports)))
	at := off + unsafe.Offsetof(cellConfig{}.Ports)
	for i, p := range ports {
		put16(b, at+uintptr(i)*2, p)
	}
	return nil
}

// putAddrs writes the addresses of the cell_config at off.
func putAddrs(b []byte, off uintptr, addrs []cell.Addr) error {
	if err := cell.CheckAddrs(addrs); err != nil {
		return err
	}
	put32(b, off+unsafe.Offsetof(cellConfig{}.Naddrs), uint32(len(addrs)))
	at := off + unsafe.Offsetof(cellConfig{}.Addrs)
	for i, a := range addrs {
		putAddr(b, at+uintptr(i)*addrSize, a)
	}
	return nil
}

// EncodeCreate makes a struct cell_create.
func EncodeCreate(c cell.Config) ([]byte, error) {
	b := make([]byte, unsafe.Sizeof(cellCreate{}))
	put32(b, unsafe.Offsetof(cellCreate{}.Version), Version)
	return b, putConfig(b, unsafe.Offsetof(cellCreate{}.Config), c)
}

// EncodeSet makes a struct cell_set.  A grant's time is rounded up to whole
// seconds.
func EncodeSet(id cell.ID, c cell.Change) ([]byte, error) {
	b := make([]byte, unsafe.Sizeof(cellSet{}))
	put32(b, unsafe.Offsetof(cellSet{}.Version), Version)
	put32(b, unsafe.Offsetof(cellSet{}.Id), uint32(id))
	fields, err := putChange(b, unsafe.Offsetof(cellSet{}.Config), c)
	if err != nil {
		return nil, err
	}
	if c.Grant != 0 {
		secs := (c.For + time.Second - 1) / time.Second
		if secs < 0 || secs > math.MaxUint32 {
			return nil, fmt.Errorf("grant for %v: out of range", c.For)
		}
		put32(b, unsafe.Offsetof(cellSet{}.Grant), uint32(c.Grant))
		put32(b, unsafe.Offsetof(cellSet{}.Seconds), uint32(secs))
		fields |= setGrant
	}
	if c.Revoke != 0 {
		put32(b, unsafe.Offsetof(cellSet{}.Revoke), uint32(c.Revoke))
		fields |= setRevoke
	}
	put32(b, unsafe.Offsetof(cellSet{}.Fields), fields)
	return b, nil
}

// putChange writes the members that c names into the cell_config at off and
// returns their bits.
func putChange(b []byte, off uintptr, c cell.Change) (fields uint32, err error) {
	word := func(bit uint32, at uintptr, v uint32) {
		put32(b, off+at, v)
		fields |= bit
	}
	if c.Profile != nil {
		word(setProfile, unsafe.Offsetof(cellConfig{}.Profile), uint32(*c.Profile))
	}
	if c.Mode != nil {
		word(setMode, unsafe.Offsetof(cellConfig{}.Mode), uint32(*c.Mode))
	}
	if c.Allow != nil {
		word(setAllow, unsafe.Offsetof(cellConfig{}.Allow), uint32(*c.Allow))
	}
	if c.MaxProc != nil {
		word(setMaxproc, unsafe.Offsetof(cellConfig{}.Maxproc), *c.MaxProc)
	}
	if c.Ports != nil && err == nil {
		fields, err = fields|setPorts, putPorts(b, off, *c.Ports)
	}
	if c.Addrs != nil && err == nil {
		fields, err = fields|setAddrs, putAddrs(b, off, *c.Addrs)
	}
	if c.Tag != nil && err == nil {
		fields, err = fields|setTag, putTag(b, off, *c.Tag)
	}
	return fields, err
}

// EncodeOp makes a struct cell_op.
func EncodeOp(id cell.ID) []byte {
	b := make([]byte, unsafe.Sizeof(cellOp{}))
	put32(b, unsafe.Offsetof(cellOp{}.Version), Version)
	put32(b, unsafe.Offsetof(cellOp{}.Id), uint32(id))
	return b
}

// Select says which cell a reader wants: by id, else by name, else every
// one.  Since is for denials.
type Select struct {
	ID    cell.ID
	Name  string
	Since uint64
}

// EncodeSelect makes a struct cell_select.
func EncodeSelect(s Select) ([]byte, error) {
	b := make([]byte, unsafe.Sizeof(cellSelect{}))
	put32(b, unsafe.Offsetof(cellSelect{}.Version), Version)
	put32(b, unsafe.Offsetof(cellSelect{}.Id), uint32(s.ID))
	put64(b, unsafe.Offsetof(cellSelect{}.Since), s.Since)
	return b, putString(b, unsafe.Offsetof(cellSelect{}.Name), nameLen, s.Name)
}
