package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"callflow/schema/problem"
)

// ways are functions, methods and filters of other languages, as plain as folded makes them, and how the same is said here.
var ways = map[string]string{
	"length": "len($1)", "size": "len($1)", "count": "len($1)", "len": "len($1)", "strlen": "len($1)",
	"contains": "$1 contains $2", "includes": "$1 contains $2", "include": "$1 contains $2", "has": "$1 contains $2", "haselement": "$1 contains $2",
	"startswith": "$1 startsWith $2", "beginswith": "$1 startsWith $2", "endswith": "$1 endsWith $2",
	"matches": "$1 matches $2", "match": "$1 matches $2", "regex": "$1 matches $2", "regexmatch": "$1 matches $2", "test": "$1 matches $2", "search": "$1 matches $2", "like": "$1 matches $2",
	"equals": "$1 == $2", "equal": "$1 == $2", "eq": "$1 == $2", "is": "$1 == $2", "isequal": "$1 == $2", "equalsignorecase": "lower($1) == lower($2)",
	"ne": "$1 != $2", "notequals": "$1 != $2", "notequal": "$1 != $2", "gt": "$1 > $2", "lt": "$1 < $2", "gte": "$1 >= $2", "lte": "$1 <= $2", "ge": "$1 >= $2", "le": "$1 <= $2",
	"in": "$1 in $2", "oneof": "$1 in $2", "isin": "$1 in $2", "between": "$1 in $2..$3", "range": "$1..$2",
	"defined": "$1 != nil", "exists": "$1 != nil", "exist": "$1 != nil", "isdefined": "$1 != nil", "present": "$1 != nil", "ispresent": "$1 != nil", "notnull": "$1 != nil", "isnotnull": "$1 != nil", "isset": "$1 != nil",
	"isnull": "$1 == nil", "isnil": "$1 == nil", "isnone": "$1 == nil", "undefined": "$1 == nil", "isundefined": "$1 == nil", "absent": "$1 == nil", "missing": "$1 == nil", "null": "$1 == nil",
	"empty": "len($1) == 0", "isempty": "len($1) == 0", "notempty": "len($1) > 0", "isnotempty": "len($1) > 0",
	"default": "$1 ?? $2", "coalesce": "$1 ?? $2", "ifnull": "$1 ?? $2", "nvl": "$1 ?? $2", "orelse": "$1 ?? $2", "getordefault": "$1 ?? $2", "d": "$1 ?? $2",
	"if": "$1 ? $2 : $3", "iif": "$1 ? $2 : $3", "ternary": "$1 ? $2 : $3", "cond": "$1 ? $2 : $3", "not": "not ($1)", "and": "$1 and $2", "or": "$1 or $2",
	"tolower": "lower($1)", "lowercase": "lower($1)", "downcase": "lower($1)", "tolowercase": "lower($1)", "toupper": "upper($1)", "uppercase": "upper($1)", "upcase": "upper($1)", "touppercase": "upper($1)",
	"tostring": "string($1)", "str": "string($1)", "text": "string($1)", "parseint": "int($1)", "toint": "int($1)", "tointeger": "int($1)", "integer": "int($1)", "atoi": "int($1)",
	"parsefloat": "float($1)", "tofloat": "float($1)", "number": "float($1)", "tonumber": "float($1)", "decimal": "float($1)",
	"strip": "trim($1)", "substring": "$1[$2:$3]", "substr": "$1[$2:$3]", "slice": "$1[$2:$3]", "mid": "$1[$2:$3]", "charat": "$1[$2:$2+1]", "nth": "$1[$2]", "at": "$1[$2]", "get": "$1[$2]", "item": "$1[$2]",
	"parse": "fromJSON($1)", "jsonparse": "fromJSON($1)", "parsejson": "fromJSON($1)", "jsondecode": "fromJSON($1)", "fromjson": "fromJSON($1)",
	"stringify": "toJSON($1)", "json": "toJSON($1)", "tojson": "toJSON($1)", "jsonencode": "toJSON($1)", "typeof": "type($1)", "gettype": "type($1)",
	"some": "any($1, $2)", "anymatch": "any($1, $2)", "every": "all($1, $2)", "allmatch": "all($1, $2)", "nonematch": "none($1, $2)", "where": "filter($1, $2)", "select": "filter($1, $2)", "findfirst": "find($1, $2)", "collect": "map($1, $2)", "pluck": "map($1, .$2)",
	"unique": "uniq($1)", "distinct": "uniq($1)", "sorted": "sort($1)", "reversed": "reverse($1)", "head": "first($1)", "tail": "last($1)", "replaceall": "replace($1, $2, $3)", "index": "indexOf($1, $2)",
	"btoa": "toBase64($1)", "base64": "toBase64($1)", "base64encode": "toBase64($1)", "b64encode": "toBase64($1)", "atob": "fromBase64($1)", "base64decode": "fromBase64($1)", "b64decode": "fromBase64($1)",
	"parseduration": "duration($1)", "seconds": "duration($1)",
}

