package expr

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"callflow/schema/problem"
)

// phrases are the tests of other languages that stand between two values, or behind one. X is the value before, Y the one
// behind.
var phrases = map[string]string{
	"exists": "X != nil", "exist": "X != nil", "defined": "X != nil", "present": "X != nil",
	"is defined": "X != nil", "is set": "X != nil", "is present": "X != nil", "is there": "X != nil", "is not nil": "X != nil", "is not null": "X != nil",
	"is not none": "X != nil", "is not undefined": "X != nil", "is not absent": "X != nil", "is not missing": "X != nil", "not nil": "X != nil", "not null": "X != nil",
	"is nil": "X == nil", "is null": "X == nil", "is none": "X == nil", "is undefined": "X == nil", "is absent": "X == nil", "is missing": "X == nil", "is unset": "X == nil",
	"is not defined": "X == nil", "is not set": "X == nil", "is not present": "X == nil", "is not there": "X == nil", "not exists": "X == nil", "not exist": "X == nil",
	"does not exist": "X == nil", "not defined": "X == nil", "missing": "X == nil", "absent": "X == nil",
	"is empty": "len(X) == 0", "is not empty": "len(X) > 0", "not empty": "len(X) > 0", "empty": "len(X) == 0",
	"is true": "X", "is not false": "X", "is false": "not X", "is not true": "not X",
	"is": "X == Y", "eq": "X == Y", "equals": "X == Y", "equal": "X == Y", "equal to": "X == Y", "is equal to": "X == Y", "equals to": "X == Y", "be": "X == Y",
	"is not": "X != Y", "isnt": "X != Y", "not": "X != Y", "ne": "X != Y", "neq": "X != Y", "not equals": "X != Y", "not equal": "X != Y", "not equal to": "X != Y", "is not equal to": "X != Y",
	"gt": "X > Y", "greater than": "X > Y", "is greater than": "X > Y", "lt": "X < Y", "less than": "X < Y", "is less than": "X < Y",
	"ge": "X >= Y", "gte": "X >= Y", "at least": "X >= Y", "le": "X <= Y", "lte": "X <= Y", "at most": "X <= Y",
	"is in": "X in Y", "is one of": "X in Y", "one of": "X in Y", "is not in": "X not in Y", "not one of": "X not in Y",
	"contain": "X contains Y", "include": "X contains Y", "includes": "X contains Y", "has": "X contains Y", "like": "X contains Y", "ilike": "X contains Y",
	"does not contain": "X not contains Y", "not contain": "X not contains Y", "not like": "X not contains Y", "does not include": "X not contains Y", "not includes": "X not contains Y",
	"match": "X matches Y", "regex": "X matches Y", "rlike": "X matches Y", "does not match": "X not matches Y", "not match": "X not matches Y",
	"starts with": "X startsWith Y", "starts": "X startsWith Y", "begins with": "X startsWith Y", "starts_with": "X startsWith Y", "beginswith": "X startsWith Y", "begins": "X startsWith Y", "hasprefix": "X startsWith Y",
	"ends with": "X endsWith Y", "ends": "X endsWith Y", "ends_with": "X endsWith Y", "hassuffix": "X endsWith Y", "does not start with": "X not startsWith Y", "does not end with": "X not endsWith Y",
	"xor": "(X) != (Y)", "div": "X / Y", "mod": "X % Y",
}

// longestPhrase is how many words a phrase has at most.
const longestPhrase = 5

// phrase finds words behind a value that are no operator of the language.
func (f *foreign) phrase(i int) (slipOf, bool) {
	l := f.words[i]
	if !endsOperand(f.words, i-1) {
		return slipOf{}, false
	}
	if f.is(i, "!") && f.is(i+1, "in", "contains", "matches", "startsWith", "endsWith") {
		return slipOf{i, i + 1, fmt.Sprintf("there is no operator !%s", f.words[i+1].text), "write not " + f.words[i+1].text}, true
	}
	if l.kind != lexWord || f.is(i-1, ".") {
		return slipOf{}, false
	}
	for n := longestPhrase; n > 0; n-- {
		var phrase []string
		for k := i; k < i+n && f.kind(k) == lexWord; k++ {
			phrase = append(phrase, strings.ToLower(f.words[k].text))
		}
		way := phrases[strings.Join(phrase, " ")]
		if len(phrase) < n || way == "" || n == 1 && slices.Contains(operators, l.text) && !f.lonelyNot(i) {
			continue
		}
		end := i + n - 1
		said := f.part(i, end+1)
		if n > 1 {
			said = strconv.Quote(said)
		}
		return slipOf{i, end, "there is no operator " + said, "write " + f.filled(way, i, end)}, true
	}
	if f.is(i, "between", "BETWEEN") {
		left, low := f.around(i, i)
		and := operandAfter(f.words, i+1)
		high := f.part(and+1, operandAfter(f.words, and+1))
		if _, err := strconv.Atoi(low + high); err == nil {
			return slipOf{i, i, "there is no operator between", fmt.Sprintf("write %s in %s..%s", left, low, high)}, true
		}
		return slipOf{i, i, "there is no operator between", fmt.Sprintf("write %s >= %s and %s <= %s", left, low, left, high)}, true
	}
	for _, op := range operators {
		if strings.EqualFold(op, l.text) && op != l.text {
			return slipOf{i, i, "there is no operator " + l.text, "write " + op}, true
		}
	}
	return slipOf{}, false
}

