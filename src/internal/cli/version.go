package cli

// Version is that of the programs; Makefile.inc has the same.
const Version = "0.1"
