// Package runner runs a checked scenario on a host. Prepare evaluates vars, secrets and the simulated world; Run does the
// steps, then finally, then cleanup, and tells the journal all along.
//
// A run has frames (the interpreter in one branch of one plan), a frame runs turns (one execution of a step, or of one
// item of its forEach), and a turn makes attempts (env, which is the steps.Env that a verb sees). Beside them a listener
// takes every event into the inbox as it comes, from which awaits claim and goals are followed.
//
// Everything that takes time or depends on chance goes through steps.Host, so a run in a simulated world is the same code
// as one on the wall clock, and does the same twice. A test scans the sources for what would break that.
package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/schema"
	"callflow/steps"
)

// Options are what a run is given besides its plan.
type Options struct {
	Vars     map[string]string // --var: replaces the value of a declared var
	Sources  map[string]string // where a var of Vars is said, in words, if not by --var
	Given    map[string]string // those of Vars that the journal notes: they are the command's, not the target's
	Secrets  map[string]string // --secret
	Row      schema.Row
	Seed     uint64
	Repeat   int           // the n-th repetition of this plan, from 0: part of the run's id
	Timeout  time.Duration // of the main steps, in place of the plan's; 0: the plan's
	Strict   bool          // a run of whose simulate something came to nothing fails
	Until    string        // the place of the last main step to run, from StepNamed or StepAt; "": all of them
	Asked    steps.Asked   // what else the command line said, for the journal alone
	Target   steps.Target
	Callback func(runID string) string // the run's own callback URI
	Codes    *graph.Dictionary         // what failures are explained from; nil: callflow's own
	Debugger Debugger                  // nil: the run stops nowhere
}

// Prepared is a plan with its vars, secrets and scene evaluated, ready to run on a host.
type Prepared struct {
	RunID  string       // from seed, path, row and repeat: the same for the same command
	Scene  *world.Scene // nil when the scenario has none
	Target steps.Target
	// Mask takes the run's secrets out of its records. While the run goes on it learns those of included files.
	Mask *Mask
	// Skip says why this target cannot run the plan ("" if it can).
	Skip  string
	plan  *schema.Plan
	opt   Options
	names *names // before the first step
	// shared are the values of the project's vars and secrets that the plan and those it includes refer to.
	shared map[string]any
}

// Prepare evaluates vars, secrets and the scene. The error is a *expr.EvalError or names the option that is wrong.
func Prepare(plan *schema.Plan, opt Options) (*Prepared, error) {
	p := &Prepared{RunID: RunID(plan, opt), Target: opt.Target, plan: plan, opt: opt, names: newNames()}
	if opt.Callback != nil {
		p.Target.Callback = opt.Callback(p.RunID)
	}
	if err := knownOptions(plan, opt); err != nil {
		return nil, err
	}
	p.names.all["run"] = map[string]any{"id": p.RunID, "target": p.Target.Name, "dialect": string(p.Target.Dialect)}
	if len(opt.Row.Values) > 0 {
		p.names.all["matrix"] = opt.Row.Values
	}
	var err error
	var common []string
	if p.shared, common, err = share(plan.Shared, opt.given()); err != nil {
		return nil, err
	}
	p.names.share(plan, p.shared)
	secrets, err := p.names.declare(plan, opt.given())
	if err != nil {
		return nil, err
	}
	p.Mask = NewMask(slices.Concat(secrets, common))
	// Elsewhere the section is ignored, but for the names of people.
	if p.Scene, err = scene(plan, p.names.all, opt, p.Mask); err != nil && p.Target.Simulated {
		return nil, err
	}
	p.Skip = skip(plan, p.names.all, p.Target)
	if p.Skip == "" {
		p.Mask.Add(includedSecrets(plan, p.names, p.shared, opt))
	}
	return p, nil
}

// RunID is the id of a plan's run with these options: the same for the same seed, file, row and repetition. It is GUID-shaped,
// because it stands where Graph's clients put one: in a URI and in headers.
func RunID(plan *schema.Plan, opt Options) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%s\n%s\n%d", opt.Seed, plan.File, opt.Row.Name, opt.Repeat))
	return guid(sum[:16])
}

// guid formats 16 bytes as a random (version 4) GUID.
func guid(b []byte) string {
	s := [36]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	hex.Encode(s[0:], b[0:4])
	hex.Encode(s[9:], b[4:6])
	hex.Encode(s[14:], b[6:8])
	hex.Encode(s[19:], b[8:10])
	hex.Encode(s[24:], b[10:16])
	s[14], s[19] = '4', "89ab"[b[8]>>6]
	return string(s[:])
}

// scene is the simulated world, with the project's people in it; nil when nobody says anything of one. The mask learns what is
// secret about the people.
func scene(plan *schema.Plan, names map[string]any, opt Options, mask *Mask) (*world.Scene, error) {
	var s *world.Scene
	var at schema.Pos
	if t := plan.Simulate; t != nil {
		v, err := t.Build(names)
		if err != nil {
			return nil, err
		}
		var ok bool
		if s, ok = v.(*world.Scene); !ok {
			return nil, fmt.Errorf("%s: simulate is a %T, want a scene", t.Pos(), v)
		}
		at = t.Pos()
	}
	if t := plan.People; t != nil {
		values, secrets, err := share(plan.PeopleNeed, opt.given())
		if err != nil {
			return nil, err
		}
		mask.Add(secrets)
		people, err := schema.Get[map[string]*world.Person](t, values)
		if err != nil {
			return nil, err
		}
		if s == nil {
			s, at = new(world.Scene), t.Pos()
		}
		maps.Copy(people, s.People)
		s.People = people
	}
	if s == nil {
		return nil, nil
	}
	if problems := s.Check(); len(problems) > 0 {
		return nil, fmt.Errorf("%s: simulate: %w", at, errors.Join(problems...))
	}
	return s, nil
}

// Result is how a run ended.
type Result struct {
	Status  string // steps.Passed, Failed, Skipped, Broken, Interrupted
	Failure *steps.Failure
	Outputs []steps.Captured
}

// The times of a run that its scenario does not give.
const (
	defaultTimeout = 10 * time.Minute // of the main steps
	finallyTime    = 30 * time.Second
	cleanupTime    = 30 * time.Second
)

// The bounds of a run; each holds for the main steps and again for finally. They are variables for the tests.
var (
	// maxTurns is how many steps are executed, those of forEach and the reads of poll each time. On a simulator time stands
	// still between steps, so that no timeout would end a forEach of millions.
	maxTurns = 100_000
	// maxHeld is how much the values that get names may weigh together, by expr.Weight.
	maxHeld = 10_000_000
)

// Run runs the plan in h's branch, to the end of finally and cleanup.
func (p *Prepared) Run(h steps.Host) Result {
	r := newRun(p, h)
	r.start(h)
	e := &ending{skip: p.Skip}
	if e.skip == "" {
		h.Fork(2, func(i int, h steps.Host) {
			if i == 0 {
				r.listen(h)
				return
			}
			defer r.hush()
			r.main(h, e)
		})
	}
	return r.end(h, e)
}
