package schema

import "regexp"

// anyText is a value that may be written as a text, a number, true or false. An editor would offer true and false at each of
// them if they stood among the types.
var anyText = object{{"anyOf", []any{
	object{{"type", []string{"string", "number"}}},
	object{{"not", object{{"type", []string{"string", "number", "object", "array", "null"}}}}},
}}}

// words describes a value that is one of a few words, each with what it means.
func (w *schemaWriter) words(key string, names []string) object {
	return wordsWith(names, func(word string) string { return w.voc.wordDoc(key, word) })
}

func wordsWith(names []string, doc func(word string) string) object {
	docs := make([]string, len(names))
	for i, name := range names {
		docs[i] = doc(name)
	}
	return object{{"type", "string"}, {"enum", names}, {"markdownEnumDescriptions", docs}}
}

// listOfWords describes a list of such words. An editor that meets alternatives below items offers things that cannot stand
// there, so an expression among them makes it another list.
func (w *schemaWriter) listOfWords(f *field) object {
	word := w.words(f.name, f.enum)
	return object{
		{"if", object{{"contains", ref("template")}}},
		{"then", object{{"items", object{{"anyOf", []any{word, ref("template")}}}}}},
		{"else", object{{"items", word}}},
	}
}

// eventSnippets are what awaits are made of most, to start from.
func eventSnippets() []any {
	snippets := []any{}
	for _, e := range []Example{
		{"The call that an earlier step made or answered is up.", `call.id == ${1:leg} && call.state == "established"`},
		{"It is over.", `call.id == ${1:leg} && call.state == "terminated"`},
		{"Somebody calls the bot.", `call.state == "incoming"`},
		{"An operation has ended.", `operation.id == ${1:operation} && operation.status == "completed"`},
		{"Somebody is in the meeting.", `any(participants, .info.identity.user.id == ${1:person})`},
	} {
		label := snippetPlaces.ReplaceAllString(e.YAML, "$1")
		snippets = append(snippets, object{{"label", label}, {"body", e.YAML}, {"description", e.Text}})
	}
	return snippets
}

var snippetPlaces = regexp.MustCompile(`\$\{\d+:(\w+)\}`)

// wordDoc says what a word means that a key's value can be, in a sentence; "" when nobody knows.
func (v *Vocabulary) wordDoc(key, word string) string {
	if doc, ok := v.Words[key+" "+word]; ok {
		return doc
	}
	if doc, ok := v.Words[word]; ok {
		return doc
	}
	if verb := v.Verb(word); verb != nil {
		return "The verb: " + verb.Summary + "."
	}
	return ""
}
