// Command cellui is the terminal interface of cells: everything on one
// screen, over the same packages as cellmgr(8).  See cellui(8).
package main

import (
	"context"
	"os"

	"cells/src/internal/cli"
)

func main() {
	os.Exit(program().Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// program is the program; it has no verbs.
func program() *cli.Program {
	return &cli.Program{
		Name:    "cellui",
		Summary: "Shows cells, and what can be done with them, on one screen.",
		Only:    look(),
	}
}
