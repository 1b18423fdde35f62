package expr

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"callflow/schema/problem"
)

// maxRegexp bounds a regular expression with its repetitions written out. RE2 takes time in proportion to the text times
// that size: (a?){1000} over a megabyte is half a minute.
const maxRegexp = 5000

// compileRegexp also returns the size, for matchWork.
func compileRegexp(text string) (re *regexp.Regexp, size int, err error) {
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		var bad *syntax.Error
		if errors.As(err, &bad) {
			return nil, 0, fmt.Errorf("%s: `%s`", bad.Code, problem.Shorten(bad.Expr, 100))
		}
		return nil, 0, err
	}
	if size = regexpSize(parsed); size > maxRegexp {
		return nil, 0, fmt.Errorf("with its repetitions written out it has more than %d parts", maxRegexp)
	}
	re, err = regexp.Compile(text)
	return re, size, err
}

// regexpSize counts the parts of a regular expression, repetitions written out; above maxRegexp it is not exact.
func regexpSize(re *syntax.Regexp) int {
	size := 1
	if re.Op == syntax.OpLiteral {
		size = len(re.Rune)
	}
	for _, part := range re.Sub {
		size = min(size+regexpSize(part), maxRegexp+1)
	}
	if re.Op == syntax.OpRepeat {
		size = min(size*max(re.Min, re.Max, 1), maxRegexp+1)
	}
	return size
}

// matchWork is what looking for a regular expression in text costs, in the unit of maxWork.
func matchWork(text string, size int) int { return len(text) * (1 + size/4) }
