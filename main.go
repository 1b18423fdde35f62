// Command callflow runs call scenarios written in YAML against the Microsoft Graph cloud communications API, or
// against its own embedded simulator of that API.
package main

import (
	"os"

	"callflow/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
