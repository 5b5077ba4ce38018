package regress

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// From <sys/module.h>.
const (
	modctlLoad   = 0
	modctlUnload = 1
	moduleName   = "secmodel_cell"
)

// modload is modctl(MODCTL_LOAD) with a modctl_load_t.
func modload(path string) error {
	name := append([]byte(path), 0)
	args := struct {
		filename unsafe.Pointer
		flags    int32
		props    unsafe.Pointer
		propslen uintptr
	}{filename: unsafe.Pointer(&name[0])}
	_, err := sys(unix.SYS_MODCTL, modctlLoad, unsafe.Pointer(&args))
	return err
}

// modunload is modctl(MODCTL_UNLOAD).
func modunload(name string) error {
	_, err := sys(unix.SYS_MODCTL, modctlUnload, name)
	return err
}
