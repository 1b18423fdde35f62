package report

import (
	"fmt"
	"strings"

	"callflow/internal/graph"
)

// CodesPage is docs/codes.md: the dictionary as Markdown.
func CodesPage(d *graph.Dictionary) string {
	var b strings.Builder
	b.WriteString(codesIntro)
	entries := d.All()
	for _, part := range []struct {
		title, text string
		holds       func(e *graph.Entry) bool
	}{
		{"Pairs: how calls and operations end", "Code and subcode of `resultInfo`, and `A#B` of a DiagCode.",
			func(e *graph.Entry) bool { _, _, ok := e.Pair(); return ok }},
		{"Numbers of error responses", "`error.code` of a response, also where it is written as JSON inside the message of an `UnknownError`.",
			func(e *graph.Entry) bool { return !strings.Contains(e.Code, "/") && e.Code[0] <= '9' }},
		{"Words", "`error.code` of a response, `terminationReason`, messages, `completionReason`, and the client library's own.",
			func(e *graph.Entry) bool { return e.Code[0] > '9' }},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| Code | Known | Meaning | Likely, and what to check | Met in | Source |\n|---|---|---|---|---|---|\n", part.title, part.text)
		for i := range entries {
			if part.holds(&entries[i]) {
				b.WriteString(codeRow(&entries[i]))
			}
		}
	}
	return b.String()
}

const codesIntro = `# Codes

What ` + "`callflow explain`" + ` and failures say of codes. Made from ` + "`internal/graph/codes.yaml`" + ` by ` + "`make generate`" + `.

| Known | |
|---|---|
| documented | on a page of Microsoft's |
| seen | in traffic that people reported, in the thread that is named; the meaning is theirs, not Microsoft's |
| related | documented for Azure Communication Services, a sister product on the same calling service; Graph's pages do not list it |
| yours | in your own file |

Only a pair has a meaning: 200/7000 is a bot that hung up, 500/7000 a transfer that failed. What A#B in "DiagCode: A#B" is,
no page says; reports agree on code and subcode of the deeper layer that failed.

A pair that is not here says what its numbers say, and no more: the class of the code, SIP's word for it, and, for subcodes
540xxx (incoming) and 560xxx (outgoing), the answer of the telephone network in the last three digits.

## Codes of your own

A file in the same form adds codes, or overrides what is here: whole entries, not parts of them. Name it as ` + "`codes:`" + ` in
callflow.yaml, or with ` + "`--codes FILE`" + `. What comes from it is shown as *yours*.

` + "```yaml" + `
412#4711:                          # or 412/4711: the same
  meaning: our trunk in Lyon is down
  causes: [maintenance, most nights]
  next: ["ring the carrier: +33123456789"]
  in: [createCall, invite]
7505:
  meaning: the token is of the wrong tenant; ask Jane for the right one
  source: [runbook 12]
` + "```" + `
`

// codeRow is a row of the table.
func codeRow(e *graph.Entry) string {
	var checks []string
	for _, text := range e.Causes {
		checks = append(checks, "*"+cell(text)+"*")
	}
	for _, text := range e.Next {
		checks = append(checks, cell(text))
	}
	meaning := cell(e.Meaning)
	if e.Simulator != "" {
		meaning += "<br>simulator: " + cell(e.Simulator)
	}
	known := e.Status
	if e.HTTP != 0 {
		known += fmt.Sprintf(", HTTP %d", e.HTTP)
	}
	var sources []string
	for _, text := range e.Source {
		sources = append(sources, sourceLink(text))
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s |\n", e.Code, known, meaning, strings.Join(checks, "<br>"),
		cell(strings.Join(e.In, ", ")), strings.Join(sources, "<br>"))
}

// cell is text in a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "*", `\*`).Replace(text)
}

// sourceLink links a thread and a page.
func sourceLink(text string) string {
	repo, number, ok := strings.Cut(text, "#")
	switch {
	case ok && !strings.Contains(repo, " "):
		_, name, _ := strings.Cut(repo, "/")
		return fmt.Sprintf("[%s#%s](https://github.com/%s/issues/%s)", name, number, repo, number)
	case strings.HasPrefix(text, "learn.microsoft.com/") && !strings.Contains(text, " "):
		return fmt.Sprintf("[%s](https://%s)", strings.TrimPrefix(text, "learn.microsoft.com/"), text)
	}
	return cell(text)
}