// lonelyNot says that the word i is a not behind a value and before another, and no part of not in or not contains.
func (f *foreign) lonelyNot(i int) bool {
	return f.is(i, "not") && i+1 < len(f.words) && !f.is(i+1, operators...) && (f.kind(i+1) != lexWord || !slices.ContainsFunc(operators, func(op string) bool { return strings.EqualFold(op, f.words[i+1].text) }))
}

// filled is a way to write, with the values around the words from..to in it.
func (f *foreign) filled(way string, from, to int) string {
	left, right := f.around(from, to)
	if text := strings.Trim(right, `"'`); strings.Contains(text, "%") && strings.Contains(way, "contains") && f.kind(to+1) == lexQuoted {
		switch { // of SQL
		case strings.HasSuffix(text, "%") && !strings.HasPrefix(text, "%"):
			way = strings.Replace(way, "contains", "startsWith", 1)
		case strings.HasPrefix(text, "%") && !strings.HasSuffix(text, "%"):
			way = strings.Replace(way, "contains", "endsWith", 1)
		}
		right = strconv.Quote(strings.Trim(text, "%"))
	}
	if strings.Contains(way, "in Y") && strings.HasPrefix(right, "(") {
		right = "[" + strings.Trim(right, "()") + "]"
	}
	if strings.HasPrefix(way, "(X)") {
		left, right = f.part(0, from), f.part(to+1, len(f.words))
	}
	return strings.NewReplacer("X", left, "Y", right).Replace(way)
}

// list finds lists that stand in round brackets, or in none.
func (f *foreign) list(i int) (slipOf, bool) {
	if !f.is(i, "in") || !endsOperand(f.words, i-1) && !f.is(i-1, "not") {
		return slipOf{}, false
	}
	if args, end := f.argumentsAt(i + 1); len(args) > 1 {
		list := "[" + strings.Join(args, ", ") + "]"
		return slipOf{i + 1, end, "a list stands in [ ], not in ( )", "write in " + list}, true
	}
	end := i + 1
	for f.literal(end) && f.is(end+1, ",") && f.literal(end+2) {
		end += 2
	}
	if end > i+1 {
		return slipOf{i + 1, end, "a list stands in [ ]", "write in [" + f.part(i+1, end+1) + "]"}, true
	}
	return slipOf{}, false
}

func (f *foreign) literal(i int) bool { return f.kind(i) == lexQuoted || f.kind(i) == lexDigits }

// prefix finds operators that are written like functions: contains(a, b).
func (f *foreign) prefix(i int) (slipOf, bool) {
	args, end := f.argumentsAt(i + 1)
	if endsOperand(f.words, i-1) || f.kind(i) != lexWord || len(args) == 0 || f.is(i-1, ".", "not", "|") {
		return slipOf{}, false
	}
	switch name := f.words[i].text; name {
	case "contains", "startsWith", "endsWith", "matches", "in":
		if len(args) == 2 {
			return slipOf{i, i, name + " stands between two values", fmt.Sprintf("write %s %s %s", args[0], name, args[1])}, true
		}
	case "and", "or":
		return slipOf{i, i, name + " stands between two values", "write " + strings.Join(args, " "+name+" ")}, true
	case "if":
		if len(args) == 3 {
			return slipOf{i, end, "there is no function if", fmt.Sprintf("write %s ? %s : %s", args[0], args[1], args[2])}, true
		}
	}
	return slipOf{}, false
}

