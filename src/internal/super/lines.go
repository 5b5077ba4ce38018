package super

import "unicode/utf8"

// A line is split at lineMax bytes of its escaped form, or earlier where the
// header would otherwise make a packet longer than RFC 3164 and syslogd(8)
// allow.
const (
	lineMax   = 1000
	packetMax = 1024
	headMax   = len("<191>Jan  1 00:00:00 [4294967295]: ") // and the tag
)

// maxText is how long a piece of a line may be that has this tag.
func maxText(tag string) int { return min(lineMax, packetMax-headMax-len(tag)) }

// splitter cuts a stream of bytes into lines, splits long ones, and escapes
// what is not text as vis(3) does with VIS_OCTAL and VIS_NOSLASH: tabs and
// valid UTF-8 stay, or tabs and ASCII alone.  How the stream was cut into
// writes makes no difference.
type splitter struct {
	limit int               // bytes of a piece
	ascii bool              // escape all that is not ASCII
	emit  func(text []byte) // text is valid during the call

	out  []byte // the piece so far, escaped
	pend []byte // an unfinished UTF-8 sequence, or a carriage return
	open bool   // something of the line is not yet emitted
}

func newSplitter(limit int, ascii bool, emit func([]byte)) *splitter {
	return &splitter{limit: limit, ascii: ascii, emit: emit,
		out: make([]byte, 0, limit), pend: make([]byte, 0, utf8.UTFMax)}
}

// write takes the next bytes of the stream.
func (s *splitter) write(p []byte) {
	for _, c := range p {
		switch {
		case c == '\n':
			s.endLine()
		case len(s.pend) == 0 && (c >= ' ' && c < 0x7f || c == '\t'):
			s.open = true
			s.room(1)
			s.out = append(s.out, c)
		default:
			s.open = true
			s.pend = append(s.pend, c)
			s.settle(false)
		}
	}
}

// flush ends the stream: what has no newline is a line, too.
func (s *splitter) flush() {
	if s.open {
		s.endLine()
	}
}

// endLine emits the last piece of a line.  The carriage return of a line
// that ends in CR LF is no part of it.
func (s *splitter) endLine() {
	if string(s.pend) == "\r" {
		s.pend = s.pend[:0]
	}
	s.settle(true)
	s.emit(s.out)
	s.out, s.open = s.out[:0], false
}

// settle moves what can be decided from pend to out; with last, all of it.
func (s *splitter) settle(last bool) {
	for len(s.pend) > 0 {
		c := s.pend[0]
		if !last && (len(s.pend) == 1 && c == '\r' || !utf8.FullRune(s.pend)) {
			return
		}
		n := s.first()
		s.pend = append(s.pend[:0], s.pend[n:]...)
	}
}

// first moves the first character, or a byte that is none, from pend to out
// and returns its length.
func (s *splitter) first() int {
	r, n := utf8.DecodeRune(s.pend)
	switch {
	case r == utf8.RuneError && n == 1, r < ' ' && r != '\t', r == 0x7f,
		r >= utf8.RuneSelf && (s.ascii || r < 0xa0):
		s.room(4 * n)
		for _, c := range s.pend[:n] {
			s.out = append(s.out, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		}
	default:
		s.room(n)
		s.out = append(s.out, s.pend[:n]...)
	}
	return n
}

// room emits the piece so far where n more bytes would not fit.
func (s *splitter) room(n int) {
	if len(s.out)+n > s.limit {
		s.emit(s.out)
		s.out = s.out[:0]
	}
}
