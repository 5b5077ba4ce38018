package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"io"
	"path"
	"strings"

	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// Limits bound what an archive may hold.
type Limits struct {
	Entries int64
	Bytes   int64 // of all files, holes included
	Ratio   int64 // of what is unpacked to what was read; 0: any
	// Strict refuses links that climb above the cell's root directory, or
	// above that of the volume that they are in.
	Strict bool
}

// StrangeLimits are those of an archive that somebody else may have made.
var StrangeLimits = Limits{Entries: 5 << 20, Bytes: 1 << 40, Ratio: 200, Strict: true}

// NoLimits let everything pass that is an archive.
var NoLimits = Limits{Entries: 1 << 40, Bytes: 1 << 60}

// ratioFree is how much may be unpacked before the ratio counts, in bytes.
const ratioFree = 256 << 20

// sink takes what an archive holds, in its order.  Names are checked; the
// directory of each was handed over before, and is left once by leave.
type sink interface {
	begin(h *Head) error
	enter(name string, h *tar.Header) error
	leave() error
	file(name string, h *tar.Header, r io.Reader) error
	other(name string, h *tar.Header) error // links and pipes
}

// reader reads one archive.
type reader struct {
	ctx    context.Context
	lim    Limits
	sink   sink
	in     *counter // compressed
	out    *counter // the tar file
	tar    *tar.Reader
	head   *Head
	tally  tally
	total  Totals
	setID  int64               // files with such a bit
	stack  []string            // directories that are open
	last   string              // the entry before
	files  map[uint64]struct{} // names of regular files, hashed
	seed   maphash.Seed
	sum    hash.Hash
	buffer []byte
}

// counter counts bytes and, where moved is set, tells of them.
type counter struct {
	r     io.Reader
	n     int64
	moved func(n int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.moved != nil {
		c.moved(int64(n))
	}
	return n, err
}

// Summary is what was found in an archive that is whole.
type Summary struct {
	Head *Head
	Totals
	SetID int64 // files with a set-user-id or set-group-id bit
}

// readArchive hands an archive to the sink and returns what it is.  That
// everything is there and as it was written is known only when it returns.
func readArchive(ctx context.Context, src io.Reader, lim Limits, s sink, moved func(int64)) (*Summary, error) {
	r := &reader{ctx: ctx, lim: lim, sink: s, in: &counter{r: src, moved: moved}, sum: sha256.New(),
		files: map[uint64]struct{}{}, seed: maphash.MakeSeed(), buffer: make([]byte, 16<<10)}
	z, err := gzip.NewReader(bufio.NewReaderSize(r.in, 64<<10))
	if err != nil {
		return nil, r.fault("", err)
	}
	r.out = &counter{r: z}
	r.tar = tar.NewReader(stream{r})
	if err := r.all(); err != nil {
		return nil, err
	}
	return &Summary{r.head, r.total, r.setID}, nil
}

// stream is the tar file as the tar reader sees it: it stops where the ratio
// is exceeded.
type stream struct{ *reader }

func (g stream) Read(p []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, context.Cause(g.ctx)
	}
	if g.lim.Ratio > 0 && g.out.n > ratioFree && g.out.n/g.lim.Ratio > g.in.n {
		return 0, bad("unpacks to more than %d times its size", g.lim.Ratio)
	}
	return g.out.Read(p)
}

// fault makes an error of reading one that says where.
func (r *reader) fault(name string, err error) error {
	switch {
	case errors.Is(err, ErrArchive), r.ctx.Err() != nil:
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = bad("it is cut off")
	default:
		err = fmt.Errorf("%w: %w", ErrArchive, err)
	}
	if name != "" {
		return fmt.Errorf("%.200q: %w", name, err)
	}
	return err
}

// all reads everything.
func (r *reader) all() error {
	if err := r.readHead(); err != nil {
		return err
	}
	for {
		h, err := r.tar.Next()
		if err != nil {
			return r.fault("", err)
		}
		if h.Name == digestsName {
			return r.finish(h)
		}
		if err := r.entry(h); err != nil {
			return err
		}
	}
}

// readHead reads the first member.
func (r *reader) readHead() error {
	h, err := r.tar.Next()
	if err != nil {
		return r.fault("", err)
	}
	if h.Name != headName || h.Typeflag != tar.TypeReg || h.Size > maxHead {
		return bad("it is no backup: its first member is not %s", headName)
	}
	text, err := io.ReadAll(io.LimitReader(r.tar, maxHead))
	if err != nil {
		return r.fault(headName, err)
	}
	if r.head, err = parseHead(text); err != nil {
		return err
	}
	return r.sink.begin(r.head)
}

