package schema

import (
	"time"
)

// defaultTimeout is a scenario's, in words: the runner has the number.
const defaultTimeout = 10 * time.Minute

// tooShort warns when a scenario's steps may take longer than the scenario, by the times that the file gives them: timeouts,
// sleeps and the like. What has no time of its own counts as nothing, for the scenario's timeout is there to bound that.
func (w *flowWalk) tooShort(p *Plan) {
	limit := p.Timeout
	if limit == 0 {
		limit = defaultTimeout
	}
	if need := longest(p.Steps, p); need > limit {
		at, length, whose := w.timeoutPos(p)
		w.warn(at, length, "timeout-too-short", "give the scenario a longer timeout, or its steps shorter ones",
			"the steps may take %s by their own times, and %s of %s cuts them off before", spanText(need), whose, spanText(limit))
	}
}

// timeoutPos is where the scenario says its timeout, or else where its steps begin.
func (w *flowWalk) timeoutPos(p *Plan) (at Pos, length int, whose string) {
	if p.TimeoutPos.Line > 0 {
		return p.TimeoutPos, len("timeout"), "the scenario's timeout"
	}
	return p.Steps[0].Pos, 1, "a scenario's timeout"
}

// longest is how long steps take at most, as far as the file says. Of neighbours whose conditions exclude each other only
// one runs.
func longest(b Block, p *Plan) (sum time.Duration) {
	var rivals time.Duration
	for i, s := range b {
		t := stepTime(s, p)
		if i > 0 && eitherOr(b[i-1], s) {
			if t > rivals {
				sum += t - rivals
				rivals = t
			}
			continue
		}
		sum, rivals = sum+t, t
	}
	return sum
}

// eitherOr says that not both of two steps run.
func eitherOr(a, b *Step) bool {
	if a.If == nil || b.If == nil {
		return false
	}
	none := &course{}
	for _, p := range claimsOf(a.If.Tree(), false, nil) {
		for _, q := range claimsOf(b.If.Tree(), false, nil) {
			if excludes(p, q, none) || denies(p, q) {
				return true
			}
		}
	}
	return false
}

// denies says that one claim is the other's negation.
func denies(p, q claim) bool {
	return p.negated != q.negated && p.node.Path != "" && p.node.Path == q.node.Path && p.node.Op == q.node.Op
}

func stepTime(s *Step, p *Plan) time.Duration {
	if s.Timeout != nil && s.Timeout.Constant() {
		return s.Timeout.Static().(time.Duration)
	}
	var t time.Duration
	switch {
	case s.Include != nil:
		t = longest(s.Include.Steps, s.Include) + longest(s.Include.Finally, s.Include)
	case s.Verb.Takes != nil && s.Params != nil:
		t = s.Verb.Takes(s.Params.Static())
	case s.Verb.Role == Acts || s.Verb.Role == Reads:
		t = p.Defaults.Timeout
	case s.Verb.Role == Watches:
		t = p.Defaults.Await
	}
	for _, inner := range s.Inner {
		in := longest(inner.Steps, p)
		switch {
		case s.Verb.Role == Watches: // the read of a poll, within its time
		case inner.Beside:
			t = max(t, in)
		default:
			t += in
		}
	}
	if s.ForEach != nil && s.ForEach.Constant() {
		if items, ok := s.ForEach.Static().([]any); ok {
			t *= time.Duration(len(items))
		}
	}
	return t
}

// spanText is a duration as an author writes it: 2m rather than 2m0s.
func spanText(d time.Duration) string {
	text := d.String()
	if d >= time.Minute && d%time.Minute == 0 {
		text = text[:len(text)-len("0s")]
	}
	if d >= time.Hour && d%time.Hour == 0 {
		text = text[:len(text)-len("0m")]
	}
	return text
}
