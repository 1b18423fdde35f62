package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"strings"
	"sync"
)

// page/ holds what the page is made of: its frame, its looks, and its scripts, which are one in the file.
//
//go:embed page
var pageFiles embed.FS

// pageScripts are put one behind the other, in this order.
var pageScripts = []string{"core.js", "list.js", "failure.js", "run.js", "main.js"}

// pageStuff is what the frame is filled with.
type pageStuff struct {
	CSS     template.CSS
	JS      template.JS
	Index   template.JS // JSON
	Policy  string
	Runs    []pageEntry
	Summary string
	Total   Total
}

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"word": statusWord}).ParseFS(pageFiles, "page/page.html"))
})

// pageParts are looks and scripts, and the policy that lets the browser use these and nothing else: no other script, no
// network, whatever got into the data.
var pageParts = sync.OnceValue(func() pageStuff {
	css := pageFile("page.css") + SVGStyle
	var js strings.Builder
	js.WriteString("(() => {\n\"use strict\";\n")
	for _, name := range pageScripts {
		js.WriteString(pageFile(name))
	}
	js.WriteString("})();\n")
	return pageStuff{
		CSS: template.CSS(css), JS: template.JS(js.String()),
		Policy: "default-src 'none'; style-src '" + sum(css) + "'; script-src '" + sum(js.String()) + "'; base-uri 'none'; form-action 'none'",
	}
})

func pageFile(name string) string {
	text, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is in the binary
	}
	return string(text)
}

// sum is the hash by which a policy names a text.
func sum(text string) string {
	hash := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(hash[:])
}