// waysOfLists are those that are said otherwise of a list.
var waysOfLists = map[string]string{"contains": "$2 in $1", "includes": "$2 in $1", "include": "$2 in $1", "has": "$2 in $1"}

// wayOf says how a function of another language, or a method of its first argument, is written here; or "".
func wayOf(name string, args []string, first Kind) string {
	way := ways[problem.Folded(name)]
	if list := waysOfLists[problem.Folded(name)]; first == KindList && list != "" {
		way = list
	}
	if slices.Contains(FunctionNames(), name) && (way == "" || len(args) > 1 && name != "len") {
		return name + "(" + strings.Join(args, ", ") + ")"
	}
	if way == "" {
		return ""
	}
	if len(args) == 1 && problem.Folded(name) == "has" {
		way = ways["exists"]
	}
	call := strings.HasSuffix(way, ")") && !strings.HasPrefix(way, "lower($1) ")
	fill := make([]string, 0, 6)
	for i := range 3 {
		arg := "…"
		if i < len(args) {
			arg = args[i]
		}
		if !call && len(scan(arg)) > 1 && operandAfter(scan(arg), 0) < len(scan(arg)) {
			arg = "(" + arg + ")"
		}
		fill = append(fill, fmt.Sprintf("$%d", i+1), arg)
	}
	if strings.Contains(way, ":$3") && len(args) < 3 {
		way = strings.Replace(way, ":$3", ":", 1)
	}
	return strings.NewReplacer(fill...).Replace(way)
}

// namespaces are what other languages put functions into.
var namespaces = []string{"JSON", "Math", "String", "Number", "Array", "Object", "Date", "_"}

// unknownFunction reports a function that there is none of, or a method: values have none. The name stands at at.
func (c *compiler) unknownFunction(at *Node, name string, base ast.Node, given []ast.Node) *Node {
	f := c.foreign()
	i := slices.IndexFunc(f.words, func(l lexeme) bool { return l.from == at.From || base != nil && l.from >= at.From && l.text == name })
	var args []string
	first := KindAny
	for k, a := range given {
		if typ := c.silently(a).Type; k == 0 {
			first = typ.Kind
		}
	}
	if i >= 0 {
		args, _ = f.argumentsAt(i + 1)
		if f.is(i-1, "|") {
			args = append([]string{f.part(operandBefore(f.words, i-2), i-1)}, args...)
		}
	}
	text := fmt.Sprintf("unknown function %q", name)
	if base != nil {
		text = "values have no methods"
		if id, ok := base.(*ast.IdentifierNode); !ok || !slices.Contains(namespaces, id.Value) || c.sc.Find(id.Value) != nil {
			if i >= 2 {
				args = append([]string{f.part(operandBefore(f.words, i-2), i-1)}, args...)
			}
			first = c.silently(base).Type.Kind
		}
	}
	if why, ok := absentFunctions[name]; ok && (base == nil || name == "now") {
		return c.refuse(at, "expr-function", "", "there is no function %s here: %s", name, why)
	}
	if len(args) == 3 && first == KindList && scan(args[1])[0].text == args[1] && slices.Contains([]string{"exists", "all", "filter", "map", "any", "find", "none"}, name) {
		// of CEL: list.exists(x, x.a)
		own := foreign{compiler: c, runes: []rune(args[2]), words: scan(args[2])}
		args = []string{args[0], own.unnamed(args[1], 0, len(own.words))}
		if name == "exists" {
			name = "any"
		}
		return c.refuse(at, "expr-function", fmt.Sprintf("write %s(%s)", name, strings.Join(args, ", ")), "%s", text)
	}
	if way := wayOf(name, args, first); way != "" {
		return c.refuse(at, "expr-function", "write "+way, "%s", text)
	}
	near := otherFunctions[strings.ToLower(name)]
	if near == "" {
		near = problem.Nearest(name, FunctionNames())
	}
	switch alike := alikeFunctions(name); {
	case near != "" && base != nil:
		return c.refuse(at, "expr-function", fmt.Sprintf("write %s(%s)", near, strings.Join(args, ", ")), "%s", text)
	case near != "":
		return c.refuse(at, "expr-function", "", "%s; did you mean %q?", text, near)
	case alike != nil:
		return c.refuse(at, "expr-function", functionsHint, "%s; the nearest are %s", text, problem.Listed(alike, "and"))
	}
	return c.refuse(at, "expr-function", functionsHint, "%s", text)
}

