package runner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/simulator"
	"callflow/steps"
)

func TestRetry(t *testing.T) {
	lost, reset := simulator.Fate{Lost: true}, simulator.Fate{Reset: true}
	const get, post = "request: {path: /x}", "request: {method: POST, path: /x}"
	for name, test := range map[string]struct {
		verb    string
		retry   string
		answers []answer
		status  string
		waits   []time.Duration
		text    string
	}{
		"no retry, nothing repeated": {get, "", []answer{{status: 503}}, steps.Failed, nil, "request was refused with 503"},
		"until it works":             {get, "{attempts: 4, jitter: 0}", []answer{{status: 500}, {status: 503}, {status: 200}}, steps.Passed, []time.Duration{500 * time.Millisecond, time.Second}, ""},
		"attempts are the sum":       {get, "{attempts: 2, jitter: 0}", []answer{{status: 500}, {status: 500}, {status: 200}}, steps.Failed, []time.Duration{500 * time.Millisecond}, "gave up after 540ms (2 attempts); last: request was refused with 500"},
		"growth is bounded": {get, "{attempts: 5, initialInterval: 1s, multiplier: 3, maxInterval: 4s, jitter: 0}", []answer{{status: 500}, {status: 500}, {status: 500}, {status: 500}, {status: 200}},
			steps.Passed, []time.Duration{time.Second, 3 * time.Second, 4 * time.Second, 4 * time.Second}, ""},
		"Retry-After is honoured":             {get, "{attempts: 3, jitter: 0}", []answer{{status: 429, headers: "Retry-After: 7"}, {status: 200}}, steps.Passed, []time.Duration{7 * time.Second}, ""},
		"Retry-After of a fraction":           {get, "{attempts: 3, jitter: 0}", []answer{{status: 429, headers: "Retry-After: 1.25"}, {status: 200}}, steps.Passed, []time.Duration{1250 * time.Millisecond}, ""},
		"Retry-After does not shorten":        {get, "{attempts: 3, initialInterval: 3s, jitter: 0}", []answer{{status: 429, headers: "Retry-After: 1"}, {status: 200}}, steps.Passed, []time.Duration{3 * time.Second}, ""},
		"a definite refusal is final":         {get, "{attempts: 3}", []answer{{status: 404, body: refusal("8522", "Call not found.")}}, steps.Failed, nil, `request was refused with 404: code 8522, "Call not found."`},
		"a lost response of a read":           {get, "{attempts: 3, jitter: 0}", []answer{{fate: lost}, {status: 200}}, steps.Passed, []time.Duration{500 * time.Millisecond}, ""},
		"a lost response of an action":        {post, "{attempts: 3}", []answer{{fate: lost}}, steps.Failed, nil, "connection reset before the response came"},
		"a refused connection of an action":   {post, "{attempts: 3, jitter: 0}", []answer{{fate: reset}, {status: 200}}, steps.Passed, []time.Duration{500 * time.Millisecond}, ""},
		"429 of an action":                    {post, "{attempts: 3, jitter: 0}", []answer{{status: 429}, {status: 200}}, steps.Passed, []time.Duration{500 * time.Millisecond}, ""},
		"503 of an action":                    {post, "{attempts: 3, jitter: 0}", []answer{{status: 503}, {status: 200}}, steps.Passed, []time.Duration{500 * time.Millisecond}, ""},
		"500 of an action is ambiguous":       {post, "{attempts: 3}", []answer{{status: 500}}, steps.Failed, nil, "request was refused with 500"},
		"408 of a read":                       {get, "{attempts: 3, jitter: 0}", []answer{{status: 408}, {status: 200}}, steps.Passed, []time.Duration{500 * time.Millisecond}, ""},
		"408 of an action is ambiguous":       {post, "{attempts: 3}", []answer{{status: 408}}, steps.Failed, nil, "request was refused with 408"},
		"504 of an action is ambiguous":       {post, "{attempts: 3}", []answer{{status: 504}}, steps.Failed, nil, "request was refused with 504"},
		"when allows an ambiguous failure":    {post, "{attempts: 3, jitter: 0, when: response.status == 500}", []answer{{status: 500}, {status: 200}}, steps.Passed, []time.Duration{500 * time.Millisecond}, ""},
		"when allows a definite failure":      {post, "{attempts: 3, jitter: 0, when: outcome == \"refused\"}", []answer{{status: 404}, {status: 200}}, steps.Passed, []time.Duration{500 * time.Millisecond}, ""},
		"when replaces the default condition": {get, "{attempts: 3, when: response.status == 404}", []answer{{status: 503}}, steps.Failed, nil, "503"},
		"when counts attempts":                {get, "{attempts: 9, jitter: 0, when: attempt < 2}", []answer{{status: 503}, {status: 503}}, steps.Failed, []time.Duration{500 * time.Millisecond}, "request was refused with 503"},
		"a definite end is no giving up":      {get, "{attempts: 9, jitter: 0}", []answer{{status: 503}, {status: 404, body: refusal("8522", "Gone.")}}, steps.Failed, []time.Duration{500 * time.Millisecond}, `request was refused with 404: code 8522, "Gone."`},
	} {
		t.Run(name, func(t *testing.T) {
			yaml := "name: retry\nsteps:\n  - id: it\n    " + test.verb + "\n"
			if test.retry != "" {
				yaml += "    retry: " + test.retry + "\n"
			}
			x := (&trial{yaml: yaml, service: &scripted{answers: test.answers}}).run(t)
			x.status(t, test.status, test.text)
			if test.status == steps.Failed && strings.HasPrefix(x.Failure.Text, "gave up") != strings.HasPrefix(test.text, "gave up") {
				t.Errorf("the failure says %q", x.Failure.Text)
			}
			var waits []time.Duration
			for _, r := range x.records {
				if r.Retry != nil {
					waits = append(waits, r.Retry.Wait)
				}
			}
			if diff := cmp.Diff(test.waits, waits); diff != "" {
				t.Errorf("waits (-want +got):\n%s\n%s", diff, x.story())
			}
			if got := len(x.service.requests); got != len(waits)+1 && test.answers[0].fate != reset {
				t.Errorf("sent %d requests for %d waits", got, len(waits))
			}
		})
	}
}

