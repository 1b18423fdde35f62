// Package docs holds the pages of the documentation that the program shows itself.
package docs

import _ "embed"

// Start is the page for those who are new here, in Markdown.
//
//go:embed start.md
var Start string