// finish compares the digests and makes sure that nothing follows.
func (r *reader) finish(h *tar.Header) error {
	for range r.stack {
		if err := r.sink.leave(); err != nil {
			return err
		}
	}
	r.stack = nil
	if h.Typeflag != tar.TypeReg || sparse(h) {
		return bad("%s is no file", digestsName)
	}
	if err := r.tally.check(r.tar); err != nil {
		return r.fault("", err)
	}
	at := r.out.n + padding(h.Size)
	if _, err := r.tar.Next(); err == nil {
		return bad("something follows %s", digestsName)
	} else if !errors.Is(err, io.EOF) {
		return r.fault("", err)
	}
	for {
		n, err := stream{r}.Read(r.buffer)
		if len(bytes.Trim(r.buffer[:n], "\x00")) > 0 {
			return bad("something follows its end")
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.fault("", err)
		}
	}
	if r.out.n < at+2*tarBlock || r.out.n%tarBlock != 0 {
		return r.fault("", io.ErrUnexpectedEOF)
	}
	r.total.Stream = r.out.n
	return nil
}

// sparse reports whether a member has holes.
func sparse(h *tar.Header) bool {
	return h.PAXRecords["GNU.sparse.major"] != "" || h.Typeflag == tar.TypeGNUSparse
}

// entry checks one member and hands it over.
func (r *reader) entry(h *tar.Header) error {
	name := h.Name
	if h.Typeflag == tar.TypeDir {
		name = strings.TrimSuffix(name, "/")
	}
	if err := checkName(name); err != nil {
		return err
	}
	if err := checkPlace(r.head, name, h.Typeflag == tar.TypeDir, h.Typeflag == tar.TypeReg); err != nil {
		return err
	}
	if err := r.place(name); err != nil {
		return err
	}
	if r.total.Entries++; r.total.Entries > r.lim.Entries {
		return bad("more than %d entries", r.lim.Entries)
	}
	if h.Uid < 0 || h.Gid < 0 || h.Uid > 1<<31-1 || h.Gid > 1<<31-1 {
		return bad("%.80q: no such owner %d:%d", name, h.Uid, h.Gid)
	}
	switch h.Typeflag {
	case tar.TypeDir:
		r.stack = append(r.stack, name)
		return r.sink.enter(name, h)
	case tar.TypeReg:
		return r.file(name, h)
	case tar.TypeSymlink:
		if err := r.symlink(name, h.Linkname); err != nil {
			return err
		}
	case tar.TypeLink:
		if _, ok := r.files[r.hash(h.Linkname)]; !ok || partOf(h.Linkname) != partOf(name) {
			return bad("%.80q: a link to %.80q, which is no file before it", name, h.Linkname)
		}
	case tar.TypeFifo:
		if part, _, _ := strings.Cut(name, "/"); part == manifestPart {
			return bad("%.80q does not belong there", name)
		}
	default:
		return bad("%.80q is no file, directory, link or pipe", name)
	}
	return r.sink.other(name, h)
}

// partOf is the directory of the archive that is restored as one.
func partOf(name string) string {
	ws := strings.SplitN(name, "/", 3)
	if len(ws) < 3 {
		return ""
	}
	return ws[0] + "/" + ws[1]
}

func (r *reader) hash(name string) uint64 { return maphash.String(r.seed, name) }

// place makes sure that the members are in order, each once and below a
// directory that is there.
func (r *reader) place(name string) error {
	if r.last != "" && manifest.ComparePaths(name, r.last) <= 0 {
		return bad("%.80q is there twice, or out of order", name)
	}
	r.last = name
	dir := path.Dir(name)
	for len(r.stack) > 0 && r.stack[len(r.stack)-1] != dir {
		r.stack = r.stack[:len(r.stack)-1]
		if err := r.sink.leave(); err != nil {
			return err
		}
	}
	if len(r.stack) == 0 && dir != "." {
		return bad("%.80q is below no directory of the archive", name)
	}
	return nil
}

// file hands over a regular file and takes its digest.
func (r *reader) file(name string, h *tar.Header) error {
	if r.total.Bytes += h.Size; h.Size < 0 || r.total.Bytes > r.lim.Bytes || r.total.Bytes < 0 {
		return bad("more than %d bytes", r.lim.Bytes)
	}
	if h.Mode&0o6000 != 0 {
		r.setID++
	}
	r.files[r.hash(name)] = struct{}{}
	r.sum.Reset()
	in := io.TeeReader(r.tar, r.sum)
	if err := r.sink.file(name, h, in); err != nil {
		return err
	}
	r.total.Files++
	r.tally.add(name, r.sum.Sum(nil))
	return nil
}

// symlink refuses, where limits are strict, what leads out of where it is.
// An absolute one is the cell's own business: it begins at the cell's root.
func (r *reader) symlink(name, to string) error {
	part, rest, _ := strings.Cut(name, "/")
	own := part == dataPart || part == volumesPart
	if to == "" || len(to) > maxPath || strings.ContainsRune(to, 0) || !own && path.IsAbs(to) {
		return bad("%.80q: a link to %.80q, which leads out", name, to)
	}
	if path.IsAbs(to) || own && !r.lim.Strict {
		return nil
	}
	top, below, _ := strings.Cut(rest, "/")
	at := below
	if part == dataPart {
		at = path.Join(strings.TrimPrefix(plan.DataPath(top), "/"), below)
	}
	depth := strings.Count(at, "/")
	for step := range strings.SplitSeq(to, "/") {
		switch step {
		case "", ".":
		case "..":
			depth--
		default:
			depth++
		}
		if depth < 0 {
			return bad("%.80q: a link to %.80q, which leads out", name, to)
		}
	}
	return nil
}
