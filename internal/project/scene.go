package project

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"

	"callflow/internal/world"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

// aScenario tells a scenario from a scene.
var aScenario = regexp.MustCompile(`(?m)^steps\s*:`)

// ReadScene reads the section simulate of a scenario, with the people of its project, or a file that holds its keys alone.
// What depends on the run is evaluated for the scenario's first row on that target.
func ReadScene(file string, seed uint64, on steps.Target) (*world.Scene, schema.Problems, error) {
	text, err := Read(file)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot read it: %w", Cause(err))
	}
	src := schema.Source{Name: Relative(file), Text: text, FS: Disk{}, Env: os.LookupEnv}
	var scene *world.Scene
	var problems schema.Problems
	if !aScenario.Match(text) {
		scene, problems = schema.Decode[world.Scene](src)
	} else {
		in := NewProjects("").Of(src.Name)
		src.Shared = in.Shared
		plan, found := schema.Check(src, steps.Vocabulary())
		problems = slices.Concat(in.Problems, found)
		if plan != nil && !problems.Failed() {
			p, err := runner.Prepare(plan, runner.Options{Row: plan.Rows[0], Seed: seed, Target: on})
			if err != nil {
				return nil, problems, err
			}
			scene = p.Scene
		}
	}
	if scene == nil || problems.Failed() {
		return nil, problems, nil
	}
	return scene, problems, errors.Join(scene.Check()...)
}
