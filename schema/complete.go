package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// Suggestion is something that fits where the cursor stands.
type Suggestion struct {
	Label  string
	Kind   UseKind
	Detail string // in a few words, beside the label
	Doc    string // Markdown
	Insert string // what is written in place of From..To; the label when it is ""
	First  bool   // it is what is missing most
	From   int    // where what is replaced begins, when that is not where the others' does
}

// Suggestions are all that fits at a place. From and To are the columns, as in Pos, of what is being written there.
type Suggestions struct {
	From, To int
	List     []Suggestion
}

// mark stands for what is being written. It is a name that expressions can spell and that nobody has chosen.
const mark = "cursorQzJx"

// Complete says what fits at a place of a file that somebody is writing. Of what cannot be read there it makes the best. An
// error is a fault of the reader's own; the suggestions are good all the same, as far as they go.
func Complete(src Source, voc *Vocabulary, line, col int) (Suggestions, error) {
	lines := splitLines(strings.TrimPrefix(string(src.Text), "\ufeff"))
	if line < 1 || line > len(lines)+1 || len(src.Text) > maxFileBytes {
		return Suggestions{From: col, To: col}, nil
	}
	if line > len(lines) {
		lines = append(lines, "")
	}
	text := []rune(lines[line-1])
	at := max(0, min(col-1, len(text)))
	from, to := at, at
	for from > 0 && keyRune(text[from-1]) {
		from--
	}
	for to < len(text) && keyRune(text[to]) {
		to++
	}
	for from < at && text[from] == '-' { // a dash before a word is a list's
		from++
	}
	c := &completion{src: src, voc: voc, line: line, before: string(text[:from]), after: string(text[to:]), from: from + 1, to: to + 1}
	// In an expression a dot ends the word.
	c.dotFrom = at
	for c.dotFrom > from && expr.NameRune(text[c.dotFrom-1]) {
		c.dotFrom--
	}
	c.dotTo = at
	for c.dotTo < to && expr.NameRune(text[c.dotTo]) {
		c.dotTo++
	}
	for _, marked := range []string{
		string(text[:at]) + mark + string(text[at:]),
		string(text[:at]) + mark + string(text[at:to]) + ":",
		string(text[:at]) + mark,
	} {
		if strings.HasSuffix(marked, ":") && !isKeyLine(c.before, c.after) {
			continue
		}
		if found, ok := c.try(lines, marked); ok {
			return found, c.fault()
		}
	}
	return Suggestions{From: c.from, To: c.to}, c.fault()
}

func keyRune(r rune) bool { return expr.NameRune(r) || r == '.' || r == '@' || r == '$' || r == '-' }

// isKeyLine says that nothing but a word stands in the line.
func isKeyLine(before, after string) bool {
	return strings.Trim(before, " -") == "" && strings.TrimSpace(after) == ""
}

// completion is one look at a place.
type completion struct {
	src            Source
	voc            *Vocabulary
	line           int
	before, after  string // of the line, around the word
	from, to       int
	dotFrom, dotTo int    // from 0, of the word between dots
	quote          string // that stands around a text in the expression here
	*Reading
}

// try reads the file with the mark in it.
func (c *completion) try(lines []string, marked string) (Suggestions, bool) {
	lines = slices.Clone(lines)
	lines[c.line-1] = marked
	if _, ok := brokenLine(lines); !ok {
		if isKeyLine(c.before, c.after) && !strings.HasSuffix(marked, ":") {
			return Suggestions{}, false
		}
		mended, ok := repair(lines, c.line-1)
		if !ok {
			return Suggestions{}, false
		}
		lines = mended
	}
	src := c.src
	src.Text = []byte(strings.Join(lines, "\n"))
	c.Reading = readMarked(src, c.voc, mark)
	if c.root == nil {
		return Suggestions{}, false
	}
	w, key := c.find(c.root, nil, func(n *yaml.Node) bool { return strings.Contains(n.Value, mark) })
	if w == nil {
		return Suggestions{}, false
	}
	found := Suggestions{From: c.from, To: c.to}
	if c.quote = `"`; w[len(w)-1].Style&yaml.DoubleQuotedStyle != 0 {
		c.quote = "'"
	}
	switch {
	case c.trace.exprs.Cursor != nil && !key:
		found.From, found.To = c.dotFrom+1, c.dotTo+1
		found.List = c.inExpression(c.trace.exprs.Cursor)
		if len(w) > 1 && c.ownLine(w) {
			found.List = append(c.keys(w[:len(w)-1], w[len(w)-1]), found.List...)
		}
	case key:
		found.List = c.keys(w[:len(w)-1], nil)
	default:
		found.List = c.value(w)
		if c.ownLine(w) {
			found.List = append(c.keys(w, nil), found.List...)
		}
	}
	return found, true
}

