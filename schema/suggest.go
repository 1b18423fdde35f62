package schema

import (
	"fmt"
	"strings"
)

// Nearest returns the candidate that got was most likely meant to be, or "".
func Nearest(got string, candidates []string) string {
	best, bestDistance := "", min(len(got), 1+max(1, len(got)/3)) // something of it has to be right
	low := strings.ToLower(got)
	for _, c := range candidates {
		if strings.EqualFold(c, got) {
			return c
		}
		if d := distance(low, strings.ToLower(c), bestDistance); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance counts insertions, deletions, substitutions and swaps of neighbours; it gives up at limit.
func distance(a, b string, limit int) int {
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

// didYouMean is a hint naming the nearest candidate, or "".
func didYouMean(got string, candidates []string) string {
	if best := Nearest(got, candidates); best != "" {
		return fmt.Sprintf("did you mean %s?", best)
	}
	return ""
}

// listed writes words as "a, b or c", cut short when there are many.
func listed(words []string, last string) string {
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
