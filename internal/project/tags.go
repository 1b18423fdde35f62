package project

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// TagFilter is a checked tag expression: a function of a scenario's tags.
type TagFilter func(tags []string) bool

// ParseTags reads an expression such as "transfer and not (slow or flaky)". Precedence: not, and, or. An error shows the
// place with a caret in lines of its own.
func ParseTags(text string) (TagFilter, error) {
	p := &tagParser{text: text, words: tagWords(text)}
	if len(p.words) == 0 {
		return nil, fmt.Errorf("--tag %q has no tag in it; write it like 'transfer and not (slow or flaky)'", text)
	}
	f, err := p.either()
	if err == nil && len(p.words) > 0 {
		err = p.wrong("%s", p.unexpected())
	}
	return f, err
}

// tagWord is a word of an expression, or a bracket.
type tagWord struct {
	text string
	at   int // in bytes
}

func tagWords(text string) (words []tagWord) {
	begun := -1
	end := func(i int) {
		if begun >= 0 {
			words = append(words, tagWord{text[begun:i], begun})
		}
		begun = -1
	}
	for i, r := range text {
		switch {
		case r == '(' || r == ')':
			end(i)
			words = append(words, tagWord{string(r), i})
		case unicode.IsSpace(r):
			end(i)
		case begun < 0:
			begun = i
		}
	}
	end(len(text))
	return words
}

// TagsIn lists the tags that an expression names.
func TagsIn(text string) (tags []string) {
	for _, w := range tagWords(text) {
		if !slices.Contains([]string{"(", ")", "and", "or", "not"}, w.text) {
			tags = append(tags, w.text)
		}
	}
	return tags
}

type tagParser struct {
	text  string
	words []tagWord // those to come
}

// wrong is an error at the next word, or at the end.
func (p *tagParser) wrong(format string, args ...any) error {
	at := len(p.text)
	if len(p.words) > 0 {
		at = p.words[0].at
	}
	shown := strings.Map(func(r rune) rune { // one cell each, so that the caret stands right
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, p.text)
	return fmt.Errorf("--tag: %s\n    %s\n    %s^\n  write it like 'transfer and not (slow or flaky)'",
		fmt.Sprintf(format, args...), shown, strings.Repeat(" ", runewidth.StringWidth(shown[:at])))
}

// unexpected says what the next word is, where an operator or the end should be; and what was meant where that is known.
func (p *tagParser) unexpected() string {
	word := p.words[0].text
	if near := map[string]string{"&&": "and", "&": "and", "||": "or", "|": "or", ",": "or"}[word]; near != "" {
		return fmt.Sprintf("%q is no operator here: write %s", word, near)
	}
	if lower := strings.ToLower(word); lower != word && (lower == "and" || lower == "or" || lower == "not") {
		return fmt.Sprintf("%q is a tag here: operators are small, %s", word, lower)
	}
	if word == ")" {
		return "a ( is missing for this )"
	}
	return fmt.Sprintf("%q where an operator should be: and, or", word)
}

// take consumes the next word if it is the given one.
func (p *tagParser) take(word string) bool {
	if len(p.words) > 0 && p.words[0].text == word {
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
			err = p.unclosed()
		}
		return f, err
	case len(p.words) == 0:
		return nil, p.wrong("a tag is missing")
	}
	word := p.words[0].text
	switch {
	case word == ")" || word == "and" || word == "or":
		return nil, p.wrong("%q where a tag should be", word)
	case strings.HasPrefix(word, "!"):
		return nil, p.wrong("%q is no tag: write not %s", word, word[1:])
	}
	p.words = p.words[1:]
	return func(tags []string) bool { return slices.Contains(tags, word) }, nil
}

// unclosed is what is wrong where a ) should be.
func (p *tagParser) unclosed() error {
	if len(p.words) > 0 {
		return p.wrong("%s", p.unexpected())
	}
	return p.wrong("a ) is missing")
}