// functionsHint says where all functions are listed.
const functionsHint = "`callflow docs functions` lists what there is"

// alikeFunctions are those of which the name has a part, three at most.
func alikeFunctions(name string) (alike []string) {
	low := strings.ToLower(name)
	for _, known := range FunctionNames() {
		part := strings.ToLower(known)
		if len(part) >= 4 && strings.Contains(low, part) || len(low) >= 3 && strings.Contains(part, low) {
			alike = append(alike, known)
		}
	}
	return alike[:min(len(alike), 3)]
}

// silently compiles a part of what is refused anyway: names in it count as used.
func (c *compiler) silently(n ast.Node) *Node {
	report, failed := c.report, c.failed
	defer func() { c.report, c.failed = report, failed }()
	c.report = func(problem.Problem) {}
	return c.node(n)
}

// fieldOfList reports a field of a list: its elements may have it, or it is how other languages ask for its length.
func (c *compiler) fieldOfList(at, base *Node, name string) {
	elem, list := base.Type.Element(), c.what(base)
	switch way := wayOf(name, []string{list}, KindList); {
	case elem.loose() || elem.open() || elem.Field(name) != nil:
		c.problem(at.From, at.To, "expr-field", fmt.Sprintf("write any(%s, .%s …)", list, name), "%s is a list; its elements may have %q, the list has not", list, name)
	case way != "" && !strings.Contains(way, "…"):
		c.problem(at.From, at.To, "expr-field", "write "+way, "%s is a list; it has no fields", list)
	default:
		hint := ""
		if near := problem.Nearest(name, elem.fieldNames()); near != "" {
			hint = fmt.Sprintf("write any(%s, .%s …)", list, near)
		} else if inner := elem.pathTo(name); inner != "" {
			hint = fmt.Sprintf("write any(%s, .%s …)", list, inner)
		}
		c.problem(at.From, at.To, "expr-field", hint, "%s is a list; neither it nor its elements have a field %q", list, name)
	}
}

// textLiteral is a text in quotes. Nothing in it is evaluated, though other places take names out of ${{ }}.
func (c *compiler) textLiteral(at *Node, text string) *Node {
	m := nameInText.FindStringSubmatch(text)
	if m != nil && (m[1] != "" || c.sc.Find(m[2]) != nil) {
		name := m[1] + m[2]
		hint := "write " + name + ", without quotes"
		if m[0] != text {
			hint = "join texts with +, as \"call \" + string(" + name + ")"
		}
		return c.refuse(at, "expr-syntax", hint, "%s inside quotes is text, and is not evaluated", m[0])
	}
	return literal(at, String, text)
}

// nameInText is a name in a text, as other languages put one there.
var nameInText = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}|^(?:\{\{\s*|\$\{?|%|@)([A-Za-z_]\w*)(?:\s*\}\}|\}|%)?$`)
