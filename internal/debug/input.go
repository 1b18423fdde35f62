package debug

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// prompt stands before what is typed.
const prompt = "(callflow) "

// input reads commands: from a terminal with editing, history and completion, or from a script, which is echoed so that
// its output reads like a session.
type input struct {
	out    io.Writer
	lines  *bufio.Reader
	fd     int
	editor *term.Terminal // nil: no terminal
}

func newInput(c Config) *input {
	in := &input{out: c.Out}
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
		if w, h, err := term.GetSize(in.fd); err == nil {
			_ = in.editor.SetSize(w, h)
		}
		in.editor.AutoCompleteCallback = complete(words)
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

// complete completes the word before the cursor where only one word goes on like that, or as far as all of them agree.
// Words with a dot in front are fields, which stand behind a bracket.
func complete(words []string) func(line string, pos int, key rune) (string, int, bool) {
	return func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		from := strings.LastIndexAny(line[:pos], " (!,=<>&|?:[]") + 1
		typed := line[from:pos]
		common, n := "", 0
		for _, w := range words {
			if !strings.HasPrefix(w, typed) || typed == "" {
				continue
			}
			if n++; n == 1 {
				common = w
			}
			for !strings.HasPrefix(w, common) {
				common = common[:len(common)-1]
			}
		}
		if n == 1 && from == 0 && find(common) != nil { // what it takes comes next
			common += " "
		}
		if len(common) <= len(typed) {
			return "", 0, false
		}
		return line[:from] + common + line[pos:], from + len(common), true
	}
}
