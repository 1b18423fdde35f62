package schema

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// JSONSchema describes scenario files for editors, as JSON Schema draft-07: the newest draft that yaml-language-server
// supports whole. It follows from the same tables and tags as the checks; what no schema can say (types of expressions,
// the goals of each verb) is left to them.
func JSONSchema(voc *Vocabulary) []byte {
	w := &schemaWriter{voc: voc, names: map[reflect.Type]string{}, taken: definitionNames()}
	scenario := w.frame(scenarioKeys)
	root := object{
		{"$schema", "http://json-schema.org/draft-07/schema#"},
	}
	root = append(root, scenario...)
	step := w.step() // fills w.definitions on the way
	definitions := append(object{
		textSchema,
		templateSchema,
		durationSchema,
		nameSchema,
		{"expression", anyText},
		{"eventExpression", append(anyText[:len(anyText):len(anyText)], member{"defaultSnippets", eventSnippets()})},
		{"tests", object{{"anyOf", []any{ref("expression"), object{{"type", "array"}, {"items", ref("expression")}, {"minItems", 1}}}}}},
		{"captures", object{{"type", "object"}, {"propertyNames", ref("name")}, {"additionalProperties", ref("expression")}}},
		{"steps", object{{"type", "array"}, {"items", ref("step")}}},
		{"step", step},
	}, w.definitions...)
	root = append(root, member{"definitions", definitions})
	return encodeSchema(root)
}

// object is a JSON object that keeps its order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(m.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := enc.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func ref(name string) object { return object{{"$ref", "#/definitions/" + name}} }

// described adds a description. A $ref stays as it is: draft-07 ignores what stands beside it, but for the words that editors
// show, and an editor that resolves it sees at the key itself what can follow.
func described(o object, doc, def string) object {
	if doc == "" && def == "" {
		return o
	}
	kept := object{}
	for _, m := range o {
		if m.key != "description" {
			kept = append(kept, m)
		}
	}
	if def != "" {
		doc = strings.TrimSpace(doc + " Default: " + def + ".")
	}
	return append(kept, member{"description", doc}, member{"markdownDescription", doc}) // yaml-language-server escapes the plain one
}

// demanded says which keys must be there. Beside the properties an editor would offer all of them as one more item, which it
// has no good name for.
func demanded(keys []string) object {
	if len(keys) == 0 {
		return nil
	}
	return object{{"allOf", []any{object{{"required", keys}}}}}
}

type schemaWriter struct {
	voc         *Vocabulary
	names       map[reflect.Type]string
	taken       map[string]bool
	definitions object
}

// frame describes a mapping with the keys of a table.
func (w *schemaWriter) frame(keys []frameKey) object {
	properties, required := object{}, []string{}
	for _, k := range keys {
		properties = append(properties, member{k.name, described(w.shape(k.shape), k.doc, k.def)})
		if k.required {
			required = append(required, k.name)
		}
	}
	o := object{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}}
	return append(o, demanded(required)...)
}

func (w *schemaWriter) shape(s shape) object {
	words := func(items object) object {
		return object{{"anyOf", []any{items, object{{"type", "array"}, {"items", items}}}}}
	}
	switch s {
	case shapeText:
		return ref("text")
	case shapeID:
		return ref("name")
	case shapeWords:
		return words(object{{"type", "string"}, {"pattern", wordForm.String()}})
	case shapeRequires:
		return words(w.words("requires", requirable))
	case shapeValues:
		return object{{"type", "object"}, {"propertyNames", ref("name")}}
	case shapeMatrix:
		rows := object{{"type", "array"}, {"items", object{{"type", "object"}}}}
		axis := object{{"type", "array"}, {"minItems", 1}}
		file := object{{"type", "string"}, {"pattern", `\.([cC][sS][vV]|[yY][aA]?[mM][lL])$`}}
		return object{{"anyOf", []any{
			object{{"type", "object"}, {"properties", object{
				{"file", described(object{{"anyOf", []any{file, axis}}}, "A CSV or YAML file with rows, relative to this one.", "")},
				{"include", described(rows, "Rows to add.", "")}, {"exclude", described(rows, "Rows to leave out.", "")}}},
				{"additionalProperties", axis}},
			file,
		}}}
	case shapeSpan:
		return ref("duration")
	case shapeDefaults:
		return w.frame(defaultKeys)
	case shapeScene:
		if w.voc.Scene != nil {
			return w.typ(w.voc.Scene, nil)
		}
		return object{}
	case shapeSteps:
		return ref("steps")
	case shapeTests:
		return ref("tests")
	case shapeTest:
		return ref("expression")
	case shapeCaptures:
		return ref("captures")
	case shapeLeak:
		return w.words("leak", leaks)
	case shapeList:
		return orTemplate("array", nil)
	case shapeRetry:
		return w.typ(reflect.TypeFor[Retry](), nil)
	case shapeFlag:
		return object{{"type", "boolean"}}
	case shapeGoal:
		return goalWords(w.voc.Verbs...)
	}
	return object{}
}

