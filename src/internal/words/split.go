// Package words holds the small text tools that every command line and every
// file format of the project shares: splitting a line the way sh(1) does,
// finding what was probably meant, and reading durations and sizes.
package words

import (
	"fmt"
	"strings"
)

// Word is one word of a line.
type Word struct {
	Text   string
	Col    int  // byte offset of its first character in the line, from 0
	Quoted bool // some part of it was quoted
}

// SplitError says where in a line splitting failed.
type SplitError struct {
	Col  int // byte offset in the line, from 0
	What string
}

func (e *SplitError) Error() string {
	return fmt.Sprintf("column %d: %s", e.Col+1, e.What)
}

// Split cuts a line into words as sh(1) does: blanks separate, a backslash
// and both kinds of quotes protect, `#` at the start of a word begins a
// comment.  Nothing is expanded: `$`, backquotes and wildcards are ordinary
// characters.  A newline inside the line is a blank.
func Split(line string) ([]Word, error) {
	s := splitter{line: line}
	for s.pos < len(line) {
		c := line[s.pos]
		switch {
		case isBlank(c):
			s.end()
			s.pos++
		case c == '#' && !s.inWord:
			return s.words, nil
		default:
			if err := s.part(c); err != nil {
				return nil, err
			}
		}
	}
	s.end()
	return s.words, nil
}

// splitter is the state of one Split.
type splitter struct {
	line   string
	pos    int
	inWord bool
	word   Word
	text   strings.Builder
	words  []Word
}

func isBlank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r'
}

// part takes the character c, or the quoted string that c begins.
func (s *splitter) part(c byte) error {
	if !s.inWord {
		s.inWord = true
		s.word = Word{Col: s.pos}
		s.text.Reset()
	}
	switch c {
	case '\'':
		return s.single()
	case '"':
		return s.double()
	case '\\':
		s.word.Quoted = true
		if s.pos+1 == len(s.line) {
			return &SplitError{s.pos, "backslash at the end of the line"}
		}
		s.text.WriteByte(s.line[s.pos+1])
		s.pos += 2
	default:
		s.text.WriteByte(c)
		s.pos++
	}
	return nil
}

// single takes a string in single quotes: nothing inside is special.
func (s *splitter) single() error {
	start := s.pos
	n := strings.IndexByte(s.line[start+1:], '\'')
	if n < 0 {
		return &SplitError{start, "unterminated single quote"}
	}
	s.word.Quoted = true
	s.text.WriteString(s.line[start+1 : start+1+n])
	s.pos = start + n + 2
	return nil
}

// double takes a string in double quotes, where a backslash protects only
// the characters that sh(1) says it does.
func (s *splitter) double() error {
	start := s.pos
	s.word.Quoted = true
	for i := start + 1; i < len(s.line); i++ {
		c := s.line[i]
		switch {
		case c == '"':
			s.pos = i + 1
			return nil
		case c == '\\' && i+1 < len(s.line) && strings.IndexByte("\"\\$`", s.line[i+1]) >= 0:
			i++
			c = s.line[i]
		}
		s.text.WriteByte(c)
	}
	return &SplitError{start, "unterminated double quote"}
}

// end closes the word under construction, if there is one.
func (s *splitter) end() {
	if !s.inWord {
		return
	}
	s.word.Text = s.text.String()
	s.words = append(s.words, s.word)
	s.inWord = false
}

// Fields is Split without the positions.
func Fields(line string) ([]string, error) {
	ws, err := Split(line)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = w.Text
	}
	return out, nil
}

// Quote returns s so that Split, and sh(1), read it back as one word.
func Quote(s string) string {
	if s != "" && strings.IndexFunc(s, special) < 0 && s[0] != '#' {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// special reports whether r needs quotes in sh(1).
func special(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune("'\"\\$`*?[]~;&|<>(){}!", r)
}

// Join quotes each word where needed and puts a space between them.
func Join(ws []string) string {
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = Quote(w)
	}
	return strings.Join(out, " ")
}
