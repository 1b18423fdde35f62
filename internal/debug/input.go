package debug

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"callflow/internal/report"
)

// prompt stands before what is typed.
const prompt = "(callflow) "

// input reads commands: from a terminal with editing, history and completion, or from a script, which is echoed so that
// its output reads like a session.
type input struct {
	out    io.Writer
	style  report.Style
	lines  *bufio.Reader
	fd     int
	editor *term.Terminal // nil: no terminal
}

func newInput(c Config) *input {
	in := &input{out: c.Out, style: c.Style}
	if f, ok := c.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		in.fd = int(f.Fd())
		in.editor = term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{f, c.Out}, prompt)
		return in
	}
	in.lines = bufio.NewReader(c.In)
	return in
}

// typed says whether somebody types at a terminal.
func (in *input) typed() bool { return in.editor != nil }

// width is that of the terminal, whose window may be another size by now; known where there is none.
func (in *input) width(known int) int {
	if in.editor == nil {
		return known
	}
	if w, _, err := term.GetSize(in.fd); err == nil && w > 0 {
		in.style.Width = max(w, 40)
		return in.style.Width
	}
	return known
}

// read returns the next line. Ctrl-C and Ctrl-D on a terminal, and the end of a script, are io.EOF, as the end of ctx is.
func (in *input) read(ctx context.Context, words []string) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	restore := func() {}
	if in.editor != nil {
		old, err := term.MakeRaw(in.fd)
		if err != nil {
			return "", err
		}
		restore = func() { _ = term.Restore(in.fd, old) }
		if w, h, err := term.GetSize(in.fd); err == nil && w > 0 && h > 0 { // some terminals do not know
			_ = in.editor.SetSize(w, h)
		}
		in.editor.AutoCompleteCallback = complete(words, func(fits []string) {
			fmt.Fprintf(in.editor, "%s\n", strings.Join(in.style.Fold("", strings.Join(fits, "  "), ""), "\n"))
		})
	}
	go func() { // it may wait for ever, and the run must still end
		line, err := in.line()
		got <- answer{line, err}
	}()
	defer restore()
	select {
	case a := <-got:
		return a.line, a.err
	case <-ctx.Done():
		return "", io.EOF
	}
}

func (in *input) line() (string, error) {
	if in.editor != nil {
		line, err := in.editor.ReadLine()
		if err != nil {
			fmt.Fprint(in.out, "\r\n") // the prompt's line is not to be written on
		}
		return line, err
	}
	line, err := in.lines.ReadString('\n')
	if err != nil && line == "" {
		fmt.Fprintln(in.out, prompt)
		return "", io.EOF
	}
	line = strings.TrimRight(line, "\r\n")
	fmt.Fprintln(in.out, prompt+line)
	return line, nil
}

// complete completes the word before the cursor where only one word goes on like that, or as far as all of them agree;
// where they do not, it tells offer what there is up to the next dot. Words with a dot in front are fields, which stand behind a bracket.
func complete(words []string, offer func([]string)) func(line string, pos int, key rune) (string, int, bool) {
	return func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		from := strings.LastIndexAny(line[:pos], " (!,=<>&|?:[]") + 1
		typed := line[from:pos]
		fits := next(words, typed)
		if len(fits) == 0 || typed == "" {
			return "", 0, false
		}
		common := fits[0]
		for _, w := range fits {
			for !strings.HasPrefix(w, common) || !utf8.ValidString(common) {
				common = common[:len(common)-1]
			}
		}
		if len(fits) == 1 && from == 0 && find(common) != nil { // what it takes comes next
			common += " "
		}
		if len(common) <= len(typed) {
			if len(fits) > 1 {
				for i, w := range fits { // what is typed already says the rest
					fits[i] = w[strings.LastIndexByte(typed, '.')+1:]
				}
				offer(fits)
			}
			return "", 0, false
		}
		return line[:from] + common + line[pos:], from + len(common), true
	}
}

// next are the words that go on from typed, as far as their next dot: of steps.up.call.state and steps.up.call.id, steps.up.
func next(words []string, typed string) (fits []string) {
	for _, w := range words {
		rest, ok := strings.CutPrefix(w, typed)
		if !ok {
			continue
		}
		if i := strings.IndexByte(strings.TrimPrefix(rest, "."), '.'); i >= 0 {
			w = w[:len(w)-len(rest)+i+len(rest)-len(strings.TrimPrefix(rest, "."))]
		}
		if !slices.Contains(fits, w) {
			fits = append(fits, w)
		}
	}
	return fits
}
