package backup

import (
	"io"
	"os"
)

// What a program that is not cellmgr(8) sets before it uses a Store.
var (
	// Self finds the program that has the verbs of the helpers, which is
	// cellmgr.
	Self = os.Executable
	// Errors is where helpers say what goes wrong.
	Errors io.Writer = os.Stderr
)
