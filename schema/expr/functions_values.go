package expr

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// text and elements are what a function takes an argument for; the type is checked before the run where it can be.
func text(v any) (string, error) {
	if s, ok := TextOf(v); ok {
		return s, nil
	}
	return "", fmt.Errorf("a string is wanted, and this is %s", Show(v))
}

func elements(v any) (List, error) {
	if l, ok := ListOf(v); ok {
		return l, nil
	}
	return List{}, fmt.Errorf("a list is wanted, and this is %s", Show(v))
}

func texts2(a []any) (x, y string, err error) {
	if x, err = text(a[0]); err == nil {
		y, err = text(a[1])
	}
	return x, y, err
}

func runLen(_ *evaluation, _ *Node, a []any) (any, error) {
	if s, ok := TextOf(a[0]); ok {
		return len([]rune(s)), nil
	}
	if l, ok := ListOf(a[0]); ok {
		return l.Len(), nil
	}
	if m, ok := ObjectOf(a[0]); ok {
		return len(m), nil
	}
	return nil, fmt.Errorf("a list, an object or a string is wanted, and this is %s", Show(a[0]))
}

func runTrim(f func(s, part string) string) func(*evaluation, *Node, []any) (any, error) {
	return func(_ *evaluation, _ *Node, a []any) (any, error) {
		if len(a) == 1 {
			s, err := text(a[0])
			return strings.TrimSpace(s), err
		}
		s, part, err := texts2(a)
		return f(s, part), err
	}
}

func runTest(f func(s, part string) bool) func(*evaluation, *Node, []any) (any, error) {
	return func(_ *evaluation, _ *Node, a []any) (any, error) {
		s, part, err := texts2(a)
		return f(s, part), err
	}
}

func runFind(f func(s, part string) int) func(*evaluation, *Node, []any) (any, error) {
	return func(ev *evaluation, at *Node, a []any) (any, error) {
		s, part, err := texts2(a)
		if err != nil || !ev.spend(at, len(s)>>4) {
			return nil, err
		}
		place := f(s, part)
		if place > 0 { // in characters, as len and a[from:to] count
			place = utf8.RuneCountInString(s[:place])
		}
		return place, nil
	}
}

func runReplace(ev *evaluation, at *Node, a []any) (any, error) {
	s, old, err := texts2(a)
	if err != nil {
		return nil, err
	}
	with, err := text(a[2])
	if err != nil || !ev.spend(at, len(s)>>2) {
		return nil, err
	}
	if size := len(s) + strings.Count(s, old)*(len(with)-len(old)); size > MaxText || !ev.spend(at, max(size, 0)>>4) {
		return nil, fmt.Errorf("the text becomes longer than %d bytes", MaxText)
	}
	return strings.ReplaceAll(s, old, with), nil
}

func runSplit(ev *evaluation, at *Node, a []any) (any, error) {
	s, sep, err := texts2(a)
	if err != nil || !ev.spend(at, len(s)>>4) {
		return nil, err
	}
	if n := strings.Count(s, sep); n >= maxRange || !ev.spend(at, n) {
		return nil, fmt.Errorf("more than %d parts", maxRange)
	}
	parts := strings.Split(s, sep)
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, nil
}

func runJoin(ev *evaluation, at *Node, a []any) (any, error) {
	l, err := elements(a[0])
	if err != nil {
		return nil, err
	}
	glue := ""
	if len(a) == 2 {
		if glue, err = text(a[1]); err != nil {
			return nil, err
		}
	}
	var b strings.Builder
	for i := range l.Len() {
		if i > 0 {
			b.WriteString(glue)
		}
		v := l.At(i)
		s, ok := TextOf(v)
		if !ok {
			return nil, fmt.Errorf("a list of strings is wanted, and element %d is %s", i, Show(v))
		}
		b.WriteString(s)
		if b.Len() > MaxText {
			return nil, fmt.Errorf("the text becomes longer than %d bytes", MaxText)
		}
		if !ev.spend(at, 1+(len(s)+len(glue))>>4) {
			return nil, nil
		}
	}
	return b.String(), nil
}

func runFromBase64(ev *evaluation, at *Node, a []any) (any, error) {
	s, err := text(a[0])
	if err != nil || !ev.spend(at, len(s)>>2) {
		return nil, err
	}
	out, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%s is not base64", Show(s))
	}
	return string(out), nil
}

