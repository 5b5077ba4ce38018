package engine

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatience: a long wait is told once, a short one not at all.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		e := &Engine{Warn: func(format string, args ...any) { told = append(told, fmt.Sprintf(format, args...)) }}
		end := e.patience("web")
		time.Sleep(patienceTime - time.Second)
		end()
		time.Sleep(time.Minute)
		if len(told) > 0 {
			t.Errorf("a short wait: %q", told)
		}
		end = e.patience("web")
		time.Sleep(time.Minute)
		end()
		if len(told) != 1 || told[0] != "web: still waits for its health check to succeed" {
			t.Errorf("a long wait: %q", told)
		}
	})
}
