package callflowtest

import (
	"fmt"

	"callflow/internal/graph"
	"callflow/internal/project"
)

// Option says how scenarios are run.
type Option func(*options)

type options struct {
	vars, secrets map[string]string
	seed          uint64
	seeded        bool
	dialect       graph.Dialect
	targetName    string
	config        string
	tags          []string
	parallel      bool
}

// Var sets a variable, as --var NAME=VALUE does. Scenarios that do not declare it do not get it; one of them must.
func Var(name, value string) Option { return func(o *options) { o.vars[name] = value } }

// Secret sets a secret, as --secret NAME=VALUE does. What is not set is taken from CALLFLOW_SECRET_NAME in the environment.
// No output shows its value.
func Secret(name, value string) Option { return func(o *options) { o.secrets[name] = value } }

// Seed is what ids and jitter follow from, 1 when absent: the same seed gives the same run on the simulator. Against a
// target it is drawn anew each time unless this says otherwise.
func Seed(seed uint64) Option { return func(o *options) { o.seed, o.seeded = seed, true } }

// Dialect is what the simulator speaks: v1.0 (when absent), beta or legacy.
func Dialect(name string) Option { return func(o *options) { o.dialect = graph.Dialect(name) } }

// Target runs the scenarios against a target of callflow.yaml, on the wall clock.
func Target(name string) Option { return func(o *options) { o.targetName = name } }

// Config names the callflow.yaml with targets, vars, secrets and people; without it the nearest one in a scenario's folder or
// above it counts.
func Config(file string) Option { return func(o *options) { o.config = file } }

// Tags leaves out the scenarios whose tags do not fulfil an expression such as "transfer and not slow". Of several all must
// hold.
func Tags(expression string) Option { return func(o *options) { o.tags = append(o.tags, expression) } }

// Parallel runs the scenarios side by side, as t.Parallel does. On the simulator each lives in a world of its own.
func Parallel() Option { return func(o *options) { o.parallel = true } }

// selects reports whether the tags of a scenario fulfil what Tags said.
func (o *options) selects(tags []string) (bool, error) {
	for _, text := range o.tags {
		fulfilled, err := project.ParseTags(text)
		if err != nil {
			return false, fmt.Errorf("callflowtest.Tags: %w", err)
		}
		if !fulfilled(tags) {
			return false, nil
		}
	}
	return true, nil
}
