package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What other languages write in an expression, and how it is written here. The parser has refused the text, or knows no such
// function; the text's words tell what was meant.

// foreign is an expression in words.
type foreign struct {
	*compiler
	runes []rune
	words []lexeme
}

func (c *compiler) foreign() *foreign {
	return &foreign{compiler: c, runes: []rune(c.text), words: scan(c.text)}
}

// slipOf is what is wrong with the words from..to (the last one included), and what to write.
type slipOf struct {
	from, to   int
	text, hint string
}

// say reports a slip.
func (f *foreign) say(s slipOf) {
	f.problem(f.words[s.from].from, f.words[s.to].to, "expr-syntax", s.hint, "%s", s.text)
}

// explain reports the first slip; false when there is none that is known.
func (f *foreign) explain() bool {
	rules := []func(i int) (slipOf, bool){f.quote, f.unread, f.regexp, f.element, f.lambda, f.path, f.phrase, f.list, f.prefix, f.filter, f.method, f.begin}
	for i := range f.words {
		for _, rule := range rules {
			if s, ok := rule(i); ok {
				f.say(s)
				return true
			}
		}
	}
	return false
}

// part is the text of the words from..to-1.
func (f *foreign) part(from, to int) string {
	if from >= to || from >= len(f.words) {
		return "…"
	}
	return string(f.runes[f.words[from].from:f.words[to-1].to])
}

func (f *foreign) is(i int, texts ...string) bool {
	return i >= 0 && i < len(f.words) && f.words[i].kind != lexQuoted && slices.Contains(texts, f.words[i].text)
}

func (f *foreign) kind(i int) lexemeKind {
	if i < 0 || i >= len(f.words) {
		return lexSign
	}
	return f.words[i].kind
}

// around are the values before the word from and behind the word to.
func (f *foreign) around(from, to int) (left, right string) {
	return f.part(operandBefore(f.words, from-1), from), f.part(to+1, operandAfter(f.words, to+1))
}

// arguments are the texts in the brackets that the word open opens, and the word that closes them.
func (f *foreign) argumentsAt(open int) (args []string, end int) {
	if !f.is(open, "(") {
		return nil, open - 1
	}
	if end = closedBy(f.words, open); end < 0 {
		end = len(f.words)
	}
	for from, i := open+1, open+1; i <= end; i++ {
		if inner := -1; i < len(f.words) && i < end && f.words[i].kind == lexSign {
			if inner = closedBy(f.words, i); inner > 0 {
				i = inner
				continue
			}
		}
		if i == end || f.is(i, ",") {
			if i > from {
				args = append(args, f.part(from, i))
			}
			from = i + 1
		}
	}
	return args, min(end, len(f.words)-1)
}

// quote finds quotes that are not closed, and those of a word processor.
func (f *foreign) quote(i int) (slipOf, bool) {
	l := f.words[i]
	inner := func() string { return strings.TrimSpace(string(f.runes[l.from+1 : l.to])) }
	switch {
	case l.kind == lexCurly:
		return slipOf{i, i, fmt.Sprintf("the quotes of %s are not those of an expression", l.text), fmt.Sprintf(`write "%s"`, string(f.runes[l.from+1:l.to-1]))}, true
	case l.kind == lexQuoted && f.kind(len(f.words)-1) == lexOpen && joins.MatchString(l.text):
		// Two texts, of which the first is not closed: it goes on to where the second begins.
		text := l.text[1:joins.FindStringIndex(l.text)[0]]
		return slipOf{i, i, fmt.Sprintf("the text that %c begins here is never closed", l.text[0]), fmt.Sprintf("write %c%s%c", l.text[0], text, l.text[0])}, true
	case l.kind == lexQuoted && f.kind(i+1) == lexWord && f.words[i+1].from == l.to && f.kind(len(f.words)-1) == lexOpen && l.text[0] == '\'':
		whole := string(f.runes[l.from+1 : f.words[len(f.words)-1].from])
		return slipOf{i, i, "the text that ' begins here ends at the next '", fmt.Sprintf("write %q", whole)}, true
	case l.kind != lexOpen:
		return slipOf{}, false
	}
	text, mark := inner(), f.runes[l.from]
	if CurlyQuotes[mark] != "" {
		mark = '"'
	}
	if at := joins.FindStringIndex(text); at != nil {
		text = text[:at[0]]
	}
	text = strings.TrimRight(text, `”“"’‘')]`)
	if text == "" && f.kind(i-1) == lexWord && f.words[i-1].to == l.from {
		return slipOf{i - 1, i, fmt.Sprintf("a %c is missing before %s", mark, f.words[i-1].text), fmt.Sprintf("write %c%s%c", mark, f.words[i-1].text, mark)}, true
	}
	return slipOf{i, i, fmt.Sprintf("the text that %c begins here is never closed", mark), fmt.Sprintf("write %c%s%c", mark, text, mark)}, true
}

