package cli

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callflow/docs"
	"callflow/internal/report"
	"callflow/schema"
	"callflow/schema/problem"
	"callflow/steps"
)

func newDocs(io streams) *cobra.Command {
	var noColor bool
	cmd := &cobra.Command{
		Use:   "docs [TOPIC…]",
		Short: "Show the language's reference: a verb, a key, a function, expressions",
		Long: `docs prints what the reference says of a verb (invite), a key of a scenario or a step (matrix, retry), a function of
expressions (find), an object (identitySet), or a subject (expressions). Without a TOPIC it lists them. start is the page to
begin with.`,
		Example: `  callflow docs
  callflow docs start
  callflow docs invite
  callflow docs expressions | less`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return completeTopics(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		},
		RunE: func(_ *cobra.Command, args []string) error {
			style, voc := report.StyleFor(io.out, os.Getenv, noColor), steps.Vocabulary()
			if len(args) == 0 {
				listTopics(io, style, voc)
				return nil
			}
			var pages []string
			if _, ok := findSaying(strings.Join(args, " ")); ok && len(args) > 1 {
				args = []string{strings.Join(args, " ")}
			}
			for _, topic := range args {
				page, err := findTopic(voc, topic)
				if err != nil {
					return err
				}
				pages = append(pages, page)
			}
			report.Manual(io.out, style, strings.Join(pages, "\n"))
			return nil
		},
	}
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours")
	return cmd
}

// firstTopic is the one page that is no part of the reference.
var firstTopic = struct{ name, about string }{"start", "five minutes: from nothing to a scenario of your own, a failure, your editor and CI"}

// configTopics are the names under which the reference of callflow.yaml is looked for.
var configTopics = []string{"callflow.yaml", "config", "target", "targets"}

// findTopic is a page of the reference, whatever the case of its name, also for names as what other APIs call it.
func findTopic(voc *schema.Vocabulary, topic string) (string, error) {
	if strings.EqualFold(topic, firstTopic.name) {
		return docs.Start, nil
	}
	if page, ok := voc.Page(topic); ok {
		if s, ok := findSaying(topic); ok && !slices.Contains(strings.Split(s.pages, ", "), topic) {
			page += "\n" + s.page(topic, voc) // as cleanup, which is a key, and which people seek for finally
		}
		return page, nil
	}
	if slices.Contains(configTopics, strings.ToLower(topic)) {
		return configPage(), nil
	}
	if page, ok := otherTopics[topic]; ok {
		if named, ok := voc.Page(page.of); ok {
			return page.text + "\n\n" + named, nil
		}
		return page.text + "\n", nil
	}
	names := append(append(voc.Names(), firstTopic.name), configTopics...)
	for _, name := range names {
		if strings.EqualFold(name, topic) {
			page, _ := voc.Page(name)
			return page, nil
		}
	}
	if s, ok := findSaying(topic); ok {
		return s.page(topic, voc), nil
	}
	text := fmt.Sprintf("there is no page about %q", topic)
	if near := problem.Nearest(topic, append(names, sayingWords()...)); near != "" {
		return "", &inputError{fmt.Sprintf("%s; did you mean %s?", text, near)}
	}
	return "", &inputError{text + "; `callflow docs` lists what there is, and `callflow explain` knows codes of calls"}
}

type otherTopic struct{ text, of string }

var throttled = otherTopic{"A throttled request is answered with 429. `retry` on the step sends it again, as Retry-After says; `callflow explain 429` " +
	"has the limits. A fault in `simulate` lets the simulator throttle.", "retry"}

// otherTopics are words that people look for and that have no page of their own: what they are, and the page to read.
var otherTopics = map[string]otherTopic{
	"calls": {"`calls[id]` is what the run has learnt of a call so far, `calls[leg].ended` for instance. `calls` has all of them by their ids. " +
		"What is in a call stands below under `calls[id]`.", "expressions"},
	"calls[id]": {"`calls[id]` is what the run has learnt of a call so far, `calls[leg].ended` for instance. What is in it stands below.", "expressions"},
	"matched":   {"`matched` is an output of `await` with `any`: the name of the part that came. `capture: {which: matched}` gives it a name.", "await"},
	"nil":       {"`nil` is an absent value: `x == nil` asks whether x is absent. See absent values below.", "expressions"},
	"??":        {"`x ?? y` is x, or y where x is absent. See absent values below.", "expressions"},
	"chaos": {"Chaos is no word of a scenario but a flag: `callflow run --chaos all` has the simulator's notifications come late, twice, " +
		"in another order and before the response. `callflow run --help` says more.", ""},
	"429": throttled, "throttling": throttled,
	"branch":       {"A branch is `if` on each of its steps, and `if` with the opposite on the steps of the other branch; there is no else. Several steps can stand in a file of their own, with `if` on the `include`.", "if"},
	"negative":     {"That something must not happen is said by `expectNone` for a while, and by `never` for as long as the steps take.", "expectNone"},
	"consultative": {"A consultative transfer first has a call with the target, which `replacesCallId` then names.", "transfer"},
	"csv":          {"The rows of a `matrix` can stand in a CSV file.", "matrix"},
	"secret":       {"Secrets are named under `secrets` and come from the environment; nothing prints them.", "secrets"},
	"outcome":      {"`steps.ID.outcome` is how an action ended: one of its goals, or what came instead. `until` says which of them the step is to reach.", "until"},
	"replacesCallId": {"`replacesCallId` names the call that is replaced: on the target of a `transfer` it makes the transfer consultative, on a participant of " +
		"`invite` it moves them here (`callflow docs invite`).", "transfer"},
}

func otherTopicNames() []string { return slices.Sorted(maps.Keys(otherTopics)) }

func listTopics(io streams, style report.Style, voc *schema.Vocabulary) {
	all := []report.Titled{{Title: "New here", Rows: [][2]string{{firstTopic.name, firstTopic.about}, {configTopics[0], "what a project shares, and where its scenarios can run: targets"}}}}
	for _, c := range voc.Contents() {
		all = append(all, report.Titled{Title: c.Title, Rows: c.Rows})
	}
	others := report.Titled{Title: "Words without a page of their own"}
	for _, name := range otherTopicNames() {
		others.Rows = append(others.Rows, [2]string{name, "see " + cmp.Or(otherTopics[name].of, "callflow run --help")})
	}
	report.Columns(io.out, style, append(all, others))
	fmt.Fprintln(io.out, "\nread on: callflow docs TOPIC; it knows functions and objects too (callflow docs functions)")
}

// completeTopics lists the topics for a shell, each with what it is.
func completeTopics() []string {
	voc := steps.Vocabulary()
	out := []string{cobra.CompletionWithDesc(firstTopic.name, firstTopic.about), cobra.CompletionWithDesc(configTopics[0], "what a project shares, and its targets")}
	told := map[string]bool{}
	for _, c := range voc.Contents() {
		for _, r := range c.Rows {
			if !told[r[0]] {
				told[r[0]] = true
				out = append(out, cobra.CompletionWithDesc(r[0], r[1]))
			}
		}
	}
	for _, name := range append(voc.Names(), otherTopicNames()...) {
		if !told[name] {
			told[name] = true
			out = append(out, name)
		}
	}
	return out
}