// typ describes a field f of type t.
func (w *schemaWriter) typ(t reflect.Type, f *field) object {
	switch t {
	case exprPointer:
		if f != nil && f.scope == "event" {
			return ref("eventExpression")
		}
		return ref("expression")
	case blockType:
		return ref("steps")
	case stepPointer:
		return ref("step")
	case durationKind:
		return ref("duration")
	case anyInterface:
		return object{}
	}
	if o, ok := w.setting(t); ok {
		return o
	}
	if elem, ok := mapElem(t); ok {
		return object{{"type", "object"}, {"additionalProperties", w.typ(elem, f)}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return w.typ(t.Elem(), f)
	case reflect.Struct:
		return w.structure(t)
	case reflect.Slice:
		items := w.typ(t.Elem(), f)
		if t.Elem() == exprPointer {
			return ref("tests")
		}
		if f != nil && len(f.enum) > 0 {
			return orTemplate("array", w.listOfWords(f))
		}
		return orTemplate("array", object{{"items", items}})
	case reflect.Map:
		return orTemplate("object", object{{"additionalProperties", w.typ(t.Elem(), nil)}})
	case reflect.Bool:
		return orTemplate("boolean", nil)
	case reflect.Int, reflect.Int32, reflect.Int64:
		return orTemplate("integer", nil)
	case reflect.Float32, reflect.Float64:
		return orTemplate("number", nil)
	}
	if f != nil && len(f.enum) > 0 {
		return object{{"anyOf", []any{w.words(f.name, f.enum), ref("template")}}}
	}
	return ref("text")
}

// orTemplate describes a value of a type, or a text that yields one. What is said of the one type says nothing of the other.
func orTemplate(typ string, more object) object {
	types := []string{typ, "string"} // the first says how an editor writes what follows the key
	if more == nil && typ != "array" {
		types = []string{"string", typ}
	}
	o := append(object{{"type", types}}, more...)
	return append(o, member{"pattern", templatePattern}, member{"errorMessage", wantedKinds[typ] + " is wanted, or ${{ }}"})
}

var wantedKinds = map[string]string{
	"array": "a list", "object": "a mapping", "boolean": "true or false", "integer": "a whole number", "number": "a number",
}

// structure describes a struct once, under a name of its own.
func (w *schemaWriter) structure(t reflect.Type) object {
	if name, ok := w.names[t]; ok {
		return ref(name)
	}
	name := lowerFirst(t.Name())
	for n := 2; w.taken[name]; n++ {
		name = lowerFirst(t.Name()) + strconv.Itoa(n)
	}
	w.names[t], w.taken[name] = name, true
	at := len(w.definitions)
	w.definitions = append(w.definitions, member{name, nil})

	s := structureOf(t)
	properties, required := object{}, []string{}
	var rest any = false
	for i := range s.fields {
		f := s.fields[i]
		switch {
		case f.inline:
			if elem, ok := mapElem(f.typ); ok {
				rest = w.typ(elem, f)
			}
			continue
		case f.name == "":
			continue
		}
		value := w.typ(f.typ, f)
		if f.name == odataType {
			value = object{{"allOf", []any{value}}, {"doNotSuggest", true}} // it is filled in
		}
		properties = append(properties, member{f.name, described(value, f.doc, f.def)})
		if f.required {
			required = append(required, f.name)
		}
	}
	o := object{{"type", "object"}, {"properties", properties}, {"additionalProperties", rest}}
	if s.short == nil {
		o[0].value = []string{"object", "string"}
		o = append(o, member{"pattern", templatePattern}, member{"patternErrorMessage", "a mapping is wanted, or ${{ }}"})
	}
	if s.field(odataType) == nil {
		o = append(o, member{"patternProperties", object{{"^@odata\\.type$", object{{"type", "string"}}}}})
	}
	switch {
	case s.short != nil:
		o = append(o, demanded(required)...)
	case len(required) > 0:
		o = append(o, member{"required", required}) // an editor writes them with the key
	}
	if s.short != nil {
		forms := []any{o, w.typ(s.short.typ, s.short)}
		if f := s.shortTime(); f != nil {
			forms = append(forms, w.typ(f.typ, f))
		}
		o = object{{"anyOf", forms}}
	}
	w.definitions[at].value = o
	return ref(name)
}
