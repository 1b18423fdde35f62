package problem

import (
	"fmt"
	"slices"
	"strings"
)

// Nearest returns the candidate that got was most likely meant to be, or "": the same in other words, one that is spelt
// almost so, or one of which got is the beginning or the other way round.
func Nearest(got string, candidates []string) string {
	best, bestDistance := "", min(len(got), 1+max(1, len(got)/3)) // something of it has to be right
	low := strings.ToLower(got)
	for _, c := range candidates {
		if strings.EqualFold(c, got) {
			return c
		}
		if d := Distance(low, strings.ToLower(c), bestDistance); d < bestDistance && d < max(len(got), len(c)) {
			best, bestDistance = c, d
		}
	}
	for _, word := range OtherWords[low] {
		if slices.Contains(candidates, word) {
			return word
		}
	}
	for _, c := range candidates {
		if best == "" && min(len(c), len(got)) >= 4 && (hasFoldPrefix(c, got) || hasFoldPrefix(got, c)) {
			best = c
		}
	}
	return best
}

// OtherWords are what people call Graph's words: keys as they stand on a telephone, and states and outcomes of calls.
var OtherWords = map[string][]string{
	"0": {"tone0"}, "1": {"tone1"}, "2": {"tone2"}, "3": {"tone3"}, "4": {"tone4"},
	"5": {"tone5"}, "6": {"tone6"}, "7": {"tone7"}, "8": {"tone8"}, "9": {"tone9"},
	"#": {"pound"}, "hash": {"pound"}, "*": {"star"}, "asterisk": {"star"},
	"answered": {"established"}, "connected": {"established", "transferred"},
	"ended": {"terminated"}, "disconnected": {"terminated"}, "hungup": {"terminated"},
	"declined": {"refused", "terminated"}, "rejected": {"refused", "terminated"},
	"succeeded": {"completed"}, "success": {"completed"}, "done": {"completed"},
}

func hasFoldPrefix(text, start string) bool {
	return len(text) >= len(start) && strings.EqualFold(text[:len(start)], start)
}

// Distance counts insertions, deletions, substitutions and swaps of neighbours; it gives up at limit.
func Distance(a, b string, limit int) int {
	if len(a) > 64 || len(b) > 64 || abs(len(a)-len(b)) >= limit {
		return limit
	}
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}

func abs(n int) int { return max(n, -n) }

// DidYouMean is a hint naming the nearest candidate, or "".
func DidYouMean(got string, candidates []string) string {
	if best := Nearest(got, candidates); best != "" {
		return fmt.Sprintf("did you mean %s?", best)
	}
	return ""
}

// Listed writes words as "a, b or c", cut short when there are many.
func Listed(words []string, last string) string {
	const most = 40
	if len(words) > most {
		return strings.Join(words[:most], ", ") + " …"
	}
	switch len(words) {
	case 0:
		return "none"
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}

// Shorten leaves out the middle of a text of more than most runes: a problem's text begins with what is wrong and ends with
// what would be right.
func Shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	rs := []rune(text)
	if len(rs) <= most {
		return text
	}
	return string(rs[:most/2]) + " … " + string(rs[len(rs)-most/2:])
}

// ManyWords is how long a list of known words may be where nothing is guessed.
const ManyWords = 18

// Folded is a word without what tools write differently: capitals, dashes, underscores and spaces.
func Folded(word string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(word))
}