func TestEveryAttemptIsRecorded(t *testing.T) {
	x := (&trial{yaml: `
name: attempts
steps:
  - id: it
    request: {path: /x}
    retry: {attempts: 3, jitter: 0}
    expect:
      - attempts == 3
      - response.status == 200
`, service: &scripted{answers: []answer{{status: 500}, {status: 429, headers: "Retry-After: 2"}, {status: 200}}}}).run(t)
	x.want(t, `
0s it start
0s it GET /v1.0/x
20ms it 500
20ms it again in 500ms: request was refused with 500: "Internal Server Error"
520ms it GET /v1.0/x
540ms it 429
540ms it again in 2s: request was refused with 429: "Too Many Requests"
2.54s it GET /v1.0/x
2.56s it 200
2.56s it passed
2.56s run passed
`)
	ids := map[string]bool{}
	for _, id := range x.service.ids {
		ids[id] = true
	}
	if len(ids) != 3 {
		t.Errorf("three attempts have the client-request-ids %v", x.service.ids)
	}
	for i, r := range x.records {
		if r.StepEnd != nil && r.StepEnd.Attempts != 3 {
			t.Errorf("record %d says %d attempts", i, r.StepEnd.Attempts)
		}
	}
}

func TestJitterIsTheHosts(t *testing.T) {
	wait := func(seed uint64) (w time.Duration) {
		x := (&trial{yaml: "name: j\nsteps:\n  - request: {path: /x}\n    retry: {attempts: 2, initialInterval: 1s, jitter: 0.5}\n",
			opt: Options{Seed: seed}, service: &scripted{answers: []answer{{status: 500}}}}).run(t)
		for _, r := range x.records {
			if r.Retry != nil {
				w = r.Retry.Wait
			}
		}
		return w
	}
	if a, again := wait(1), wait(1); a != again || a < 500*time.Millisecond || a > 1500*time.Millisecond {
		t.Errorf("one seed waits %v and %v", a, again)
	}
	if wait(1) == wait(2) && wait(2) == wait(3) {
		t.Error("three seeds wait alike")
	}
}

