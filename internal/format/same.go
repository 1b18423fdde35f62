package format

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"gopkg.in/yaml.v3"

	"callflow/schema"
)

// same says why laid does not say what source says: another value, another order where the order is the author's, a comment
// that is lost.
func same(source, laid string, form *schema.Form) *refusal {
	before, err := documents(source)
	if err != nil {
		return &refusal{1, "internal", "the formatter cannot read this file: " + err.Error()}
	}
	after, err := documents(laid)
	if err != nil {
		return &refusal{1, "internal", "the formatter would break this file: " + err.Error()}
	}
	if len(before) != len(after) {
		return &refusal{1, "internal", "the formatter would change how many documents there are"}
	}
	for i := range before {
		if line := differs(before[i], after[i], form); line > 0 {
			return &refusal{line, "internal", "the formatter would change what stands here"}
		}
	}
	was, is := readAll(source, form), readAll(laid, form)
	if seen := seenComments(was); !slices.Equal(seen, comments(was)) || !slices.Equal(seen, seenComments(is)) {
		return &refusal{1, "internal", "the formatter would lose a comment"}
	}
	return nil
}

func documents(text string) (docs []*yaml.Node, err error) {
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		doc := new(yaml.Node)
		if err := dec.Decode(doc); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
}

// differs is the line of a where b, in which keys may be in the order of the reference, says something else; 0 if nowhere.
func differs(a, b *yaml.Node, form *schema.Form) int {
	if a.Kind == yaml.DocumentNode && b.Kind == yaml.DocumentNode && len(a.Content) == 1 && len(b.Content) == 1 {
		return differs(a.Content[0], b.Content[0], form)
	}
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return max(a.Line, 1)
	}
	if a.Kind != yaml.MappingNode {
		for i := range a.Content {
			if line := differs(a.Content[i], b.Content[i], form.Item()); line > 0 {
				return line
			}
		}
		return 0
	}
	order := form.Order(names(a))
	if order == nil || slices.Equal(names(a), names(b)) {
		order = make([]int, len(a.Content)/2)
		for i := range order {
			order[i] = i
		}
	}
	for i, at := range order {
		key := a.Content[2*at]
		if line := max(differs(key, b.Content[2*i], nil), differs(a.Content[2*at+1], b.Content[2*i+1], form.Key(key.Value))); line > 0 {
			return line
		}
	}
	return 0
}

func names(n *yaml.Node) []string {
	var keys []string
	for i := 0; i < len(n.Content); i += 2 {
		keys = append(keys, n.Content[i].Value)
	}
	return keys
}

// seenComments are all that the source of documents has, sorted.
func seenComments(docs []document) []string {
	var texts []string
	for _, d := range docs {
		texts = append(texts, d.seen...)
	}
	slices.Sort(texts)
	return texts
}

// comments are all that documents keep, sorted.
func comments(docs []document) []string {
	var texts []string
	add := func(notes ...note) {
		for _, n := range notes {
			if !n.blank() {
				texts = append(texts, n.text)
			}
		}
	}
	var walk func(v *value)
	walk = func(v *value) {
		if v.beside != nil {
			add(*v.beside)
		}
		for _, e := range v.entries {
			add(e.above...)
			if e.head != nil {
				add(*e.head)
			}
			walk(e.value)
		}
		add(v.below...)
	}
	for _, d := range docs {
		add(d.head...)
		add(d.foot...)
		if d.root != nil {
			walk(d.root)
		}
	}
	slices.Sort(texts)
	return texts
}
