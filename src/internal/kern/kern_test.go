package kern

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"cells/src/internal/abi"
	"cells/src/internal/cell"
)

// fakeRig answers on a socket as rig_proto.h says; answer makes the reply.
type fakeRig struct {
	path   string
	mu     sync.Mutex
	calls  []string // nodes, in the order they were asked
	answer func(node string, oldlen int, new []byte) (data []byte, needed int, errno syscall.Errno)
}

// o is the byte order of the wire.
var o = binary.NativeEndian

func versionBytes(abiVersion uint32) []byte {
	b := make([]byte, abi.VersionSize)
	o.PutUint32(b, abiVersion)
	return b
}

// startRig serves until the test ends, and makes Open find it.
func startRig(t *testing.T, answer func(string, int, []byte) ([]byte, int, syscall.Errno)) *fakeRig {
	t.Helper()
	r := &fakeRig{path: filepath.Join(t.TempDir(), "rig.sock"), answer: answer}
	l, err := net.Listen("unix", r.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	t.Setenv(RigEnv, r.path)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go r.serve(conn)
		}
	}()
	return r
}

func (r *fakeRig) serve(conn net.Conn) {
	defer conn.Close()
	for {
		head := make([]byte, rigReqSize)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		node := string(bytes.TrimRight(head[8:8+rigNodeLen], "\x00"))
		new := make([]byte, o.Uint64(head[16+rigNodeLen:]))
		if _, err := io.ReadFull(conn, new); err != nil {
			return
		}
		r.mu.Lock()
		r.calls = append(r.calls, node)
		r.mu.Unlock()
		oldlen := int(o.Uint64(head[8+rigNodeLen:]))
		data, needed, errno := r.reply(node, oldlen, new)
		reply := make([]byte, rigRepSize)
		o.PutUint32(reply, rigMagic)
		o.PutUint32(reply[4:], uint32(errno))
		o.PutUint64(reply[8:], uint64(len(data)))
		o.PutUint64(reply[16:], uint64(needed))
		conn.Write(append(reply, data...))
	}
}

// reply cuts what does not fit, as sysctl(3) does.
func (r *fakeRig) reply(node string, oldlen int, new []byte) ([]byte, int, syscall.Errno) {
	data, needed, errno := r.answer(node, oldlen, new)
	if node == "version" && data == nil && errno == 0 {
		data = versionBytes(abi.Version)
	}
	needed = max(needed, len(data))
	if len(data) > oldlen {
		data = data[:oldlen]
		if errno == 0 {
			errno = syscall.ENOMEM
		}
	}
	return data, needed, errno
}

