module cells

go 1.25.0

require (
	github.com/jroimartin/gocui v0.5.0
	github.com/mattn/go-isatty v0.0.24
	github.com/olekukonko/tablewriter v0.0.5
	github.com/spf13/pflag v1.1.0
	golang.org/x/sys v0.47.0
)

require (
	github.com/mattn/go-runewidth v0.0.9 // indirect
	github.com/nsf/termbox-go v1.1.1 // indirect
)
