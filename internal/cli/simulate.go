package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

func newSimulate(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "simulate",
		Short: "Serve the simulator on a port, for any client",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return &setupError{"simulate", errors.New("not wired yet")}
		},
	}
}
