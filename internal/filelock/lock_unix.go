//go:build unix && !aix && !solaris

package filelock

import (
	"errors"
	"os"
	"syscall"
)

func hold(f *os.File) {
	for errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX), syscall.EINTR) { // some network file systems have no locks
	}
}

// look asks for a shared lock, which a file that is open for reading may have everywhere.
func look(f *os.File) state {
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); {
	case err == nil:
		return free
	case errors.Is(err, syscall.EWOULDBLOCK):
		return held
	}
	return unknown
}
