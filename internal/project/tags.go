package project

import (
	"fmt"
	"slices"
	"strings"
)

// TagFilter is a checked tag expression: a function of a scenario's tags.
type TagFilter func(tags []string) bool

// ParseTags reads an expression such as "transfer and not (slow or flaky)". Precedence: not, and, or.
func ParseTags(text string) (TagFilter, error) {
	p := &tagParser{words: tagWords(text)}
	f, err := p.either()
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("unexpected %q", p.words[0])
	}
	if err != nil {
		return nil, fmt.Errorf("bad tag expression %q: %w; write it like \"transfer and not slow\"", text, err)
	}
	return f, nil
}

func tagWords(text string) []string {
	return strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text))
}

// TagsIn lists the tags that an expression names.
func TagsIn(text string) []string {
	return slices.DeleteFunc(tagWords(text), func(word string) bool { return slices.Contains([]string{"(", ")", "and", "or", "not"}, word) })
}

type tagParser struct{ words []string }

// take consumes the next word if it is the given one.
func (p *tagParser) take(word string) bool {
	if len(p.words) > 0 && p.words[0] == word {
		p.words = p.words[1:]
		return true
	}
	return false
}

func (p *tagParser) either() (TagFilter, error) {
	left, err := p.both()
	for err == nil && p.take("or") {
		a := left
		var b TagFilter
		if b, err = p.both(); err == nil {
			left = func(tags []string) bool { return a(tags) || b(tags) }
		}
	}
	return left, err
}

func (p *tagParser) both() (TagFilter, error) {
	left, err := p.one()
	for err == nil && p.take("and") {
		a := left
		var b TagFilter
		if b, err = p.one(); err == nil {
			left = func(tags []string) bool { return a(tags) && b(tags) }
		}
	}
	return left, err
}

func (p *tagParser) one() (TagFilter, error) {
	switch {
	case p.take("not"):
		f, err := p.one()
		return func(tags []string) bool { return !f(tags) }, err
	case p.take("("):
		f, err := p.either()
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a ) is missing")
		}
		return f, err
	case len(p.words) == 0:
		return nil, fmt.Errorf("a tag is missing")
	}
	word := p.words[0]
	if word == ")" || word == "and" || word == "or" {
		return nil, fmt.Errorf("%q where a tag should be", word)
	}
	p.words = p.words[1:]
	return func(tags []string) bool { return slices.Contains(tags, word) }, nil
}
