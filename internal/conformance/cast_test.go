package conformance_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"callflow/internal/graph"
	"callflow/internal/simulator"
	"callflow/internal/world"
)

// cast is everybody whom the messages of a flow name: the people of its world, other applications among them, under their
// own ids and names, and the bot.
type cast struct {
	people map[string]*world.Person
	order  []string // names in people, as they are met; then three whom no message names
	named  int      // how many are named
	bots   []simulator.Bot
	byID   map[string]string // canonical ids to names
	tenant string            // the bot's: the first that the messages name
	homed  bool
}

var identityKinds = []string{"user", "phone", "guest", "applicationInstance", "azureCommunicationServicesUser", "onPremises", "encrypted", "application"}

// castOf reads the identities in a flow's messages. The bot is the application that the service's messages name first.
func castOf(flow []example, d graph.Dialect) *cast {
	c := &cast{people: map[string]*world.Person{}, byID: map[string]string{}, tenant: "49bfc225-8482-4ab8-94e7-76b48fdb9849"}
	for _, ours := range []bool{true, false} {
		for _, e := range flow {
			var body any
			if (e.kind != "request") == ours && e.body != nil && json.Unmarshal(e.body, &body) == nil {
				c.meet(body, d)
			}
		}
	}
	for i := range c.bots {
		c.bots[i].TenantID = c.tenant
	}
	c.named = len(c.order)
	for i := range 3 {
		name := fmt.Sprintf("extra%d", i+1)
		c.people[name] = &world.Person{DisplayName: fmt.Sprintf("Extra %d", i+1)}
		c.order = append(c.order, name)
	}
	if len(c.bots) == 0 {
		c.bots = []simulator.Bot{{AppID: "24701998-1a73-4d42-8085-bf46ed0ae039", DisplayName: "Test Bot", TenantID: c.tenant, Dialect: d}}
	}
	c.bots[0].Name, c.bots[0].Address = "bot", "https://bot.contoso.com/calls"
	if i := slices.IndexFunc(flow, func(e example) bool { return strings.HasPrefix(e.line, "POST https://bot.") }); i >= 0 {
		c.bots[0].Address = strings.TrimPrefix(flow[i].line, "POST ")
	}
	for _, e := range flow {
		if m := ownAddress.FindStringSubmatch(string(e.body)); m != nil && e.kind == "notification" {
			c.bots[0].Address = m[1]
		}
	}
	return c
}

func (c *cast) meet(v any, d graph.Dialect) {
	switch v := v.(type) {
	case map[string]any:
		if id, ok := v["tenantId"].(string); ok && !c.homed {
			c.tenant, c.homed = id, true
		}
		for _, kind := range identityKinds {
			one, ok := v[kind].(map[string]any)
			if id, isText := one["id"].(string); ok && isText {
				name, _ := one["displayName"].(string)
				tenant, _ := one["tenantId"].(string)
				c.add(kind, id, name, tenant, d)
			}
		}
		for _, name := range sortedKeys(v) {
			c.meet(v[name], d)
		}
	case []any:
		for _, x := range v {
			c.meet(x, d)
		}
	}
}

// ownAddress is the bot's, where a page tells it in what it says of an incoming call.
var ownAddress = regexp.MustCompile(`"state":"incoming","direction":"incoming","callbackUri":"([^"]*)"`)

var phoneNumber = regexp.MustCompile(`^\+\d+$`)

func (c *cast) add(kind, id, display, tenant string, d graph.Dialect) {
	name := c.byID[graph.CanonicalID(id)]
	if kind == "application" && len(c.bots) == 0 {
		if name != "" { // some pages have one id for the caller and the bot
			id = "24701998-1a73-4d42-8085-bf46ed0ae039"
		}
		c.bots = append(c.bots, simulator.Bot{AppID: id, DisplayName: display, TenantID: c.tenant, Dialect: d})
		return
	}
	if p := c.people[name]; p != nil {
		p.DisplayName = cmp.Or(p.DisplayName, display)
		p.TenantID = cmp.Or(p.TenantID, tenant)
		return
	}
	if len(c.bots) > 0 && graph.CanonicalID(c.bots[0].AppID) == graph.CanonicalID(id) {
		return
	}
	name = fmt.Sprintf("p%d", len(c.order)+1)
	p := &world.Person{ID: id, DisplayName: display, Kind: kind, TenantID: tenant}
	switch {
	case kind == "phone" && !phoneNumber.MatchString(id), kind == "applicationInstance", kind == "encrypted":
		return
	case kind == "phone":
		p.ID, p.Kind, p.Phone = "", "", id
	case kind == "user":
		p.Kind = ""
	}
	c.people[name], c.byID[graph.CanonicalID(id)] = p, name
	c.order = append(c.order, name)
}

// one is the name of the person with an id, or of the n-th person.
func (c *cast) one(id string, n int) string {
	if name := c.byID[graph.CanonicalID(id)]; name != "" {
		return name
	}
	return c.order[n]
}
