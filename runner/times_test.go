package runner

import (
	"testing"
	"time"

	"callflow/steps"
)

// TestTimesAtTheEnd: finally and the hang-ups have 30 s each, or what defaults say.
func TestTimesAtTheEnd(t *testing.T) {
	for defaults, want := range map[string]time.Duration{
		"":                                      60 * time.Second,
		"defaults: {finally: 2m}":               2*time.Minute + 30*time.Second,
		"defaults: {cleanup: 1s}":               31 * time.Second,
		"defaults: {finally: 1s, cleanup: 10s}": 11 * time.Second,
	} {
		never := answer{status: 204}
		never.fate.Delay = time.Hour
		x := (&trial{yaml: `
name: times
` + defaults + `
steps:
  - createCall: {targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]}
    until: accepted
finally:
  - sleep: 10m
`, service: &scripted{answers: []answer{created("c1"), never, never, never, never, never, never}}}).run(t)
		began := x.records[0].At
		took := x.records[len(x.records)-1].At.Sub(began).Truncate(time.Second)
		if x.Status != steps.Failed || took < want || took > want+6*time.Second { // a cancelled request may take 5 s more
			t.Errorf("%q: it took %v, want %v\n%s", defaults, took, want, x.story())
		}
	}
}
