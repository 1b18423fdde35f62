package conformance_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"callflow/internal/graph"
)

var (
	wholeID     = regexp.MustCompile(`^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9A-F]{64})$`)
	timestamp   = regexp.MustCompile(`^\d{4}-\d\d-\d\dT[\d:.]+Z$`)
	anURL       = regexp.MustCompile(`^https://[^ ]+$`)
	etag        = regexp.MustCompile(`^W/"\d+"$`)
	placeholder = regexp.MustCompile(`^<.*>$|-value$|^String$`)
)

// compare holds a value of ours against the example's.
func (g *play) compare(at string, want, got any) {
	switch w := want.(type) {
	case map[string]any:
		o, ok := got.(map[string]any)
		if !ok {
			g.say("type", at, "%v, the example an object", got)
			return
		}
		for _, name := range sortedKeys(w) {
			x, has := o[name]
			switch {
			case !has && w[name] == nil: // null says nothing
			case !has:
				text, _ := json.Marshal(w[name])
				g.say("missing", at+"/"+name, "the example says %s", text)
			default:
				g.compare(at+"/"+name, w[name], x)
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok {
			g.say("type", at, "%v, the example a list", got)
			return
		}
		list = g.aligned(w, list)
		for i := range w {
			if list[i] == nil {
				text, _ := json.Marshal(w[i])
				g.say("missing", fmt.Sprintf("%s/%d", at, i), "the example has %s", text)
				continue
			}
			g.compare(fmt.Sprintf("%s/%d", at, i), w[i], list[i])
		}
		if n := len(list) - len(w); n > 0 {
			text, _ := json.Marshal(list[len(w):])
			g.say("more", at, "%d more than the example's %d: %s", n, len(w), text)
		}
	case string:
		s, ok := got.(string)
		if !ok {
			g.say("type", at, "%v, the example %q", got, w)
			return
		}
		g.text(at, w, s)
	case nil:
		if got != nil {
			text, _ := json.Marshal(got)
			g.say("value", at, "%s, the example null", text)
		}
	default:
		if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
			g.say("type", at, "%v, the example %v", got, want)
		} else if want != got {
			g.say("value", at, "%v, the example %v", got, want)
		}
	}
}

// aligned puts ours in the order of the example's: participants by whom they are, other things as they come. The list is
// at least as long as the example's.
func (g *play) aligned(want, got []any) []any {
	rest, list := slices.Clone(got), make([]any, len(want))
	take := func(i int) any {
		x := rest[i]
		rest = slices.Delete(rest, i, i+1)
		return x
	}
	for i, w := range want {
		p, _ := w.(map[string]any)
		if who := identityIn(p); who != "" {
			if at := slices.IndexFunc(rest, func(x any) bool {
				o, _ := x.(map[string]any)
				return o != nil && graph.CanonicalID(identityIn(o)) == graph.CanonicalID(who)
			}); at >= 0 {
				list[i] = take(at)
			}
		} else if kind, ok := p["mediaType"]; ok {
			if at := slices.IndexFunc(rest, func(x any) bool { o, _ := x.(map[string]any); return o["mediaType"] == kind }); at >= 0 {
				list[i] = take(at)
			}
		} else if len(rest) > 0 {
			list[i] = take(0)
		}
	}
	return append(list, rest...)
}

func (g *play) text(at, want, got string) {
	switch {
	case placeholder.MatchString(want) && got != "":
	case strings.HasSuffix(at, "/clientContext") || strings.HasSuffix(at, "/resourceId"): // the client's own
		if want != got {
			g.say("value", at, "%q, the example %q", got, want)
		}
	case wholeID.MatchString(want) && wholeID.MatchString(got):
		g.id(at, want, got)
	case timestamp.MatchString(want) && timestamp.MatchString(got), etag.MatchString(want) && etag.MatchString(got):
	case strings.HasSuffix(at, "/sourceId"), strings.HasSuffix(at, "/region"), strings.HasSuffix(at, "/languageId"): // of the world
	case strings.HasSuffix(at, "/threadId") && want != got:
		if !strings.HasPrefix(got, "19:") || !g.bind(want, got) {
			g.say("value", at, "%q, the example %q", got, want)
		}
	case strings.HasSuffix(at, "/recordingLocation") && anURL.MatchString(want) && anURL.MatchString(got):
	case anyID.MatchString(want) && anyID.MatchString(got):
		a, b := anyID.FindAllString(want, -1), anyID.FindAllString(got, -1)
		if anyID.ReplaceAllString(want, "{}") != anyID.ReplaceAllString(got, "{}") || len(a) != len(b) {
			g.say("value", at, "%q, the example %q", got, want)
			return
		}
		for i := range a {
			g.id(at, a[i], b[i])
		}
	case want != got:
		g.say("value", at, "%q, the example %q", got, want)
	}
}

// id matches ids: people's and tenants' must be the same, others are matched one to one. In legacy they must be written
// alike, too.
func (g *play) id(at, want, got string) {
	if whose.MatchString(at) {
		if graph.CanonicalID(want) != graph.CanonicalID(got) {
			g.say("value", at, "%q, the example %q", got, want)
		}
		return
	}
	if !g.bind(want, got) {
		g.say("id", at, "%q, the example %q; elsewhere they stand for %q and %q", got, want, g.back[graph.CanonicalID(got)], g.ids[graph.CanonicalID(want)])
	} else if g.dialect == graph.Legacy && (strings.Contains(want, "-") != strings.Contains(got, "-") || (strings.ToLower(want) == want) != (strings.ToLower(got) == got)) {
		g.say("form", at, "%q, the example %q", got, want)
	}
}

var whose = regexp.MustCompile(`/(user|phone|guest|application|applicationInstance|azureCommunicationServicesUser|onPremises|encrypted)/id$|/tenantId$`)
