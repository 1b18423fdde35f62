// Package runner runs a checked scenario on a host: inbox and claims, outcomes, retry, cleanup, journal. It implements
// steps.Env.
package runner

import (
	"callflow/internal/world"
	"callflow/schema"
	"callflow/steps"
)

// Options are what a run is given besides its plan.
type Options struct {
	Vars     map[string]string // --var: replaces the value of a declared var
	Secrets  map[string]string // --secret
	Row      schema.Row
	Seed     uint64
	Repeat   int // the n-th repetition of this plan, from 0: part of the run's id
	Target   steps.Target
	Callback func(runID string) string // the run's own callback URI
}

// Prepared is a plan with its vars, secrets and scene evaluated, ready to run on a host.
type Prepared struct {
	RunID  string       // from seed, path, row and repeat: the same for the same command
	Scene  *world.Scene // nil when the scenario has none
	Target steps.Target
	// Secrets are the values that no output may show.
	Secrets []string
	// Skip says why this target cannot run the plan ("" if it can).
	Skip string
	plan *schema.Plan
	opt  Options
}

// Prepare evaluates vars, secrets and the scene. The error is a *schema.EvalError or names the option that is wrong.
func Prepare(plan *schema.Plan, opt Options) (*Prepared, error) { panic("not written yet") }

// Result is how a run ended.
type Result struct {
	Status  string // steps.Passed, Failed, Skipped, Broken, Interrupted
	Failure *steps.Failure
	Outputs []steps.Captured
}

// Run runs the plan in h's branch, to the end of finally and cleanup.
func (p *Prepared) Run(h steps.Host) Result { panic("not written yet") }
