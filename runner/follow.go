package runner

import (
	"callflow/steps"
)

// Follow implements steps.Env. The judge sees the events of the attempt's window in order, repeats left out, claimed or
// not, and claims nothing.
func (e *env) Follow(judge steps.Judge) (steps.Verdict, error) {
	b := e.run.inbox
	f := &following{env: e, judge: judge}
	for _, entry := range b.entries[e.window:] {
		if f.offer(entry) {
			return f.end()
		}
	}
	w := &waiter{key: e.key, order: e.order, offer: f.offer, wants: f.offer}
	began := e.host.Now()
	if err := b.wait(e.host, w, e.deadline); err != nil {
		switch {
		case expires(err):
			err = e.unreached(err, began)
		case limited(err):
			err = &steps.CutError{Err: err, Failure: e.unreached(err, began).Failure}
		}
		return f.last, err
	}
	return f.end()
}

// following is one wait for a goal.
type following struct {
	*env
	judge   steps.Judge
	last    steps.Verdict // the last one that said anything
	reached bool
}

// offer says whether the event decides: the wanted goal, or another one after which that cannot come.
func (f *following) offer(e *entry) bool {
	if e.repeat {
		return false
	}
	v := f.judge(e.Event)
	if v.Goal == "" {
		return false
	}
	v.Event = e.Seq
	f.last = v
	f.reached = v.Goal == f.Goal()
	return f.reached || v.Final
}

func (f *following) end() (steps.Verdict, error) {
	f.env.reached(f.last)
	if f.reached {
		return f.last, nil
	}
	return f.last, &steps.OutcomeError{Verb: f.step.Verb.Name, Wanted: f.Goal(), Verdict: f.last}
}
