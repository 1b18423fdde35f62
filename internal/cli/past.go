package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/history"
	"callflow/steps"
)

// past adds to the failures of a run what the journals of earlier runs in the same folder tell. Nothing is read before
// something fails; then this run's own journal is read too, so that what is masked is masked on both sides.
type past struct {
	*batch
	file    string // this run's journal
	flush   func() error
	looked  bool
	earlier history.Past
	facts   map[string][]steps.Fact // told, by step
}

// mostTold bounds how many failures of one run are compared: each reads the run's journal.
const mostTold = 10

// tell returns a record as it is, or that of a failure with what is known of earlier runs.
func (p *past) tell(r steps.Record) steps.Record {
	switch {
	case r.StepEnd != nil && r.StepEnd.Failure != nil && !r.StepEnd.Excused:
		end := *r.StepEnd
		end.Failure = p.known(r.Step, end.Failure, end.Took)
		r.StepEnd = &end
	case r.RunEnd != nil && r.RunEnd.Failure != nil && r.RunEnd.Status != steps.Interrupted:
		end := *r.RunEnd
		end.Failure = p.known(end.Failed, end.Failure, 0)
		r.RunEnd = &end
	}
	return r
}

func (p *past) known(step string, f *steps.Failure, took time.Duration) *steps.Failure {
	facts, told := p.facts[step]
	if !told {
		if len(p.facts) == mostTold || f.Kind == "interrupted" {
			return f
		}
		facts = p.compare(step, took, f)
		if p.facts == nil {
			p.facts = map[string][]steps.Fact{}
		}
		p.facts[step] = facts
	}
	if len(facts) == 0 {
		return f
	}
	out := *f
	out.Facts = slices.Concat(f.Facts, facts)
	return &out
}

// compare says what the folder tells of a step that failed.
func (p *past) compare(step string, took time.Duration, f *steps.Failure) (facts []steps.Fact) {
	if p.flush() != nil {
		return nil // the journal will say so
	}
	now, _, err := history.Read(p.file, p.folder.Epoch)
	if err != nil {
		return []steps.Fact{{Text: "this run is not compared with earlier ones: its journal " + err.Error()}}
	}
	var texts []string
	if !p.looked {
		p.looked = true
		p.earlier = p.folder.Earlier(now, p.names())
		now.Fail(f)
		texts = history.Standing(now, p.earlier)
	}
	texts = append(texts, history.Facts(now, step, took, p.earlier)...)
	if n := len(p.earlier.Unread); n > 0 {
		texts = append(texts, fmt.Sprintf("%s not be read, and left out: %s", count(n, "earlier journal")+" could", unreadWords(p.earlier.Unread)))
		p.earlier.Unread = nil
	}
	for _, text := range texts {
		facts = append(facts, steps.Fact{Text: text})
	}
	return facts
}

// mostUnread is how many files that cannot be read are named.
const mostUnread = 3

func unreadWords(unread []history.Unread) string {
	var words []string
	for _, u := range unread[:min(len(unread), mostUnread)] {
		words = append(words, u.String())
	}
	if more := len(unread) - mostUnread; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}
