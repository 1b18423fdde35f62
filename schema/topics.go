package schema

import (
	"reflect"
	"slices"
	"strings"

	"callflow/schema/expr"
)

// Chapter is a part of the contents of the reference: names that Page knows, each with what it is in a line.
type Chapter struct {
	Title string
	Rows  [][2]string
}

// Contents lists what Page can tell of, by chapters.
func (v *Vocabulary) Contents() []Chapter {
	subjects := Chapter{Title: "Subjects"}
	for _, s := range subjectPages {
		subjects.Rows = append(subjects.Rows, [2]string{s.name, s.about})
	}
	all := []Chapter{subjects, keyChapter("Keys of a scenario", scenarioKeys), keyChapter("Keys of a step, around its verb", stepKeys)}
	for _, role := range roleTitles {
		c := Chapter{Title: role.title}
		for _, verb := range v.Verbs {
			if verb.Role == role.role {
				c.Rows = append(c.Rows, [2]string{verb.Name, verb.Summary})
			}
		}
		if c.Rows != nil {
			all = append(all, c)
		}
	}
	return all
}

func keyChapter(title string, keys []frameKey) Chapter {
	c := Chapter{Title: title}
	for _, k := range keys {
		first, _, _ := strings.Cut(k.doc, ". ")
		c.Rows = append(c.Rows, [2]string{k.name, strings.TrimSuffix(first, ".")})
	}
	return c
}

// subjectPages are about more than one word of the language.
var subjectPages = []struct {
	name, about string
	write       func(*markdown)
}{
	{"scenario", "what a scenario file is, and all its keys", func(b *markdown) {
		b.line("%s", introWords)
		b.line("## A scenario\n")
		b.frame(scenarioKeys)
		b.line("Under `defaults`:\n")
		b.frame(defaultKeys)
		b.line("All of them in one scenario:\n")
		b.yaml(scenarioExample())
	}},
	{"step", "what a step is, and the keys around its verb", func(b *markdown) {
		b.line("## A step\n\nA step has exactly one verb, and these keys around it:\n")
		b.frame(stepKeys)
		b.line("Each of the keys in a step:\n")
		b.yaml(stepExamples())
	}},
	{"expressions", "operators, the names that expressions see, and absent values", func(b *markdown) {
		b.line("%s", expressionWordsIntro)
		b.runtime()
		b.line("%s", absentWords)
	}},
	{"functions", "what expressions can call", func(b *markdown) { b.functions(expr.FunctionNames()) }},
	{"examples", "how the keys go together", func(b *markdown) { b.examples() }},
	{"world", "the simulated world: people, script, faults, settings", func(b *markdown) { b.world() }},
	{"problems", "the codes of what a check finds", func(b *markdown) { b.codes() }},
}

// Page is what the reference says of one name, in Markdown: a subject, a key, a verb, a function, an object or the code of a
// problem. One that is several of them, as expect, has a page of all.
func (v *Vocabulary) Page(name string) (text string, ok bool) {
	b := &markdown{voc: v}
	var direct []table // the objects that the page has tables of
	for _, s := range subjectPages {
		if s.name == name {
			s.write(b)
			if name == "world" {
				direct = v.named(v.Scene)
			}
			b.more(direct)
			return b.String(), true
		}
	}
	b.key("the key "+name+" of a scenario", name, scenarioKeys)
	b.key("the key "+name+" of a step", name, stepKeys)
	b.key("the key "+name+" under defaults", name, defaultKeys)
	switch {
	case b.Len() == 0:
	case name == "retry":
		b.params(reflect.TypeFor[Retry]())
		b.line("%s", retryWords)
	case name == "simulate":
		b.world()
	}
	if verb := v.Verb(name); verb != nil {
		b.verb(verb)
		direct = v.named(verb.Params)
		if name == "include" {
			b.line("%s", includeWords)
		}
	}
	if slices.Contains(expr.FunctionNames(), name) {
		b.functions([]string{name})
	}
	if c, found := FindProblemCode(name); found {
		b.line("## The problem %s\n\n%s\n\n`callflow explain %s` has a bad and a good example.\n", name, c.Doc, name)
	}
	if o := v.object(name); o != nil {
		direct = append(direct, *o)
	}
	if b.Len() == 0 && direct == nil {
		return "", false
	}
	b.more(direct)
	return b.String(), true
}

// Names are all that Page knows, for suggestions and completion.
func (v *Vocabulary) Names() []string {
	var names []string
	for _, c := range v.Contents() {
		for _, r := range c.Rows {
			names = append(names, r[0])
		}
	}
	names = append(names, expr.FunctionNames()...)
	for _, o := range v.objects() {
		names = append(names, lowerFirst(o.Name()))
	}
	for _, c := range ProblemCodes {
		names = append(names, c.Code)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// objects are the structs with tables of their own, as the whole reference has them.
func (v *Vocabulary) objects() []table {
	b := &markdown{voc: v}
	b.verbs()
	b.world()
	b.runtime()
	b.objects()
	return b.structs
}

func (v *Vocabulary) object(name string) *table {
	for _, o := range v.objects() {
		if lowerFirst(o.Name()) == name {
			return &o
		}
	}
	return nil
}

// key writes what a table says of a key.
func (b *markdown) key(title, name string, keys []frameKey) {
	for _, k := range keys {
		if k.name == name {
			b.line("## %s\n", strings.ToUpper(title[:1])+title[1:])
			b.frame([]frameKey{k})
			if k.example != "" {
				b.yaml(k.example)
			}
		}
	}
}

// more adds the tables of the objects that a file may say here, direct ones only, and names the others.
func (b *markdown) more(direct []table) {
	var others []string
	for _, s := range b.structs {
		title := lowerFirst(s.Name())
		if !slices.ContainsFunc(direct, func(d table) bool { return d.Type == s.Type }) {
			others = append(others, "`callflow docs "+title+"`")
		}
	}
	for _, d := range direct {
		b.line("### %s\n", lowerFirst(d.Name()))
		if d.read {
			b.shape(d.Type)
		} else {
			b.params(d.Type)
		}
	}
	if others != nil {
		slices.Sort(others)
		b.line("See also: %s.", strings.Join(others, ", "))
	}
}

// named are the objects that the fields of a struct type take.
func (v *Vocabulary) named(t reflect.Type) []table {
	b := &markdown{voc: v}
	if t != nil {
		b.params(t)
	}
	return b.structs
}
