package schema

import (
	"io/fs"
	"path"
	"strings"

	"callflow/schema/expr"
)

// inExpression suggests what fits in an expression.
func (c *completion) inExpression(at *expr.Cursor) (list []Suggestion) {
	if at.Beside != nil {
		list = c.enumWords(at)
	}
	switch at.Kind {
	case expr.CursorText:
		return list
	case expr.CursorMember:
		return fieldSuggestions(at.Base, "")
	case expr.CursorStep:
		for _, id := range at.Scope.Known("steps.") {
			sym := at.Scope.Find("steps." + id)
			list = append(list, Suggestion{Label: id, Kind: UseStep, Detail: sym.Type.String(), Doc: expr.WithAbsence("What this step yields.", at.Scope.Absence("steps."+id, nil))})
		}
		return list
	case expr.CursorOperator:
		return append(list, operatorSuggestions...)
	}
	if at.Elem != nil {
		list = append(list, fieldSuggestions(at.Elem, ".")...)
		list = append(list, Suggestion{Label: "#", Kind: UseWord, Detail: at.Elem.String(), Doc: "The element itself."})
	}
	for _, name := range at.Scope.Known("") {
		if strings.Contains(name, mark) {
			continue
		}
		sym := at.Scope.Find(name)
		list = append(list, Suggestion{Label: name, Kind: UseName, Detail: sym.Type.String(), Doc: expr.WithAbsence(sym.Doc, at.Scope.Absence(name, nil))})
	}
	for _, name := range expr.FunctionNames() {
		call, doc := expr.FunctionDoc(name)
		list = append(list, Suggestion{Label: name, Kind: UseFunction, Detail: call, Doc: doc, Insert: name + "("})
	}
	return append(list, Suggestion{Label: "nil", Kind: UseWord, Doc: "What is absent: `x != nil` asks whether x is there."},
		Suggestion{Label: "true", Kind: UseWord}, Suggestion{Label: "false", Kind: UseWord})
}

// enumWords are the words that the other side of a comparison can be. They are written with their quotes, unless the cursor
// stands between some.
func (c *completion) enumWords(at *expr.Cursor) (list []Suggestion) {
	for _, word := range at.Beside.Enum {
		s := Suggestion{Label: word, Kind: UseWord, First: true}
		if at.Kind != expr.CursorText {
			s.Label = c.quote + word + c.quote
		}
		if containsSuggestion(list, s.Label) {
			continue
		}
		list = append(list, s)
	}
	return list
}

func containsSuggestion(list []Suggestion, label string) bool {
	for _, s := range list {
		if s.Label == label {
			return true
		}
	}
	return false
}

func fieldSuggestions(t *expr.Type, dot string) (list []Suggestion) {
	if t == nil || t.Kind != expr.KindObject {
		return nil
	}
	for _, f := range t.Fields {
		list = append(list, Suggestion{Label: dot + f.Name, Kind: UseField, Detail: f.Type.String(), Doc: f.Doc})
	}
	return list
}

var operatorSuggestions = []Suggestion{
	{Label: "==", Kind: UseWord, Doc: "Both are the same; false when one is absent."},
	{Label: "!=", Kind: UseWord, Doc: "They differ; false when one is absent."},
	{Label: "&&", Kind: UseWord, Doc: "Both hold."},
	{Label: "||", Kind: UseWord, Doc: "One of them holds."},
	{Label: "??", Kind: UseWord, Doc: "The right one when the left one is absent."},
	{Label: "in", Kind: UseWord, Doc: "The list on the right has it."},
	{Label: "not in", Kind: UseWord, Doc: "The list on the right does not have it."},
	{Label: "contains", Kind: UseWord, Doc: "The text has that part."},
	{Label: "startsWith", Kind: UseWord, Doc: "The text begins so."},
	{Label: "endsWith", Kind: UseWord, Doc: "The text ends so."},
	{Label: "matches", Kind: UseWord, Doc: "The text agrees with a regular expression."},
}

// filesBeside are the scenario files that an include of this file can name: in its folder, and in the folders below and above.
func (r *Reading) filesBeside() (list []Suggestion) {
	if r.files == nil {
		return nil
	}
	dir := path.Dir(r.name)
	look := func(folder, prefix string) {
		entries, err := fs.ReadDir(r.files, folder)
		if err != nil {
			return
		}
		for _, e := range entries {
			if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") && path.Join(folder, e.Name()) != r.name && len(list) < 200 {
				list = append(list, Suggestion{Label: prefix + e.Name(), Kind: UseFile, First: strings.HasPrefix(e.Name(), "_")})
			}
		}
	}
	look(dir, "")
	entries, _ := fs.ReadDir(r.files, dir)
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			look(path.Join(dir, e.Name()), e.Name()+"/")
		}
	}
	if dir != "." {
		look(path.Dir(dir), "../")
	}
	return list
}
