package backup

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
)

// holeSize is the least hole that is looked for where the file system does
// not tell where they are, in bytes; it divides the blocks of every one.
const holeSize = 4096

// dataOf lists the parts of a file that hold data; nil where all of it does.
// allocated is what the file takes on the disk, in bytes.
func dataOf(f *os.File, size, allocated int64) ([]extent, bool, error) {
	if size == 0 || allocated >= size {
		return nil, false, nil
	}
	data, err := seekData(f, size)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTTY) {
		data, err = scanData(f, size)
	}
	if err != nil {
		return nil, false, err
	}
	if len(data) == 1 && data[0] == (extent{0, size}) {
		return nil, false, nil
	}
	return data, true, nil
}

// walkData lists the data by asking where the next data and the next hole
// begin; either is size where there is none.
func walkData(size int64, nextData, nextHole func(at int64) (int64, error)) ([]extent, error) {
	var out []extent
	for at := int64(0); at < size; {
		from, err := nextData(at)
		if errors.Is(err, syscall.ENXIO) || err == nil && from >= size {
			break
		}
		if err != nil {
			return nil, err
		}
		to, err := nextHole(from)
		if err != nil && !errors.Is(err, syscall.ENXIO) {
			return nil, err
		}
		if err != nil || to > size {
			to = size
		}
		if to <= from {
			return nil, errors.ErrUnsupported
		}
		out = append(out, extent{from, to - from})
		at = to
	}
	return out, nil
}

// scanData takes for holes what is zero.
func scanData(f *os.File, size int64) ([]extent, error) {
	var out []extent
	zero, buf := make([]byte, holeSize), make([]byte, 64*holeSize)
	for at := int64(0); at < size; {
		n, err := f.ReadAt(buf[:min(int64(len(buf)), size-at)], at)
		if n == 0 {
			if errors.Is(err, io.EOF) {
				break
			}
			return nil, err
		}
		for b := buf[:n]; len(b) > 0; {
			k := min(len(b), holeSize)
			if !bytes.Equal(b[:k], zero[:k]) {
				if last := len(out) - 1; last >= 0 && out[last].at+out[last].size == at {
					out[last].size += int64(k)
				} else {
					out = append(out, extent{at, int64(k)})
				}
			}
			at, b = at+int64(k), b[k:]
		}
	}
	return out, nil
}
