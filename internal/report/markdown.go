package report

import (
	"fmt"
	"io"
	"os"
	"strings"

	"callflow/steps"
)

// markdown writes a summary for people: the counts, a table of the runs that went wrong with why, each explained with its
// ladder folded away, the flaky ones, the table of the others, and those step by step when asked for. It is made for
// $GITHUB_STEP_SUMMARY, which shows nothing at all of more than 1 MiB, so each part has a bound, and what is left out is
// counted.
type markdown struct {
	w io.Writer
	Options
	tally
	links                    func(file string, line int) string
	wrong, told, fine, shown part
	drawn                    int
}

// The bounds of the parts, in bytes: together less than 1 MiB.
const (
	mostWrong = 150_000
	mostTold  = 600_000
	mostFine  = 75_000
	mostShown = 75_000 // passed runs, step by step
	mostOne   = 60_000 // of one explanation or ladder
)

// mostDrawn is how many runs are drawn: a browser has to.
const mostDrawn = 10

func newMarkdown(w io.Writer, o Options) Report {
	return &markdown{w: w, Options: o, links: blobLinks(os.Getenv), wrong: part{most: mostWrong}, told: part{most: mostTold},
		fine: part{most: mostFine}, shown: part{most: mostShown}}
}

// part is a list of texts up to a bound.
type part struct {
	most int
	text strings.Builder
	left int // texts for which there was no room
}

// add takes a text whole, or not at all; after one that was left out it takes no other, so that the rest is the end.
func (p *part) add(text string) {
	if p.left > 0 || p.text.Len()+len(text) > p.most {
		p.left++
		return
	}
	p.text.WriteString(text)
}

func (m *markdown) Add(r *Run) error {
	m.add(r)
	if !r.Failed() {
		m.fine.add(m.row(r))
		if m.Ladders && r.Status() == steps.Passed {
			m.show(r)
		}
		return nil
	}
	m.wrong.add(m.row(r))
	if m.told.left > 0 { // it would not be taken, and is much work
		m.told.left++
		return nil
	}
	open := ""
	if m.told.text.Len() == 0 {
		open = " open"
	}
	in := brief(r.Why(), 300)
	if f := r.Failure(); f != nil && r.stepOf(f) != nil {
		in = "in " + stepWords(r.stepOf(f).Key, &r.stepOf(f).Start) // why is told above and below
	}
	one := fmt.Sprintf("<details%s><summary>%s <b>%s</b>: %s</summary>\n\n%s", open, badge(r.Status()), escapeMD(r.title()),
		escapeMD(in), fence("text", text(r.Explain(plainStyle), mostOne)))
	if hasTraffic(r.Records) {
		one += "\n<details><summary>What happened</summary>\n\n" + fence("text", text(Ladder(r.Records, plainStyle), mostOne)) + "\n</details>\n"
	}
	one += m.diagram(r)
	if r.Start.File != "" {
		one += "\nSee it again:\n\n" + fence("sh", clean(r.Command()))
	}
	one += "\n<sub>" + escapeMD(r.which()) + "</sub>\n\n</details>\n\n"
	m.told.add(one)
	return nil
}

// show tells a run that passed, step by step.
func (m *markdown) show(r *Run) {
	if m.shown.left > 0 { // as in Add
		m.shown.left++
		return
	}
	m.shown.add(fmt.Sprintf("<details><summary>%s <b>%s</b>, step by step</summary>\n\n%s%s\n</details>\n\n", badge(r.Status()),
		escapeMD(r.title()), fence("text", text(r.Transcript(plainStyle), mostOne)), m.diagram(r)))
}

// diagram is a run's ladder for GitHub to draw, folded away; "" of one without traffic, and after the first few.
func (m *markdown) diagram(r *Run) string {
	if m.drawn >= mostDrawn || !hasTraffic(r.Records) {
		return ""
	}
	m.drawn++
	return "\n<details><summary>The same as a diagram</summary>\n\n" + fence("mermaid", strings.TrimRight(Mermaid(r.Records), "\n")) + "\n</details>\n"
}

