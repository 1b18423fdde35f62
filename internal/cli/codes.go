package cli

import (
	"os"

	"callflow/internal/graph"
	"callflow/internal/project"
	"callflow/internal/target"
)

// dictionary is callflow's own with the user's file over it: the one of --codes, else the one that the configuration
// names. Nil: there is no such file; callflow's own takes time to read, which a run that passes need not spend. config is
// read where it is; only when the user named it, or strict, is it an error that it cannot be.
func dictionary(io streams, noColor bool, codes, config string, strict bool) (*graph.Dictionary, error) {
	if codes == "" {
		if _, err := os.Stat(config); err != nil && !strict {
			return nil, nil
		}
		cfg, problems := project.ReadConfig(config)
		switch {
		case cfg == nil && strict:
			io.problems(problems, noColor)
			return nil, &inputError{tally(1, problems)}
		case cfg == nil || cfg.Codes == "":
			return nil, nil
		}
		codes = target.Beside(config, cfg.Codes)
	}
	entries, problems := project.ReadCodes(codes)
	io.problems(problems, noColor)
	if problems.Failed() {
		return nil, &inputError{tally(1, problems)}
	}
	return graph.Codes().With(entries), nil
}
