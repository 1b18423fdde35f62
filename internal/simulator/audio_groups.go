package simulator

import (
	"fmt"
	"slices"
	"strings"

	"callflow/internal/graph"
)

// audioGroup is an audioRoutingGroup: who hears whom beside the main mix.
type audioGroup struct {
	id, mode           string
	sources, receivers []string // participant ids
}

func (g *audioGroup) body() obj {
	return obj{"@odata.type": typeOf("audioRoutingGroup"), "id": g.id, "routingMode": g.mode, "sources": g.sources, "receivers": g.receivers}
}

func (c *call) group(id string) *audioGroup {
	for _, g := range c.groups {
		if strings.EqualFold(g.id, id) {
			return g
		}
	}
	return nil
}

func noGroup(id string) reply {
	return failure(404, "ResourceNotFound", fmt.Sprintf("Audio routing group %q not found.", id))
}

func (s *Service) listAudioRoutingGroups(c *call, q *request) reply {
	if e := s.inGroup(c, q.verb); e != nil {
		return *e
	}
	list := []obj{}
	for _, g := range c.groups {
		list = append(list, g.body())
	}
	return reply{status: 200, body: obj{"@odata.context": s.context(c, "/audioRoutingGroups"), "value": list}}
}

func (s *Service) getAudioRoutingGroup(c *call, q *request) reply {
	if e := s.inGroup(c, q.verb); e != nil {
		return *e
	}
	g := c.group(q.element)
	if g == nil {
		return noGroup(q.element)
	}
	return reply{status: 200, body: g.body()}
}

// createAudioRoutingGroup: the id is the client's, as in the pages' examples; one that is there already is refused (ours).
// Graph page "call: create audioRoutingGroup".
func (s *Service) createAudioRoutingGroup(c *call, q *request) reply {
	g := &audioGroup{}
	if e := s.readGroup(c, q, g); e != nil {
		return *e
	}
	if g.id == "" {
		g.id = s.newID()
	}
	if c.group(g.id) != nil {
		return s.settings.wrongState.with(fmt.Sprintf("There is an audio routing group %q already.", g.id))
	}
	c.groups = append(c.groups, g)
	return reply{status: 200, body: g.body()}
}

// updateAudioRoutingGroup replaces what the body says. Graph page "audioRoutingGroup: update".
func (s *Service) updateAudioRoutingGroup(c *call, q *request) reply {
	g := c.group(q.element)
	if g == nil {
		return noGroup(q.element)
	}
	changed := *g
	if e := s.readGroup(c, q, &changed); e != nil {
		return *e
	}
	if !strings.EqualFold(changed.id, g.id) {
		return badRequest("id is %q; a group keeps its id %q", changed.id, g.id)
	}
	changed.id = g.id
	*g = changed
	return reply{status: 200, body: g.body()}
}

// deleteAudioRoutingGroup: Graph page "audioRoutingGroup: delete".
func (s *Service) deleteAudioRoutingGroup(c *call, q *request) reply {
	if e := s.inGroup(c, q.verb); e != nil {
		return *e
	}
	g := c.group(q.element)
	if g == nil {
		return noGroup(q.element)
	}
	c.groups = slices.DeleteFunc(c.groups, func(x *audioGroup) bool { return x == g })
	return reply{status: 204}
}

// readGroup reads a request's body into g and checks what comes of it.
func (s *Service) readGroup(c *call, q *request, g *audioGroup) *reply {
	var b groupBody
	if e := q.read(&b); e != nil {
		return e
	}
	if e := s.inGroup(c, q.verb); e != nil {
		return e
	}
	if b.ID != "" {
		g.id = b.ID
	}
	if b.RoutingMode != "" {
		g.mode = b.RoutingMode
	}
	for _, list := range []struct {
		from *[]string
		to   *[]string
	}{{b.Sources, &g.sources}, {b.Receivers, &g.receivers}} {
		if list.from == nil {
			continue
		}
		*list.to = []string{}
		for _, id := range *list.from {
			*list.to = append(*list.to, graph.CanonicalID(id))
		}
	}
	if p := s.checkGroup(c, g); p != "" {
		rep := badRequest("%s", p)
		return &rep
	}
	return nil
}

// checkGroup: one source; one receiver for oneToOne, several for multicast, all in the call. Graph resource
// "audioRoutingGroup", whose own examples route oneToOne to two receivers: so two are taken there too.
func (s *Service) checkGroup(c *call, g *audioGroup) string {
	switch lower(g.mode) {
	case "onetoone":
		g.mode = "oneToOne"
	case "multicast":
		g.mode = "multicast"
	default:
		return fmt.Sprintf("routingMode is %q; it may be oneToOne or multicast", g.mode)
	}
	if len(g.sources) != 1 {
		return fmt.Sprintf("sources has %d entries; a group has one source", len(g.sources))
	}
	if len(g.receivers) == 0 {
		return "receivers is empty; a group has somebody who hears"
	}
	for _, id := range append(g.sources[:1:1], g.receivers...) {
		if s.memberFor(c, id) == nil {
			return fmt.Sprintf("participant %q is not in this call", id)
		}
	}
	return ""
}