// failed is the fault of the reader's own that a reading came upon.
func (r *Reading) failed() *Problem {
	if r == nil {
		return nil
	}
	for _, p := range r.Problems {
		if p.Code == "internal" {
			return &p
		}
	}
	return nil
}

// fault is the same as an error.
func (r *Reading) fault() error {
	if p := r.failed(); p != nil {
		return fmt.Errorf("%s; %s", p, p.Hint)
	}
	return nil
}

// ownLine says that the value could as well be the first key of a mapping.
func (c *completion) ownLine(way) bool { return isKeyLine(c.before, c.after) }

// keys suggests the keys of the mapping at the end of a way, or of the one that the scalar there is to become.
func (c *completion) keys(w way, scalar *yaml.Node) (list []Suggestion) {
	if scalar != nil {
		w = append(w[:len(w):len(w)], scalar)
	}
	n := w[len(w)-1]
	have := map[string]bool{}
	verb := false
	if n.Kind == yaml.MappingNode {
		for _, p := range pairs(n) {
			have[p.key.Value] = true
			verb = verb || c.voc.Verb(p.key.Value) != nil && !strings.Contains(p.key.Value, mark) && !containsWord(stepKeyNames, p.key.Value)
		}
	}
	step := c.trace.steps[n]
	for _, k := range c.keysAt(w) {
		if have[k.name] || verb && k.kind == UseVerb || step != nil && step.verb != nil && !step.verb.takes(k.name) {
			continue
		}
		s := Suggestion{Label: k.name, Kind: k.kind, Detail: k.takes, Doc: k.doc, First: k.required, Insert: k.name + ": "}
		if strings.HasPrefix(strings.TrimSpace(c.after), ":") {
			s.Insert = k.name
		} else if k.mapping && n.Style&yaml.FlowStyle == 0 {
			s.Insert = k.name + ":"
		}
		list = append(list, s)
	}
	return list
}

// value suggests what a scalar can be.
func (c *completion) value(w way) []Suggestion {
	list := c.wordsAt(w)
	n := w[len(w)-1]
	for i := range list {
		if list[i].Kind == UseFile { // a path has slashes
			list[i].From = runes(strings.TrimRightFunc(c.before, func(r rune) bool { return !strings.ContainsRune(" \t\"'{[,", r) })) + 1
		}
	}
	for _, want := range c.trace.values[n] {
		if want.typ.Kind() == reflect.String && want.dec.literal == "" && (want.field == nil || len(want.field.enum) == 0 && !want.field.person && !want.field.orBot && !want.field.step && !want.field.stepID) {
			list = append(list, c.named(want.dec.sc, w, want.field != nil && want.field.name == "call")...)
			break
		}
	}
	return list
}

// begin is where what is written before the cursor begins, with those characters of it that no word has.
func (c *completion) begin(more string) int {
	rest := strings.TrimRight(c.before, more)
	if strings.Trim(c.before[len(rest):], " ") == "" {
		return 0
	}
	return runes(rest) + 1 + len(c.before[len(rest):]) - len(strings.TrimLeft(c.before[len(rest):], " "))
}

// named suggests ${{ name }} for the names that are known. Where a call's id is wanted those come first that steps made.
func (c *completion) named(sc *expr.Scope, w way, ofCall bool) (list []Suggestion) {
	flow := false
	for _, n := range w {
		flow = flow || n.Style&yaml.FlowStyle != 0
	}
	quoted := w[len(w)-1].Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	for _, name := range sc.Known("") {
		sym := sc.Find(name)
		if sym.At.Line == 0 || sym.Type.Kind == expr.KindObject || sym.Type.Kind == expr.KindList {
			continue
		}
		s := Suggestion{Label: "${{ " + name + " }}", Kind: UseName, Detail: sym.Type.Words(), Doc: sym.Doc, From: c.begin("${ ")}
		s.First = ofCall && !c.declares(name)
		if flow && !quoted {
			s.Insert = `"` + s.Label + `"`
		}
		list = append(list, s)
	}
	return list
}

