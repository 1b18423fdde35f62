package cli

import (
	"errors"

	"callflow/steps"
)

// usageError is a command line that cannot be understood.
type usageError struct {
	text    string
	command string // whose help to point at; "" when the help was just shown
}

func (e *usageError) Error() string { return e.text }

// inputError is a file or option that is wrong. Its text may be empty when the problems were already printed.
type inputError struct{ text string }

func (e *inputError) Error() string { return e.text }

// setupError is a test that could not be made: no listener, no token, no service.
type setupError struct {
	what string
	err  error
}

func (e *setupError) Error() string { return e.what + ": " + e.err.Error() }
func (e *setupError) Unwrap() error { return e.err }

// verdictError is a batch of runs that did not all pass: how many ended in each status.
type verdictError struct{ count map[string]int }

func (e *verdictError) Error() string { return "not every run passed" }

// hungUpError is a client of the language server that ended without shutdown: the protocol wants 1 for it.
type hungUpError struct{}

func (hungUpError) Error() string { return "the editor ended without saying shutdown" }

// errorText is what to print for err; runs that failed have said so themselves.
func errorText(err error) string {
	var verdict *verdictError
	var usage *usageError
	var setup *setupError
	switch {
	case errors.As(err, &verdict) && errors.As(err, &setup): // a journal or report that cannot be written, besides
		return "callflow: " + setup.Error()
	case err == nil, errors.As(err, &verdict), err.Error() == "":
		return ""
	case errors.As(err, &usage):
		return "callflow: " + usage.text + "\nRun '" + usage.command + " --help' for what there is."
	}
	return "callflow: " + err.Error()
}

// exitCode is the one place that decides the process's exit code. A failed expectation outranks a run that could not
// test: it is a finding about the service. Cobra's own complaints (arguments, required flags) count as usage.
func exitCode(err error) int {
	var verdict *verdictError
	var setup *setupError
	var up *stillUpError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, steps.ErrInterrupted):
		return 130
	case errors.As(err, &verdict):
		switch {
		case verdict.count[steps.Interrupted] > 0:
			return 130
		case verdict.count[steps.Failed] > 0:
			return 1
		case verdict.count[steps.Broken] > 0:
			return 3
		}
		return 0
	case errors.As(err, &setup):
		return 3
	case errors.Is(err, unknownCodeError{}), errors.Is(err, hungUpError{}), errors.Is(err, unformattedError{}), errors.As(err, &up):
		return 1
	}
	return 2
}
