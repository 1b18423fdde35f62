package schema

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

const maxIncludes = 10 // files within files

// includedFile is a file read once, however often it is included.
type includedFile struct {
	plan    *Plan
	inputs  map[string]*expr.Type
	spans   map[string]bool // those that are durations when nobody gives them
	needed  []string        // inputs without a value of their own
	outputs *expr.Type
	steps   int
}

// include expands the verb of that name: it checks the file, holds `with` against the file's vars, and gives the step the
// file's outputs.
func (w *stepWalk) include(params *yaml.Node, with *expr.Type) {
	w.result = expr.Any // until the file has been read
	n := params
	if params.Kind == yaml.MappingNode {
		n = resolve(childNode(params, "file"))
	}
	if n == nil || n.Kind != yaml.ScalarNode || isNull(n) || reported(n) {
		w.broken = true
		return
	}
	file := w.text(n)
	if file == "" {
		if n.Value == "" {
			w.problem(n, "empty-value", "", "the name of the file to include is empty")
		}
		w.broken = true
		return
	}
	inc := w.openInclude(n, file)
	if inc == nil || inc.plan == nil {
		w.broken = true
		return
	}
	w.step.Include, w.result = inc.plan, inc.outputs
	for _, v := range slices.Concat(inc.plan.Shared.Vars, inc.plan.Shared.Secrets) {
		w.base.Outer().Take(v.Name, v.Use)
	}
	w.traceInclude(params, n, inc)
	if w.steps += inc.steps; w.steps > maxNodes {
		w.problem(n, "too-large", "", "there are more than %d steps once all files are included", maxNodes)
	}
	for _, need := range inc.plan.Requires {
		if !containsWord(w.plan.Requires, need) {
			w.plan.Requires = append(w.plan.Requires, need)
		}
	}
	w.checkInputs(params, n, inc, with)
}

// checkInputs holds `with` against the included file's vars.
func (w *stepWalk) checkInputs(params, fileNode *yaml.Node, inc *includedFile, with *expr.Type) {
	given := map[string]bool{}
	if params.Kind == yaml.MappingNode {
		if n := resolve(childNode(params, "with")); n != nil && n.Kind == yaml.MappingNode {
			for _, p := range pairs(n) {
				given[p.key.Value] = true
				want, ok := inc.inputs[p.key.Value]
				if !ok {
					given[problem.Nearest(p.key.Value, inc.plan.Inputs)] = true // one mistake is told once
					w.problem(p.key, "unknown-input", problem.DidYouMean(p.key.Value, inc.plan.Inputs), "%s has no var %q; its vars are %s",
						inc.plan.File, p.key.Value, problem.Listed(inc.plan.Inputs, "and"))
					continue
				}
				if with == nil || with.Field(p.key.Value) == nil {
					continue
				}
				if have := with.Field(p.key.Value).Type; !have.Comparable(want) {
					hint := ""
					if n := resolve(p.value); inc.spans[p.key.Value] && bareNumber.MatchString(n.Value) {
						hint = fmt.Sprintf("write %ss or %sms", n.Value, n.Value)
					}
					w.problem(resolve(p.value), "value-type", hint, "this is %s; the var %s of %s is %s", have.Words(), p.key.Value, inc.plan.File, want.Words())
				}
			}
		}
	}
	for _, name := range inc.needed {
		if !given[name] && !meansWith(params) && !meansWith(w.node) {
			w.problem(fileNode, "missing-input", fmt.Sprintf("write with: {%s: …}", name), "%s needs a value for its var %s", inc.plan.File, name)
		}
	}
}

// meansWith says that a mapping has a key that was meant for with, and is reported.
func meansWith(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode {
		return false
	}
	for _, p := range pairs(n) {
		if slices.Contains(meant[problem.Folded(p.key.Value)], "with") {
			return true
		}
	}
	return false
}

// beside reads the file that stands at a path relative to this one.
func (r *reader) beside(n *yaml.Node, file, code string) (name string, text []byte, ok bool) {
	if name, ok = r.path(n, file, code); !ok {
		return "", nil, false
	}
	text, err := readBounded(r.src.FS, name)
	if errors.Is(err, fs.ErrInvalid) {
		r.problem(n, code, "", "%q lies outside of the folder that scenarios are read from", file)
		return "", nil, false
	}
	if err != nil {
		hint := r.nearestFile(name, file)
		if errors.Is(err, fs.ErrNotExist) {
			r.problem(n, code, hint, "there is no file %s; a path is relative to the folder of the file that says it", name)
		} else {
			r.problem(n, code, hint, "cannot read %s: %s", name, fileError(err))
		}
		return "", nil, false
	}
	return name, text, true
}