// joins is what stands between two comparisons.
var joins = regexp.MustCompile(`\s+(?:and|or|AND|OR)\s|\s*(?:&&|\|\||==|!=)|\s+\?|\)\s*$`)

// charWords are characters that look like an operator.
var charWords = map[string]string{"≠": "!=", "≥": ">=", "≤": "<=", "∧": "and", "∨": "or", "¬": "not", "–": "-", "—": "-", "−": "-", "×": "*", "÷": "/", "∈": "in", "…": ".."}

// unread finds characters that the language does not have.
func (f *foreign) unread(i int) (slipOf, bool) {
	l := f.words[i]
	r := []rune(l.text)[0]
	switch plain := charWords[l.text]; {
	case plain != "":
		return slipOf{i, i, fmt.Sprintf("%q is not part of the language", l.text), "write " + plain}, true
	case l.kind == lexSign && r > 0xff00 && r < 0xff5f:
		return slipOf{i, i, fmt.Sprintf("%q is a wide character (U+%04X)", l.text, r), "write " + string(r-0xfee0)}, true
	case OddRune(r):
		return slipOf{i, i, fmt.Sprintf("a character that is not seen stands here (U+%04X)", r), "take it out"}, true
	case fewHundred.MatchString(l.text) && l.kind == lexDigits:
		left, _ := f.around(max(i-1, 0), i)
		return slipOf{i, i, fmt.Sprintf("%s is no number", l.text), fmt.Sprintf("write %s in %c00..%c99", left, r, r)}, true
	}
	return slipOf{}, false
}

var fewHundred = regexp.MustCompile(`^[1-9][xX]{2}$`)

// regexp finds /…/, and the operators that other languages have for regular expressions.
func (f *foreign) regexp(i int) (slipOf, bool) {
	l := f.words[i]
	switch {
	case l.kind == lexPattern:
		from, not := i, ""
		if f.is(i-1, "=~", "~=", "~", "==", "matches", "!~", "!=", "=") {
			from = i - 1
		}
		if f.is(i-1, "!~", "!=") {
			not = "not "
		}
		left, _ := f.around(from, i)
		return slipOf{from, i, fmt.Sprintf("a regular expression is written as a text, not as %s", l.text), fmt.Sprintf("write %s %smatches %s", left, not, textOfPattern(l.text))}, true
	case f.kind(i+1) == lexPattern && f.is(i, "=~", "~=", "~", "!~"):
		return f.regexp(i + 1)
	case f.is(i, "=~", "~=", "~") && endsOperand(f.words, i-1):
		left, right := f.around(i, i)
		return slipOf{i, i, "there is no operator " + l.text, fmt.Sprintf("write %s matches %s", left, right)}, true
	case f.is(i, "!~"):
		left, right := f.around(i, i)
		return slipOf{i, i, "there is no operator !~", fmt.Sprintf("write %s not matches %s", left, right)}, true
	}
	return slipOf{}, false
}

// textOfPattern is /…/ as a text in quotes.
func textOfPattern(text string) string {
	end := strings.LastIndexByte(text, '/')
	inner := strings.ReplaceAll(text[1:end], `\/`, `/`)
	if strings.Contains(text[end:], "i") {
		inner = "(?i)" + inner
	}
	if strings.ContainsAny(inner, `\"`) {
		return "`" + inner + "`"
	}
	return `"` + inner + `"`
}

// element finds [*] and [], which go over a list elsewhere.
func (f *foreign) element(i int) (slipOf, bool) {
	end := i + 1
	if f.is(end, "*") {
		end++
	}
	if !f.is(i, "[") || !f.is(end, "]") || !endsOperand(f.words, i-1) {
		return slipOf{}, false
	}
	list := f.part(operandBefore(f.words, i-1), i)
	from, to := end+1, operandAfter(f.words, i)
	field := "#"
	if to > from {
		field = f.part(from, to)
	}
	hint := fmt.Sprintf("write map(%s, %s)", list, field)
	if f.is(to, "==", "!=", "<", ">", "<=", ">=", "in", "contains", "matches", "startsWith", "endsWith") {
		hint = fmt.Sprintf("write any(%s, %s %s)", list, field, f.part(to, operandAfter(f.words, to+1)))
	}
	return slipOf{i, end, fmt.Sprintf("%s does not stand for the elements of a list", f.part(i, end+1)), hint}, true
}

