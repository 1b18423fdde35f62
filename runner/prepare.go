package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"

	"callflow/schema"
	"callflow/steps"
)

// given are values for a plan's vars and secrets from outside: text from the command line, or what `with` says.
type given struct {
	vars    map[string]string
	sources map[string]string // of vars; see Options
	secrets map[string]string
	with    schema.Map[any]
}

func (o *Options) given() given { return given{vars: o.Vars, sources: o.Sources, secrets: o.Secrets} }

// value makes a var's value of the text that it was given. The error says where that is from.
func (g given) value(v schema.Var) (value any, ok bool, err error) {
	text, ok := g.vars[v.Name]
	if !ok {
		return nil, false, nil
	}
	if value, err = convert(text, v); err != nil {
		source := g.sources[v.Name]
		if source == "" {
			source = fmt.Sprintf("--var %s=%s", v.Name, text)
		}
		return nil, true, fmt.Errorf("%s: %w", source, err)
	}
	return value, true, nil
}

// NoValueError is a var that nothing gives a value.
type NoValueError struct {
	Pos    schema.Pos
	Var    string
	Shared bool // it is one of the project's
}

func (e *NoValueError) Error() string { return e.Pos.String() + ": " + e.Reason() }

// Reason says what is missing and what to do, without the place.
func (e *NoValueError) Reason() string {
	if e.Shared {
		return fmt.Sprintf("the project's var %s has no value: write it there, give --var %s=…, or let the target's vars say it", e.Var, e.Var)
	}
	return fmt.Sprintf("the var %s has no value: give --var %s=…; if the file is only meant for include, name it _%s, so that folders leave it out",
		e.Var, e.Var, path.Base(e.Pos.File))
}

// knownOptions refuses a --var or --secret that no plan of the run declares.
func knownOptions(plan *schema.Plan, opt Options) error {
	for _, name := range slices.Sorted(maps.Keys(opt.Vars)) {
		if !declares(plan.Vars, name) && !declares(plan.Shared.Vars, name) && !declares(plan.PeopleNeed.Vars, name) {
			return unknownOption("--var", "var", name, plan.File, plan.Vars)
		}
	}
	secrets := Secrets(plan)
	for _, name := range slices.Sorted(maps.Keys(opt.Secrets)) {
		if !declares(secrets, name) {
			return unknownOption("--secret", "secret", name, plan.File, secrets)
		}
	}
	return nil
}

// Secrets are those that a plan and the plans it includes declare, and those of the project that they use: what --secret may
// name.
func Secrets(plan *schema.Plan) []schema.Var {
	secrets := slices.Concat(plan.Secrets, plan.Shared.Secrets, plan.PeopleNeed.Secrets)
	walk(plan, func(s *schema.Step) {
		if s.Include != nil {
			secrets = append(secrets, s.Include.Secrets...)
		}
	})
	return secrets
}

func declares(vars []schema.Var, name string) bool {
	return slices.ContainsFunc(vars, func(v schema.Var) bool { return v.Name == name })
}

func unknownOption(flag, kind, name, file string, vars []schema.Var) error {
	var known []string
	for _, v := range vars {
		known = append(known, v.Name)
	}
	return fmt.Errorf("%s %s: %s declares no %s %q%s", flag, name, file, kind, name, suggest(name, known))
}

// share evaluates vars and secrets of the project. They see those before them, the environment, and what the command line says
// instead. The secrets' values are returned as text too.
func share(common schema.Common, g given) (values map[string]any, secrets []string, err error) {
	values = map[string]any{}
	for _, v := range common.Vars {
		value, ok, err := g.value(v)
		if !ok && err == nil {
			value, err = v.Value.Build(values)
		}
		if err != nil {
			return nil, nil, err
		}
		if value == nil {
			return nil, nil, &NoValueError{Pos: v.Pos, Var: v.Name, Shared: true}
		}
		values[v.Name] = value
	}
	for _, v := range common.Secrets {
		value, err := g.secret(v, values)
		if err != nil {
			return nil, nil, fmt.Errorf("%w; %s uses it", err, v.Use)
		}
		values[v.Name] = value
		secrets = append(secrets, fmt.Sprint(value))
	}
	return values, secrets, nil
}

// share makes the project's vars and secrets that the plan refers to its names. Those of its own come after them.
func (n *names) share(plan *schema.Plan, values map[string]any) {
	for _, v := range slices.Concat(plan.Shared.Vars, plan.Shared.Secrets) {
		n.all[v.Name] = values[v.Name]
	}
}

// declare evaluates a plan's vars and secrets into n and returns the secrets' values.
func (n *names) declare(plan *schema.Plan, g given) (secrets []string, err error) {
	for _, v := range plan.Vars {
		value, ok := g.with.Get(v.Name)
		if !ok {
			if value, ok, err = g.value(v); err != nil {
				return nil, err
			}
		}
		if !ok {
			if value, err = v.Value.Build(n.all); err != nil {
				return nil, err
			}
			if value == nil {
				return nil, &NoValueError{Pos: v.Pos, Var: v.Name}
			}
		}
		n.all[v.Name] = value
	}
	for _, v := range plan.Secrets {
		value, err := g.secret(v, n.all)
		if err != nil {
			return nil, err
		}
		n.all[v.Name] = value
		secrets = append(secrets, fmt.Sprint(value))
	}
	return secrets, nil
}

