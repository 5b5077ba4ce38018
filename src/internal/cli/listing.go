package cli

import (
	"strings"

	"github.com/spf13/pflag"
)

// Listing holds the options that every listing verb has.
type Listing struct {
	Columns  []string
	NoHeader bool
}

// Flags declares -H and -o.
func (l *Listing) Flags(fs *pflag.FlagSet) {
	fs.BoolVarP(&l.NoHeader, "no-header", "H", false, "no header line")
	fs.VarP((*columns)(&l.Columns), "output", "o", "these `FIELD,...` in this order")
}

// columns is the value of -o: names separated by commas, given again more.
type columns []string

func (c *columns) String() string { return strings.Join(*c, ",") }

func (c *columns) Type() string { return "FIELD,..." }

func (c *columns) Set(s string) error {
	for _, n := range strings.Split(s, ",") {
		*c = append(*c, strings.ToLower(strings.TrimSpace(n)))
	}
	return nil
}
