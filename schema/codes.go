package schema

// ProblemCode is a kind of problem, as the reference lists it. Its page, with a bad and a good example, is in problems/.
type ProblemCode struct {
	Code     string
	Severity Severity
	Doc      string // Markdown: what it means
}

// Severities says how a problem of that code counts: "error", "warning", or "warning or error" where it is an error as soon
// as nothing is in doubt.
func (c ProblemCode) Severities() string {
	switch c.Code {
	case "call-ended", "call-unanswered", "call-not-incoming", "transfer-in-meeting", "legs-confused",
		"never-holds", "timeout-too-short", "bad-scene":
		return "warning or error"
	}
	return string(c.Severity)
}

// ProblemCodes lists every code that Check reports, and those of reading files.
var ProblemCodes = []ProblemCode{
	// The file.
	{"not-utf8", SeverityError, "The file is not UTF-8."},
	{"bad-character", SeverityError, "A control character, such as NUL, stands in the file; or a key has a character that only looks like a space, a quote or a colon."},
	{"empty-file", SeverityError, "The file is empty, or has only comments."},
	{"too-large", SeverityError, "The file has more than 1 MB, more than 10,000 values once its aliases are written out, or values nested deeper than 60; or there are more than 10,000 steps."},
	{"too-many", SeverityError, "There are more than 200 problems; the rest is not shown."},
	{"internal", SeverityError, "The checker itself failed. Please report it."},
	{"unreadable", SeverityError, "The file cannot be read: it is not there, it is a folder, or it may not be opened."},
	{"bad-code", SeverityError, "In a file of your own codes: the key is no code."},
	{"duplicate-code", SeverityError, "In a file of your own codes: a code is there twice."},
	{"unused-ignore", SeverityWarning, "A comment `# callflow: ignore CODE` names no code, one that cannot be silenced, or one of which its line has no warning."},
	// YAML.
	{"yaml-syntax", SeverityError, "The file is not YAML. The hint names the usual traps: quotes that end too early, a colon inside a plain value, brackets and commas inside `{ }`, tabs."},
	{"several-documents", SeverityError, "A second document begins after `---`."},
	{"duplicate-key", SeverityError, "A mapping has a key twice."},
	{"bad-key", SeverityError, "A key is missing, or is no plain word."},
	{"merge-key", SeverityError, "`<<` is not part of YAML 1.2 and is not read."},
	{"yaml-tag", SeverityError, "A value begins with `!`. That is a YAML tag, not a negation: write `not x`, or quote the whole."},
	{"alias-loop", SeverityError, "An anchor contains an alias of itself."},
	{"bare-braces", SeverityError, "`{{ x }}` is a YAML mapping, or plain text. Write `${{ x }}`."},
	{"cut-by-comment", SeverityError, "A value is cut at ` #`, where YAML begins a comment. Quote the whole value."},
	// Keys and values.
	{"unknown-key", SeverityError, "The key means nothing here."},
	{"kept-key", SeverityError, "The key is kept for later."},
	{"missing-key", SeverityError, "A key that must be there is not."},
	{"needs-key", SeverityError, "The key means nothing without another one."},
	{"wrong-kind", SeverityError, "A mapping, a list or a single value stands where another of the three is wanted."},
	{"empty-value", SeverityError, "A key has no value."},
	{"bad-value", SeverityError, "The value cannot be used: not a number, not true or false, out of range."},
	{"bad-duration", SeverityError, "Durations are written with their unit: `500ms`, `15s`, `1m30s`. They are not negative."},
	{"bad-format", SeverityError, "A telephone number in E.164 form, a GUID or an absolute URI is wanted."},
	{"unknown-value", SeverityError, "The word is none of those that can stand here."},
	{"value-type", SeverityError, "A `${{ x }}` yields another type than the field takes. A value that is one whole `${{ x }}` keeps its type."},
	{"plain-name", SeverityError, "A field that takes an id holds a known name as plain text: write `${{ name }}`. Or it holds the name of a person of `simulate.people`: write their id."},
	{"not-literal", SeverityError, "The value must be known before the run, so no `${{ }}` can stand in it."},
	{"unclosed-expression", SeverityError, "No `}}` closes a `${{`."},
	{"wrapped-expression", SeverityError, "The field is an expression already: write it bare, without `${{ }}`."},
	// Names.
	{"bad-name", SeverityError, "A name that expressions cannot spell, or that has a meaning already."},
	{"duplicate-name", SeverityError, "A var, secret or captured name is there twice. A name keeps its value; also in branches that run side by side."},
	{"duplicate-id", SeverityError, "Two steps have the same id."},
	{"unknown-step", SeverityError, "No earlier step has that id; or a fault of `simulate` is for a step that is not there."},
	// Steps.
	{"no-verb", SeverityError, "A step has no verb."},
	{"unknown-verb", SeverityError, "There is no such verb."},
	{"several-verbs", SeverityError, "A step has more than one verb."},
	{"unknown-goal", SeverityError, "`until` names no goal of the verb."},
	{"bad-params", SeverityError, "What a verb is given does not go together, or is more or other than the service takes: six targets, two kinds of identity in one, a meeting and a target."},
	{"bad-scene", SeverityError, "What `simulate` says does not go together: reactions that exclude each other, an action with two deeds, a fault that does nothing. A warning: a fault for a request that no step sends."},
	{"no-goals", SeverityError, "`until` stands beside a verb that has no goals."},
	{"no-retry", SeverityError, "`retry` stands beside a verb that sends no request."},
	{"matrix", SeverityError, "The matrix has no rows, too many, or twice the same; an axis has no values; an exclude agrees with no row. Or the file with the rows cannot be read, a column has no name of its own, or a row has other cells than the first."},
	{"wrong-id", SeverityError, "A call's id is wanted, and an operation's or a person's is given; or the other way round."},
	// Includes.
	{"include-file", SeverityError, "The file cannot be read, or lies outside of the folder that scenarios are read from."},
	{"include-loop", SeverityError, "Files include each other in a circle, or too deep."},
	{"include-frame", SeverityError, "An included file has `matrix` or `never`, which only a scenario has."},
	{"include-idle", SeverityWarning, "An included file has `timeout`, `leak` or `simulate`: they count only when the file is run itself."},
	{"unknown-input", SeverityError, "`with` gives a value for a var that the file does not have."},
	{"missing-input", SeverityError, "The file has a var without a value, and `with` gives none."},
	// Expressions.
	{"expr-syntax", SeverityError, "The expression cannot be read, or says something that the language leaves out."},
	{"expr-name", SeverityError, "The expression uses a name that is not known here. The text says where it is, if it is elsewhere."},
	{"expr-field", SeverityError, "An object has no such field."},
	{"expr-type", SeverityError, "The types do not go together: a number compared with a string, a test that is no boolean."},
	{"expr-enum", SeverityError, "The value is compared with a word that it never is."},
	{"expr-function", SeverityError, "There is no such function, or it takes other arguments."},
	{"expr-guard", SeverityError, "The name may be absent here. Use it under an `if` that says that it is there, or write `name ?? …`."},
	{"expr-size", SeverityError, "The expression is too long or too deep: 4 KB, predicates nested at most twice."},
	// Awaits.
	{"await-stale", SeverityError, "The await could claim an event from before a step that acted on the same call. Write `from: <id of that step>`, or pin the event: the operation's id."},
	{"hangup-in-transfer", SeverityWarning, "The step hangs up a call whose transfer was only accepted and may be under way. It would cut off whoever is being transferred."},
	{"call-ended", SeverityWarning, "The step acts on a call that an earlier step of the same branch has ended: hung up, turned away, transferred, replaced, or waited for its end."},
	{"legs-confused", SeverityWarning, "A transfer or an invite has its two legs mixed up: `call` and `replacesCallId` are the same, or exchanged."},
	{"leg-party", SeverityWarning, "A transfer or an invite names somebody who is not on the leg that it replaces; who is on the leg already; or who is on another leg of the bot's, which it does not replace."},
	{"call-unanswered", SeverityWarning, "The step wants an established call, and nothing has answered the incoming one."},
	{"call-not-incoming", SeverityWarning, "The step answers, rejects or redirects a call that is not incoming: the bot places it itself, or it was answered."},
	{"transfer-in-meeting", SeverityWarning, "The step transfers a call that an earlier step has made a meeting: an invite, several targets, or a meeting that was joined. The service refuses that."},
	{"outcome-unseen", SeverityWarning, "The step goes on before its outcome (`until: accepted`), and nothing later looks at it."},
	{"await-other-call", SeverityWarning, "Several calls are up, and the await does not say which one it is about: an event of another call could match."},
	{"nobody-dials", SeverityWarning, "The scenario says what people do in its simulated world, and awaits a call from one of them; nobody there calls the bot."},
	{"await-unsatisfiable", SeverityError, "No event can ever match."},
	// Habits.
	{"sleep-not-await", SeverityWarning, "A `sleep` waits for the outcome of a step before another that builds on it. An await is over as soon as the outcome comes, and fails when it does not."},
	{"timeout-too-short", SeverityWarning, "The steps may take longer than the scenario's `timeout`, by the times that the file gives them. Or a step has less time than its verb always takes; that is an error."},
	{"unreachable", SeverityWarning, "The step never runs: its `forEach` has no items, its `if` is false whatever comes, or against one around it, or a step before it always fails, or never has that outcome."},
	{"never-holds", SeverityWarning, "The step expects an outcome that `until` excludes. Or a condition of `never` is about no notification, or true in every run."},
	{"unused-name", SeverityWarning, "Nothing uses the var, secret or captured name."},
	{"plain-secret", SeverityWarning, "A var holds what looks like a secret, or what a secret holds too. Vars are printed; secrets are shown as `***`."},
	{"literal-secret", SeverityWarning, "The value of a secret stands in the file."},
	{"unknown-person", SeverityWarning, "A request is for somebody, or an await about somebody, whose id nobody in `simulate.people` has. In a simulated world that names people there is nobody else."},
	{"identity-kind", SeverityWarning, "A step names somebody as another kind of identity than they are, or as one that the verb cannot reach."},
}

var problemCodes = func() map[string]ProblemCode {
	m := make(map[string]ProblemCode, len(ProblemCodes))
	for _, c := range ProblemCodes {
		m[c.Code] = c
	}
	return m
}()

// FindProblemCode looks a code up.
func FindProblemCode(code string) (c ProblemCode, ok bool) {
	c, ok = problemCodes[code]
	return c, ok
}

// severityOf is the severity of a code; what is not in the table forbids a run.
func severityOf(code string) Severity {
	if c, ok := problemCodes[code]; ok {
		return c.Severity
	}
	return SeverityError
}
