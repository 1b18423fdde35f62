package schema

import (
	"fmt"
	"maps"
	"slices"
)

// unused warns of names that nothing mentions: most often the one that was meant is misspelt, or a check was forgotten. A
// file with errors may mention them where they stand, so of that nothing is said.
func (c *checker) unused() {
	for _, file := range slices.Sorted(maps.Keys(c.named)) {
		for _, name := range slices.Sorted(maps.Keys(c.named[file])) {
			n := c.named[file][name]
			if c.uses[file][name] {
				continue
			}
			hint := "take it out, or write ${{ " + name + " }} where it is meant"
			what := map[string]string{"a var": "the var", "a secret": "the secret"}[n.what]
			if what == "" {
				what, hint = "the "+n.what+" name", "take it out, or check it: expect: "+name+" == …"
			}
			c.report(Problem{Pos: n.at, Len: len(name), Code: "unused-name", Text: fmt.Sprintf("nothing uses %s %s", what, name), Hint: hint})
		}
	}
}
