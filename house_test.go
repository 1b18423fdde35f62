package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport says which of our packages each package may import; see docs/architecture.md. Tests of a package may import
// more: they are not part of the house.
var mayImport = map[string][]string{
	"callflow":                    {"internal/cli"},
	"callflow/schema":             {"schema/expr", "schema/problem"},
	"callflow/schema/expr":        {"schema/problem"},
	"callflow/schema/problem":     {},
	"callflow/scenarios":          {},
	"callflow/docs":               {},
	"callflow/internal/graph":     {},
	"callflow/internal/world":     {},
	"callflow/steps":              {"schema", "schema/expr", "internal/graph", "internal/world"},
	"callflow/runner":             {"steps", "schema", "schema/expr", "schema/problem", "internal/graph", "internal/world"},
	"callflow/internal/callback":  {"internal/graph", "internal/world"},
	"callflow/internal/simulator": {"internal/graph", "internal/world"},
	"callflow/internal/host":      {"steps", "internal/graph", "internal/world"},
	"callflow/internal/host/sim": {"steps", "schema", "schema/expr", "internal/graph", "internal/world", "internal/callback", "internal/simulator",
		"internal/host"},
	"callflow/internal/host/local":  {"steps", "internal/graph", "internal/world", "internal/callback", "internal/host"},
	"callflow/internal/format":      {"schema"},
	"callflow/internal/filelock":    {},
	"callflow/internal/history":     {"runner", "steps", "internal/graph", "internal/filelock"},
	"callflow/internal/report":      {"steps", "schema", "schema/expr", "internal/graph", "internal/history"},
	"callflow/internal/debug":       {"runner", "steps", "schema", "schema/problem", "internal/graph", "internal/report"},
	"callflow/internal/conformance": {"internal/graph"},
	"callflow/internal/nodetest":    {},
	"callflow/internal/target": {"runner", "steps", "schema", "internal/graph", "internal/world", "internal/callback", "internal/host",
		"internal/host/local", "internal/host/sim"},
	"callflow/internal/project": {"runner", "steps", "schema", "schema/problem", "internal/graph", "internal/world", "internal/target"},
	"callflow/runner/callflowtest": {"runner", "steps", "schema", "schema/problem", "internal/graph", "internal/world", "internal/host/sim", "internal/project",
		"internal/report", "internal/target"},
	"callflow/internal/lsp": {"schema", "steps"},
}

// mayImportAll is the one package that wires the others together.
const mayImportAll = "callflow/internal/cli"

// Imports point one way, so that each package can be read without the ones above it.
func TestImportDirections(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	seen := 0
	for {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		allowed, known := mayImport[pkg.ImportPath]
		if pkg.ImportPath == mayImportAll || len(pkg.Imports) == 0 {
			continue
		}
		if !known {
			t.Errorf("%s: say in this test what the package may import", pkg.ImportPath)
			continue
		}
		for _, imp := range pkg.Imports {
			ours, ok := strings.CutPrefix(imp, "callflow/")
			if ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s; it may import %s", pkg.ImportPath, path.Join("callflow", ours), strings.Join(allowed, ", "))
			}
		}
	}
	if seen < len(mayImport) {
		t.Errorf("go list found %d packages, the house has more", seen)
	}
}

// Files and functions stay short enough to be read in one go. Tables of tests may be longer.
func TestSizes(t *testing.T) {
	const maxFile, maxFunction = 500, 80
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" {
			return err
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if lines := fset.File(file.Pos()).LineCount(); lines > maxFile {
			t.Errorf("%s has %d lines; split it", name, lines)
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				if lines := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1; lines > maxFunction {
					t.Errorf("%s: %s has %d lines; split it", fset.Position(f.Pos()), f.Name.Name, lines)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
