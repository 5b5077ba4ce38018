package backup

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
)

// checker is a sink that keeps nothing: it reads every file.
type checker struct{ buf []byte }

func (c *checker) begin(*Head) error               { return nil }
func (c *checker) enter(string, *tar.Header) error { return nil }
func (c *checker) leave() error                    { return nil }
func (c *checker) other(string, *tar.Header) error { return nil }

func (c *checker) file(name string, h *tar.Header, r io.Reader) error {
	if c.buf == nil {
		c.buf = make([]byte, 256<<10)
	}
	for {
		_, err := r.Read(c.buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return asArchive(name, err)
		}
	}
}

// asArchive says of an error of reading a member where it was.
func asArchive(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it is cut off")
	}
	if !errors.Is(err, ErrArchive) && !errors.Is(err, context.Canceled) {
		err = fmt.Errorf("%w: %w", ErrArchive, err)
	}
	return fmt.Errorf("%.200q: %w", name, err)
}
