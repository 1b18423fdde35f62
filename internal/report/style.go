package report

import (
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"
)

// Style is how text may look where it is read.
type Style struct {
	Color bool
	ASCII bool // no character outside ASCII for lines and marks
	Width int  // columns
	Live  bool // a terminal whose last line may be rewritten
}

// defaultWidth is used where nobody knows the width: files, pipes, CI logs.
const defaultWidth = 100

// leastColumns is what lines are laid out for where a window is narrower.
const leastColumns = 40

// StyleFor looks at where w goes and at the environment: NO_COLOR and noColor turn colour off, FORCE_COLOR turns it on
// without a terminal (https://no-color.org, https://force-color.org), a locale that names another character set than
// UTF-8 turns to ASCII. A locale that is not set at all is taken for UTF-8, as containers rarely set one.
func StyleFor(w io.Writer, env func(string) string, noColor bool) Style {
	s := Style{Width: defaultWidth}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.Color = env("TERM") != "dumb"
		s.Live = s.Color && !inCI(env)
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			s.Width = max(width, leastColumns)
		}
	}
	if force := env("FORCE_COLOR"); force != "" && force != "0" && force != "false" {
		s.Color = true
	}
	if noColor || env("NO_COLOR") != "" {
		s.Color = false
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := env(name); v != "" {
			v = strings.ToUpper(v)
			s.ASCII = !strings.Contains(v, "UTF-8") && !strings.Contains(v, "UTF8")
			break
		}
	}
	return s
}

// inCI says that a CI server reads along, some of which give their jobs a terminal: in its log nothing can be rewritten.
func inCI(env func(string) string) bool {
	ci := strings.ToLower(env("CI"))
	return ci != "" && ci != "0" && ci != "false"
}

// Colours, by what they mean.
const (
	good  = "32"
	bad   = "31"
	warn  = "33"
	faint = "2"
	bold  = "1"
	code  = "36"
)

func (s Style) paint(how, text string) string {
	if !s.Color || how == "" || text == "" {
		return text
	}
	return "\x1b[" + how + "m" + text + "\x1b[0m"
}

// mark returns the first word, or the second where only ASCII can be shown.
func (s Style) mark(unicode, ascii string) string {
	if s.ASCII {
		return ascii
	}
	return unicode
}

// cells measures text as a terminal does. Ambiguous characters count one, whatever the locale, so that a report does not
// depend on who made it.
var cells = &runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

func width(text string) int { return cells.StringWidth(text) }

// cut shortens text to w cells.
func (s Style) cut(text string, w int) string {
	if width(text) <= w {
		return text
	}
	tail := s.mark("…", "...")
	if w <= width(tail) {
		return cells.Truncate(text, max(w, 0), "")
	}
	return cells.Truncate(text, w, tail)
}

// pad cuts or fills text to exactly w cells.
func (s Style) pad(text string, w int) string {
	text = s.cut(text, w)
	return text + strings.Repeat(" ", max(0, w-width(text)))
}

// fold breaks text at spaces, and paths that begin with a slash after one, into lines of at most w cells: the first one
// after lead, the others after indent. A piece that is longer than a line is broken where the line ends.
func (s Style) fold(lead, text string, w int, indent string) []string {
	return s.foldIn("", lead, text, w, indent)
}

// foldIn is fold with the text, but not the lead, in a colour.
func (s Style) foldIn(how, lead, text string, w int, indent string) []string {
	w = max(w, width(indent)+8)
	var out []string
	line, used := "", width(plain(lead))
	next := func() {
		out = append(out, lead+s.paint(how, line))
		lead, line, used = indent, "", width(indent)
	}
	for word := range strings.FieldsSeq(text) {
		gap := " "
		pieces := []string{word}
		if word[0] == '/' {
			pieces = strings.SplitAfter(word, "/")
		}
		for _, piece := range pieces {
			switch room := w - width(piece); {
			case line == "":
				if gap = ""; used > room && lead != indent && width(indent) <= room {
					next()
				}
			case used+width(gap) > room:
				next()
				gap = ""
			}
			line, used = line+gap, used+width(gap)
			for used+width(piece) > w {
				part := cells.Truncate(piece, w-used, "")
				line, piece = line+part, piece[len(part):]
				next()
			}
			line, used, gap = line+piece, used+width(piece), ""
		}
	}
	next()
	return out
}

