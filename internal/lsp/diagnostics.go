package lsp

import (
	"fmt"
	"runtime/debug"
	"strings"

	"callflow/schema"
)

// tell sends the client the problems of a document, also when there are none: those of an older text go away.
func (s *Server) tell(d *document) error {
	params := diagnosticsParams{URI: d.uri, Version: &d.version, Diagnostics: []diagnostic{}}
	if s.ours(d) && strings.TrimSpace(d.text.all) != "" {
		params.Diagnostics = s.diagnose(d)
	}
	d.told = len(params.Diagnostics) > 0
	return s.out.notify("textDocument/publishDiagnostics", params)
}

func (s *Server) diagnose(d *document) (list []diagnostic) {
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("a fault of the language server; please report it", "file", d.uri, "fault", r, "stack", string(debug.Stack()))
		}
	}()
	list = []diagnostic{}
	reading := s.read(d)
	name := s.source(d).Name
	elsewhere := map[string]schema.Problems{}
	for _, p := range reading.Problems {
		if p.File != name {
			elsewhere[p.File] = append(elsewhere[p.File], p)
			continue
		}
		list = append(list, s.diagnostic(d.text, p))
	}
	// The problems of an included file stand where it is included, and lead there.
	for _, u := range reading.Uses() {
		if ps := elsewhere[u.Decl.File]; u.Kind == schema.UseFile && u.File == name && len(ps) > 0 {
			list = append(list, s.included(d, u, ps))
		}
	}
	return list
}

func (s *Server) diagnostic(t *text, p schema.Problem) diagnostic {
	g := diagnostic{Range: t.at(p.Pos, max(p.Len, 1)), Severity: severityError, Code: p.Code, Source: "callflow", Message: p.Text}
	if p.Severity == schema.SeverityWarning {
		g.Severity = severityWarning
	}
	if p.Hint != "" {
		g.Message += "\n" + p.Hint
	}
	if s.Docs != nil {
		if page := s.Docs(p.Code); page != "" {
			g.CodeDescription = &codeDescription{page}
		}
	}
	return g
}

// included gathers the problems of an included file into one.
func (s *Server) included(d *document, at schema.Use, ps schema.Problems) diagnostic {
	g := s.diagnostic(d.text, ps[0])
	for _, p := range ps {
		if p.Severity == schema.SeverityError && g.Severity != severityError {
			g = s.diagnostic(d.text, p)
		}
		if len(g.Related) < 20 {
			g.Related = append(g.Related, relatedLocation{s.place(d, p.Pos, max(p.Len, 1)), p.Text})
		}
	}
	g.Range = d.text.at(at.Pos, at.Len)
	g.Message = fmt.Sprintf("%s: %s", ps[0].Pos, g.Message)
	if len(ps) > 1 {
		g.Message = fmt.Sprintf("%d problems in %s; %s", len(ps), ps[0].File, g.Message)
	}
	return g
}
