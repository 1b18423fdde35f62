package runner

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/schema"
	"callflow/schema/expr"
	"callflow/steps"
)

// people names the identities of a run for ladders: the scene's, then the bot.
func people(scene *world.Scene, bot steps.Bot) []steps.Named {
	var out []steps.Named
	if scene != nil {
		for _, name := range slices.Sorted(maps.Keys(scene.People)) {
			p := scene.People[name]
			shown := p.DisplayName
			if shown == "" {
				shown = name
			}
			out = append(out, steps.Named{ID: graph.CanonicalID(p.Identifier(name)), Name: shown, Kind: "person"})
			if p.Phone != "" {
				out = append(out, steps.Named{ID: p.Phone, Name: shown, Kind: "person"})
			}
		}
	}
	if bot.AppID != "" {
		name := bot.Name
		if name == "" {
			name = "bot"
		}
		out = append(out, steps.Named{ID: graph.CanonicalID(bot.AppID), Name: name, Kind: "bot"})
	}
	return out
}

// describe says in one line what a turn waits for or does: its expressions, else the people, numbers and threads that
// its parameters name, or the file it includes.
func (t *turn) describe(params any) string {
	var words []string
	d := describer{run: t.run}
	if params != nil {
		d.visit(reflect.ValueOf(params), "")
	}
	if words = d.exprs; len(words) == 0 {
		words = d.whom
	}
	if d.parts != "" {
		words = []string{strings.Join(append([]string{d.parts}, d.exprs...), "; ")}
	}
	if t.step.Include != nil {
		words = append([]string{path.Base(t.step.Include.File)}, words...)
	}
	line := strings.Join(strings.Fields(strings.Join(words, ", ")), " ")
	if utf8.RuneCountInString(line) > 120 {
		line = string([]rune(line)[:119]) + "…"
	}
	return line
}

type describer struct {
	run   *run
	parts string // of an await, by name
	exprs []string
	whom  []string
}

func (d *describer) visit(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		switch x := v.Interface().(type) {
		case *expr.Expr:
			d.exprs = append(d.exprs, prefixed(name, x.Text()))
		case *schema.Step:
		default:
			d.visit(v.Elem(), name)
		}
	case reflect.Struct:
		if deed, ok := v.Interface().(world.Deed); ok {
			d.whom = append(d.whom, deed.Words())
			return
		}
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				continue // most are, and to ask a type for a field is slow
			}
			if f := v.Type().Field(i); f.IsExported() {
				tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				d.visit(v.Field(i), strings.TrimPrefix(tag, "-"))
			}
		}
	case reflect.Slice:
		switch x := v.Interface().(type) {
		case schema.Block, schema.Map[schema.Block]:
		case schema.Map[*expr.Expr]:
			if of, ok := partsOf[name]; ok && len(x) > 1 { // what they are about would be cut off behind the first
				names := make([]string, len(x))
				for i, e := range x {
					names[i] = e.Key
				}
				d.parts = of + strings.Join(names, ", ")
				return
			}
			for _, e := range x {
				d.exprs = append(d.exprs, prefixed(e.Key, e.Value.Text()))
			}
		case []*expr.Expr:
			for _, e := range x {
				d.exprs = append(d.exprs, e.Text())
			}
		default:
			for i := range v.Len() {
				d.visit(v.Index(i), name)
			}
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			d.visit(v.MapIndex(k), k.String())
		}
	case reflect.String:
		s := v.String()
		id := graph.CanonicalID(s)
		people := d.run.people
		known := slices.IndexFunc(people, func(p steps.Named) bool { return p.ID == id && p.Kind == "person" })
		switch {
		case known >= 0:
			s = people[known].Name
		case name == "participant":
			if s = d.run.calls.listed(id); s == "" {
				return
			}
		case name == "joinMeetingId":
			s = "meeting " + s
		case !strings.HasPrefix(s, "+") && name != "threadId":
			return
		}
		if !slices.Contains(d.whom, s) {
			d.whom = append(d.whom, s)
		}
	}
}

// partsOf are the words before the names of an await's parts.
var partsOf = map[string]string{"all": "all of ", "any": "any of ", "inOrder": "in order "}

// prefixed adds a part's name to an expression; the plain words of an await go without saying.
func prefixed(name, expr string) string {
	switch name {
	case "", "match", "condition":
		return expr
	}
	return name + ": " + expr
}
