// Package cli is the command line: one file per command, and the only place that wires hosts, listener and simulator.
package cli

import "io"

// Main runs the command line args and returns the process's exit code:
// 0 passed, 1 an expectation failed, 2 a file or flag is wrong, 3 could not test, 130 interrupted.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return 2
}
