package sim

import (
	"sync"

	"callflow/schema"
	"callflow/steps"
)

var vocabulary = sync.OnceValue(steps.Vocabulary)

// compileMatch implements simulator.Config.Match. A condition that cannot be evaluated does not hold.
func compileMatch(text string) (test func(names map[string]any) bool, err error) {
	e, err := schema.CompileMatch(text, vocabulary())
	if err != nil {
		return nil, err
	}
	return func(names map[string]any) bool {
		holds, err := e.Test(names)
		return holds && err == nil
	}, nil
}
