package schema

// ProblemCode is a kind of problem, as the reference lists it.
type ProblemCode struct {
	Code string
	Doc  string
}

// ProblemCodes lists every code that Check reports.
var ProblemCodes = []ProblemCode{
	// The file.
	{"not-utf8", "The file is not UTF-8."},
	{"bad-character", "A control character, such as NUL, stands in the file."},
	{"empty-file", "The file is empty, or has only comments."},
	{"too-large", "The file has more than 1 MB, more than 10,000 values once its aliases are written out, or values nested deeper than 60; or there are more than 10,000 steps."},
	{"too-many", "There are more than 200 problems; the rest is not shown."},
	{"internal", "The checker itself failed. Please report it."},
	{"unreadable", "The file cannot be read: it is not there, it is a folder, or it may not be opened."},
	// YAML.
	{"yaml-syntax", "The file is not YAML. The hint names the usual traps: quotes that end too early, a colon inside a plain value, brackets and commas inside `{ }`, tabs."},
	{"several-documents", "A second document begins after `---`."},
	{"duplicate-key", "A mapping has a key twice."},
	{"bad-key", "A key is missing, or is no plain word."},
	{"merge-key", "`<<` is not part of YAML 1.2 and is not read."},
	{"yaml-tag", "A value begins with `!`. That is a YAML tag, not a negation: write `not x`, or quote the whole."},
	{"alias-loop", "An anchor contains an alias of itself."},
	{"bare-braces", "`{{ x }}` is a YAML mapping, or plain text. Write `${{ x }}`."},
	{"cut-by-comment", "A value is cut at ` #`, where YAML begins a comment. Quote the whole value."},
	// Keys and values.
	{"unknown-key", "The key means nothing here."},
	{"kept-key", "The key is kept for later."},
	{"missing-key", "A key that must be there is not."},
	{"needs-key", "The key means nothing without another one."},
	{"wrong-kind", "A mapping, a list or a single value stands where another of the three is wanted."},
	{"empty-value", "A key has no value."},
	{"bad-value", "The value cannot be used: not a number, not true or false, out of range."},
	{"bad-duration", "Durations are written with their unit: `500ms`, `15s`, `1m30s`. They are not negative."},
	{"bad-format", "A telephone number in E.164 form, a GUID or an absolute URI is wanted."},
	{"unknown-value", "The word is none of those that can stand here."},
	{"value-type", "A `${{ x }}` yields another type than the field takes. A value that is one whole `${{ x }}` keeps its type."},
	{"plain-name", "A field that takes an id holds a known name as plain text: write `${{ name }}`. Or it holds the name of a person of `simulate.people`: write their id."},
	{"not-literal", "The value must be known before the run, so no `${{ }}` can stand in it."},
	{"unclosed-expression", "No `}}` closes a `${{`."},
	{"wrapped-expression", "The field is an expression already: write it bare, without `${{ }}`."},
	// Names.
	{"bad-name", "A name that expressions cannot spell, or that has a meaning already."},
	{"duplicate-name", "A var, secret or captured name is there twice. A name keeps its value; also in branches that run side by side."},
	{"duplicate-id", "Two steps have the same id."},
	{"unknown-step", "No earlier step has that id; or a fault of `simulate` is for a step that is not there."},
	// Steps.
	{"no-verb", "A step has no verb."},
	{"unknown-verb", "There is no such verb."},
	{"several-verbs", "A step has more than one verb."},
	{"unknown-goal", "`until` names no goal of the verb."},
	{"bad-params", "What a verb is given does not go together, or is more or other than the service takes: six targets, two kinds of identity in one, a meeting and a target."},
	{"bad-scene", "What `simulate` says does not go together: reactions that exclude each other, an action with two deeds, a fault that does nothing."},
	{"no-goals", "`until` stands beside a verb that has no goals."},
	{"no-retry", "`retry` stands beside a verb that sends no request."},
	{"matrix", "The matrix has no rows, too many, or twice the same; an axis has no values; an exclude agrees with no row. Or the file with the rows cannot be read, a column has no name of its own, or a row has other cells than the first."},
	{"wrong-id", "A parameter wants a call and is given an operation's id, or the other way round."},
	// Includes.
	{"include-file", "The file cannot be read, or lies outside of the folder that scenarios are read from."},
	{"include-loop", "Files include each other in a circle, or too deep."},
	{"include-frame", "A key that counts only for a scenario, in a file that is included."},
	{"unknown-input", "`with` gives a value for a var that the file does not have."},
	{"missing-input", "The file has a var without a value, and `with` gives none."},
	// Expressions.
	{"expr-syntax", "The expression cannot be read, or says something that the language leaves out."},
	{"expr-name", "The expression uses a name that is not known here. The text says where it is, if it is elsewhere."},
	{"expr-field", "An object has no such field."},
	{"expr-type", "The types do not go together: a number compared with a string, a test that is no boolean."},
	{"expr-enum", "The value is compared with a word that it never is."},
	{"expr-function", "There is no such function, or it takes other arguments."},
	{"expr-guard", "The name may be absent here. Use it under the same `if`, test it, or write `name ?? …`."},
	{"expr-size", "The expression is too long or too deep: 4 KB, predicates nested at most twice."},
	// Awaits.
	{"await-stale", "The await could claim an event from before a step that acted on the same call. Write `from: <id of that step>`, or pin the event: the operation's id."},
	{"hangup-in-transfer", "A warning: the step hangs up a call whose transfer was only accepted and may be under way. It would cut off whoever is being transferred."},
	{"await-unsatisfiable", "No event can ever match."},
}