// row is a run in one of the tables.
func (m *markdown) row(r *Run) string {
	file, line, _ := r.place()
	what := escapeMD(brief(r.Why(), 500))
	if n := r.Retried(); n > 0 && r.End.Status == steps.Passed {
		what = "after " + times(n)
	}
	return fmt.Sprintf("| %s %s | %s | %s | %s | %s |\n", badge(r.Status()), statusWord(r.Status()), escapeMD(r.title()), duration(r.Took()), m.links(file, line), what)
}

// times is "1 retry" or "2 retries".
func times(n int) string {
	if n == 1 {
		return "1 retry"
	}
	return fmt.Sprintf("%d retries", n)
}

func (m *markdown) Close(total Total) error {
	var b strings.Builder
	mark := badge(steps.Passed)
	if m.tally.wrong() > 0 || total.NotRun > 0 {
		mark = badge(steps.Failed)
	}
	took := ""
	if total.Wall > 0 {
		took = " in " + duration(total.Wall)
	}
	fmt.Fprintf(&b, "## %s callflow: %s%s\n\n", mark, m.words(total), took)
	const head = "| | Scenario | Time | Where | |\n|---|---|--:|---|---|\n"
	if m.tally.wrong() > 0 {
		b.WriteString(head + m.wrong.text.String() + m.wrong.more("run") + "\n" + m.told.text.String())
		if more := m.told.more("explanation"); more != "" {
			b.WriteString(more + "\n")
		}
	}
	if flaky := m.flaky(); len(flaky) > 0 {
		b.WriteString("### Flaky\n\n")
		list := part{most: mostWrong / 2}
		for _, g := range flaky {
			list.add(fmt.Sprintf("- ⚠️ %s: %s\n", escapeMD(g.name), escapeMD(g.text())))
		}
		b.WriteString(list.text.String() + list.more("scenario") + "\n")
	}
	if fine := m.fine.text.String(); fine != "" {
		if m.tally.wrong() > 0 || m.runs > 20 {
			fmt.Fprintf(&b, "<details><summary>%s passed or skipped</summary>\n\n%s%s%s\n</details>\n", plural(m.runs-m.tally.wrong(), "run"), head, fine, m.fine.more("run"))
		} else {
			b.WriteString(head + fine)
		}
	}
	if m.shown.text.Len() > 0 || m.shown.left > 0 {
		b.WriteString("\n" + m.shown.text.String() + m.shown.more("passed run"))
	}
	_, err := io.WriteString(m.w, b.String())
	return err
}

// more says what was left out.
func (p *part) more(noun string) string {
	if p.left == 0 {
		return ""
	}
	return "\n*" + plural(p.left, "more "+noun) + " left out: this page would be too long. The other reports have all.*\n"
}

func badge(status string) string {
	switch status {
	case steps.Passed:
		return "✅"
	case steps.Skipped:
		return "⏭️"
	case steps.Failed:
		return "❌"
	}
	return "⚠️"
}

// blobLinks links a place to its line on GitHub, where a job of GitHub Actions says which commit is tested.
func blobLinks(env func(string) string) func(file string, line int) string {
	server, repository, sha := env("GITHUB_SERVER_URL"), env("GITHUB_REPOSITORY"), env("GITHUB_SHA")
	return func(file string, line int) string {
		name, anchor := file, ""
		if line > 0 {
			name, anchor = fmt.Sprintf("%s:%d", file, line), fmt.Sprintf("#L%d", line)
		}
		if server == "" || repository == "" || sha == "" {
			return escapeMD(name)
		}
		return fmt.Sprintf("<a href=\"%s/%s/blob/%s/%s%s\">%s</a>", server, repository, sha, escapePath(inWorkspace(file, env)), anchor, escapeMD(name))
	}
}

// fence is text as it is, whatever is in it.
func fence(language, text string) string {
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	return ticks + language + "\n" + text + "\n" + ticks + "\n"
}

// escapeMD is text from outside in one line of Markdown, or of HTML in it: nothing in it makes markup, a link, a mention or
// the end of a table's cell.
func escapeMD(text string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(clean(text), "www.", "www&") {
		switch {
		case strings.ContainsRune("\\`*_{}[]()<>#+!|~@:$^=\"'&", r):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