func open(t *testing.T) *Client {
	t.Helper()
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// infos makes an array of n struct cell_info with ids from 1.
func infos(n int) []byte {
	b := make([]byte, n*abi.InfoSize)
	for i := range n {
		o.PutUint32(b[i*abi.InfoSize:], abi.Version)
		o.PutUint32(b[i*abi.InfoSize+4:], uint32(i+1))
	}
	return b
}

func TestListGrows(t *testing.T) {
	n := 100
	startRig(t, func(node string, oldlen int, _ []byte) ([]byte, int, syscall.Errno) {
		if node != "list" {
			return nil, 0, 0
		}
		n += 50 // cells are created faster than they are listed
		return infos(n), 0, 0
	})
	ins, err := open(t).List()
	if err != nil || len(ins) != n || ins[n-1].ID != cell.ID(n) {
		t.Fatalf("%d cells, %v, want %d", len(ins), err, n)
	}
}

func TestGrowEnds(t *testing.T) {
	r := startRig(t, func(node string, oldlen int, _ []byte) ([]byte, int, syscall.Errno) {
		if node == "policy" {
			return nil, 0, syscall.ENOMEM
		}
		return nil, 0, 0
	})
	if _, err := open(t).Policy(); !errors.Is(err, syscall.ENOMEM) {
		t.Errorf("got %v", err)
	}
	if n := len(r.calls); n > 20 {
		t.Errorf("%d calls", n)
	}
}

func TestGet(t *testing.T) {
	startRig(t, func(node string, _ int, new []byte) ([]byte, int, syscall.Errno) {
		if node != "list" {
			return nil, 0, 0
		}
		id, name := o.Uint32(new[4:]), string(bytes.TrimRight(new[16:80], "\x00"))
		if name == "12" {
			return infos(1), 0, 0 // a cell with a number for a name
		}
		if name == "" && id == 7 {
			return infos(1), 0, 0
		}
		return nil, 0, syscall.ESRCH
	})
	c := open(t)
	for _, found := range []string{"12", "7"} {
		if _, err := c.Get(found); err != nil {
			t.Errorf("%s: %v", found, err)
		}
	}
	for _, missing := range []string{"8", "web", "", "a b", "0", "4294967303", "-7"} {
		if _, err := c.Get(missing); !errors.Is(err, ErrNoCell) {
			t.Errorf("%s: %v", missing, err)
		}
	}
}

func TestErrors(t *testing.T) {
	var errno syscall.Errno
	startRig(t, func(node string, _ int, _ []byte) ([]byte, int, syscall.Errno) {
		if node == "version" {
			return nil, 0, 0
		}
		return nil, 0, errno
	})
	c := open(t)
	cases := []struct {
		errno syscall.Errno
		call  func() error
		want  error
	}{
		{syscall.ESRCH, func() error { return c.Attach(1) }, ErrNoCell},
		{syscall.EBUSY, func() error { return c.Attach(1) }, ErrDying},
		{syscall.EAGAIN, func() error { return c.Attach(1) }, ErrFull},
		{syscall.EPERM, func() error { return c.Attach(1) }, ErrNotPermitted},
		{syscall.EBUSY, func() error { return c.Destroy(1) }, ErrBusy},
		{syscall.EBUSY, func() error { return c.Set(1, cell.Change{}) }, ErrDying},
		{syscall.EAGAIN, func() error { return c.Kill(1) }, ErrBusy},
		{syscall.EPERM, func() error { _, err := c.List(); return err }, ErrNotPermitted},
		{syscall.EIO, func() error { _, err := c.List(); return err }, syscall.EIO},
		{syscall.ESRCH, func() error { _, err := c.Counters(1); return err }, ErrNoCell},
		{syscall.ESRCH, func() error { _, err := c.Denials(1, 0); return err }, ErrNoCell},
	}
	for _, k := range cases {
		errno = k.errno
		if err := k.call(); !errors.Is(err, k.want) {
			t.Errorf("%v: got %v, want %v", k.errno, err, k.want)
		}
	}
}

func TestHeld(t *testing.T) {
	startRig(t, func(node string, _ int, _ []byte) ([]byte, int, syscall.Errno) {
		if node != "create" {
			return nil, 0, 0
		}
		b := make([]byte, abi.ResultSize)
		o.PutUint32(b, abi.Version)
		o.PutUint32(b[8:], 3)
		o.PutUint32(b[12:], 80)
		copy(b[16:], "db")
		return b, 0, syscall.EADDRINUSE
	})
	cf := cell.Default()
	cf.Name, cf.Root = "web", "/"
	_, err := open(t).Create(cf)
	var he *HeldError
	if !errors.As(err, &he) || he.Name != "db" || he.ID != 3 || he.Port != 80 || !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("got %v", err)
	}
	if want := "port 80 belongs to cell db (id 3)"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestOtherABI(t *testing.T) {
	startRig(t, func(node string, _ int, _ []byte) ([]byte, int, syscall.Errno) {
		return append(versionBytes(2), make([]byte, 40)...), 0, 0
	})
	_, err := Open()
	if !errors.Is(err, ErrABI) || err.Error() != "kernel speaks ABI 2, this program 1: install matching packages" {
		t.Errorf("got %v", err)
	}
}

func TestInsideCell(t *testing.T) {
	startRig(t, func(node string, _ int, _ []byte) ([]byte, int, syscall.Errno) {
		if node == "id" {
			return []byte{5, 0, 0, 0}, 0, 0
		}
		return nil, 0, syscall.EPERM
	})
	id, err := open(t).Self()
	if err != nil || binary.NativeEndian.Uint16([]byte{1, 0}) == 1 && id != 5 {
		t.Errorf("got %v, %v", id, err)
	}
}

func TestDenialsInOrder(t *testing.T) {
	startRig(t, func(node string, _ int, _ []byte) ([]byte, int, syscall.Errno) {
		if node != "denials" {
			return nil, 0, 0
		}
		b := make([]byte, 3*abi.DenialSize)
		for i, seq := range []uint64{7, 9, 8} {
			o.PutUint32(b[i*abi.DenialSize:], abi.Version)
			o.PutUint64(b[i*abi.DenialSize+8:], seq)
		}
		return b, 0, 0
	})
	ds, err := open(t).Denials(0, 6)
	if err != nil || len(ds) != 3 || ds[0].Seq != 7 || ds[1].Seq != 8 || ds[2].Seq != 9 {
		t.Errorf("got %v, %v", ds, err)
	}
}

// TestLiar reads replies that are none.
func TestLiar(t *testing.T) {
	for what, spoil := range map[string]func(reply []byte){
		"magic":         func(r []byte) { r[0]++ },
		"length":        func(r []byte) { o.PutUint64(r[8:], 1<<40) },
		"beyond buffer": func(r []byte) { o.PutUint64(r[8:], 100000) },
		"errno":         func(r []byte) { o.PutUint32(r[4:], 1<<31) },
		"needed":        func(r []byte) { o.PutUint64(r[16:], 1<<63) },
	} {
		path := filepath.Join(t.TempDir(), "rig.sock")
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(RigEnv, path)
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.ReadFull(conn, make([]byte, rigReqSize))
			reply := make([]byte, rigRepSize)
			o.PutUint32(reply, rigMagic)
			spoil(reply)
			conn.Write(reply)
			conn.Close()
		}()
		if _, err := Open(); !errors.Is(err, errProtocol) {
			t.Errorf("%s: %v", what, err)
		}
		l.Close()
	}
}