// path is the name of a file relative to this one.
func (r *reader) path(n *yaml.Node, file, code string) (name string, ok bool) {
	switch {
	case r.src.FS == nil:
		r.problem(n, code, "", "there are no other files to read from here")
	case path.IsAbs(file) || strings.Contains(file, `\`):
		r.problem(n, code, "write a path relative to this file, with slashes", "%q cannot be read from here", file)
	default:
		return path.Join(path.Dir(r.doc.name), file), true
	}
	return "", false
}

// openInclude reads the file that stands at a path relative to the including one.
func (w *stepWalk) openInclude(n *yaml.Node, file string) *includedFile {
	name, ok := w.path(n, file, "include-file")
	if !ok {
		return nil
	}
	// Anything else is no scenario, and a problem would print its first line.
	if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" {
		w.problem(n, "include-file", "", "%q cannot be included: only files that end in .yaml or .yml are", file)
		return nil
	}
	for i, open := range w.chain {
		if open == name {
			w.problem(n, "include-loop", "", "the file includes itself: %s", strings.Join(append(w.chain[i:len(w.chain):len(w.chain)], name), " -> "))
			return nil
		}
	}
	if len(w.chain) > maxIncludes {
		w.problem(n, "include-loop", "", "files include each other deeper than %d: %s", maxIncludes, strings.Join(append(w.chain[:len(w.chain):len(w.chain)], name), " -> "))
		return nil
	}
	if known, ok := w.included[name]; ok {
		return known
	}
	_, text, ok := w.beside(n, file, "include-file")
	if !ok {
		return nil
	}
	before := w.steps
	inc := w.readIncluded(name, text)
	inc.steps = w.steps - before
	w.steps = before
	w.included[name] = inc
	return inc
}

func (c *checker) readIncluded(name string, text []byte) *includedFile {
	inc := &includedFile{inputs: map[string]*expr.Type{}, spans: map[string]bool{}, outputs: &expr.Type{Kind: expr.KindObject, Fields: []expr.Field{}}}
	before := len(c.problems)
	inc.plan = c.file(name, text)
	if inc.plan == nil {
		return inc
	}
	for _, v := range inc.plan.Vars {
		t := v.Value.Type()
		if t.Kind == expr.KindNil {
			inc.needed, t = append(inc.needed, v.Name), expr.Any
		}
		inc.inputs[v.Name] = t
		if text, ok := v.Value.make.static.Interface().(string); ok {
			_, bad := parseDuration(text)
			inc.spans[v.Name] = bad == nil
		}
	}
	if errorsSince(c.problems, before) {
		inc.outputs = expr.Any // some may be missing
		return inc
	}
	for _, o := range inc.plan.Outputs {
		inc.outputs.Fields = append(inc.outputs.Fields, expr.Field{Name: o.Name, Type: o.Expr.Type()})
	}
	return inc
}

func readBounded(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFileBytes+1))
}

func fileError(err error) string {
	if pe, ok := err.(*fs.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// nearestFile suggests a file: the one at the same path from the top, from where callflow may have been started, one of
// that name near by, or one of the same folder that is spelt almost so.
func (r *reader) nearestFile(name, written string) string {
	here := path.Dir(r.doc.name)
	tries := []string{path.Clean(written), path.Join(here, path.Base(name)), path.Join(path.Dir(here), path.Base(name))}
	for _, dir := range []string{here, path.Dir(here)} {
		entries, _ := fs.ReadDir(r.src.FS, dir)
		for _, e := range entries {
			if e.IsDir() {
				tries = append(tries, path.Join(dir, e.Name(), path.Base(name)))
			}
		}
	}
	for _, try := range tries {
		if info, err := fs.Stat(r.src.FS, try); err == nil && !info.IsDir() && try != r.doc.name {
			return fmt.Sprintf("%s is there: write %s", try, relative(here, try))
		}
	}
	entries, err := fs.ReadDir(r.src.FS, path.Dir(name))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		if path.Join(path.Dir(name), e.Name()) != r.doc.name {
			names = append(names, e.Name())
		}
	}
	return problem.DidYouMean(path.Base(name), names)
}

// relative is the path of a file from a folder; both begin at the same place.
func relative(dir, file string) string {
	up := ""
	for dir != "." && dir != "/" && !strings.HasPrefix(file, dir+"/") {
		up += "../"
		dir = path.Dir(dir)
	}
	if dir == "." {
		return up + file
	}
	return up + strings.TrimPrefix(file, dir+"/")
}

var envName = regexp.MustCompile(`\benv\s*(?:\??\.\s*([A-Za-z_]\w*)|\[\s*["']([^"']+)["']\s*\])`)

// withEnv lets a var's or secret's value see the environment, as far as it names it. The environment is read once, when
// the file is checked.
func (r *reader) withEnv(n *yaml.Node, m maker) maker {
	if m.build == nil {
		return m
	}
	env := map[string]any{}
	r.lookUp(n, env)
	inner := m.build
	m.build = func(names map[string]any) (reflect.Value, error) {
		all := make(map[string]any, len(names)+1)
		for k, v := range names {
			all[k] = v
		}
		all["env"] = env
		return inner(all)
	}
	return m
}

func (r *reader) env(name string) (value string, ok bool) {
	if r.src.Env == nil {
		return "", false
	}
	return r.src.Env(name)
}

func (r *reader) lookUp(n *yaml.Node, env map[string]any) {
	n = resolve(n)
	for _, c := range n.Content {
		r.lookUp(c, env)
	}
	for _, m := range envName.FindAllStringSubmatch(n.Value, -1) {
		name := m[1] + m[2]
		if v, ok := r.env(name); ok {
			env[name] = v
		}
	}
}
