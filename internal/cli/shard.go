package cli

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"callflow/internal/project"
)

// shard is one of several parts that the runs of a command are dealt into: "2/5".
type shard struct{ nth, of int }

var aShard = regexp.MustCompile(`^(\d{1,6})/(\d{1,6})$`)

// parseShard reads --shard; "" is the whole.
func parseShard(text string) (shard, error) {
	if text == "" {
		return shard{1, 1}, nil
	}
	m := aShard.FindStringSubmatch(text)
	if m == nil {
		return shard{}, &inputError{fmt.Sprintf("--shard %q: write which part of how many, such as 2/5", text)}
	}
	nth, _ := strconv.Atoi(m[1])
	of, _ := strconv.Atoi(m[2])
	if nth < 1 || nth > of {
		return shard{}, &inputError{fmt.Sprintf("--shard %s: parts count from 1 to %d", text, of)}
	}
	return shard{nth, of}, nil
}

// deal keeps the shard's own of the chosen runs. They are dealt out like cards, in the order of their files and rows: each
// goes to exactly one shard, whatever order the files were named in, and all shards get the same number, or one less.
func (s shard) deal(chosen []choice) (own []choice) {
	order := slices.Clone(chosen)
	slices.SortStableFunc(order, func(a, b choice) int { return cmp.Compare(a.scenario.File, b.scenario.File) })
	first := map[*project.Scenario]int{} // the number of a scenario's first row
	n := 0
	for _, c := range order {
		first[c.scenario] = n
		n += len(c.rows)
	}
	for _, c := range chosen {
		mine := choice{scenario: c.scenario}
		for i, row := range c.rows {
			if (first[c.scenario]+i)%s.of == s.nth-1 {
				mine.rows = append(mine.rows, row)
			}
		}
		if len(mine.rows) > 0 {
			own = append(own, mine)
		}
	}
	return own
}

func (s shard) String() string { return fmt.Sprintf("%d/%d", s.nth, s.of) }

// dealAgain keeps the shard's own of the runs to make again. Those that were in one of as many shards stay in it: each
// machine has its own failures. The others are dealt out in their order.
func (s shard) dealAgain(runs []failedRun) (own, others []failedRun) {
	n := 0
	for _, r := range runs {
		if was, err := parseShard(r.Shard); r.Shard == "" || err != nil || was.of != s.of {
			r.Shard = shard{n%s.of + 1, s.of}.String()
			n++
		}
		if r.Shard == s.String() {
			own = append(own, r)
		} else {
			others = append(others, r)
		}
	}
	return own, others
}

// rows counts the runs that are chosen, without their repetitions.
func rows(chosen []choice) (n int) {
	for _, c := range chosen {
		n += len(c.rows)
	}
	return n
}
