package cli

import (
	"github.com/spf13/cobra"

	"callflow/internal/project"
	"callflow/schema"
	"callflow/steps"
)

// schemaFile is the name under which init writes the JSON Schema; the scaffolded scenario refers to it.
const schemaFile = "scenario.schema.json"

func newSchema(io streams) *cobra.Command {
	var config bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenarios or of callflow.yaml, for editors",
		Long: `schema prints the JSON Schema that scenario files follow, with --config that of callflow.yaml. Editors with a YAML language
server complete and check by it when a file's first line names where it lies:

  # yaml-language-server: $schema=../` + schemaFile,
		Example: `  callflow schema > ` + schemaFile + `
  callflow schema --config > config.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text := jsonSchema()
			if config {
				text = configSchema()
			}
			_, err := io.out.Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&config, "config", false, "that of callflow.yaml")
	return cmd
}

func jsonSchema() []byte { return schema.JSONSchema(steps.Vocabulary()) }

func configSchema() []byte { return schema.SettingsSchema[project.Config](steps.Vocabulary()) }

const configIntro = `# callflow.yaml

<!-- Made from the code by make generate. -->

` + "`callflow.yaml`" + ` at the root of a project holds what its scenarios share and where they can run; ` + "`--config FILE`" + ` names another. Everything in
it may be left out. Values may hold ` + "`${{ env.NAME }}`" + `, and only the target and the secrets that a run uses need their environment.
` + "`callflow validate callflow.yaml`" + ` checks it. See [operators](guides/operators.md) for targets at work, and [reuse](guides/reuse.md) for vars, secrets and
people.
`

// configPage is the reference of callflow.yaml.
func configPage() string { return schema.SettingsReference[project.Config](configIntro) }
