package schema

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

const odataType = "@odata.type"

// structure compiles a mapping by the fields of a struct type, or its short form.
func (d *decoder) structure(n *yaml.Node, t reflect.Type, f *field) maker {
	s := structureOf(t)
	if s.short == nil {
		if m, ok := d.dynamic(n, t, f); ok {
			return m
		}
	}
	b := structBuilder{decoder: d, s: s, t: t, static: reflect.New(t).Elem(), seen: map[string]bool{}}
	if s.shortTime() != nil && n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${{") {
		return d.wordOrTime(n, t, s)
	}
	switch {
	case n.Kind == yaml.MappingNode:
		b.mapping(n)
	case isNull(n): // a mapping without keys
	case s.short != nil && n.Kind == yaml.SequenceNode && len(n.Content) > 0 && n.Content[0].Kind == yaml.MappingNode && kindBelow(s.short.typ) != reflect.Slice:
		d.problem(n, "wrong-kind", "leave out the dash", "this is a list; a mapping with %s is wanted", someOf(s.names))
		return maker{static: reflect.Zero(t)}
	case s.shortTime() != nil && n.Kind == yaml.ScalarNode && !reported(n) && !s.takesShort(n):
		hint := fmt.Sprintf("write %s, or a duration: 2s", problem.Listed(s.short.enum, "or"))
		switch {
		case bareNumber.MatchString(n.Value):
			hint = fmt.Sprintf("write %ss or %sms", n.Value, n.Value)
		case d.authored(n.Value):
			hint = "write ${{ " + n.Value + " }} for the value of that name"
		case guessHint(guesses(n.Value, s.short.enum)) != "":
			hint = guessHint(guesses(n.Value, s.short.enum))
		}
		d.problem(n, "unknown-value", hint, "%q is neither %s nor a duration", n.Value, problem.Listed(s.short.enum, "nor"))
		return maker{static: reflect.Zero(t)}
	case s.short != nil:
		f := s.shortened(n)
		b.fill(f, n)
		b.seen[f.name] = true
	case s.inline != nil:
		d.wrongKind(n, "a mapping with keys of your own")
		return maker{static: reflect.Zero(t)}
	case n.Kind == yaml.ScalarNode && !reported(n) && byID(t, f, n.Value) != "":
		d.problem(n, "wrong-kind", byID(t, f, n.Value), "this is a single value; a mapping with %s is wanted", someOf(s.names))
		return maker{static: reflect.Zero(t)}
	case n.Kind == yaml.ScalarNode && !reported(n) && s.field(n.Value) != nil:
		d.problem(n, "wrong-kind", fmt.Sprintf("write %s: …", n.Value), "this is a single value; a mapping with %s is wanted", someOf(s.names))
		return maker{static: reflect.Zero(t)}
	case n.Kind == yaml.ScalarNode && !reported(n) && s.taking(n.Value) != "":
		d.problem(n, "wrong-kind", fmt.Sprintf("write {%s: %s}", s.taking(n.Value), n.Value), "this is a single value; a mapping with %s is wanted", someOf(s.names))
		return maker{static: reflect.Zero(t)}
	case n.Kind == yaml.ScalarNode && !reported(n) && s.field("targets") != nil:
		id := n.Value
		if d.sc.Find(id) != nil {
			id = "${{ " + id + " }}"
		}
		d.problem(n, "wrong-kind", fmt.Sprintf("write {targets: [{identity: {user: {id: %q}}}]}", id), "this is a single value; a mapping is wanted, with whom to call")
		return maker{static: reflect.Zero(t)}
	default:
		d.wrongKind(n, "a mapping with "+someOf(s.names))
		return maker{static: reflect.Zero(t)}
	}
	b.missing(n)
	b.defaults()
	return b.maker()
}

// byID is a hint for a text in place of a mapping that has an id: user: 8a34… for user: {id: 8a34…}; or "".
func byID(t reflect.Type, f *field, text string) string {
	if f == nil || kindBelow(f.typ) != reflect.Struct || t.Kind() != reflect.Struct || structureOf(t).field("id") == nil {
		return ""
	}
	return fmt.Sprintf("write %s: {id: %s}", f.name, text)
}

// taking is the field that a number, a duration or a formatted text in place of the mapping was meant for, or "".
func (s *structure) taking(text string) string {
	for _, f := range s.fields {
		switch kindBelow(f.typ) {
		case reflect.String:
			if f.format == "" {
				continue
			}
		case reflect.Int, reflect.Int64, reflect.Float64:
		default:
			continue
		}
		t := f.typ
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if _, bad := parseText(text, t, f); bad == nil {
			return f.name
		}
	}
	return ""
}

// someOf lists words as long as they are few.
func someOf(words []string) string {
	if len(words) <= problem.ManyWords {
		return problem.Listed(words, "and")
	}
	return strings.Join(words[:3], ", ") + fmt.Sprintf(" and %d others", len(words)-3)
}

// kindBelow is the kind of a type, or of what it points to.
func kindBelow(t reflect.Type) reflect.Kind {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind()
}

// structBuilder gathers the fields of one struct value.
type structBuilder struct {
	*decoder
	s       *structure
	t       reflect.Type
	static  reflect.Value
	parts   []part
	seen    map[string]bool
	inline  *expr.Type // what the inline keys are
	strange bool       // a key is unknown: it may be meant for one that is missing
}

func (b *structBuilder) mapping(n *yaml.Node) {
	var late []pair // expressions over what a nested step of this very mapping yields
	var rest []pair
	for _, p := range pairs(n) {
		f := b.s.field(p.key.Value)
		switch {
		case f == nil && p.key.Value == odataType:
			b.checkOData(p.value, "")
		case f == nil && b.s.inline != nil:
			rest = append(rest, p)
		case f == nil && b.authored(p.key.Value) && n.Style&yaml.FlowStyle != 0 && isNull(p.value) && len(n.Content) == 2:
			b.strange = true
			b.problem(p.key, "bare-braces", "write ${{ "+p.key.Value+" }}", "{%s} is a YAML mapping, not the value of %s", p.key.Value, p.key.Value)
		case f == nil:
			b.strange = true
			b.unknownField(n, p.key)
			if name, ok := mend(n, p.key, b.s.names); ok {
				if f = b.s.field(name); strings.HasPrefix(f.scope, "step:") {
					late = append(late, p)
				} else {
					b.fill(f, p.value)
				}
				b.seen[f.name] = true
			}
		case strings.HasPrefix(f.scope, "step:"):
			b.seen[f.name] = true
			late = append(late, p)
		default:
			b.seen[f.name] = true
			b.fill(f, p.value)
		}
	}
	for _, p := range late {
		b.fill(b.s.field(p.key.Value), p.value)
	}
	if b.s.inline != nil {
		b.fillInline(rest)
	}
}

func (b *structBuilder) fillInline(rest []pair) {
	f := b.s.inline
	elem, ok := mapElem(f.typ)
	if !ok {
		return
	}
	m := b.entries(rest, f.typ, elem, f)
	b.set(f, m)
	b.inline = m.seen
}

func (b *structBuilder) fill(f *field, n *yaml.Node) {
	if isNull(resolve(n)) && f.typ.Kind() != reflect.Interface && f.typ.Kind() != reflect.String && !reported(resolve(n)) {
		b.emptyField(f, n)
		return
	}
	if f.name == odataType {
		b.checkOData(n, b.t.Name())
		if reported(resolve(n)) {
			return
		}
	}
	m := b.value(n, f.typ, f)
	b.set(f, m)
	b.nested[f.name] = m.seen
	if f.typ == stepPointer && m.given {
		b.nested[f.name] = b.outputs[m.static.Interface().(*Step)]
	}
}

func (b *structBuilder) emptyField(f *field, n *yaml.Node) {
	hint := ""
	if f.typ.Kind() == reflect.Slice && f.typ != blockType {
		hint = "write [] for an empty list"
	}
	b.report(Problem{Pos: b.at(n), Code: "empty-value", Text: fmt.Sprintf("%s has no value", f.name), Hint: hint})
}

func (b *structBuilder) set(f *field, m maker) {
	b.static.FieldByIndex(f.index).Set(m.static)
	if m.build != nil {
		b.parts = append(b.parts, part{field: f.index, build: m.build})
	}
}

func (b *structBuilder) missing(n *yaml.Node) {
	for i := range b.s.fields {
		f := b.s.fields[i]
		if f.required && !b.seen[f.name] && !f.inline && !b.strange {
			at := b.at(n)
			if b.step != nil && n == resolve(b.step.paramsNode) {
				at = b.at(b.step.verbKey)
			}
			b.report(Problem{Pos: at, Code: "missing-key", Text: strings.TrimSuffix(fmt.Sprintf("the key %s is missing: %s", f.name, lowerFirst(f.doc)), ".")})
		}
	}
}

// defaults fills what was left out. A struct that is no pointer has its own defaults inside.
func (b *structBuilder) defaults() {
	for i := range b.s.fields {
		f := b.s.fields[i]
		if b.seen[f.name] || f.inline {
			continue
		}
		if v, ok := defaultOf(f); ok {
			b.static.FieldByIndex(f.index).Set(v)
		}
	}
}

// defaultOf is the value of a field's default tag.
func defaultOf(f *field) (reflect.Value, bool) {
	t := f.typ
	if f.def == "" {
		if t.Kind() != reflect.Struct {
			return reflect.Value{}, false
		}
		v := reflect.New(t).Elem()
		for _, inner := range structureOf(t).fields {
			if x, ok := defaultOf(inner); ok {
				v.FieldByIndex(inner.index).Set(x)
			}
		}
		return v, true
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String {
		words := strings.Split(f.def, ",")
		v := reflect.MakeSlice(t, len(words), len(words))
		for i, w := range words {
			v.Index(i).SetString(w)
		}
		return v, true
	}
	if t.Kind() == reflect.Pointer {
		inner := *f
		inner.typ = t.Elem()
		x, ok := defaultOf(&inner)
		if !ok {
			return x, false
		}
		p := reflect.New(t.Elem())
		p.Elem().Set(x)
		return p, true
	}
	if t.Kind() == reflect.Interface {
		return boxed(typedLiteral(f.def)), true
	}
	v, bad := parseText(f.def, t, f)
	return v, bad == nil
}

func (b *structBuilder) maker() maker {
	static, parts := b.static, b.parts
	m := maker{static: static, given: true, seen: b.inline}
	if parts == nil {
		return m
	}
	// What expressions decide is made anew each time, so only the rest is copied.
	rest := reflect.New(static.Type()).Elem()
	rest.Set(static)
	for _, p := range parts {
		rest.FieldByIndex(p.field).SetZero()
	}
	m.build = func(names map[string]any) (reflect.Value, error) {
		made := reflect.New(rest.Type()).Elem()
		made.Set(rest)
		unshare(made)
		for _, p := range parts {
			v, err := p.build(names)
			if err != nil {
				return v, err
			}
			made.FieldByIndex(p.field).Set(v)
		}
		return made, nil
	}
	return m
}

// checkOData holds an @odata.type that an author pasted against the type of the object it stands in.
func (b *structBuilder) checkOData(n *yaml.Node, typeName string) {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || reported(n) || strings.Contains(n.Value, "${{") {
		return
	}
	word, ok := strings.CutPrefix(strings.TrimPrefix(n.Value, "#"), "microsoft.graph.")
	typeName = strings.TrimSuffix(typeName, "Body")
	bad := !ok || word == ""
	if !bad && typeName != "" && strings.HasSuffix(b.t.Name(), "Body") {
		return // a body stands for several of Graph's types
	}
	if bad || typeName != "" && !strings.HasSuffix(strings.ToLower(word), strings.ToLower(typeName)) {
		hint := "leave it out: it is filled in"
		if typeName != "" {
			hint += " as #microsoft.graph." + lowerFirst(typeName)
		}
		b.report(Problem{Pos: b.at(n), Len: utf8.RuneCountInString(n.Value), Code: "unknown-value",
			Text: fmt.Sprintf("%q is not the type of this object", n.Value), Hint: hint})
	}
}

// shortened is the field that a value in place of the mapping fills. Beside a short form of words (answers: never) a duration
// fills the field that takes one (answers: 2s).
func (s *structure) shortened(n *yaml.Node) *field {
	if f := s.shortTime(); f != nil && n.Kind == yaml.ScalarNode {
		if _, bad := parseDuration(n.Value); bad == nil {
			return f
		}
	}
	return s.short
}

// wordOrTime compiles an expression in place of a mapping with a shortTime: its value is one of the words, or a duration.
func (d *decoder) wordOrTime(n *yaml.Node, t reflect.Type, s *structure) maker {
	none := maker{static: reflect.Zero(t)}
	pieces, ok := d.pieces(n)
	if !ok {
		return none
	}
	with := func(f *field, v reflect.Value) reflect.Value {
		b := structBuilder{decoder: d, s: s, t: t, static: reflect.New(t).Elem(), seen: map[string]bool{f.name: true}}
		b.defaults()
		b.static.FieldByIndex(f.index).Set(v)
		return b.static
	}
	return d.used(n, pieces, maker{static: reflect.Zero(t), given: true, build: func(names map[string]any) (reflect.Value, error) {
		text, err := fill(pieces, names, nil)
		if err != nil {
			return none.static, err
		}
		if containsWord(s.short.enum, text) {
			return with(s.short, reflect.ValueOf(text)), nil
		}
		span, bad := parseDuration(text)
		if bad == nil {
			return with(s.shortTime(), reflect.ValueOf(span)), nil
		}
		bad = faultf("unknown-value", fmt.Sprintf("write %s, or a duration: 2s", problem.Listed(s.short.enum, "or")), "%q is neither %s nor a duration", text, problem.Listed(s.short.enum, "nor"))
		return none.static, &expr.EvalError{Pos: pieces[0].pos(d.at(n)), Expr: n.Value, Err: bad}
	}})
}

// takesShort says that a scalar can stand in place of a mapping with a shortTime: as one of its words, or a duration.
func (s *structure) takesShort(n *yaml.Node) bool {
	return s.shortened(n) != s.short || containsWord(s.short.enum, n.Value)
}

// shortTime is the duration that can stand in place of the mapping beside words, or nil.
func (s *structure) shortTime() *field {
	if s.short == nil || len(s.short.enum) == 0 {
		return nil
	}
	for i := range s.fields {
		if s.fields[i].typ == durationKind {
			return s.fields[i]
		}
	}
	return nil
}

// unknownField reports a key that no field has, with the best guess at what was meant.
func (b *structBuilder) unknownField(n, key *yaml.Node) {
	var known, missing []string
	hint := ""
	for i := range b.s.fields {
		f := b.s.fields[i]
		if f.name == "" || f.name == odataType {
			continue
		}
		known = append(known, f.name)
		if f.required && childNode(n, f.name) == nil {
			missing = append(missing, f.name)
		}
		t := f.typ
		for t.Kind() == reflect.Pointer && t != stepPointer && t != exprPointer {
			t = t.Elem()
		}
		switch {
		case f.alias == key.Value:
			hint = fmt.Sprintf("write %s: scenarios use the words of v1.0 in every dialect", f.name)
		case t == stepPointer && b.voc.Verb(key.Value) != nil:
			hint = fmt.Sprintf("write %s: and the step %s below it", f.name, key.Value)
		case t.Kind() == reflect.Struct && structureOf(t).field(key.Value) != nil && hint == "":
			hint = fmt.Sprintf("%s belongs below %s: write %s: {%s: …}", key.Value, f.name, f.name, key.Value)
		}
	}
	if hint == "" {
		hint = b.rightKey(n, key.Value, known, missing)
	}
	page := ""
	if hint == "" && len(known) > problem.ManyWords {
		page = b.pageOf()
	}
	b.unknownKey(key, known, hint, page)
}

// rightKey is a hint at the key that was meant: first by what is missing.
func (b *structBuilder) rightKey(n *yaml.Node, word string, known, missing []string) string {
	if b.step != nil && b.t == b.step.verb.Params {
		if hint := b.step.verb.Foreign[word]; hint != "" {
			return hint
		}
	}
	for _, words := range [][]string{guesses(word, missing), guesses(word, lacking(n, known))} {
		if words != nil {
			return guessHint(words)
		}
	}
	if len(missing) == 1 {
		return fmt.Sprintf("the key %s is missing; did you mean it?", missing[0])
	}
	return ""
}

// pageOf is the topic of `callflow docs` that has the keys of the mapping, or "".
func (b *structBuilder) pageOf() string {
	name := lowerFirst(b.t.Name())
	switch {
	case b.step != nil && b.t == b.step.verb.Params:
		return b.step.verb.Name
	case b.voc == nil || b.voc.Scene == nil:
		return ""
	case b.t == b.voc.Scene:
		return "world"
	case b.voc.object(name) != nil:
		return name
	}
	return ""
}

func lowerFirst(s string) string {
	if s == "" || len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
