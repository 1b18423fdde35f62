package cli

import (
	"github.com/spf13/cobra"

	"callflow/schema"
	"callflow/steps"
)

// schemaFile is the name under which init writes the JSON Schema; the scaffolded scenario refers to it.
const schemaFile = "scenario.schema.json"

func newSchema(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenarios, for editors",
		Long: `schema prints the JSON Schema that scenario files follow. Editors with a YAML language server complete and check by it
when a file's first line names where it lies:

  # yaml-language-server: $schema=../` + schemaFile,
		Example: `  callflow schema > ` + schemaFile,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.out.Write(jsonSchema())
			return err
		},
	}
}

func jsonSchema() []byte { return schema.JSONSchema(steps.Vocabulary()) }
