package cli

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"testing"

	"callflow/steps"
)

// exitStatus is a command's exit code as a script writes it.
func exitStatus(err error) string {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "0"
	case errors.As(err, &exit):
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}

func TestExitCode(t *testing.T) {
	counts := func(pairs ...any) error {
		v := &verdictError{map[string]int{}}
		for i := 0; i < len(pairs); i += 2 {
			v.count[pairs[i].(string)] = pairs[i+1].(int)
		}
		return v
	}
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, 0},
		{"all passed or skipped", counts(steps.Passed, 2, steps.Skipped, 1), 0},
		{"one failed", counts(steps.Passed, 2, steps.Failed, 1), 1},
		{"one could not test", counts(steps.Passed, 2, steps.Broken, 1), 3},
		{"failed outranks could not test", counts(steps.Failed, 1, steps.Broken, 1), 1},
		{"interrupted outranks all", counts(steps.Failed, 1, steps.Interrupted, 1), 130},
		{"interrupted before a run", steps.ErrInterrupted, 130},
		{"bad usage", &usageError{text: "x"}, 2},
		{"bad input", &inputError{"x"}, 2},
		{"no listener", &setupError{"listen", io.EOF}, 3},
		{"wrapped", fmt.Errorf("w: %w", &setupError{"listen", io.EOF}), 3},
		{"cobra's own", errors.New("if any flags in the group …"), 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := exitCode(tt.err); got != tt.want {
				t.Errorf("exit code %d, want %d", got, tt.want)
			}
		})
	}
}
