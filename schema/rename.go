package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Edit is a text to be written in place of Len runes.
type Edit struct {
	Pos
	Len  int
	Text string
}

// Renamable says why a mention cannot be given another name; nil: it can.
func (u Use) Renamable() error {
	switch {
	case u.Kind == UseFile:
		return fmt.Errorf("the file %s is renamed where files are", u.Name)
	case u.Kind == UseFunction:
		return fmt.Errorf("%s is a function of the language", u.Name)
	case u.Kind == UseKey || u.Kind == UseVerb || u.Kind == UseWord:
		return fmt.Errorf("%q is a word of the language", u.Name)
	case !u.Authored():
		return fmt.Errorf("%s is no name of yours: the language gives it", u.Name)
	case u.Name == "item":
		return fmt.Errorf("item is what a forEach calls its item: write as: and another name in the step")
	case u.Name == "matrix":
		return fmt.Errorf("matrix is a word of the language; its axes can be renamed")
	}
	return nil
}

// Rename gives what a mention is of another name, in all files of the reading. src is what was read; read gives the text of
// an included file. It refuses a name that cannot be one, or under which the files would mean something else.
func (r *Reading) Rename(src Source, u Use, name string) ([]Edit, error) {
	if err := u.Renamable(); err != nil {
		return nil, err
	}
	if name == u.Name {
		return nil, nil
	}
	if src.Shared.stands(u.Decl) {
		return nil, fmt.Errorf("%s is the project's, in %s:%d, and other scenarios may use it; rename it there and where they say so", u.Name, u.Decl.File, u.Decl.Line)
	}
	if err := checkNewName(u, name); err != nil {
		return nil, err
	}
	uses := r.Same(u.Decl)
	var edits, own []Edit
	for _, use := range uses {
		e := Edit{Pos: use.Pos, Len: use.Len, Text: name}
		edits = append(edits, e)
		if use.File == src.Name {
			own = append(own, e)
			if written := r.textAt(use); written != use.Name {
				return nil, fmt.Errorf("in line %d %s is written in another way (%s); write it plainly first", use.Line, use.Name, written)
			}
		}
	}
	changed := src
	changed.Text = applyEdits(src.Text, own)
	if u.Decl.File == src.Name && len(own) == len(edits) {
		if err := r.SameMeaning(Read(changed, r.voc), u, name); err != nil {
			return nil, err
		}
	}
	return edits, nil
}

func checkNewName(u Use, name string) error {
	bad := checkWord(name)
	if u.Kind == UseName {
		bad = checkName(name)
	}
	if bad == nil && u.Kind == UseStep && (name == "start" || name == "now") {
		bad = faultf("bad-name", "", "%q cannot be a step's id: an await says from: %s", name, name)
	}
	if bad != nil && !(u.Kind == UsePerson && wordForm.MatchString(name)) {
		return fmt.Errorf("%s; %s", bad.text, bad.hint)
	}
	return nil
}

// textAt is what the file has at a mention.
func (r *Reading) textAt(u Use) string {
	if u.Line > len(r.lines) {
		return ""
	}
	line := []rune(r.lines[u.Line-1])
	from := min(max(u.Col-1, 0), len(line))
	return string(line[from:min(from+u.Len, len(line))])
}

// SameMeaning says what a rename of the mention's name has made wrong, or another's. after is the same file read when all the
// edits were made.
func (r *Reading) SameMeaning(after *Reading, u Use, name string) error {
	if err := r.NothingNew(after); err != nil {
		return fmt.Errorf("with the name %q %w", name, err)
	}
	uses := r.Same(u.Decl)
	// The declaration may have moved within its line, behind another mention.
	moved := 0
	for _, use := range uses {
		if use.Line == u.Decl.Line && use.File == u.Decl.File && use.Col < u.Decl.Col {
			moved += runes(name) - runes(u.Name)
		}
	}
	decl := u.Decl
	decl.Col += moved
	if n := len(after.Same(decl)); n != len(uses) {
		return fmt.Errorf("the name %q has a meaning already in some of the %d places where %s stands", name, len(uses), u.Name)
	}
	return nil
}

// NothingNew says what is wrong in a later reading of a file that was not wrong in this one.
func (r *Reading) NothingNew(after *Reading) error {
	before := map[string]int{}
	for _, p := range r.Problems {
		before[p.Code]++
	}
	for _, p := range after.Problems {
		if before[p.Code]--; before[p.Code] >= 0 {
			continue
		}
		if p.File != r.name {
			return fmt.Errorf("line %d of %s would be wrong: %s", p.Line, p.File, p.Text)
		}
		return fmt.Errorf("line %d would be wrong: %s", p.Line, p.Text)
	}
	return nil
}

// IsYAML says that a file could be read as it stands, and was not mended first.
func (r *Reading) IsYAML() bool { return r.root != nil && !r.mended }

// applyEdits writes edits into a text.
func applyEdits(text []byte, edits []Edit) []byte {
	lines := splitLinesKeepEnds(string(text))
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int { return b.Col - a.Col })
	for _, e := range edits {
		if e.Line > len(lines) {
			continue
		}
		line := []rune(lines[e.Line-1])
		from := min(e.Col-1, len(line))
		lines[e.Line-1] = string(line[:from]) + e.Text + string(line[min(from+e.Len, len(line)):])
	}
	return []byte(strings.Join(lines, ""))
}

// splitLinesKeepEnds cuts where splitLines does.
func splitLinesKeepEnds(text string) []string {
	plain := splitLines(text)
	kept := make([]string, len(plain))
	for i, line := range plain {
		end := len(text)
		if i+1 < len(plain) {
			// The next line begins where its text does, behind this one's end.
			rest := text[len(line):]
			end = len(line) + len(rest) - len(trimBreak(rest))
		}
		kept[i], text = text[:end], text[end:]
	}
	return kept
}

// trimBreak takes one line break off the beginning of a text.
func trimBreak(text string) string {
	for _, b := range []string{"\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"} {
		if rest, ok := strings.CutPrefix(text, b); ok {
			return rest
		}
	}
	return text
}
