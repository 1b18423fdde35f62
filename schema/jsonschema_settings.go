package schema

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// SettingsSchema describes a file of settings, as Decode reads it into a T, for editors: JSON Schema draft-07.
func SettingsSchema[T any](voc *Vocabulary) []byte {
	w := &schemaWriter{voc: voc, names: map[reflect.Type]string{}, taken: definitionNames()}
	w.structure(reflect.TypeFor[T]())
	root := append(object{{"$schema", "http://json-schema.org/draft-07/schema#"}}, w.definitions[0].value.(object)...)
	root = append(root, member{"definitions", append(object{textSchema, templateSchema, durationSchema, nameSchema}, w.definitions[1:]...)})
	return encodeSchema(root)
}

// setting describes the types that only settings have.
func (w *schemaWriter) setting(t reflect.Type) (o object, ok bool) {
	pointer := reflect.PointerTo(t)
	switch {
	case t == varsType, t == secretsType:
		return object{{"type", "object"}, {"propertyNames", ref("name")}}, true
	case pointer.Implements(laterInterface):
		return w.typ(reflect.New(t).Interface().(later).elem(), nil), true
	case pointer.Implements(perRunInterface):
		return w.typ(reflect.New(t).Interface().(perRun).elem(), nil), true
	}
	return nil, false
}

func encodeSchema(root object) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		panic(err) // maps of strings, numbers and lists always encode
	}
	return out.Bytes()
}

// The definitions that scenarios and settings have in common.
var (
	textSchema     = member{"text", anyText}
	templateSchema = member{"template", object{{"type", "string"}, {"pattern", templatePattern}}}
	durationSchema = member{"duration", object{{"type", "string"}, {"pattern", `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|\$\{\{`},
		{"errorMessage", "a duration is wanted: 500ms, 15s or 1m30s"},
		{"defaultSnippets", []any{
			object{{"label", "15s"}, {"body", "15s"}, {"description", "Fifteen seconds."}},
			object{{"label", "1m30s"}, {"body", "1m30s"}, {"description", "A minute and a half."}},
			object{{"label", "500ms"}, {"body", "500ms"}, {"description", "Half a second."}}}}}}
	nameSchema = member{"name", object{{"type", "string"}, {"pattern", identifier.String()}, {"title", "name"}, {"description", "A name of your own."},
		{"errorMessage", "a name is wanted: letters, digits and _, and no digit first"}}}
)

const templatePattern = `\$\{\{`

// definitionNames are those that no struct's description may take.
func definitionNames() map[string]bool {
	taken := map[string]bool{}
	for _, name := range []string{"text", "template", "duration", "name", "expression", "eventExpression", "tests", "captures", "steps", "step"} {
		taken[name] = true
	}
	return taken
}