// declares says that a name is made before the first step.
func (c *completion) declares(name string) bool {
	vars := childNode(c.root, "vars")
	return vars != nil && childNode(resolve(vars), name) != nil
}

func words(kind UseKind, names []string, doc string) []Suggestion {
	list := make([]Suggestion, len(names))
	for i, name := range names {
		list[i] = Suggestion{Label: name, Kind: kind, Doc: doc}
	}
	return list
}

// wordsAt lists the words that a scalar can be.
func (r *Reading) wordsAt(w way) []Suggestion {
	i := len(w) - 1
	n := w[i]
	if i >= 1 && r.voc.settings == nil {
		if list, ok := r.frameWords(w); ok {
			return list
		}
	}
	var list []Suggestion
	for _, want := range r.trace.values[n] {
		f := want.field
		switch {
		case f != nil && f.person:
			list = append(list, words(UsePerson, slices.Sorted(maps.Keys(r.trace.people)), "A person of simulate.people.")...)
		case f != nil && f.orBot:
			list = append(list, words(UsePerson, slices.Sorted(maps.Keys(r.trace.people)), "A person of simulate.people.")...)
			list = append(list, words(UseWord, []string{"bot"}, f.doc)...)
		case f != nil && f.step:
			list = append(list, words(UseStep, want.dec.sc.Known("steps."), f.doc)...)
			list = append(list, words(UseWord, []string{"start", "now"}, f.doc)...)
		case f != nil && f.stepID:
			list = append(list, words(UseStep, r.stepIDs(), f.doc)...)
		case f != nil && len(f.enum) > 0:
			list = append(list, r.enumWords(f)...)
		case want.typ.Kind() == reflect.Bool:
			list = append(list, words(UseWord, []string{"true", "false"}, "")...)
		case f != nil && f.name == "file":
			list = append(list, r.filesBeside()...)
		}
		if want.typ.Kind() == reflect.Struct && structureOf(want.typ).short != nil && len(structureOf(want.typ).short.enum) > 0 && len(r.trace.values[n]) == 1 {
			list = append(list, r.enumWords(structureOf(want.typ).short)...)
		}
	}
	return list
}

// enumWords are the words that a field can be, each with what it means.
func (r *Reading) enumWords(f *field) []Suggestion {
	list := words(UseWord, f.enum, f.doc)
	for i := range list {
		if doc := r.voc.wordDoc(f.name, list[i].Label); doc != "" {
			list[i].Doc = doc
		}
	}
	return list
}

// frameWords are the words for a key of the frame.
func (r *Reading) frameWords(w way) ([]Suggestion, bool) {
	i := len(w) - 1
	key := w.keyOf(i)
	if key == "" && i >= 2 {
		key, i = w.keyOf(i-1), i-1 // an item of its list
	}
	if key == "" {
		return nil, false
	}
	keys := scenarioKeys
	step := r.trace.steps[w[i-1]]
	switch {
	case step != nil:
		keys = stepKeys
	case w[i-1] != r.root:
		return nil, false
	}
	for _, k := range keys {
		if k.name != key {
			continue
		}
		switch k.shape {
		case shapeRequires:
			return words(UseWord, requirable, k.doc), true
		case shapeLeak:
			return words(UseWord, leaks, k.doc), true
		case shapeFlag:
			return words(UseWord, []string{"true", "false"}, k.doc), true
		case shapeGoal:
			return r.goals(step, k), true
		}
	}
	return nil, false
}

func (r *Reading) goals(step *stepWalk, k frameKey) (list []Suggestion) {
	verbs := r.voc.Verbs
	if step != nil && step.verb != nil && step.verb.Name != "" {
		verbs = []*Verb{step.verb}
	}
	seen := map[string]bool{}
	for _, v := range verbs {
		for _, g := range v.Goals {
			if !seen[g.Name] {
				seen[g.Name] = true
				list = append(list, Suggestion{Label: g.Name, Kind: UseWord, Detail: "a goal of " + v.Name, Doc: g.Doc})
			}
		}
	}
	return list
}

func (r *Reading) stepIDs() (ids []string) {
	for _, u := range r.trace.uses {
		if u.Kind == UseStep && u.File == r.name && u.Line == u.Decl.Line && !containsWord(ids, u.Name) {
			ids = append(ids, u.Name)
		}
	}
	return ids
}
