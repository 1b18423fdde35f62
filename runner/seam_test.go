package runner

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A run in a simulated world, on the wall clock, or one day replayed, is the same code: what it does depends on nothing
// but its plan and its host. So the packages that a run executes may not reach around the host, nor depend on the order
// of maps, which changes from run to run.

// aroundTheHost are packages that a run may not use: clocks and schedulers, the network, the machine, chance.
var aroundTheHost = []string{"context", "sync", "sync/atomic", "os", "os/exec", "os/signal", "net", "math/rand",
	"math/rand/v2", "crypto/rand", "runtime", "log", "log/slog", "testing/synctest"}

// aroundTheClock are functions of package time that read or wait for the machine's clock.
var aroundTheClock = []string{"Now", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Since", "Until"}

func TestNothingReachesAroundTheHost(t *testing.T) {
	exports := exportData(t, "..")
	for _, dir := range []string{".", "../steps"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		sources := map[string]string{}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sources[name] = string(text)
		}
		if len(sources) == 0 {
			t.Fatalf("no sources in %s", dir)
		}
		for _, found := range scan(t, sources, exports) {
			t.Error(found)
		}
	}
}

// The scan finds each thing that it is for.
func TestScan(t *testing.T) {
	const source = `package p

import (
	"fmt"
	"maps"
	"math/rand"
	"net/http"
	"slices"
	clock "time"
)

type table map[string]int

func f(m map[string]int, n table, l []int) {
	_ = clock.Now()
	wait := clock.Sleep
	wait(clock.Second)
	go fmt.Println(rand.Int())
	c := make(chan int)
	select {}
	c <- 1
	<-c
	for range m {
	}
	for k := range n {
		_ = k
	}
	for k := range maps.Keys(m) {
		_ = k
	}
	_ = slices.Collect(maps.Values(m))
	for range l {
	}
	for range slices.Sorted(maps.Keys(m)) {
	}
	_ = http.StatusText(http.StatusOK) + http.MethodGet
	_, _ = http.Get("")
}
`
	var lines []int
	for _, found := range scan(t, map[string]string{"p.go": source}, exportData(t, "..")) {
		line, _ := strconv.Atoi(strings.Split(found, ":")[1])
		lines = append(lines, line)
	}
	want := []int{6, 15, 16, 18, 19, 20, 21, 22, 23, 25, 28, 31, 37}
	if !slices.Equal(lines, want) {
		t.Errorf("found something on lines %v, want %v", lines, want)
	}
}

// scan returns what the files of one package do that a run may not, as file:line: text.
func scan(t *testing.T, sources map[string]string, exports map[string]string) (found []string) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for name, text := range sources {
		f, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{
		Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
			if exports[path] == "" {
				return nil, fmt.Errorf("no export data for %s", path)
			}
			return os.Open(exports[path])
		}),
		Error: func(error) {}, // what does not compile is the compiler's business
	}
	config.Check("p", fset, files, info)

	at := func(n ast.Node, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s:%d: ", fset.Position(n.Pos()).Filename, fset.Position(n.Pos()).Line)+fmt.Sprintf(format, args...))
	}
	for _, f := range files {
		for _, imp := range f.Imports {
			if path, _ := strconv.Unquote(imp.Path.Value); slices.Contains(aroundTheHost, path) {
				at(imp, "imports %s; ask the host", path)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				at(n, "starts a goroutine; use Host.Fork")
			case *ast.SelectStmt:
				at(n, "selects; wait with Host.Next")
			case *ast.ChanType:
				at(n, "uses a channel")
			case *ast.SendStmt:
				at(n, "sends on a channel")
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					at(n, "receives from a channel")
				}
			case *ast.SelectorExpr:
				if from(info.Uses[n.Sel], "time") && slices.Contains(aroundTheClock, n.Sel.Name) {
					at(n, "uses time.%s; ask the host", n.Sel.Name)
				}
				// The names of methods and statuses are words; the rest of net/http is the network.
				if o := info.Uses[n.Sel]; o != nil && o.Pkg() != nil && o.Pkg().Path() == "net/http" && n.Sel.Name != "StatusText" {
					if _, isConst := o.(*types.Const); !isConst {
						at(n, "uses http.%s; send with Host.Do", n.Sel.Name)
					}
				}
			case *ast.RangeStmt:
				if tv, ok := info.Types[n.X]; !ok {
					at(n, "ranges over what cannot be type-checked")
				} else if _, isMap := tv.Type.Underlying().(*types.Map); isMap || unordered(n.X, info) {
					at(n, "ranges over a map; sort its keys")
				}
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && from(info.Uses[sel.Sel], "slices") && sel.Sel.Name == "Collect" &&
					len(n.Args) == 1 && unordered(n.Args[0], info) {
					at(n, "collects a map's keys or values in any order; use slices.Sorted")
				}
			}
			return true
		})
	}
	slices.SortFunc(found, func(a, b string) int {
		la, lb := strings.Split(a, ":"), strings.Split(b, ":")
		na, _ := strconv.Atoi(la[1])
		nb, _ := strconv.Atoi(lb[1])
		if c := strings.Compare(la[0], lb[0]); c != 0 {
			return c
		}
		return na - nb
	})
	return found
}

// unordered says whether x is a sequence over a map, from package maps.
func unordered(x ast.Expr, info *types.Info) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && from(info.Uses[sel.Sel], "maps")
}

func from(o types.Object, pkg string) bool {
	_, isFunc := o.(*types.Func)
	return isFunc && o.Pkg() != nil && o.Pkg().Path() == pkg && o.Parent() == o.Pkg().Scope()
}

// exportData asks the go command where the compiled packages are: type-checking the standard library from source would
// take seconds.
func exportData(t *testing.T, dir string) map[string]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./runner", "./steps", "math/rand", "net/http")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	return exports
}
