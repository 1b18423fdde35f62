package steps

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
)

// checker looks at what a step says literally. Values that depend on expressions are zero there (a pointer to one is nil), so
// whether a key is present is asked of its position.
type checker struct {
	at     func(path ...string) schema.Pos
	report func(schema.Problem)
}

// has says whether the key at the end of path is written, whatever its value.
func (c checker) has(path ...string) bool {
	return c.at(path...) != c.at(path[:len(path)-1]...)
}

// problem reports what is wrong at path.
func (c checker) problem(text string, path ...string) {
	c.report(schema.Problem{Pos: c.at(path...), Code: "bad-params", Severity: schema.SeverityError, Text: text})
}

// atMost bounds the length of a list.
func (c checker) atMost(n, limit int, path ...string) {
	if n > limit {
		c.problem(fmt.Sprintf("%s has %d entries; the service takes up to %d", path[len(path)-1], n, limit), path...)
	}
}

// within bounds a number; nil is absent, or depends on an expression.
func (c checker) within(n *int, low, high int, path ...string) {
	if n != nil && (*n < low || *n > high) {
		c.problem(fmt.Sprintf("%s is %d; it goes from %d to %d", path[len(path)-1], *n, low, high), path...)
	}
}

// settle bounds the time that the service has to show what it did.
func (c checker) settle(d *time.Duration) {
	if d != nil && *d < 0 {
		c.problem(fmt.Sprintf("settle is %s; it may be 0s, or longer", *d), "settle")
	}
}

// context bounds a clientContext.
func (c checker) context(text string) {
	if n := len([]rune(text)); n > 256 {
		c.problem(fmt.Sprintf("clientContext has %d characters; the service takes up to 256", n), "clientContext")
	}
}

// The kinds of identity; an identity set has one of them.
var identities = []string{
	"user", "application", "applicationInstance", "phone", "guest", "encrypted", "onPremises",
	"azureCommunicationServicesUser", "acsApplicationInstance", "assertedIdentity", "device",
}

var guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}$`)

// acs is the raw id of a user of Azure Communication Services, as that service's page "Understand identifier types" has it.
var acs = regexp.MustCompile(`^8:(acs|spool|gcch-acs|dod-acs):.+$`)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// format reports a literal text that is not of the form.
func (c checker) format(text string, form *regexp.Regexp, what, hint string, path ...string) {
	if text != "" && !form.MatchString(text) {
		c.report(schema.Problem{Pos: c.at(path...), Len: len([]rune(text)), Code: "bad-format", Severity: schema.SeverityError,
			Text: fmt.Sprintf("%q is not %s", text, what), Hint: hint})
	}
}

// ids checks the form of the ids in an identity set. Encrypted and on-premises identities may have any.
func (c checker) ids(who *graph.IdentitySet, path ...string) {
	below := func(kind string) []string { return append(append([]string{}, path...), kind, "id") }
	if who.Phone != nil {
		c.format(who.Phone.ID, e164, "a telephone number in E.164 form", "write it as +, country code and number: +15551234567", below("phone")...)
	}
	for _, id := range []struct {
		kind string
		*graph.Identity
		hint string
	}{
		{"user", who.User, "write their object id, as 8a34a46b-3d17-4adc-8dce-dc4e7d572698"},
		{"application", who.Application, "write its app id, as 8a34a46b-3d17-4adc-8dce-dc4e7d572698"},
		{"applicationInstance", who.ApplicationInstance, "write the resource account's object id, as 8a34a46b-3d17-4adc-8dce-dc4e7d572698"},
		{"guest", who.Guest, "any GUID will do, as 8a34a46b-3d17-4adc-8dce-dc4e7d572698"},
	} {
		if id.Identity != nil {
			c.format(id.ID, guid, "a GUID", id.hint, below(id.kind)...)
		}
	}
	if who.AzureCommunicationServicesUser != nil {
		c.format(who.AzureCommunicationServicesUser.ID, acs, "an id of Azure Communication Services",
			"write their raw id, as 8:acs:<resource>_<user>", below("azureCommunicationServicesUser")...)
	}
}

// identity checks the identity of somebody at path: one kind, and ids of the form that it takes. It returns false where
// several kinds are said, so that nothing can be told from any of them.
func (c checker) identity(who *graph.IdentitySet, path ...string) (one bool) {
	set := append(append([]string{}, path...), "identity")
	if !c.has(set...) {
		return true
	}
	if who != nil {
		c.ids(who, set...)
	}
	var kinds []string
	for _, kind := range identities {
		if c.has(append(set, kind)...) {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) > 1 {
		c.problem("an identity is of one kind, and this one says "+strings.Join(kinds, " and "), append(set, kinds[1])...)
	}
	return len(kinds) < 2
}

// exactlyOne reports unless one of the keys is written.
func (c checker) exactlyOne(verb string, keys ...string) {
	var written []string
	for _, key := range keys {
		if c.has(key) {
			written = append(written, key)
		}
	}
	c.oneOf(verb, written, keys...)
}

// oneOf reports unless exactly one of the keys is among those written.
func (c checker) oneOf(verb string, written []string, keys ...string) {
	switch {
	case len(written) == 0:
		c.problem(fmt.Sprintf("%s needs one of %s", verb, strings.Join(keys, ", ")))
	case len(written) > 1:
		c.problem(fmt.Sprintf("%s takes one of %s, and this has %s", verb, strings.Join(keys, ", "), strings.Join(written, " and ")), written[1])
	}
}

// bounded refuses a value that would be too large to write out, as one of many names for one list can be.
func bounded(env Env, v any, at ...string) error {
	if !expr.TooLarge(v) {
		return nil
	}
	return &FailureError{Failure: &Failure{Kind: "value", Pos: env.Step().Params.At(at...),
		Text: "the value is too large: it holds one list or object many times over"}}
}
