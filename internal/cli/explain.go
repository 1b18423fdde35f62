package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/graph"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/schema"
	"callflow/schema/problem"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	codes, config              string
	configGiven                bool
	list, all, asJSON, noColor bool
}

func newExplain(io streams) *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain [CODE…]",
		Short: "Say what a code of the calling service or of a problem in a file means, and what to do",
		Long: `explain looks codes up, offline: a pair of resultInfo (500/7117), the number or the word of an error response (7505,
InvalidAuthenticationToken), a DiagCode (412#10073), a reason (AppTransferred). It takes a whole message, log or JSON body too,
also from standard input (-), and explains every code in it.

The code of a problem that validate found (await-stale) is explained with a bad and a good example.

Each entry says where it is known from. documented: Graph's pages. seen: reports of people, with the thread. related: the
pages of Azure Communication Services, a sister product. yours: your own file, named by --codes or by codes in callflow.yaml.
Nobody guesses: what is unknown is said to be.

Exit codes: 0 every code is known, 1 one is not, 2 there is no code in the text, or a file or flag is wrong.`,
		Example: `  callflow explain 500/7117
  callflow explain 7505 AppTransferred
  callflow explain 'addParticipants failed. DiagCode: 412#10073.@'
  callflow explain - < response.json
  callflow explain await-stale
  callflow explain --list`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return f.complete(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.configGiven = cmd.Flags().Changed("config")
			return f.run(args, io)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.BoolVar(&f.list, "list", false, "list every code, one line each")
	fl.BoolVar(&f.all, "all", false, "explain every code")
	fl.BoolVar(&f.asJSON, "json", false, "print JSON")
	fl.StringVar(&f.codes, "codes", "", "a `FILE` of your own codes, which adds to these or overrides them")
	fl.StringVar(&f.config, "config", project.ConfigName, "the `FILE` whose codes names it otherwise")
	fl.BoolVar(&f.noColor, "no-color", false, "no colours")
	return cmd
}

// complete lists the codes for a shell, each with its meaning.
func (f *explainFlags) complete() []string {
	codes, err := dictionary(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, true, f.codes, f.config, false)
	if err != nil || codes == nil {
		codes = graph.Codes()
	}
	var out []string
	for _, e := range codes.All() {
		out = append(out, cobra.CompletionWithDesc(e.Code, e.Meaning))
	}
	for _, c := range schema.ProblemCodes {
		out = append(out, cobra.CompletionWithDesc(c.Code, c.Doc))
	}
	return out
}

// unknownCodeError says that a code was asked for that is not in the dictionary; the output has told so already.
type unknownCodeError struct{}

func (unknownCodeError) Error() string { return "" }

func (f *explainFlags) run(args []string, io streams) error {
	if (f.list || f.all) && len(args) > 0 {
		return &inputError{fmt.Sprintf("--list and --all are about every code, and %q was asked for besides", args[0])}
	}
	if !f.list && !f.all && len(args) == 0 {
		return &usageError{text: "explain what? Name a code, paste a message, or give --list", command: "callflow explain"}
	}
	if pages, ok := problemsAsked(args); ok {
		return f.problems(pages, io)
	}
	codes, err := dictionary(io, f.noColor, f.codes, f.config, f.configGiven)
	if err != nil {
		return err
	}
	if codes == nil {
		codes = graph.Codes()
	}
	style := report.StyleFor(io.out, os.Getenv, f.noColor)
	if f.list || f.all {
		return f.everything(codes.All(), style, io)
	}
	text, err := asked(args, io.in)
	if err != nil {
		return err
	}
	found := findCodes(codes, args, text)
	for i := range found {
		suggestCode(codes, &found[i])
	}
	if f.asJSON {
		err = report.WriteJSON(io.out, codesJSON(found))
	} else {
		report.Codes(io.out, style, found)
	}
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return &inputError{"there is no code in that text; codes look like 500/7117, 7505, DiagCode 412#10073, AppTransferred"}
	}
	for _, x := range found {
		if !x.Known {
			return unknownCodeError{}
		}
	}
	return nil
}

func (f *explainFlags) everything(entries []graph.Entry, style report.Style, io streams) error {
	switch {
	case f.asJSON:
		return report.WriteJSON(io.out, entries)
	case f.list:
		report.CodeList(io.out, style, entries)
	default:
		var found []graph.Finding
		for _, e := range entries {
			found = append(found, graph.Finding{Text: e.Code, Known: true, Entries: []graph.Entry{e}})
		}
		report.Codes(io.out, style, found)
	}
	return nil
}

// asked is the text of the arguments; - is standard input.
func asked(args []string, in io.Reader) (string, error) {
	text := strings.Join(args, " ")
	if text != project.StdinArg {
		return text, nil
	}
	b, err := io.ReadAll(io.LimitReader(in, project.MaxRead+1))
	switch {
	case err != nil:
		return "", &inputError{"cannot read standard input: " + err.Error()}
	case len(b) > project.MaxRead:
		return "", &inputError{fmt.Sprintf("standard input is longer than %d bytes", project.MaxRead)}
	}
	return string(b), nil
}

// findCodes takes several arguments for codes if each of them is one, else all of them for one text.
func findCodes(codes *graph.Dictionary, args []string, text string) []graph.Finding {
	if len(args) == 1 {
		return codes.Find(text)
	}
	var each []graph.Finding
	known, prose := true, true
	for _, arg := range args {
		found := codes.Find(arg)
		known = known && len(found) > 0
		for _, x := range found {
			known = known && x.Known
			prose = prose && !x.Known && (x.Text[0] < '0' || x.Text[0] > '9')
			each = append(each, x)
		}
	}
	if known {
		return each
	}
	if found := codes.Find(text); len(found) > 0 || prose {
		return found
	}
	return each
}

// suggestCode adds the nearest word to an unknown one.
func suggestCode(codes *graph.Dictionary, x *graph.Finding) {
	if x.Known || x.Text[0] >= '0' && x.Text[0] <= '9' || strings.Contains(x.Text, " ") {
		return
	}
	var words []string
	for _, e := range codes.All() {
		if e.Code[0] > '9' {
			words = append(words, e.Code)
		}
	}
	if near := problem.Nearest(x.Text, words); near != "" {
		x.Note = "did you mean " + near + "?"
	}
}

// explainedJSON is one code in `explain --json`.
type explainedJSON struct {
	Text    string        `json:"text"`
	Known   bool          `json:"known"`
	Note    string        `json:"note,omitempty"`
	Entries []graph.Entry `json:"entries"`
}

func codesJSON(found []graph.Finding) []explainedJSON {
	out := []explainedJSON{}
	for _, x := range found {
		out = append(out, explainedJSON{x.Text, x.Known, x.Note, x.Entries})
	}
	return out
}
