package screen

import "strings"

// ramps are the steps of a plot from little to much; what is nothing at all
// is the first.
var (
	blocks = []rune("▁▂▃▄▅▆▇█")
	ascii  = []rune("_.-:=+*#")
)

// Plot draws the last w values, the newest at the right, each a column as
// high as it is of top; top 0 takes the highest value that is drawn.  Before
// the first value there are blanks.
func (c Charset) Plot(values []float64, w int, top float64) string {
	ramp := blocks
	if c.ASCII {
		ramp = ascii
	}
	if len(values) > w {
		values = values[len(values)-w:]
	}
	if top == 0 {
		for _, v := range values {
			top = max(top, v)
		}
	}
	var b strings.Builder
	b.WriteString(spaces(w - len(values)))
	for _, v := range values {
		step := 0
		if top > 0 && v > 0 {
			step = 1 + int(v/top*float64(len(ramp)-1)-0.5)
		}
		b.WriteRune(ramp[max(0, min(step, len(ramp)-1))])
	}
	return b.String()
}