// filter finds x | name, where the parser wants x | name().
func (f *foreign) filter(i int) (slipOf, bool) {
	if !f.is(i, "|") || !endsOperand(f.words, i-1) || f.kind(i+1) != lexWord {
		return slipOf{}, false
	}
	if f.is(i+2, ".") || f.sc.Find(f.words[i+1].text) != nil {
		return slipOf{i, i, "there is no operator |", "write || or or"}, true
	}
	left, _ := f.around(i, i)
	args, end := f.argumentsAt(i + 2)
	way := wayOf(f.words[i+1].text, append([]string{left}, args...), KindAny)
	if way == "" {
		return slipOf{}, false
	}
	return slipOf{i, end, fmt.Sprintf("there is no filter %s", f.part(i, end+1)), "write " + way}, true
}

// method finds x.any(.y): the parser knows .y in any(x, .y) only.
func (f *foreign) method(i int) (slipOf, bool) {
	if f.kind(i) == lexWord && !f.is(i-1, ".") && f.is(i+1, "(") && !slices.Contains(FunctionNames(), f.words[i].text) && !f.is(i, operators...) {
		if near := problem.Nearest(f.words[i].text, slices.Sorted(maps.Keys(predicates))); near != "" { // the parser knows .x in those it knows
			return slipOf{i, i, fmt.Sprintf("unknown function %q", f.words[i].text), "write " + near}, true
		}
	}
	if f.kind(i) != lexWord || !f.is(i-1, ".") || !f.is(i+1, "(") || !f.is(i+2, ".", "#") {
		return slipOf{}, false
	}
	args, _ := f.argumentsAt(i + 1)
	way := wayOf(f.words[i].text, append([]string{f.part(operandBefore(f.words, i-2), i-1)}, args...), KindList)
	if way == "" {
		return slipOf{}, false
	}
	return slipOf{i, i, "values have no methods", "write " + way}, true
}

// begin finds the words with which statements begin.
func (f *foreign) begin(i int) (slipOf, bool) {
	l := f.words[i]
	if i == 0 && l.kind == lexWord && i+1 < len(f.words) && (f.kind(1) != lexSign || f.is(1, "!", "-", "#")) {
		switch strings.ToLower(l.text) {
		case "typeof":
			return slipOf{0, 0, "there is no operator typeof", fmt.Sprintf("write type(%s)", f.part(1, operandAfter(f.words, 1)))}, true
		case "if":
			if then := f.index("then"); then > 0 {
				yes, no := f.part(then+1, len(f.words)), "false"
				if other := f.index("else"); other > then {
					yes, no = f.part(then+1, other), f.part(other+1, len(f.words))
				}
				return slipOf{0, 0, "an expression has no if", fmt.Sprintf("write %s ? %s : %s", f.part(1, then), yes, no)}, true
			}
			fallthrough
		case "when", "return", "await", "assert", "expect", "where", "until", "unless", "new":
			return slipOf{0, 0, fmt.Sprintf("an expression does not begin with %s", l.text), "leave out " + l.text}, true
		}
	}
	switch {
	case !endsOperand(f.words, i-1):
	case f.is(i, ",") && f.depth(i) == 0:
		return slipOf{i, i, "a comma does not join two tests", "write and, or or"}, true
	case f.is(i, "#"):
		return slipOf{i, i, "# begins no comment inside an expression", "take it out, or write //"}, true
	case f.is(i, ")", "]", "}") && openedBy(f.words, i) < 0:
		return slipOf{i, i, fmt.Sprintf("this %s closes nothing", l.text), "leave it out"}, true
	case l.kind == lexWord && !f.is(i, operators...) && !f.is(i, "if", "else") && f.newLine(i):
		return slipOf{i, i, "nothing joins this line to the one above", "write and before " + l.text}, true
	}
	return slipOf{}, false
}

func (f *foreign) index(text string) int {
	return slices.IndexFunc(f.words, func(l lexeme) bool { return l.kind == lexWord && strings.EqualFold(l.text, text) })
}

// newLine says that the word i is the first of its line.
func (f *foreign) newLine(i int) bool {
	return i > 0 && strings.Contains(string(f.runes[f.words[i-1].to:f.words[i].from]), "\n")
}

// depth counts the brackets that are open before the word i.
func (f *foreign) depth(i int) (open int) {
	for _, l := range f.words[:i] {
		switch {
		case l.kind != lexSign:
		case strings.Contains("([{", l.text):
			open++
		case strings.Contains(")]}", l.text):
			open--
		}
	}
	return open
}
