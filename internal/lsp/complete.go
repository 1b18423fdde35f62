package lsp

import (
	"fmt"

	"callflow/schema"
)

var itemKinds = map[schema.UseKind]int{
	schema.UseName: itemVariable, schema.UseStep: itemReference, schema.UseField: itemField, schema.UseFunction: itemFunction,
	schema.UsePerson: itemReference, schema.UseFile: itemFile, schema.UseKey: itemProperty, schema.UseVerb: itemKeyword, schema.UseWord: itemMember,
}

func (s *Server) completion(p onPosition) (any, error) {
	list := completionList{Items: []completionItem{}}
	d := s.open(p.TextDocument.URI)
	if d == nil {
		return list, nil
	}
	line, col := d.text.place(p.Position)
	found, fault := schema.Complete(s.whole(d), s.vocabulary(d), line, col)
	if fault != nil {
		s.Log.Error("a fault of the language server; please report it", "file", d.uri, "fault", fault)
	}
	for i, sug := range found.List {
		item := completionItem{Label: sug.Label, Kind: itemKinds[sug.Kind], Detail: sug.Detail, SortText: fmt.Sprintf("%d%04d", 1, i)}
		if sug.First {
			item.SortText = fmt.Sprintf("%d%04d", 0, i)
		}
		if sug.Doc != "" {
			item.Documentation = &markup{"markdown", sug.Doc}
			if s.plain {
				item.Documentation.Kind = "plaintext"
			}
		}
		insert := sug.Insert
		if insert == "" {
			insert = sug.Label
		}
		from := found.From
		if sug.From > 0 {
			from = sug.From
		}
		item.TextEdit = &textEdit{span{d.text.position(line, from), d.text.position(line, found.To)}, insert}
		item.FilterText = sug.Label
		list.Items = append(list.Items, item)
	}
	return list, nil
}
