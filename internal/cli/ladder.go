package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/schema/problem"
	"callflow/steps"
)

// ladderFlags are the flags of ladder.
type ladderFlags struct {
	format, out string
	noColor     bool
}

// ladderFormats are what a ladder can be drawn as, with what files of it end in.
var ladderFormats = []struct{ name, ext string }{{"text", ".txt"}, {"svg", ".svg"}, {"mermaid", ".mmd"}}

func newLadder(io streams) *cobra.Command {
	var f ladderFlags
	cmd := &cobra.Command{
		Use:   "ladder JOURNAL|DIR…",
		Short: "Draw the sequence diagram of runs from their journals",
		Long: `ladder draws what really happened in a run: the bot, Graph, a lane for each leg while it is up, the people where the
simulator told of them; requests, responses, notifications, silence, repeated attempts, and the step that failed.

It reads what run --journal DIR has left, and what run --report jsonl=PATH wrote; - is standard input. As text it is made for
the terminal. svg is a picture that needs nothing else, light and dark, for tickets and pages. mermaid is text that merge
requests, wikis and job summaries draw by themselves. A PATH of -o that ends in .svg or .mmd says the format by itself.`,
		Example: `  callflow ladder journals/scenarios-transfer-consultative-5dddfb2e.jsonl
  callflow ladder failed.jsonl -o failed.svg
  callflow ladder journals --format svg -o ladders/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args, io) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.format, "format", "", "`FORMAT`: text, svg or mermaid (default text)")
	fl.StringVarP(&f.out, "output", "o", "", "write to this `PATH`; a folder takes one file for each run")
	fl.BoolVar(&f.noColor, "no-color", false, "no colours")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "svg", "mermaid"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// drawn is the ladder of one run.
type drawn struct {
	journal string
	text    []byte
}

func (f *ladderFlags) run(args []string, io streams) error {
	ext, err := f.formatOf()
	if err != nil {
		return err
	}
	names, err := journalFiles(args)
	if err != nil {
		return err
	}
	if err := spare("--output", f.out, names); err != nil {
		return err
	}
	var list []drawn
	var unread []string
	for _, name := range names {
		if err := f.read(name, io, &list); err != nil {
			unread = append(unread, fmt.Sprintf("%s %v", name, err))
		}
	}
	if err := f.write(list, ext, io); err != nil {
		return err
	}
	for _, text := range unread {
		fmt.Fprintln(io.err, report.Plain("callflow: "+text))
	}
	if unread != nil {
		return &inputError{fmt.Sprintf("%d of %s could not be read whole", len(unread), count(len(names), "file"))}
	}
	return nil
}

// formatOf decides the format, and says what files of it end in.
func (f *ladderFlags) formatOf() (ext string, err error) {
	var names []string
	for _, known := range ladderFormats {
		names = append(names, known.name)
		if f.format == known.name || f.format == "" && strings.EqualFold(filepath.Ext(f.out), known.ext) {
			f.format = known.name
			return known.ext, nil
		}
	}
	if f.format == "" {
		f.format = "text"
		return ".txt", nil
	}
	text := fmt.Sprintf("--format %q: a ladder is drawn as %s", f.format, strings.Join(names, ", "))
	if near := problem.Nearest(f.format, names); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return "", &inputError{text}
}

// read draws the runs of one journal.
func (f *ladderFlags) read(name string, io streams, list *[]drawn) error {
	style := report.StyleFor(io.out, os.Getenv, f.noColor)
	if f.out != "" {
		style = report.Style{Width: style.Width}
	}
	return eachRun(name, io.in, func(records []steps.Record) error {
		d := drawn{journal: name}
		switch f.format {
		case "svg":
			d.text = report.SVG(records, report.SVGOptions{})
		case "mermaid":
			d.text = []byte(report.Mermaid(records))
		default:
			d.text = []byte(strings.Join(append(report.Title(records, style), report.Ladder(records, style)...), "\n") + "\n")
		}
		*list = append(*list, d)
		return nil
	})
}

// write writes the ladders to where they are wanted. A picture holds one run, so several need a folder.
func (f *ladderFlags) write(list []drawn, ext string, io streams) error {
	several := f.format != "text" && len(list) > 1
	if f.out != "" && f.out != stdout && (strings.HasSuffix(f.out, "/") || isFolder(f.out) || several && filepath.Ext(f.out) == "") {
		return f.writeEach(list, ext, io)
	}
	if several {
		return &inputError{fmt.Sprintf("these are %d runs, and %s holds one: name a folder to have a file for each, as in -o ladders/", len(list), f.format)}
	}
	var b bytes.Buffer
	for i, d := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.Write(d.text)
	}
	if f.out == "" || f.out == stdout {
		_, err := io.out.Write(b.Bytes())
		return err
	}
	if len(list) == 0 { // what is there stays
		return nil
	}
	if err := os.WriteFile(f.out, b.Bytes(), 0o644); err != nil {
		return &inputError{fmt.Sprintf("cannot write %q: %v", f.out, project.Cause(err))}
	}
	return nil
}

// writeEach writes a file for each run, named after its journal; the second run of a journal gets a number.
func (f *ladderFlags) writeEach(list []drawn, ext string, io streams) error {
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return &inputError{fmt.Sprintf("cannot write to %q: %v", f.out, project.Cause(err))}
	}
	taken := map[string]bool{}
	for _, d := range list {
		base := strings.TrimSuffix(filepath.Base(d.journal), filepath.Ext(d.journal))
		if d.journal == stdout {
			base = "ladder"
		}
		name := base + ext
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s-%d%s", base, n, ext)
		}
		taken[name] = true
		if err := os.WriteFile(filepath.Join(f.out, name), d.text, 0o644); err != nil {
			return &inputError{fmt.Sprintf("cannot write to %q: %v", f.out, project.Cause(err))}
		}
	}
	fmt.Fprintln(io.err, report.Plain(fmt.Sprintf("%s in %s", count(len(list), "ladder"), f.out)))
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