func runString(ev *evaluation, at *Node, a []any) (any, error) {
	switch v := a[0].(type) {
	case string:
		return v, nil
	case time.Duration:
		return v.String(), nil
	case json.Number:
		return v.String(), nil
	}
	if s, ok := TextOf(a[0]); ok {
		return s, nil
	}
	if n, ok := NumberOf(a[0]); ok && n.float {
		return strconv.FormatFloat(n.f, 'f', -1, 64), nil
	}
	return runToJSON(ev, at, a)
}

func runInt(_ *evaluation, _ *Node, a []any) (any, error) {
	if s, ok := TextOf(a[0]); ok {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("%s is not a whole number", Show(a[0]))
		}
		return n, nil
	}
	n, ok := NumberOf(a[0])
	if !ok || n.float && math.Abs(n.f) > 1<<53 {
		return nil, fmt.Errorf("a number or a string is wanted, and this is %s", Show(a[0]))
	}
	if n.float {
		return int(n.f), nil
	}
	return int(n.i), nil
}

func runFloat(_ *evaluation, _ *Node, a []any) (any, error) {
	if s, ok := TextOf(a[0]); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%s is not a number", Show(a[0]))
		}
		return f, nil
	}
	n, ok := NumberOf(a[0])
	if !ok {
		return nil, fmt.Errorf("a number or a string is wanted, and this is %s", Show(a[0]))
	}
	return n.Value(), nil
}

func runDuration(_ *evaluation, _ *Node, a []any) (any, error) {
	s, err := text(a[0])
	if err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return nil, fmt.Errorf("%s is not a duration such as 500ms, 30s or 1m30s", Show(s))
	}
	return d, nil
}

func runToJSON(ev *evaluation, at *Node, a []any) (any, error) {
	if !ev.spend(at, Weight(a[0], maxWork)) {
		return nil, nil
	}
	out, err := json.Marshal(a[0])
	if err != nil || !ev.spend(at, len(out)>>2) {
		return nil, err
	}
	if len(out) > MaxText {
		return nil, fmt.Errorf("the text becomes longer than %d bytes", MaxText)
	}
	return string(out), nil
}

func runFromJSON(ev *evaluation, at *Node, a []any) (v any, err error) {
	s, err := text(a[0])
	if err != nil || !ev.spend(at, len(s)) {
		return nil, err
	}
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return nil, fmt.Errorf("%s is not JSON", Show(s))
	}
	return v, nil
}

func runType(_ *evaluation, _ *Node, a []any) (any, error) {
	switch a[0].(type) {
	case nil:
		return "nil", nil
	case bool:
		return "bool", nil
	case time.Duration:
		return "duration", nil
	}
	if n, ok := NumberOf(a[0]); ok {
		if n.float {
			return "float", nil
		}
		return "int", nil
	}
	if _, ok := TextOf(a[0]); ok {
		return "string", nil
	}
	if _, ok := ListOf(a[0]); ok {
		return "array", nil
	}
	return "map", nil
}

func runRound(f func(float64) float64, keep bool) func(*evaluation, *Node, []any) (any, error) {
	return func(_ *evaluation, _ *Node, a []any) (any, error) {
		n, ok := NumberOf(a[0])
		switch {
		case !ok:
			return nil, fmt.Errorf("a number is wanted, and this is %s", Show(a[0]))
		case keep && !n.float:
			return int(max(n.i, -n.i)), nil
		}
		return f(n.Value()), nil
	}
}

// runPick returns the value that compares as want with all others.
func runPick(want int) func(*evaluation, *Node, []any) (any, error) {
	return func(ev *evaluation, at *Node, a []any) (any, error) {
		var best any
		try := func(v any) error {
			if best == nil {
				best = v
			}
			order, ok := compare(v, best)
			if !ok {
				return fmt.Errorf("numbers are wanted, and this is %s", Show(v))
			}
			if order == want {
				best = v
			}
			return nil
		}
		for _, v := range a {
			l, ok := ListOf(v)
			if !ok {
				l = List{anys: []any{v}}
			}
			for i := range l.Len() {
				if err := try(l.At(i)); err != nil || !ev.spend(at, 1) {
					return nil, err
				}
			}
		}
		return best, nil
	}
}
