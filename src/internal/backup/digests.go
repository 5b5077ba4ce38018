package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
)

// digestLine is one line of DIGESTS with its newline: what cksum(1) -a sha256
// and sha256sum(1) --tag print and check.  A name with a newline or a
// backslash is escaped, and the line says so by its first character.
func digestLine(name string, sum []byte) string {
	mark := ""
	if strings.ContainsAny(name, "\\\n\r") {
		mark, name = `\`, escapeName.Replace(name)
	}
	return mark + "SHA256 (" + name + ") = " + hex.EncodeToString(sum) + "\n"
}

var (
	escapeName   = strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`)
	unescapeName = strings.NewReplacer(`\\`, "\\", `\n`, "\n", `\r`, "\r")
)

// lineName is the name in a line of DIGESTS, for messages.
func lineName(line string) string {
	name, escaped := strings.CutPrefix(line, `\`)
	name = strings.TrimPrefix(name, "SHA256 (")
	if i := strings.LastIndex(name, ") = "); i >= 0 {
		name = name[:i]
	}
	if escaped {
		name = unescapeName.Replace(name)
	}
	return name
}

// maxLine is more than any line of DIGESTS can have.
const maxLine = 2*maxPath + 100

// tally remembers the lines that DIGESTS has to have: 32 bytes each.
type tally [][sha256.Size]byte

// add notes a file.
func (t *tally) add(name string, sum []byte) {
	*t = append(*t, sha256.Sum256([]byte(digestLine(name, sum))))
}

// check compares with the member DIGESTS and names the first file that
// differs.
func (t tally) check(r io.Reader) error {
	b := bufio.NewReaderSize(r, maxLine)
	for i := range t {
		line, err := b.ReadSlice('\n')
		if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
			return bad("%s ends after %d of %d files", digestsName, i, len(t))
		}
		if err != nil {
			return err
		}
		if sha256.Sum256(line) != t[i] {
			return bad("%.200q is not what it was: its digest differs", lineName(string(bytes.TrimSuffix(line, []byte("\n")))))
		}
	}
	if _, err := b.ReadByte(); !errors.Is(err, io.EOF) {
		return errors.Join(bad("%s names files that are not there", digestsName), err)
	}
	return nil
}
