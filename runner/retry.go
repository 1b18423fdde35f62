package runner

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v4"

	"callflow/schema"
	"callflow/steps"
)

// gaveUpError is the last error of several attempts.
type gaveUpError struct {
	why      string // "gave up after 10s (6 attempts)"
	attempts int
	last     error
}

func (e *gaveUpError) Error() string { return e.why + "; last: " + e.last.Error() }
func (e *gaveUpError) Unwrap() error { return e.last }

// perform runs the verb, and again as the step's retry allows. Each attempt is an env with a window of its own.
func (t *turn) perform(params any) (steps.Outputs, error) {
	retry, err := t.retry()
	if err != nil {
		return nil, err
	}
	waits := t.waits(retry)
	for {
		t.attempts++
		t.outcome, t.result, t.reply = "", nil, nil
		outputs, err := t.step.Verb.Run.(steps.Run)(t.env(), params)
		if err == nil || retry == nil {
			return outputs, err
		}
		if err = t.pause(retry, waits, outputs, err); err != nil {
			return outputs, err
		}
		if params, err = t.params(); err != nil {
			return outputs, err
		}
	}
}

// pause waits before another attempt. The error is the turn's when there will be none: the attempt's own, if that was
// definite.
func (t *turn) pause(retry *schema.Retry, waits func() time.Duration, outputs steps.Outputs, err error) error {
	again, aerr := t.again(retry, outputs, err)
	if aerr != nil {
		return t.gaveUp(", for "+aerr.Error(), err)
	}
	if !again { // this end is definite, however many attempts came before it
		return err
	}
	if t.attempts >= retry.Attempts {
		return t.gaveUp("", err)
	}
	wait := max(waits(), retryAfter(err))
	if left := t.deadline.Sub(t.host.Now()); !t.deadline.IsZero() && wait >= left {
		return t.gaveUp(fmt.Sprintf(", for waiting another %s would pass its timeout of %s", steps.Span(wait), steps.Span(t.limit)), err)
	}
	t.emit(steps.Record{Retry: &steps.Retried{Attempt: t.attempts, Of: retry.Attempts, Wait: wait, Reason: t.addressed(err.Error())}})
	return t.host.Sleep(wait)
}

// env is a new attempt. Its window opens here, and anew when it sends a request.
func (t *turn) env() *env {
	e := &env{turn: t, attempt: t.attempts}
	e.open()
	return e
}

// gaveUp words the error of a turn that had more than one attempt.
func (t *turn) gaveUp(because string, last error) error {
	if t.attempts < 2 && because == "" {
		return last
	}
	took := steps.Span(t.host.Now().Sub(t.started))
	attempts := fmt.Sprintf("%d attempts", t.attempts)
	if t.attempts == 1 {
		attempts = "1 attempt"
	}
	return &gaveUpError{why: fmt.Sprintf("gave up after %s (%s)%s", took, attempts, because), attempts: t.attempts, last: last}
}

// retry is the step's own, else the scenario's default for steps that act.
func (t *turn) retry() (*schema.Retry, error) {
	tmpl := t.step.Retry
	if tmpl == nil && t.step.Verb.Role == schema.Acts {
		tmpl = t.plan.Defaults.Retry
	}
	if tmpl == nil {
		return nil, nil
	}
	retry, err := schema.Get[schema.Retry](tmpl, t.names.all)
	return &retry, err
}

// waits gives the waits between attempts. backoff counts them; the clock and the jitter are the host's.
func (t *turn) waits(retry *schema.Retry) func() time.Duration {
	if retry == nil {
		return nil
	}
	b := &backoff.ExponentialBackOff{
		InitialInterval: retry.InitialInterval, Multiplier: max(retry.Multiplier, 1), MaxInterval: retry.MaxInterval,
		RandomizationFactor: 0, MaxElapsedTime: 0, Stop: backoff.Stop, Clock: t.host,
	}
	b.Reset()
	return func() time.Duration {
		wait := float64(min(b.NextBackOff(), retry.MaxInterval))
		if retry.Jitter > 0 {
			share := float64(t.host.Rand()>>11) / (1 << 53) // 0 ≤ share < 1
			wait *= 1 + min(retry.Jitter, 1)*(2*share-1)
		}
		return time.Duration(wait).Round(time.Millisecond)
	}
}

// again says whether an error is worth another attempt.
func (t *turn) again(retry *schema.Retry, outputs steps.Outputs, err error) (bool, error) {
	var (
		net     *steps.NetError
		refused *steps.GraphError
		outcome *steps.OutcomeError
	)
	isNet, isRefused, isOutcome := errors.As(err, &net), errors.As(err, &refused), errors.As(err, &outcome)
	if !isNet && !isRefused && !isOutcome {
		return false, nil // a timeout, a value that cannot be evaluated, the end of a scope
	}
	if retry.When != nil {
		return retry.When.Test(t.names.with(t.attempted(outputs, err)))
	}
	switch {
	case isNet:
		return !net.Auth && (net.Refused || t.idempotent()), nil
	case isRefused:
		switch status := refused.Reply.Status; {
		case status == 429, status == 503: // the service has not acted
			return true, nil
		case status == 408, status >= 500:
			return t.idempotent(), nil
		}
	}
	return false, nil
}

// idempotent says whether the request may be repeated when nobody knows whether the service has acted on it. For the
// verb request, HTTP's own rule holds (RFC 9110, 9.2.2).
func (t *turn) idempotent() bool {
	return t.step.Verb.Idempotent || t.step.Verb.Role == schema.Reads ||
		t.step.Verb.Name == "request" && slices.Contains([]string{"GET", "PUT", "DELETE"}, t.method)
}

// attempted is what a retry's `when` sees: what there is of the attempt's outputs, and the error.
func (t *turn) attempted(outputs steps.Outputs, err error) map[string]any {
	seen := maps.Clone(outputs)
	seen = t.complete(seen)
	seen["attempt"], seen["error"] = t.attempts, err.Error()
	return seen
}

// retryAfter is how long the service asked to be left alone.
func retryAfter(err error) time.Duration {
	var refused *steps.GraphError
	if errors.As(err, &refused) {
		return refused.Reply.RetryAfter
	}
	return 0
}