func TestTimeoutBoundsAllAttempts(t *testing.T) {
	busy := answer{status: 429, body: refusal("TooManyRequests", "Slow down.")}
	x := (&trial{yaml: `
name: bounded
steps:
  - id: it
    request: {path: /x}
    timeout: 10s
    retry: {attempts: 99, initialInterval: 1s, jitter: 0}
`, service: &scripted{answers: []answer{busy, busy, busy, busy, busy, busy, busy, busy}}}).run(t)
	x.status(t, steps.Failed, `gave up after 7.08s (4 attempts), for waiting another 8s would pass its timeout of 10s; last: request was refused with 429: code TooManyRequests, "Slow down."`)
	if x.Failure.Kind != "graph" || x.Failure.Graph == nil || x.Failure.Graph.Code != "TooManyRequests" {
		t.Errorf("the last real error is lost: %+v", x.Failure)
	}
}

func TestDefaultRetryIsForActions(t *testing.T) {
	x := (&trial{yaml: `
name: defaults
defaults: {retry: {attempts: 2, jitter: 0}}
steps:
  - id: acts
    request: {path: /x}
`, service: &scripted{answers: []answer{{status: 503}, {status: 200}}}}).run(t)
	x.status(t, steps.Passed, "")
	if !strings.Contains(x.story(), "again in 500ms") {
		t.Errorf("the default retry was not used:\n%s", x.story())
	}
}

func TestADefiniteFailureOfACallMayBeRepeated(t *testing.T) {
	ends := func(s *scripted) { s.notify(time.Second, "c1", "terminated") }
	answers := func(s *scripted) {
		s.notify(100*time.Millisecond, "c1", "terminated") // again, and late
		s.notify(time.Second, "c2", "established")
	}
	first, second := created("c1"), created("c2")
	first.then, second.then = ends, answers
	x := (&trial{yaml: `
name: again
steps:
  - id: ring
    createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    retry: {attempts: 3, jitter: 0, when: outcome == "terminated" && attempt < 3}
    capture: {made: call.id}
    expect:
      - attempts == 2
      - call.id == "c2"
leak: keep
`, service: &scripted{answers: []answer{first, second}}}).run(t)
	x.status(t, steps.Passed, "")
	if !strings.Contains(x.story(), "ring again in 500ms: createCall reached terminated, not established") {
		t.Errorf("the second attempt has no reason:\n%s", x.story())
	}
}

func TestTimeoutThatLeavesNoTime(t *testing.T) {
	x := (&trial{yaml: "name: t\nvars: {patience: 0s}\nsteps:\n  - id: it\n    request: {path: /x}\n    timeout: ${{ patience }}\n",
		service: &scripted{}}).run(t)
	x.status(t, steps.Failed, "the timeout came to 0s, which leaves no time at all")
	if len(x.service.requests) != 0 {
		t.Errorf("sent %v", x.service.requests)
	}
}

// A step that was throttled, and has no retry, is told of it; a scenario that is there to fail is not.
func TestThrottledWithoutRetry(t *testing.T) {
	const hint = "add to the step: retry: {attempts: 4}"
	for name, test := range map[string]struct {
		frame, retry string
		status       int
		told         bool
	}{
		"429":                      {"", "", 429, true},
		"503":                      {"", "", 503, true},
		"404":                      {"", "", 404, false},
		"a retry that gave up":     {"", "    retry: {attempts: 2}\n", 429, false},
		"a default retry":          {"defaults: {retry: {attempts: 2}}\n", "", 429, false},
		"a scenario that so fails": {"tags: [fails]\n", "", 429, false},
	} {
		t.Run(name, func(t *testing.T) {
			x := (&trial{yaml: "name: throttled\n" + test.frame + "steps:\n  - request: {method: POST, path: /x}\n" + test.retry,
				service: &scripted{answers: []answer{{status: test.status}, {status: test.status}}}}).run(t)
			if got := strings.Contains(strings.Join(x.Failure.Hints, "\n"), hint); got != test.told {
				t.Errorf("told: %v, want %v; hints: %q", got, test.told, x.Failure.Hints)
			}
		})
	}
}
