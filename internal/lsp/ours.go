package lsp

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"callflow/schema"
)

var topKey = regexp.MustCompile(`(?m)^([A-Za-z][\w-]*):(?:\s|$)`)

// ours says that a file is a scenario. Editors send all YAML here: whoever opens a pipeline or a deployment shall not see it
// full of errors. What lies below a folder scenarios, or names the schema, is one; else the keys at its left edge tell.
func (s *Server) ours(d *document) bool {
	if d.path == "" {
		return true // a buffer that is no file yet
	}
	rel := d.path
	if r, err := filepath.Rel(s.root(d), d.path); err == nil {
		rel = r
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	if d.configures() {
		return s.Settings != nil
	}
	if parts[len(parts)-1] == "callflow.yml" { // nobody reads it
		return false
	}
	hidden := func(part string) bool { return strings.HasPrefix(part, ".") && part != ".." }
	head := d.text.all[:min(len(d.text.all), 1000)]
	switch {
	case strings.Contains(head, "scenario.schema.json"):
		return true
	case slices.ContainsFunc(parts, hidden):
		return false
	case slices.Contains(strings.Split(filepath.ToSlash(d.path), "/"), "scenarios"):
		return true
	}
	known, unknown := 0, 0
	for _, m := range topKey.FindAllStringSubmatch(d.text.all, 1000) {
		switch {
		case m[1] == "name" || m[1] == "description": // many formats have these
		case slices.Contains(schema.ScenarioKeys(), m[1]):
			known++
		default:
			unknown++
		}
	}
	if known+unknown == 0 {
		return !strings.HasPrefix(strings.TrimSpace(d.text.all), "- ") // nothing tells yet
	}
	return known >= unknown && known > 0
}
