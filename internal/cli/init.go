package cli

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"callflow/internal/report"
)

// scaffold is what init writes: a configuration and a scenario that runs at once.
//
//go:embed all:scaffold
var scaffold embed.FS

// scaffoldWords say what each file is for.
var scaffoldWords = map[string]string{
	"callflow.yaml":             "where scenarios run, other than on the simulator",
	schemaFile:                  "for editors: completion and checks",
	"scenarios/first-call.yaml": "a first scenario",
}

func newInit(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a first scenario and a callflow.yaml",
		Long: `init writes a scenario that runs at once on the embedded simulator, a callflow.yaml, and the JSON Schema by which
editors complete and check scenarios (callflow schema prints it anew). It never overwrites a file.`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return writeScaffold(io, dir)
		},
	}
}

// writeScaffold looks at all files before it writes the first one, so that it never leaves half a project.
func writeScaffold(io streams, dir string) error {
	files, err := fs.Sub(scaffold, "scaffold")
	if err != nil {
		return err
	}
	texts := map[string][]byte{schemaFile: jsonSchema()}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		texts[name], err = fs.ReadFile(files, name)
		return err
	})
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(texts))
	for _, name := range names {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Lstat(to); err == nil {
			return &inputError{fmt.Sprintf("%s is already there; init never overwrites", to)}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return &inputError{err.Error()}
		}
	}
	widest := 0
	for _, name := range names {
		widest = max(widest, len(filepath.Join(dir, name)))
	}
	for _, name := range names {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := writeNew(to, texts[name]); err != nil {
			return &inputError{err.Error()}
		}
		fmt.Fprintf(io.out, "wrote %-*s  %s\n", widest, to, scaffoldWords[name])
	}
	run := "callflow run"
	if dir != "." {
		run = "cd " + report.ShellWord(dir) + " && " + run
	}
	fmt.Fprintf(io.out, "now: %s\nthen: callflow docs start, five minutes to read; callflow new, for more flows to start from\n", run)
	return nil
}

// writeNew writes a file that is not there yet.
func writeNew(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