func TestNoRig(t *testing.T) {
	t.Setenv(RigEnv, filepath.Join(t.TempDir(), "none.sock"))
	if _, err := Open(); !errors.Is(err, ErrNoKernel) || !strings.Contains(err.Error(), "none.sock") {
		t.Errorf("got %v", err)
	}
	t.Setenv(RigEnv, "/"+strings.Repeat("x", 300))
	if _, err := Open(); err == nil || errors.Is(err, ErrNoKernel) {
		t.Errorf("long path: %v", err)
	}
}

func TestRigDirectory(t *testing.T) {
	base := t.TempDir()
	mine, open, link, file := base+"/mine", base+"/open", base+"/link", base+"/file"
	for _, err := range []error{os.Mkdir(mine, 0o700), os.Mkdir(open, 0o700), os.Chmod(open, 0o777),
		os.Symlink(mine, link), os.WriteFile(file, nil, 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, ok := range []string{mine, base + "/absent"} {
		if err := checkRigDir(ok); err != nil {
			t.Error(err)
		}
	}
	bad := []string{open, link, file}
	if os.Geteuid() == 0 {
		if err := os.Chown(base+"/mine", 12345, 12345); err != nil {
			t.Fatal(err)
		}
		bad = append(bad, mine)
	}
	for _, dir := range bad {
		if checkRigDir(dir) == nil {
			t.Errorf("%s is trusted", dir)
		}
	}
}

func TestConcurrent(t *testing.T) {
	startRig(t, func(node string, _ int, new []byte) ([]byte, int, syscall.Errno) {
		if node == "echo" {
			return slices.Clone(new), 0, 0
		}
		return nil, 0, 0
	})
	c := open(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			want := bytes.Repeat([]byte{byte(i)}, 1000)
			for range 50 {
				old := make([]byte, 1000)
				if _, _, err := c.Call("echo", old, want); err != nil || !bytes.Equal(old, want) {
					t.Errorf("%d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
}
