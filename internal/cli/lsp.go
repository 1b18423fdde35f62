package cli

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"callflow/internal/format"
	"callflow/internal/lsp"
	"callflow/internal/project"
	"callflow/schema"
	"callflow/steps"
)

func newLSP(io streams) *cobra.Command {
	var stdio bool
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Serve editors: problems, completion, help and names as you type",
		Long: `lsp speaks the Language Server Protocol on standard input and output; logs go to standard error. An editor starts it:
see docs/editors.md for ready configurations. Open scenarios are checked as they are typed.`,
		Example: `  callflow lsp`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			voc := steps.Vocabulary()
			server := &lsp.Server{
				Version:    buildVersion(),
				Vocabulary: voc,
				Docs:       problemPages(voc),
				Env:        os.LookupEnv,
				Shared:     project.SharedBy,
				Settings:   schema.SettingsVocabulary[project.Config](),
				Configuration: func(name string, text []byte) schema.Problems {
					_, problems := project.ParseConfig(name, text)
					return problems
				},
				Format: layOut,
				Run:    runSelf,
				Log:    slog.New(slog.NewTextHandler(io.err, nil)),
			}
			if server.Serve(io.in, io.out) != 0 {
				return hungUpError{}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&stdio, "stdio", true, "speak on standard input and output; there is no other way, some clients say it")
	return cmd
}

// layOut is callflow fmt for an editor: of a file that cannot be laid out it says why.
func layOut(name string, src []byte) ([]byte, error) {
	laid, problems := format.Source(name, src, formOf(name))
	if len(problems) > 0 && bytes.Equal(laid, src) {
		return nil, errors.New(problems[0].String())
	}
	return laid, nil
}

// runSelf runs another callflow: a run has a process of its own, so that it can be ended and cannot take the server along.
func runSelf(ctx context.Context, dir string, args ...string) (output string, code int) {
	self, err := os.Executable()
	if err != nil {
		return err.Error(), 3
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Dir = dir
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it hangs up
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return out.String(), exit.ExitCode()
	case err != nil:
		return err.Error(), 3
	}
	return out.String(), 0
}
