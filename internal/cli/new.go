package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/report"
)

func newNew(io streams) *cobra.Command {
	var from string
	var list, noColor bool
	cmd := &cobra.Command{
		Use:   "new [NAME|FILE] --from TEMPLATE",
		Short: "Write a new scenario from one of the shipped flows",
		Long: `new copies a shipped scenario, with the files that it includes, so that it runs at once. NAME becomes scenarios/NAME.yaml,
or NAME.yaml where there is no folder scenarios; a FILE ends in .yaml or has a folder. Without either the template's own
name is taken. It never overwrites a file. Without --from it lists the templates.`,
		Example: `  callflow new
  callflow new --from consultative-transfer
  callflow new night-shift --from ivr-menu`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := templates()
			if err != nil {
				return err
			}
			if list || from == "" && len(args) == 0 {
				listTemplates(io, report.StyleFor(io.out, os.Getenv, noColor), all)
				return nil
			}
			if from == "" {
				return newWhat(all, args[0])
			}
			t, err := findTemplate(all, from)
			if err != nil {
				return err
			}
			to := ""
			if len(args) == 1 {
				to = args[0]
			}
			return t.write(io, to)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the `TEMPLATE` to start from")
	cmd.Flags().BoolVar(&list, "list", false, "list the templates by theme")
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours")
	_ = cmd.RegisterFlagCompletionFunc("from", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return completeTemplates(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	})
	return cmd
}

// completeTemplates lists them for a shell, each with what it shows.
func completeTemplates() []string {
	all, err := templates()
	if err != nil {
		return nil
	}
	var out []string
	for _, t := range all {
		out = append(out, cobra.CompletionWithDesc(t.name, t.shows))
	}
	return out
}

// newWhat says that a template is wanted, and which, if the name given is that of one.
func newWhat(all []*template, name string) error {
	text := "from which template? Give --from; `callflow new` lists them"
	if t, err := findTemplate(all, name); err == nil {
		text = fmt.Sprintf("from which template? Perhaps: callflow new --from %s", t.name)
	}
	return &usageError{text: text, command: "callflow new"}
}

func listTemplates(io streams, style report.Style, all []*template) {
	themes := []report.Titled{}
	for _, t := range all {
		if len(themes) == 0 || themes[len(themes)-1].Title != t.theme {
			themes = append(themes, report.Titled{Title: t.theme})
		}
		shows := t.shows
		if t.fails {
			shows += " (fails, to show how)"
		}
		last := &themes[len(themes)-1]
		last.Rows = append(last.Rows, [2]string{t.name, shows})
	}
	report.Columns(io.out, style, themes)
	fmt.Fprintln(io.out, "\nstart from one of them: callflow new --from NAME")
}

// write copies the template to a file, and what it includes beside it.
func (t *template) write(io streams, to string) error {
	file := t.place(to)
	schemaPath, found := nearestSchema(filepath.Dir(file))
	texts := map[string][]byte{}
	for _, name := range t.paths() {
		as := file
		if name != t.file() {
			as = filepath.Join(filepath.Dir(file), filepath.FromSlash(relativeTo(t.theme, name)))
		}
		text := withSchema(t.files[name], schemaPath)
		there, err := os.ReadFile(as)
		switch {
		case err == nil && as != file && bytes.Equal(there, text):
			continue // from an earlier scenario
		case err == nil:
			return &inputError{fmt.Sprintf("%s is already there; new never overwrites", as)}
		case !errors.Is(err, fs.ErrNotExist):
			return &inputError{err.Error()}
		}
		texts[as] = text
	}
	out := report.Guard(io.out)
	for _, name := range t.paths() {
		as := file
		if name != t.file() {
			as = filepath.Join(filepath.Dir(file), filepath.FromSlash(relativeTo(t.theme, name)))
		}
		text, ok := texts[as]
		if !ok {
			continue
		}
		if err := writeNew(as, text); err != nil {
			return &inputError{err.Error()}
		}
		fmt.Fprintf(out, "wrote %s\n", as)
	}
	if t.fails {
		fmt.Fprintln(out, "it is there to fail: its description says why")
	}
	if !found {
		fmt.Fprintln(out, "for completion in editors: callflow schema > scenario.schema.json, and see docs/editors.md")
	}
	fmt.Fprintf(out, "now: callflow run %s\n", report.ShellWord(file))
	return nil
}

// place is where the new scenario goes.
func (t *template) place(to string) string {
	if to == "" {
		to = t.name
	}
	to = filepath.FromSlash(to)
	ext := filepath.Ext(to)
	named := ext == ".yaml" || ext == ".yml"
	switch {
	case named:
		return to
	case strings.ContainsRune(to, filepath.Separator):
		return to + ".yaml"
	}
	if st, err := os.Stat("scenarios"); err == nil && st.IsDir() {
		return filepath.Join("scenarios", to+".yaml")
	}
	return to + ".yaml"
}

// relativeTo is where a shipped file stands, seen from a theme's folder.
func relativeTo(theme, name string) string {
	if rest, ok := strings.CutPrefix(name, theme+"/"); ok {
		return rest
	}
	return path.Join("..", name)
}

// nearestSchema finds the JSON Schema that init wrote, in dir or above: its path from dir, with slashes.
func nearestSchema(dir string) (path string, found bool) {
	at, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	for up := ""; ; up += "../" {
		if st, err := os.Stat(filepath.Join(at, schemaFile)); err == nil && st.Mode().IsRegular() {
			return up + schemaFile, true
		}
		if filepath.Dir(at) == at {
			return "", false
		}
		at = filepath.Dir(at)
	}
}

var modeline = regexp.MustCompile(`(?m)\A# yaml-language-server: .*\n`)

// withSchema has the editor's line name the schema where it is; without one the line would only mislead.
func withSchema(text []byte, path string) []byte {
	line := ""
	if path != "" {
		line = "# yaml-language-server: $schema=" + path + "\n"
	}
	return modeline.ReplaceAllLiteral(text, []byte(line))
}
