package report

import (
	"io"
	"regexp"
	"strings"
)

// Titled is a heading with rows of two columns below it.
type Titled struct {
	Title string
	Rows  [][2]string
}

// Columns writes rows under their headings, the second column in line and folded to the width.
func Columns(w io.Writer, s Style, all []Titled) {
	widest := 0
	for _, t := range all {
		for _, r := range t.Rows {
			widest = max(widest, width(r[0]))
		}
	}
	widest = min(widest, s.Width/2)
	for i, t := range all {
		if i > 0 {
			writeLines(w, "")
		}
		writeLines(w, s.paint(bold, clean(t.Title)))
		for _, r := range t.Rows {
			lead := "  " + clean(r[0]) + strings.Repeat(" ", max(widest-width(r[0]), 0)) + "  "
			writeLines(w, s.Fold(lead, r[1], strings.Repeat(" ", widest+4))...)
		}
	}
}

func writeLines(w io.Writer, lines ...string) {
	for _, l := range lines {
		_, _ = io.WriteString(w, strings.TrimRight(l, " ")+"\n")
	}
}

// Manual writes Markdown as a terminal shows it: headings bold, text folded to the width, code indented, tables as lists.
// It knows what the language's reference is written in, and no more.
func Manual(w io.Writer, s Style, text string) {
	m := manual{w: w, s: s}
	all := strings.Split(strings.TrimSpace(text), "\n")
	for i := 0; i < len(all); i++ {
		line := all[i]
		switch {
		case strings.HasPrefix(line, "```"):
			m.gap()
			for i++; i < len(all) && !strings.HasPrefix(all[i], "```"); i++ {
				m.put("    " + clean(all[i]))
			}
		case strings.HasPrefix(line, "    ") && strings.TrimSpace(line) != "": // code too
			m.gap()
			for ; i < len(all) && strings.HasPrefix(all[i], "    "); i++ {
				m.put(clean(all[i]))
			}
			i--
		case strings.HasPrefix(line, "<!--"):
		case strings.HasPrefix(line, "#"):
			m.gap()
			m.heading(m.inline(strings.TrimLeft(line, "# ")))
		case strings.HasPrefix(line, "|"):
			from := i
			for i+1 < len(all) && strings.HasPrefix(all[i+1], "|") {
				i++
			}
			m.gap()
			m.table(all[from : i+1])
		case strings.HasPrefix(line, "- "):
			if !m.listed {
				m.gap()
			}
			m.listed = true
			item := m.paragraph(all, &i)
			m.put(m.fold("  - ", strings.TrimPrefix(item, "- "), "    ")...)
			continue
		case strings.TrimSpace(line) == "":
			continue
		default:
			m.gap()
			m.put(m.fold("", m.paragraph(all, &i), "")...)
		}
		m.listed = false
	}
}

type manual struct {
	w      io.Writer
	s      Style
	begun  bool
	listed bool // the last line was of a list
}

func (m *manual) put(lines ...string) {
	m.begun = true
	writeLines(m.w, lines...)
}

// heading is bold, or underlined where nothing can be.
func (m *manual) heading(text string) {
	m.put(m.s.paint(bold, text))
	if !m.s.Color {
		m.put(strings.Repeat("-", width(text)))
	}
}

// gap writes a blank line between two blocks.
func (m *manual) gap() {
	if m.begun {
		writeLines(m.w, "")
	}
}

// paragraph joins lines up to the end of a paragraph or item; i is then at its last line.
func (m *manual) paragraph(all []string, i *int) string {
	text := all[*i]
	for *i+1 < len(all) {
		next := all[*i+1]
		if strings.TrimSpace(next) == "" || strings.HasPrefix(next, "- ") || strings.HasPrefix(next, "|") || strings.HasPrefix(next, "```") || strings.HasPrefix(next, "#") {
			break
		}
		text += " " + strings.TrimSpace(next)
		*i++
	}
	return text
}

var (
	markdownLink = regexp.MustCompile(`\[([^\]]+)\]\(([^)]*)\)`)
	markdownBold = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	markdownCode = regexp.MustCompile("`([^`]+)`")
)

// inline is a line of text without Markdown's marks; code keeps its quotes where no colour can show it.
func (m *manual) inline(text string) string {
	text = markdownLink.ReplaceAllStringFunc(text, func(link string) string {
		parts := markdownLink.FindStringSubmatch(link)
		if strings.HasPrefix(parts[2], "http") && parts[1] != parts[2] {
			return parts[1] + " (" + parts[2] + ")"
		}
		return parts[1]
	})
	text = strings.ReplaceAll(markdownBold.ReplaceAllString(text, "$1"), `\|`, "|")
	return clean(text)
}

// fold breaks text into lines, and then colours the code in it.
func (m *manual) fold(lead, text, indent string) []string {
	out := m.s.fold(lead, m.inline(text), m.s.Width, indent)
	if !m.s.Color {
		return out
	}
	open := false
	for i, line := range out {
		// Code may go on in the next line.
		var b strings.Builder
		for n, part := range strings.Split(line, "`") {
			if n > 0 {
				open = !open
			}
			if open {
				part = m.s.paint(code, part)
			}
			b.WriteString(part)
		}
		out[i] = b.String()
	}
	return out
}

// table writes a table as a list: the first column leads, what it takes stands beside it and what it is for below. Of
// other tables each cell has its column's title.
func (m *manual) table(rows []string) {
	titles := splitCells(rows[0])
	words := len(titles) == 3 && titles[2] == "What for" || titles[len(titles)-1] == "Says" || len(titles) == 2
	for _, row := range rows[min(2, len(rows)):] {
		cells := splitCells(row)
		head := "  " + m.s.paint(bold, m.inline(markdownCode.ReplaceAllString(cells[0], "$1")))
		if words && len(cells) == 3 {
			head, cells = head+"  ", cells[1:]
			m.put(m.fold(head, cells[0], "      ")...)
		} else {
			m.put(head)
		}
		for i, text := range cells[1:] {
			if !words && i+1 < len(titles) {
				text = titles[i+1] + ": " + text
			}
			if text != "" {
				m.put(m.fold("      ", text, "      ")...)
			}
		}
	}
}

// splitCells cuts a row at the bars that no backslash protects.
func splitCells(row string) []string {
	row = strings.Trim(strings.ReplaceAll(row, `\|`, "\x00"), "|")
	cells := strings.Split(row, "|")
	for i := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(cells[i]), "\x00", "|")
	}
	return cells
}