// secret is a secret's value, which sees names unless it is given.
func (g given) secret(v schema.Var, names map[string]any) (value any, err error) {
	if text, ok := g.secrets[v.Name]; ok {
		value = text
	} else if value, err = v.Value.Build(names); err != nil {
		return nil, fmt.Errorf("%w; set it, or give --secret %s=…", err, v.Name)
	}
	if value == nil || value == "" {
		return nil, fmt.Errorf("%s: secret %q has no value; set it in the environment or give --secret %s=…", v.Pos, v.Name, v.Name)
	}
	if n := len(fmt.Sprint(value)); n < shortestSecret {
		return nil, fmt.Errorf("%s: secret %q has only %d bytes: one of fewer than %d cannot be masked, so it would not stay secret; make it a var", v.Pos, v.Name, n, shortestSecret)
	}
	return value, nil
}

// convert makes a value of text from the command line: of the declared literal's type where that is a number or a
// boolean, else the text.
func convert(text string, v schema.Var) (any, error) {
	literal := v.Value.Static()
	declared := fmt.Sprintf("%s declares one (%v)", v.Pos, literal)
	switch literal.(type) {
	case int:
		if v, err := strconv.Atoi(text); err == nil {
			return v, nil
		}
		return nil, fmt.Errorf("%q is no whole number, but %s", text, declared)
	case float64, json.Number:
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			if json.Valid([]byte(text)) {
				return json.Number(text), nil // 1.10 stays 1.10, as in the scenario itself
			}
			return v, nil
		}
		return nil, fmt.Errorf("%q is no number, but %s", text, declared)
	case bool:
		if v, err := strconv.ParseBool(text); err == nil {
			return v, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false, but %s", text, declared)
	}
	return text, nil
}

// includedSecrets are the secrets of included plans as far as they are known before the run. Those that depend on
// what `with` says are learnt when the file is run.
func includedSecrets(plan *schema.Plan, outer *names, shared map[string]any, opt Options) (values []string) {
	walk(plan, func(s *schema.Step) {
		if s.Include == nil || len(s.Include.Secrets) == 0 {
			return
		}
		n := newNames()
		n.all["run"] = outer.all["run"]
		n.share(s.Include, shared)
		secrets, err := n.declare(s.Include, given{secrets: opt.Secrets})
		if err == nil {
			values = append(values, secrets...)
		}
	})
	return values
}

// skip says why the target cannot run the plan, or "".
func skip(plan *schema.Plan, names map[string]any, target steps.Target) (why string) {
	if slices.Contains(plan.Requires, "simulator") && !target.Simulated {
		return fmt.Sprintf("requires the simulator, and %s is none", target.Name)
	}
	for _, b := range []schema.Block{plan.Steps, plan.Finally} {
		if why = skipFor(b, names, target); why != "" {
			return why
		}
	}
	return ""
}

// skipFor looks for a step that the target cannot run, but not where an `if` about the run keeps it from running there.
func skipFor(b schema.Block, names map[string]any, target steps.Target) string {
	for _, s := range b {
		if s.If != nil && s.If.Mentions("run") {
			if runs, err := s.If.Test(names); err == nil && !runs {
				continue
			}
		}
		if why := cannot(s, target); why != "" {
			return fmt.Sprintf("%s (step %s, %s)", why, s.Label(), s.Pos)
		}
		if s.Include != nil {
			if why := skip(s.Include, map[string]any{"run": names["run"]}, target); why != "" {
				return why
			}
		}
		for _, inner := range s.Inner {
			if why := skipFor(inner.Steps, names, target); why != "" {
				return why
			}
		}
	}
	return ""
}

// cannot says why the target has no way to do a step, or "".
func cannot(s *schema.Step, target steps.Target) string {
	verb := s.Verb
	asks := (verb.Role == schema.Acts || verb.Role == schema.Reads) && verb.Name != "request"
	switch {
	case verb.Name == "simulate" && !target.Simulated:
		return fmt.Sprintf("simulated people are told what to do, and %s is no simulator", target.Name)
	case len(verb.Dialects) > 0 && !slices.Contains(verb.Dialects, string(target.Dialect)), asks && !target.Dialect.Has(verb.Name):
		return fmt.Sprintf("the %s dialect has no %s", target.Dialect, verb.Name)
	case asks && !target.Simulated && target.Cloud.Lacks(verb.Name):
		return fmt.Sprintf("the cloud %s has no %s", target.Cloud, verb.Name)
	case !asks || s.Params == nil:
		return ""
	}
	written := func(path ...string) bool { return s.Params.At(path...) != s.Params.At(path[:len(path)-1]...) }
	if member := target.Dialect.Lacks(s.Params.Static(), written); member != "" {
		return fmt.Sprintf("the %s dialect has no %s in %s", target.Dialect, member, verb.Name)
	}
	return ""
}

// walk visits every step of a plan: those of finally, nested ones and those of included plans too.
func walk(plan *schema.Plan, visit func(*schema.Step)) {
	walkBlock(plan.Steps, visit)
	walkBlock(plan.Finally, visit)
}

func walkBlock(b schema.Block, visit func(*schema.Step)) {
	for _, s := range b {
		visit(s)
		if s.Include != nil {
			walk(s.Include, visit)
		}
		for _, inner := range s.Inner {
			walkBlock(inner.Steps, visit)
		}
	}
}
