package world

import (
	"fmt"
	"strings"
)

// Chaos is the disorder in which the real service was seen to deliver, and which a bot has to take: the four kinds that lose
// nothing. All four zero: everything comes in order.
type Chaos struct{ Reorder, Early, Duplicate, Delay bool }

// Disorders are the words for the kinds.
var Disorders = []string{"reorder", "early", "duplicate", "delay"}

func (c *Chaos) kinds() []*bool { return []*bool{&c.Reorder, &c.Early, &c.Duplicate, &c.Delay} }

// ParseChaos reads kinds between commas, or all; "" is none. The error says what may be there.
func ParseChaos(text string) (c Chaos, err error) {
	kinds := c.kinds()
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		known := word == "all"
		for i, name := range Disorders {
			if word == "all" || word == name {
				*kinds[i], known = true, true
			}
		}
		if !known {
			return Chaos{}, fmt.Errorf("%q is no disorder; there are %s and all", word, strings.Join(Disorders, ", "))
		}
	}
	if text != "" && c == (Chaos{}) {
		return c, fmt.Errorf("%q names no disorder; there are %s and all", text, strings.Join(Disorders, ", "))
	}
	return c, nil
}

// String is what ParseChaos reads.
func (c Chaos) String() string {
	var words []string
	for i, on := range c.kinds() {
		if *on {
			words = append(words, Disorders[i])
		}
	}
	if len(words) == len(Disorders) {
		return "all"
	}
	return strings.Join(words, ",")
}
