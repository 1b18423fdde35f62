// Package filelock tells a file that some process is still writing from one that a killed process has left: who writes
// holds a lock, which the system lets go with the process, however it ended. Ids of processes would not do: in containers
// that share a folder every process may have the same.
package filelock

import "os"

// Hold marks an open file as being written, until it is closed. Where there are no such locks it does nothing.
func Hold(f *os.File) { hold(f) }

// Held says whether a process, this one too, holds the file. Where there are no such locks nobody seems to.
func Held(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	return held(f)
}
