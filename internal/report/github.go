package report

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// github writes the workflow commands that GitHub Actions makes annotations of: at most so many of a kind are shown of one
// step, so the summary comes first, then what failed, then what is suspicious.
type github struct {
	w io.Writer
	tally
	file     func(string) string
	errors   []string
	warnings []string
	left     [2]int // errors, warnings
}

// mostAnnotations is how many of each kind GitHub shows of one step.
const mostAnnotations = 10

// mostMessage bounds one annotation, in bytes: GitHub takes no more than 64 kB.
const mostMessage = 16_000

func newGitHub(w io.Writer, _ Options) Report {
	return &github{w: w, file: func(file string) string { return inWorkspace(file, os.Getenv) }}
}

func (g *github) Add(r *Run) error {
	g.add(r)
	switch {
	case r.Failed():
		if len(g.errors) == mostAnnotations {
			g.left[0]++
			return nil
		}
		file, line, col := r.place()
		title := statusWord(r.Status()) + ": " + r.title()
		g.errors = append(g.errors, command("error", g.file(file), line, col, 0, title, text(r.Alone(plainStyle), mostMessage)))
	case r.PassedAfterRetry():
		r.All(func(s *Step, _ int) { g.retried(r, s) })
	}
	return nil
}

// retried warns of a step that did not pass at its first attempt.
func (g *github) retried(r *Run, s *Step) {
	if len(s.Retries) == 0 {
		return
	}
	var told []string
	for i := range s.Retries {
		told = append(told, retryText(&s.Retries[i].Retried))
	}
	g.warn(s.Start.File, s.Start.Line, 0, fmt.Sprintf("passed after %s: %s", times(len(s.Retries)), r.title()), s.Title()+"\n"+text(told, mostMessage))
}

func (g *github) warn(file string, line, col int, title, message string) {
	if len(g.warnings) == mostAnnotations {
		g.left[1]++
		return
	}
	g.warnings = append(g.warnings, command("warning", g.file(file), line, col, 0, title, message))
}

func (g *github) Close(total Total) error {
	late := g.warnings
	g.warnings, g.left[1] = nil, g.left[1]+len(late)
	for _, x := range g.flaky() { // these first: they say more than one retry
		g.warn(x.file, x.line, x.col, "flaky: "+x.name, x.text()+"\n"+x.failed)
	}
	for _, w := range late {
		if len(g.warnings) == mostAnnotations {
			break
		}
		g.warnings, g.left[1] = append(g.warnings, w), g.left[1]-1
	}
	about := g.words(total)
	if g.left[0] > 0 {
		about += fmt.Sprintf("; %s not shown", plural(g.left[0], "more failure"))
	}
	if g.left[1] > 0 {
		about += fmt.Sprintf("; %s not shown", plural(g.left[1], "more warning"))
	}
	out := []string{command("notice", "", 0, 0, 0, "callflow", about)}
	_, err := io.WriteString(g.w, strings.Join(append(append(out, g.errors...), g.warnings...), "\n")+"\n")
	return err
}

// command is one workflow command. What it is about is length characters from col; 0: nobody knows.
func command(kind, file string, line, col, length int, title, message string) string {
	var parts []string
	if file != "" {
		parts = append(parts, "file="+escapeProperty(file))
	}
	if line > 0 {
		parts = append(parts, fmt.Sprintf("line=%d,endLine=%d", line, line))
	}
	if col > 0 {
		parts = append(parts, fmt.Sprintf("col=%d", col))
	}
	if length > 0 {
		parts = append(parts, fmt.Sprintf("endColumn=%d", col+length))
	}
	parts = append(parts, "title="+escapeProperty(brief(title, 250)))
	return "::" + kind + " " + strings.Join(parts, ",") + "::" + escapeData(message)
}

func escapeData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func escapeProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(clean(text)))
}

// inWorkspace is a file's path from the root of its repository, with slashes, as code hosts know it: a job may run in another
// folder. The root is what GITHUB_WORKSPACE says, else the nearest folder above the file with a .git in it; a file in neither
// keeps its path.
func inWorkspace(file string, env func(string) string) string {
	if file == "" || strings.HasPrefix(file, "<") { // standard input
		return file
	}
	whole, err := filepath.Abs(filepath.FromSlash(file))
	if err != nil {
		return filepath.ToSlash(file)
	}
	for _, root := range []string{env("GITHUB_WORKSPACE"), repositoryOf(whole)} {
		if root == "" {
			continue
		}
		below, err := filepath.Rel(root, whole)
		if err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator)) {
			return filepath.ToSlash(below)
		}
	}
	return filepath.ToSlash(file)
}

// repositoryOf is the root of the repository that a file is in; "" when it is in none. Of a worktree or a submodule .git is a
// file.
func repositoryOf(whole string) string {
	for dir := filepath.Dir(whole); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// escapePath is a path in a link.
func escapePath(file string) string {
	return strings.NewReplacer("&", "&amp;", "'", "&#39;").Replace((&url.URL{Path: path.Clean(file)}).EscapedPath())
}
