package cli

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGeneratedJournal makes the reference of docs/journal.md from the types that are written and from their comments: who reads
// journals and --format json relies on these names.
func TestGeneratedJournal(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	types := goTypes{}
	for name, dir := range map[string]string{"steps": "steps", "schema": "schema", "expr": "schema/expr", "problem": "schema/problem",
		"graph": "internal/graph", "report": "internal/report"} {
		types.read(t, name, dir)
	}
	var lines, records strings.Builder
	for _, x := range []struct{ kind, name string }{
		{"command", "report.StreamStart"}, {"note", "report.streamNote"}, {"plan", "report.StreamPlan"}, {"summary", "report.StreamEnd"},
	} {
		types.section(&lines, "`"+x.kind+"`", x.name)
	}
	var inner []string // the objects inside, in the order in which they are met
	for _, f := range types["steps.Record"].spec.Fields.List {
		if name, ok := strings.CutPrefix(types.name("steps", f.Type), "*"); ok {
			inner = append(inner, types.section(&records, "`"+jsonName(f)+"`", name)...)
		}
	}
	var objects strings.Builder
	seen := map[string]bool{}
	for len(inner) > 0 {
		name := inner[0]
		if inner = inner[1:]; !seen[name] {
			seen[name] = true
			inner = append(inner, types.section(&objects, objectName(name), name)...)
		}
	}
	file := filepath.Join("docs", "journal.md")
	page := contents(t, file)
	shown := page
	for part, text := range map[string]string{"lines": lines.String(), "records": records.String(), "objects": objects.String()} {
		between := regexp.MustCompile(`(?s)<!-- generated: ` + part + ` -->\n.*<!-- end: ` + part + ` -->`)
		if !between.MatchString(shown) {
			t.Fatalf("the page has no part %q", part)
		}
		shown = between.ReplaceAllLiteralString(shown, "<!-- generated: "+part+" -->\n"+text+"<!-- end: "+part+" -->")
	}
	if *update {
		renew(t, file, page, shown)
		return
	}
	if diff := cmp.Diff(page, shown); diff != "" {
		t.Errorf("what is written has other fields than the page says; if that is meant, run make generate (-page +code):\n%s", diff)
	}
}

// goTypes are the structs of packages, and what their comments say, by "package.Name".
type goTypes map[string]goType

type goType struct {
	spec *ast.StructType // nil: no struct
	of   ast.Expr        // what it is then
	doc  string
}

func (g goTypes) read(t *testing.T, name, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.TYPE {
				continue
			}
			for _, s := range decl.Specs {
				spec := s.(*ast.TypeSpec)
				body, _ := spec.Type.(*ast.StructType)
				g[name+"."+spec.Name.Name] = goType{body, spec.Type, oneLine(decl.Doc.Text() + spec.Doc.Text())}
			}
		}
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// section writes what a struct has in it, and returns the structs inside.
func (g goTypes) section(b *strings.Builder, title, name string) (inner []string) {
	pkg, bare, _ := strings.Cut(name, ".")
	x := g[name]
	names := map[string]string{} // of fields, as JSON has them
	for _, f := range x.spec.Fields.List {
		if len(f.Names) > 0 {
			names[f.Names[0].Name] = "`" + jsonName(f) + "`"
		}
	}
	words := func(text string) string {
		return regexp.MustCompile(`\b[A-Z]\w*\b`).ReplaceAllStringFunc(text, func(word string) string {
			if known, ok := names[word]; ok {
				return known
			}
			return word
		})
	}
	fmt.Fprintf(b, "\n### %s\n", title)
	if text, ok := strings.CutPrefix(x.doc, bare+" "); ok {
		fmt.Fprintf(b, "\n%s\n", wrapped("It "+words(text)))
	}
	b.WriteString("\n| Field | Value | |\n|---|---|---|\n")
	for _, f := range x.spec.Fields.List {
		value, inside := g.value(pkg, f.Type)
		if inside != "" {
			inner = append(inner, inside)
		}
		doc := oneLine(f.Doc.Text() + " " + f.Comment.Text())
		if tag := tagOf(f).Get("doc"); tag != "" {
			doc = tag
		}
		if strings.Contains(tagOf(f).Get("json"), ",omit") {
			value += ", optional"
		}
		doc = strings.TrimLeft(strings.TrimPrefix(doc, "nanoseconds"), ";, ") // the value says so
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", jsonName(f), value, strings.ReplaceAll(words(doc), "|", `\|`))
	}
	return inner
}

// wrapped breaks a paragraph as the other pages are.
func wrapped(text string) string {
	var b strings.Builder
	cells := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case cells+1+len(word) > 120:
			b.WriteByte('\n')
			cells = 0
		default:
			b.WriteByte(' ')
			cells++
		}
		b.WriteString(word)
		cells += len(word)
	}
	return b.String()
}

func tagOf(f *ast.Field) reflect.StructTag {
	if f.Tag == nil {
		return ""
	}
	return reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
}

func jsonName(f *ast.Field) string {
	name, _, _ := strings.Cut(tagOf(f).Get("json"), ",")
	return name
}

// objectName is the title of a struct that stands inside others.
func objectName(name string) string {
	_, bare, _ := strings.Cut(name, ".")
	return bare
}

// name is the type as "package.Name", with * before it for a pointer.
func (g goTypes) name(pkg string, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return "*" + g.name(pkg, e.X)
	case *ast.SelectorExpr:
		return e.X.(*ast.Ident).Name + "." + e.Sel.Name
	case *ast.Ident:
		if _, ok := g[pkg+"."+e.Name]; ok {
			return pkg + "." + e.Name
		}
		return e.Name
	}
	return ""
}

// value says what a field's JSON is; inside is the struct in it.
func (g goTypes) value(pkg string, e ast.Expr) (words, inside string) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return g.value(pkg, e.X)
	case *ast.ArrayType:
		words, inside = g.value(pkg, e.Elt)
		return "list of " + words, inside
	case *ast.MapType:
		words, inside = g.value(pkg, e.Value)
		return "object: a " + words + " by name", inside
	}
	name := g.name(pkg, e)
	switch name {
	case "string":
		return "text", ""
	case "bool":
		return "true or false", ""
	case "int", "int64", "uint64", "float64":
		return "number", ""
	case "any", "json.RawMessage":
		return "anything", ""
	case "time.Time":
		return "time", ""
	case "time.Duration":
		return "nanoseconds", ""
	}
	x := g[name]
	if x.spec != nil {
		return "[" + objectName(name) + "](#" + strings.ToLower(objectName(name)) + ")", name
	}
	where, _, _ := strings.Cut(name, ".")
	return g.value(where, x.of)
}
