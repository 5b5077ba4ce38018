package enter

import (
	"errors"
	"strings"
	"syscall"
)

// execute replaces the process by the command, which is looked for as
// execvp(3) does: in the PATH of env unless it has a slash.
func execute(argv, env []string) error {
	name := argv[0]
	if strings.Contains(name, "/") {
		return commandError(name, syscall.Exec(name, argv, env))
	}
	var result error = syscall.ENOENT
	if name == "" {
		return commandError("''", result)
	}
	for _, dir := range strings.Split(get(env, "PATH"), ":") {
		if dir == "" {
			dir = "."
		}
		err := syscall.Exec(dir+"/"+name, argv, env)
		switch {
		case missing(err):
		case errors.Is(err, syscall.EACCES):
			result = err // another directory may have one that can be run
		default:
			return commandError(name, err)
		}
	}
	return commandError(name, result)
}

// missing reports whether err says that there is no such file.
func missing(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR)
}

// commandError gives err the exit status that sh(1) would have.
func commandError(name string, err error) error {
	status := StatusNotExecutable
	if missing(err) {
		status = StatusNotFound
	}
	return &CommandError{Command: name, Status: status, cause: err}
}
