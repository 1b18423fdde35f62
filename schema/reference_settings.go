package schema

import (
	"cmp"
	"path"
	"reflect"
	"strings"
)

// SettingsReference describes the keys of a file of settings of type T in Markdown, below intro. Objects that scenarios have
// too, those of PerRun, are described in the reference of the language.
func SettingsReference[T any](intro string) string {
	b := &markdown{voc: &Vocabulary{settings: reflect.TypeFor[T]()}}
	b.line("%s", intro)
	b.params(b.voc.settings)
	for i := 0; i < len(b.structs); i++ {
		s := b.structs[i]
		b.line("## %s\n", b.nameOf(s.Type))
		b.params(s.Type)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// nameOf is what a struct is called: one of settings by what it configures, target.Config as target.
func (b *markdown) nameOf(t reflect.Type) string {
	name := t.Name()
	if b.voc != nil && b.voc.settings != nil {
		name = cmp.Or(strings.TrimSuffix(name, "Config"), path.Base(t.PkgPath()))
	}
	if name == strings.ToUpper(name) {
		return strings.ToLower(name)
	}
	return lowerFirst(name)
}

// setting says in words what the types take that only settings have.
func (b *markdown) setting(t reflect.Type) (words string, ok bool) {
	pointer := reflect.PointerTo(t)
	switch {
	case t == varsType, t == secretsType:
		return "names, each with a value", true
	case pointer.Implements(perRunInterface):
		elem := reflect.New(t).Interface().(perRun).elem()
		if elem.Kind() == reflect.Map {
			words, elem = "names, each with ", elem.Elem()
		}
		for elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		name := lowerFirst(elem.Name())
		return words + "[" + name + "](language.md#" + strings.ToLower(name) + ")", true
	case pointer.Implements(laterInterface):
		return b.takes(reflect.New(t).Interface().(later).elem(), nil), true
	}
	return "", false
}
