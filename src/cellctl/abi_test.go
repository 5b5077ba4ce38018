package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"testing"

	"cells/src/internal/kern"
)

// TestOtherABI runs verbs against a rig of the next ABI: each is refused,
// with the hint, and nothing else is asked.
func TestOtherABI(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rig.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv(kern.RigEnv, path)
	go answerVersion(t, l, 2)
	const hint = "cellctl: kernel speaks ABI 2, this program 1: install matching packages\n"
	for _, args := range [][]string{{"list"}, {"create", "-n", "x", "/"}, {"exec", "x", "true"},
		{"kill", "x"}, {"destroy", "x"}, {"set", "x", "mode=learn"}, {"stats"}, {"denials"},
		{"policy"}, {"probe", "x"}, {"version"}} {
		var out, errs bytes.Buffer
		status := program().Run(context.Background(), args, nil, &out, &errs)
		if status != 1 || errs.String() != hint {
			t.Errorf("%v: status %d, %q", args, status, errs.String())
		}
	}
}

// answerVersion answers the node version, as rig_proto.h says, and is upset
// about any other.
func answerVersion(t *testing.T, l net.Listener, abi uint32) {
	const requestSize, nodeAt, nodeLen, versionSize = 72, 8, 48, 120
	o := binary.NativeEndian
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		request := make([]byte, requestSize)
		for {
			if _, err := io.ReadFull(conn, request); err != nil {
				break
			}
			if node := string(bytes.TrimRight(request[nodeAt:nodeAt+nodeLen], "\x00")); node != "version" {
				t.Errorf("node %s was asked", node)
			}
			reply := make([]byte, 24+versionSize)
			copy(reply, request[:4])
			o.PutUint64(reply[8:], versionSize)
			o.PutUint64(reply[16:], versionSize)
			o.PutUint32(reply[24:], abi)
			conn.Write(reply)
		}
		conn.Close()
	}
}
