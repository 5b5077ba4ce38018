package backup

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime"
	"sync"
)

// blockSize is how much is compressed at a time, in bytes.  Each block
// becomes a gzip member of its own; RFC 1952, 2.2, has a file be a series of
// members, and every gzip(1) reads one.
const blockSize = 1 << 20

// block is one member on its way: made by the writer, compressed by a worker,
// written in order.
type block struct {
	in    []byte
	out   bytes.Buffer
	ready chan struct{} // closed by the worker
}

// gzipWriter compresses on all processors and writes what comes out in the
// order in which it went in.
type gzipWriter struct {
	w     io.Writer
	cur   *block
	jobs  chan *block // to the workers
	queue chan *block // to the goroutine that writes, in order
	done  chan struct{}
	pool  sync.Pool
	mu    sync.Mutex // guards err
	err   error
}

// newGzip starts the workers; Close ends them.
func newGzip(w io.Writer, level int) (*gzipWriter, error) {
	if _, err := gzip.NewWriterLevel(io.Discard, level); err != nil {
		return nil, err
	}
	n := runtime.GOMAXPROCS(0)
	z := &gzipWriter{w: w, jobs: make(chan *block, n), queue: make(chan *block, 2*n), done: make(chan struct{})}
	z.pool.New = func() any { return &block{in: make([]byte, 0, blockSize)} }
	for range n {
		go z.work(level)
	}
	go z.drain()
	return z, nil
}

// Write takes p; an error of an earlier block is returned by a later call.
func (z *gzipWriter) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		if z.cur == nil {
			if err := z.failed(); err != nil {
				return n, err
			}
			z.cur = z.pool.Get().(*block)
			z.cur.in, z.cur.ready = z.cur.in[:0], make(chan struct{})
			z.cur.out.Reset()
		}
		k := min(len(p), blockSize-len(z.cur.in))
		z.cur.in = append(z.cur.in, p[:k]...)
		n, p = n+k, p[k:]
		if len(z.cur.in) == blockSize {
			z.send()
		}
	}
	return n, nil
}

func (z *gzipWriter) send() {
	z.queue <- z.cur
	z.jobs <- z.cur
	z.cur = nil
}

// Close writes what is left and ends the workers.
func (z *gzipWriter) Close() error {
	if z.cur != nil {
		z.send()
	}
	close(z.jobs)
	close(z.queue)
	<-z.done
	return z.failed()
}

// work compresses blocks.  Writing to memory cannot fail.
func (z *gzipWriter) work(level int) {
	g, _ := gzip.NewWriterLevel(io.Discard, level)
	for b := range z.jobs {
		g.Reset(&b.out)
		g.Write(b.in)
		g.Close()
		close(b.ready)
	}
}

// drain writes the blocks in order.
func (z *gzipWriter) drain() {
	defer close(z.done)
	for b := range z.queue {
		<-b.ready
		if z.failed() == nil {
			if _, err := z.w.Write(b.out.Bytes()); err != nil {
				z.mu.Lock()
				z.err = err
				z.mu.Unlock()
			}
		}
		z.pool.Put(b)
	}
}

func (z *gzipWriter) failed() error {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.err
}
