// Package regress drives secmodel_cell(9) in a real NetBSD kernel.
//
// Its tests exist for GOOS=netbsd alone and want root.  `make netbsd-tests'
// compiles them into one static program, which is three things: the tests;
// the init of a system that has no other program (as process 1 it mounts
// what is needed, loads the module it is given, runs itself as the tests and
// powers the machine off); and, for a test that needs processes to make
// system calls for it, an agent in a cell.  The script regress/netbsd/vm puts
// it all into an image and boots a kernel with it.
//
// It lies here and not below regress/ because only what is below src/ may
// import src/internal.
package regress
