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
	w := &schemaWriter{voc: voc, names: map[reflect.Type]string{}, taken: map[string]bool{}}
	scenario := w.frame(scenarioKeys)
	root := object{
		{"$schema", "http://json-schema.org/draft-07/schema#"},
	}
	root = append(root, scenario...)
	step := w.step() // fills w.definitions on the way
	definitions := append(object{
		{"expression", object{{"type", []string{"string", "boolean", "number"}}, {"description", "A bare expression: https://expr-lang.org"}}},
		templateSchema,
		durationSchema,
		nameSchema,
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

// described adds a description; beside a $ref draft-07 would ignore it.
func described(o object, doc, def string) object {
	if doc == "" && def == "" {
		return o
	}
	if len(o) == 1 && o[0].key == "$ref" {
		o = object{{"allOf", []any{o}}}
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
	if len(required) > 0 {
		o = append(o, member{"required", required})
	}
	return o
}

var anyText = object{{"type", []string{"string", "number", "boolean"}}}

func (w *schemaWriter) shape(s shape) object {
	words := func(items object) object {
		return object{{"anyOf", []any{items, object{{"type", "array"}, {"items", items}}}}}
	}
	switch s {
	case shapeText:
		return anyText
	case shapeID:
		return ref("name")
	case shapeWords:
		return words(object{{"type", "string"}, {"pattern", wordForm.String()}})
	case shapeRequires:
		return words(object{{"enum", requirable}})
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
		return object{{"enum", leaks}}
	case shapeList:
		return object{{"anyOf", []any{object{{"type", "array"}}, ref("template")}}}
	case shapeRetry:
		return w.typ(reflect.TypeFor[Retry](), nil)
	case shapeFlag:
		return object{{"type", "boolean"}}
	case shapeGoal:
		return object{{"enum", w.goals()}}
	}
	return object{}
}

func (w *schemaWriter) goals() []string {
	goals := []string{}
	for _, v := range w.voc.Verbs {
		for _, g := range v.Goals {
			if !containsWord(goals, g.Name) {
				goals = append(goals, g.Name)
			}
		}
	}
	return goals
}

// step describes a step: the keys of the frame and exactly one verb. A verb spelt like a key of the frame (expect) is the
// verb only in a step that has no other.
func (w *schemaWriter) step() object {
	o := w.frame(stepKeys)
	properties := o[1].value.(object)
	var one []any
	var others []any
	for _, v := range w.voc.Verbs {
		if !containsWord(stepKeyNames, v.Name) {
			others = append(others, object{{"required", []string{v.Name}}})
		}
	}
	for _, v := range w.voc.Verbs {
		params := object{{"type", "null"}}
		if v.Params != nil {
			params = w.params(v)
		}
		doc := strings.TrimSpace(v.Summary + ".\n\n" + v.Detail)
		need := object{{"required", []string{v.Name}}}
		if !containsWord(stepKeyNames, v.Name) {
			properties = append(properties, member{v.Name, described(params, doc, "")})
			one = append(one, need)
			continue
		}
		for i, p := range properties {
			if p.key == v.Name {
				properties[i].value = object{{"anyOf", []any{p.value, described(params, doc, "")}}}
			}
		}
		one = append(one, append(need, member{"not", object{{"anyOf", others}}}))
	}
	o[1].value = properties
	return append(o, member{"oneOf", one})
}

// params describes a verb's parameters; a verb that needs none may stand alone.
func (w *schemaWriter) params(v *Verb) object {
	o := w.typ(v.Params, nil)
	for _, f := range structureOf(v.Params).fields {
		if f.required {
			return o
		}
	}
	return object{{"anyOf", []any{o, object{{"type", "null"}}}}}
}

// typ describes a field f of type t.
func (w *schemaWriter) typ(t reflect.Type, f *field) object {
	orTemplate := func(o object) object { return object{{"anyOf", []any{o, ref("template")}}} }
	switch t {
	case exprPointer:
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
		return orTemplate(object{{"type", "array"}, {"items", items}})
	case reflect.Map:
		return orTemplate(object{{"type", "object"}, {"additionalProperties", w.typ(t.Elem(), nil)}})
	case reflect.Bool:
		return orTemplate(object{{"type", "boolean"}})
	case reflect.Int, reflect.Int32, reflect.Int64:
		return orTemplate(object{{"type", "integer"}})
	case reflect.Float32, reflect.Float64:
		return orTemplate(object{{"type", "number"}})
	}
	if f != nil && len(f.enum) > 0 {
		return orTemplate(object{{"enum", f.enum}})
	}
	return anyText
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
		properties = append(properties, member{f.name, described(w.typ(f.typ, f), f.doc, f.def)})
		if f.required {
			required = append(required, f.name)
		}
	}
	o := object{{"type", "object"}, {"properties", properties}, {"additionalProperties", rest}}
	if s.field(odataType) == nil {
		o = append(o, member{"patternProperties", object{{"^@odata\\.type$", object{{"type", "string"}}}}})
	}
	if len(required) > 0 {
		o = append(o, member{"required", required})
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
