// Package scenarios holds the scenarios we ship, by theme. Each runs in the tests; `callflow new` offers them as templates.
package scenarios

import "embed"

// Files are the scenarios, as theme/name.yaml, with the files that they include (_name.yaml).
//
//go:embed */*.yaml
var Files embed.FS
