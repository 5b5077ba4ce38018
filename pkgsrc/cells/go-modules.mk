# $NetBSD$

GO_MODULE_FILES+=	github.com/jroimartin/gocui/@v/v0.5.0.mod
GO_MODULE_FILES+=	github.com/jroimartin/gocui/@v/v0.5.0.zip
GO_MODULE_FILES+=	github.com/mattn/go-isatty/@v/v0.0.24.mod
GO_MODULE_FILES+=	github.com/mattn/go-isatty/@v/v0.0.24.zip
GO_MODULE_FILES+=	github.com/mattn/go-runewidth/@v/v0.0.9.mod
GO_MODULE_FILES+=	github.com/mattn/go-runewidth/@v/v0.0.9.zip
GO_MODULE_FILES+=	github.com/nsf/termbox-go/@v/v1.1.1.mod
GO_MODULE_FILES+=	github.com/nsf/termbox-go/@v/v1.1.1.zip
GO_MODULE_FILES+=	github.com/olekukonko/tablewriter/@v/v0.0.5.mod
GO_MODULE_FILES+=	github.com/olekukonko/tablewriter/@v/v0.0.5.zip
GO_MODULE_FILES+=	github.com/spf13/pflag/@v/v1.1.0.mod
GO_MODULE_FILES+=	github.com/spf13/pflag/@v/v1.1.0.zip
GO_MODULE_FILES+=	golang.org/x/sys/@v/v0.47.0.mod
GO_MODULE_FILES+=	golang.org/x/sys/@v/v0.47.0.zip
