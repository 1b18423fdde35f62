package sim

import (
	"sync"

	"callflow/schema/expr"
	"callflow/steps"
)

var vocabulary = sync.OnceValue(steps.Vocabulary)

// compileMatch implements simulator.Config.Match.
func compileMatch(text string) (test func(names map[string]any) (bool, error), err error) {
	e, err := expr.CompileMatch(text, vocabulary().Globals())
	if err != nil {
		return nil, err
	}
	return e.Test, nil
}
