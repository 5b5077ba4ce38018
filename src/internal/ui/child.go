package ui

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"cells/src/internal/engine"
	"cells/src/internal/ui/screen"
)

// shell opens a shell in the cell: the terminal is its own until it ends.
func (a *App) shell(string) {
	c := a.running()
	if c == nil {
		return
	}
	path, err := engine.Cellctl()
	if err != nil {
		a.complain(err)
		return
	}
	err = a.foreground(exec.Command(path, "exec", c.Name, "/bin/sh"), "shell in "+c.Name+"; its end leads back")
	if err != nil {
		a.say(screen.Busy, "shell in "+c.Name+": "+err.Error())
	}
	a.refresh()
}

// soon is how long a program that failed has run at most for its messages to
// be of interest.
const soon = 2 * time.Second

// foreground gives the terminal to a program until it ends.
func (a *App) foreground(cmd *exec.Cmd, banner string) (err error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	a.Terminal.Suspend(func() {
		if banner != "" {
			fmt.Println("cellui: " + screen.Safe(banner, true))
		}
		begun := time.Now()
		if err = cmd.Start(); err != nil {
			return
		}
		a.child.Store(cmd.Process)
		err = cmd.Wait()
		a.child.Store(nil)
		if err != nil && time.Since(begun) < soon && !a.hungUp.Load() {
			fmt.Print("cellui: " + err.Error() + "; Enter leads back ")
			bufio.NewReader(os.Stdin).ReadString('\n')
		}
	})
	return err
}

// Alone reports whether no other program has the terminal.
func (a *App) Alone() bool { return a.child.Load() == nil }

// HangUp ends the program that has the terminal, if there is one, and then
// the interface.
func (a *App) HangUp() {
	a.hungUp.Store(true)
	a.Terminal.Quit()
	if p := a.child.Load(); p != nil {
		p.Signal(syscall.SIGHUP)
		time.AfterFunc(5*time.Second, func() { p.Kill() })
	}
}

// pause stops the program, as ^Z does others.
func (a *App) pause() { a.Terminal.Pause() }
