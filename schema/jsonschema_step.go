package schema

import (
	"strings"

	"callflow/schema/problem"
)

// step describes a step: the keys of the frame and exactly one verb. It has two forms, told apart by whether a verb stands
// there yet, so that an editor offers the verbs until there is one and never after that. A branch for each verb would say
// the same, but a language server tries all of them for every step of the file; this is one look at the keys.
//
// A verb spelt like a key of the frame (expect) is the verb only in a step that has no other, so it does not count here.
func (w *schemaWriter) step() object {
	frame := w.frame(stepKeys)[1].value.(object)
	var verbs []string
	var open, done, alone object
	for _, p := range frame {
		if v := w.voc.Verb(p.key); v != nil {
			p.value = described(object{{"anyOf", []any{p.value, w.params(v)}}}, frameDoc(p.key)+"\n\nAs the step's verb: "+verbDoc(v), "")
			alone = object{{"required", []string{p.key}}}
		}
		open = append(open, p)
		if p.key != "until" && p.key != "retry" { // not every verb takes them
			done = append(done, p)
		}
	}
	one := object{}
	for _, v := range w.voc.Verbs {
		if containsWord(stepKeyNames, v.Name) {
			continue
		}
		verbs = append(verbs, v.Name)
		params := w.params(v)
		open = append(open, member{v.Name, described(params, verbDoc(v), "")})
		done = append(done, member{v.Name, described(object{{"allOf", []any{params}}, {"doNotSuggest", true}}, verbDoc(v), "")})
	}
	for _, v := range verbs {
		one = append(one, member{v, w.beside(w.voc.Verb(v))})
	}
	nothing := object{
		{"if", object{{"propertyNames", object{{"enum", stepKeyNames}}}}},
		{"then", append(alone, member{"errorMessage", "a step wants a verb, as createCall, await or hangUp"})},
	}
	return object{
		{"type", "object"},
		{"if", object{{"propertyNames", object{{"not", object{{"pattern", "^(" + strings.Join(verbs, "|") + ")$"}}}}}}}, // no enum: half a verb would count
		{"then", append(object{{"properties", open}, {"additionalProperties", false}}, nothing...)},
		{"else", object{{"properties", done}, {"dependencies", one}}},
	}
}

// beside describes what can stand in a step beside its verb.
func (w *schemaWriter) beside(v *Verb) object {
	var keys []string
	some := object{}
	for _, k := range stepKeys {
		switch {
		case !v.takes(k.name):
			continue
		case k.name == "until":
			some = append(some, member{k.name, described(goalWords(v), k.doc, "")})
		case k.name == "retry":
			some = append(some, member{k.name, described(w.shape(k.shape), k.doc, "")})
		}
		keys = append(keys, k.name)
	}
	o := object{{"propertyNames", object{
		{"enum", append(keys[:len(keys):len(keys)], v.Name)},
		{"errorMessage", "a step has one verb, here " + v.Name + "; beside it stand " + problem.Listed(keys, "and")},
	}}}
	if len(some) > 0 {
		o = append(o, member{"properties", some})
	}
	return o
}

// takes says whether a key around a verb can stand beside this one.
func (v *Verb) takes(key string) bool {
	switch key {
	case "until":
		return len(v.Goals) > 0
	case "retry":
		return v.Role == Acts || v.Role == Reads
	}
	return true
}

// frameDoc is what a key around the verb is for.
func frameDoc(key string) string {
	for _, k := range stepKeys {
		if k.name == key {
			return k.doc
		}
	}
	return ""
}

func verbDoc(v *Verb) string { return strings.TrimSpace(v.Summary + ".\n\n" + v.Detail) }

// params describes a verb's parameters; a verb that needs none may stand alone.
func (w *schemaWriter) params(v *Verb) object {
	if v.Params == nil {
		return object{{"type", "null"}}
	}
	o := w.typ(v.Params, nil)
	for _, f := range structureOf(v.Params).fields {
		if f.required {
			return o
		}
	}
	if v.Check != nil {
		return o // which refuses it without any
	}
	return object{{"type", []string{"object", "null"}}, {"if", object{{"not", object{{"type", "null"}}}}}, {"then", o}}
}

// goalWords are the words of until for these verbs.
func goalWords(verbs ...*Verb) object {
	var names []string
	docs := map[string]string{}
	for _, v := range verbs {
		for _, g := range v.Goals {
			if docs[g.Name] == "" {
				names = append(names, g.Name)
			}
			doc := g.Doc
			if len(verbs) > 1 {
				doc = v.Name + ": " + doc
			}
			if !strings.Contains(docs[g.Name], g.Doc) { // many verbs share their goals
				docs[g.Name] = strings.TrimSpace(docs[g.Name] + "\n\n" + doc)
			}
		}
	}
	return wordsWith(names, func(word string) string { return docs[word] })
}
