// Package filelock tells a file that some process is still writing from one that a killed process has left: who writes
// holds a lock, which the system lets go with the process, however it ended. Ids of processes would not do: in containers
// that share a folder every process may have the same.
package filelock

import "os"

// Hold marks an open file as being written, until it is closed. It waits while somebody looks at the mark. Where there are
// no such locks it does nothing.
func Hold(f *os.File) { hold(f) }

// Held says whether a process, this one too, holds the file. Where there are no such locks nobody seems to.
func Held(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	return look(f) == held
}

// RemoveAbandoned removes a file that nobody holds. Who has made one and then held it looks afterwards whether it is still
// there. Where there are no such locks it removes nothing.
func RemoveAbandoned(name string) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	if look(f) == free {
		_ = os.Remove(name) // it stays for the next one
	}
}

type state int

const (
	unknown state = iota
	held
	free // as long as the file is open here
)