// Fold breaks text into lines that fit the width: the first after lead, the others after indent.
func (s Style) Fold(lead, text, indent string) []string {
	return s.fold(lead, clean(text), s.Width, indent)
}

// Hard breaks text into lines of at most w cells wherever they end, and keeps its spaces.
func (s Style) Hard(text string, w int) []string {
	w = max(w, 8)
	var out []string
	for width(text) > w {
		part := cells.Truncate(text, w, "")
		out, text = append(out, part), text[len(part):]
	}
	return append(out, text)
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// plain is text without colours.
func plain(text string) string { return ansi.ReplaceAllString(text, "") }

// clean makes text from outside safe to print on one line: control characters, which could move the cursor or change
// colours, are shown as escapes, and so is what a terminal may reorder.
func clean(text string) string {
	if strings.IndexFunc(text, unprintable) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !unprintable(r) || r == unicode.ReplacementChar:
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// unprintable says whether a character is shown as something else: the replacement character because it may stand for any byte.
func unprintable(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }

// Plain makes text from outside safe to print, on as many lines as it has: for what is printed without a Console.
func Plain(text string) string {
	if !strings.HasSuffix(text, "\n") {
		return strings.Join(lines(text), "\n")
	}
	return strings.Join(lines(text), "\n") + "\n"
}

// Guard returns a writer that lets nothing but printable text through to w, for output without colours. Each Write must hold
// whole characters.
func Guard(w io.Writer) io.Writer { return guard{w} }

type guard struct{ io.Writer }

func (g guard) Write(p []byte) (int, error) {
	parts := strings.Split(string(p), "\n")
	for i := range parts {
		parts[i] = clean(parts[i])
	}
	if _, err := io.WriteString(g.Writer, strings.Join(parts, "\n")); err != nil {
		return 0, err
	}
	return len(p), nil
}

// guarded is a line without anything that commands a terminal, but for our own colours: the last look at what the console
// writes, whatever was forgotten before.
func guarded(line string) string {
	if strings.IndexFunc(line, unprintable) < 0 {
		return line
	}
	var b strings.Builder
	for at := 0; at < len(line); {
		n := colourAt(line[at:])
		if n == 0 {
			_, n = utf8.DecodeRuneInString(line[at:])
			b.WriteString(clean(line[at : at+n]))
		} else {
			b.WriteString(line[at : at+n])
		}
		at += n
	}
	return b.String()
}

// colourAt is the length of the escape sequence that paint writes, if text begins with one.
func colourAt(text string) int {
	digits, ok := strings.CutPrefix(text, "\x1b[")
	if !ok {
		return 0
	}
	rest := strings.TrimLeft(digits, "0123456789")
	if !strings.HasPrefix(rest, "m") {
		return 0
	}
	return len(text) - len(rest) + 1
}

// lines splits text from outside into lines that are safe to print.
func lines(text string) []string {
	out := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	for i, l := range out {
		out[i] = clean(strings.TrimRight(l, "\r"))
	}
	return out
}

// offset is a moment as time since the start of its run: 0.450s, 1m05.450s.
func offset(start, at time.Time) string {
	d := at.Sub(start)
	if d < 0 {
		d = 0
	}
	d = d.Round(time.Millisecond)
	if d < time.Minute {
		return fmt.Sprintf("%.3fs", d.Seconds())
	}
	m := int(d / time.Minute)
	rest := (d - time.Duration(m)*time.Minute).Seconds()
	if m < 60 {
		return fmt.Sprintf("%dm%06.3fs", m, rest)
	}
	// As wide as 59m59.999s at most: the columns of the console and the ladder stay in line.
	if m/60 < 10 {
		return fmt.Sprintf("%dh%02dm%04.1fs", m/60, m%60, math.Floor(rest*10)/10)
	}
	return fmt.Sprintf("%dh%02dm%02ds", m/60, m%60, int(rest))
}

// duration is a length of time with no more digits than a reader wants.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(10 * time.Millisecond).String()
	}
	text := d.Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return text
}

// plural is "1 step" or "2 steps".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Bold is text that stands out, without what could command a terminal.
func (s Style) Bold(text string) string { return s.paint(bold, clean(text)) }

// Offset is a moment as time since the start of its run: 0.450s, 1m05.450s.
func Offset(start, at time.Time) string { return offset(start, at) }
