//go:build !netbsd

package kern

// openTransport knows the rig only: no other system has secmodel_cell(9).
func openTransport() (transport, error) { return openRig() }