// lambda finds p => p.x.
func (f *foreign) lambda(i int) (slipOf, bool) {
	if !f.is(i, "=>", "->") || f.kind(i-1) != lexWord && !f.is(i-1, ")") {
		return slipOf{}, false
	}
	first := i - 1
	name := f.words[first].text
	if name == ")" && f.kind(i-2) == lexWord && f.is(i-3, "(") {
		first, name = i-3, f.words[i-2].text
	}
	open, depth := first-1, 0
	for ; open >= 0 && (depth > 0 || !f.is(open, "(")); open-- {
		if f.is(open, ")") {
			depth++
		} else if f.is(open, "(") {
			depth--
		}
	}
	if open < 1 || f.kind(open-1) != lexWord {
		return slipOf{}, false
	}
	callee, list := f.words[open-1].text, f.part(open+1, first-1)
	if f.is(open-2, ".") {
		list = f.part(operandBefore(f.words, open-3), open-2)
	}
	if other := otherFunctions[strings.ToLower(callee)]; other != "" {
		callee = other
	}
	end := closedBy(f.words, open)
	if end < 0 {
		end = len(f.words)
	}
	return slipOf{first, i, fmt.Sprintf("an element gets no name here: # is the element, and .%s a field of it", f.fieldOf(name, i+1, end)),
		fmt.Sprintf("write %s(%s, %s)", callee, list, f.unnamed(name, i+1, end))}, true
}

// unnamed is the text of the words from..to-1 with the element in place of its name.
func (f *foreign) unnamed(name string, from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		if i > from {
			b.WriteString(string(f.runes[f.words[i-1].to:f.words[i].from]))
		}
		switch own := f.is(i, name) && !f.is(i-1, "."); {
		case own && f.is(i+1, ".", "?."):
		case own:
			b.WriteByte('#')
		default:
			b.WriteString(f.words[i].text)
		}
	}
	return b.String()
}

// fieldOf is a field of the named element, as an example.
func (f *foreign) fieldOf(name string, from, to int) string {
	for i := from; i+2 < to; i++ {
		if f.is(i, name) && f.is(i+1, ".") {
			return f.words[i+2].text
		}
	}
	return "id"
}

// path finds names with signs around them, and JSONPath.
func (f *foreign) path(i int) (slipOf, bool) {
	adjoins := func(k int) bool { return k < len(f.words) && f.words[k].from == f.words[k-1].to }
	switch l := f.words[i]; {
	case f.is(i, "->", "::") && f.kind(i-1) == lexWord && f.kind(i+1) == lexWord:
		left, right := f.around(i, i)
		return slipOf{i, i, "there is no operator " + l.text, fmt.Sprintf("write %s.%s", left, right)}, true
	case f.is(i, "$", "@", "%") && !endsOperand(f.words, i-1) && adjoins(i+1) && f.kind(i+1) == lexWord:
		end := i + 1
		if f.is(end+1, l.text) {
			end++
		}
		return slipOf{i, end, fmt.Sprintf("%s is no name: names stand alone", f.part(i, end+1)), "write " + f.words[i+1].text}, true
	case f.is(i, "$", "@") && adjoins(i+1) && f.is(i+1, ".", "..") && f.kind(i+2) == lexWord:
		end := operandAfter(f.words, i+2)
		name := f.part(i+2, end)
		if first := f.words[i+2].text; f.sc.Find(first) == nil && f.ofCall(first) {
			name = "call." + name
		}
		return slipOf{i, end - 1, fmt.Sprintf("%s is JSONPath, which is not read here", f.part(i, end)), "write " + name}, true
	case f.is(i, "$") && adjoins(i+1) && f.is(i+1, "[") && f.kind(i+2) == lexQuoted:
		end := operandAfter(f.words, i)
		name := strings.Trim(f.words[i+2].text, `"'`)
		if f.sc.Find(name) == nil && f.ofCall(name) {
			name = "call." + name
		}
		return slipOf{i, end - 1, fmt.Sprintf("%s is JSONPath, which is not read here", f.part(i, end)), "write " + name}, true
	case f.is(i, "{") && !endsOperand(f.words, i-1):
		return f.braces(i)
	}
	return slipOf{}, false
}

func (f *foreign) ofCall(name string) bool {
	sym := f.sc.Find("call")
	return sym != nil && sym.Type != nil && sym.Type.Field(name) != nil
}

// braces finds {x}, {{ x }} and ${{ x }}.
func (f *foreign) braces(i int) (slipOf, bool) {
	first, inner := i, i+1
	if f.is(i+1, "{") {
		inner++
	}
	if f.is(i-1, "$") {
		first--
	}
	end := closedBy(f.words, i)
	if end < 0 || inner == i+1 && (f.kind(inner) != lexWord || !f.is(inner+1, "}")) || inner > i+1 && !f.is(end-1, "}") {
		return slipOf{}, false
	}
	what := f.part(inner, end-(inner-i-1))
	shown := f.part(first, inner)
	if inner > i+1 {
		shown += " }}"
	} else {
		shown += " }"
	}
	return slipOf{first, end, fmt.Sprintf("%s does not belong here: this is an expression already", shown), "write " + what}, true
}
