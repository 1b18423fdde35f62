package cli

import "callflow/schema"

func readConfig(file string) (any, schema.Problems) { return nil, nil }

func readVarFile(file string) (map[string]string, error) {
	return nil, &inputError{"--var-file is not wired yet"}
}
