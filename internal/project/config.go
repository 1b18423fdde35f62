package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/schema"
	"callflow/schema/problem"
	"callflow/steps"
)

// Config is callflow.yaml.
type Config struct {
	Vars    schema.Vars                             `json:"vars" doc:"Names for values, known in every scenario. A value may refer to earlier ones and to env.NAME; a scenario's own var of that name, the target's vars and --var stand before it."`
	Secrets schema.Secrets                          `json:"secrets" doc:"Like vars, but no output ever shows the values; take them from the environment: ${{ env.NAME }}. Only a scenario that uses one needs it; a scenario's own secret of that name and --secret stand before it."`
	People  schema.PerRun[map[string]*world.Person] `json:"people" doc:"Who is in every simulated world, by name; a scenario's own person of that name stands before this one."`
	Targets schema.Map[schema.Later[target.Config]] `json:"targets" doc:"Where scenarios can run, by name."`
	Codes   string                                  `json:"codes" doc:"A file of codes of your own: what explain and failures say of them."`
}

// ReadConfig reads a callflow.yaml. The configuration is nil when problems forbid its use.
func ReadConfig(file string) (*Config, schema.Problems) {
	text, err := Read(file)
	if err != nil {
		return nil, schema.Problems{unreadable(file, "the configuration", err, missingConfig(err))}
	}
	return ParseConfig(file, text)
}

// ParseConfig is ReadConfig of a text.
func ParseConfig(file string, text []byte) (*Config, schema.Problems) {
	cfg, problems := schema.Decode[Config](schema.Source{Name: file, Text: text, Env: os.LookupEnv})
	if cfg != nil {
		problems = append(problems, cfg.shared().Check(steps.Vocabulary())...)
		if problems.Failed() {
			cfg = nil
		}
	}
	return cfg, problems
}

// orMarker takes a file that nobody named, and that says nothing, for the mark of a project's folder.
func orMarker(cfg *Config, problems schema.Problems) (*Config, schema.Problems) {
	if len(problems) == 1 && problems[0].Code == "empty-file" {
		return &Config{}, nil
	}
	return cfg, problems
}

// shared is what scenarios see of the configuration; of one that cannot be read anything may be true.
func (c *Config) shared() *schema.Shared {
	if c == nil {
		return &schema.Shared{Broken: true}
	}
	return &schema.Shared{Vars: c.Vars, Secrets: c.Secrets, People: c.People.Template}
}

// missingConfig says what to do about a configuration that is not there.
func missingConfig(err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return "`callflow init` writes one to start from; --config names another file"
}

// ReadVars reads names and values as they are written, in the order of the file.
func ReadVars(file string) (schema.Map[string], schema.Problems) {
	text, err := Read(file)
	if err != nil {
		return nil, schema.Problems{unreadable(file, "the variables", err, "")}
	}
	vars, problems := schema.Decode[schema.Map[string]](schema.Source{Name: file, Text: text, Env: os.LookupEnv})
	if vars == nil {
		return nil, problems
	}
	return *vars, problems
}

// Open makes the target of that name. The target is nil when problems forbid its use.
func (c *Config) Open(name, file string, chaos world.Chaos) (target.Target, schema.Problems, error) {
	later, ok := c.Targets.Get(name)
	if !ok {
		var names []string
		for _, e := range c.Targets {
			names = append(names, e.Key)
		}
		text := fmt.Sprintf("%s has no target %q", file, name)
		if near := problem.Nearest(name, names); near != "" {
			text += fmt.Sprintf("; did you mean %q?", near)
		} else if len(names) > 0 {
			text += "; it has " + strings.Join(names, ", ")
		}
		return nil, nil, errors.New(text)
	}
	t, problems := later.Value()
	if t == nil {
		return nil, problems, nil
	}
	if err := t.Complete(name); err != nil {
		return nil, problems, fmt.Errorf("%s: %w", file, err)
	}
	if chaos != (world.Chaos{}) && !t.Simulator {
		return nil, problems, fmt.Errorf("--chaos %s: only a simulator can be told to bring disorder, and target %s is none (its configuration does not say simulator: true)", chaos, name)
	}
	return target.NewService(name, file, *t, chaos), problems, nil
}
