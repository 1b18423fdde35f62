package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"callflow/schema"
)

var symbolKinds = map[schema.SymbolKind]int{
	schema.SymbolScenario: symbolFile, schema.SymbolSection: symbolNamespace, schema.SymbolStep: symbolFunction,
	schema.SymbolName: symbolVariable, schema.SymbolPerson: symbolObject, schema.SymbolBranch: symbolStruct,
}

func (s *Server) symbols(p onDocument) (any, error) {
	d := s.open(p.TextDocument.URI)
	if d == nil {
		return []documentSymbol{}, nil
	}
	top, ok := s.read(d).Outline()
	if !ok {
		return []documentSymbol{}, nil
	}
	if s.flat {
		return flatten(d, top, "", []symbolInformation{}), nil
	}
	return []documentSymbol{symbolOf(d, top)}, nil
}

func symbolOf(d *document, in schema.Symbol) documentSymbol {
	out := documentSymbol{Name: in.Name, Detail: in.Detail, Kind: symbolKinds[in.Kind], SelectionRange: d.text.at(in.Pos, in.Len)}
	// A step's lines begin with its dash.
	out.Range = span{position{out.SelectionRange.Start.Line, 0}, d.text.position(in.EndLine, 1<<30)}
	switch {
	case in.Kind == schema.SymbolScenario:
		out.Range.Start = position{}
	case in.From > 0:
		out.Range.Start = d.text.position(in.From, 1)
	}
	for _, inner := range in.Inner {
		child := symbolOf(d, inner)
		// A client refuses a symbol that sticks out of the one around it.
		if later(child.Range.End, out.Range.End) {
			out.Range.End = child.Range.End
		}
		if later(out.Range.Start, child.Range.Start) {
			out.Range.Start = child.Range.Start
		}
		out.Children = append(out.Children, child)
	}
	return out
}

func later(a, b position) bool {
	return a.Line > b.Line || a.Line == b.Line && a.Character > b.Character
}

func flatten(d *document, in schema.Symbol, container string, list []symbolInformation) []symbolInformation {
	one := symbolOf(d, in)
	list = append(list, symbolInformation{in.Name, one.Kind, location{d.uri, one.Range}, container})
	for _, inner := range in.Inner {
		list = flatten(d, inner, in.Name, list)
	}
	return list
}

// runCommand is what a code lens says.
const runCommand = "callflow.run"

// lenses offers to run the scenario, and to run it up to each step.
func (s *Server) lenses(p onDocument) (any, error) {
	list := []codeLens{}
	d := s.open(p.TextDocument.URI)
	if d == nil || d.path == "" || s.Run == nil || d.configures() {
		return list, nil
	}
	top, ok := s.read(d).Outline()
	if !ok {
		return list, nil
	}
	list = append(list, codeLens{d.text.at(top.Pos, 1), &command{"▶ run", runCommand, []any{d.uri}}})
	for _, section := range top.Inner {
		if section.Name != "steps" {
			continue
		}
		for _, step := range section.Inner {
			list = append(list, codeLens{d.text.span(max(step.From, 1), step.Col, 1), &command{"run until here", runCommand, []any{d.uri, step.Line}}})
		}
	}
	return list, nil
}

// execute runs a scenario for a client. What it printed goes into the client's log; how it ended is shown.
func (s *Server) execute(p commandParams) (any, error) {
	if p.Command != runCommand || s.Run == nil {
		return nil, &rpcError{codeParams, fmt.Sprintf("there is no command %q", p.Command)}
	}
	var uri string
	var line int
	if len(p.Arguments) == 0 || json.Unmarshal(p.Arguments[0], &uri) != nil || pathOf(uri) == "" {
		return nil, &rpcError{codeParams, runCommand + " needs the URI of a file, and may have a line"}
	}
	if len(p.Arguments) > 1 && (json.Unmarshal(p.Arguments[1], &line) != nil || line < 1) {
		return nil, &rpcError{codeParams, "lines count from 1"}
	}
	file := pathOf(uri)
	dir := s.root(&document{path: file})
	name := file
	if rel, err := filepath.Rel(dir, file); err == nil {
		name = filepath.ToSlash(rel)
	}
	if d := s.byPath[file]; d != nil && d.text.all != string(readFile(file)) {
		return nil, fmt.Errorf("%s is not saved: what would run is the file on the disk", name)
	}
	if line > 0 {
		name = fmt.Sprintf("%s:%d", name, line)
	}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		s.runFile(s.ctx, dir, name)
	}()
	return nil, nil
}

// maxRun is how long a run that an editor began may take.
const maxRun = 15 * time.Minute

func (s *Server) runFile(ctx context.Context, dir, name string) {
	ctx, cancel := context.WithTimeout(ctx, maxRun)
	defer cancel()
	output, code := s.Run(ctx, dir, "run", "--no-color", name)
	said := showMessage{severityInfo, name + " passed"}
	switch code {
	case 0:
	case 1:
		said = showMessage{severityError, name + " failed: see the language server's log"}
	case 2: // the first line is the first problem, the last one counts them
		first, _, _ := strings.Cut(strings.TrimSpace(output), "\n")
		said = showMessage{severityError, name + " could not be run: " + first}
	default:
		said = showMessage{severityError, fmt.Sprintf("%s could not be run (%d): %s", name, code, lastLine(output))}
	}
	err := s.out.notify("window/logMessage", showMessage{severityInfo, output})
	if err == nil {
		err = s.out.notify("window/showMessage", said)
	}
	if err != nil {
		s.Log.Error("cannot tell of a run", "reason", err)
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// format writes the whole file anew when the formatter would change it.
func (s *Server) format(p formatParams) (any, error) {
	d := s.open(p.TextDocument.URI)
	if d == nil || s.Format == nil {
		return []textEdit{}, nil
	}
	formatted, err := s.Format(s.source(d).Name, []byte(d.text.all))
	if err != nil {
		// Editors format at each save, and would say each time that it failed. The problems of the file say why.
		return []textEdit{}, nil
	}
	if string(formatted) == d.text.all {
		return []textEdit{}, nil
	}
	return []textEdit{{span{position{}, d.text.position(1<<30, 1<<30)}, string(formatted)}}, nil
}
