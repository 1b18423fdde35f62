package runner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// inWhoseName says from which application a refused request is, and what the token that went along says of itself. It
// returns the tenant that counts, canonical.
func (t *turn) inWhoseName(f *steps.Failure) (tenant string) {
	bot, token, at := t.run.Target.Bot, t.sent.token, t.sent.at
	if token == nil || token.Opaque {
		know(f, at, 0, fmt.Sprintf("the request is from the application %s, with a token of tenant %s", bot.AppID, bot.TenantID))
		if token != nil {
			know(f, at, 0, "the token is opaque: its claims cannot be read")
		}
		return graph.CanonicalID(bot.TenantID)
	}
	know(f, at, 0, fmt.Sprintf("the request is from the application %s, with a token of tenant %s", orUnnamed(token.App), orUnnamed(token.Tenant)))
	for _, x := range []struct{ what, says, configured string }{
		{"application", token.App, bot.AppID}, {"tenant", token.Tenant, bot.TenantID},
	} {
		if says, configured := graph.CanonicalID(x.says), graph.CanonicalID(x.configured); says != "" && configured != "" && says != configured {
			know(f, at, 0, fmt.Sprintf("the token's %s is not the configured one, %s", x.what, configured))
		}
	}
	know(f, at, 0, roles(token.Roles))
	if late := at.Sub(token.Expires); !token.Expires.IsZero() && late >= 0 {
		know(f, at, 0, fmt.Sprintf("the token expired at %s, %s before", token.Expires.UTC().Format(time.RFC3339), steps.Span(late)))
	}
	if token.Audience != "" && !graphAudience(token.Audience) {
		know(f, at, 0, fmt.Sprintf("the token is for %q, and not for Graph (aud)", token.Audience))
	}
	switch token.Calling {
	case "enabled":
		know(f, at, 0, "the bot's registration has calling enabled (Teams channel)")
	case "disabled":
		know(f, at, 0, "the bot's registration does not have calling enabled (Teams channel)")
	}
	return graph.CanonicalID(token.Tenant)
}

// roles says which application permissions a token has, those of calls before others.
func roles(all []string) string {
	var calls, others []string
	for _, role := range all {
		if strings.HasPrefix(role, "Calls.") {
			calls = append(calls, role)
		} else {
			others = append(others, role)
		}
	}
	every := !slices.ContainsFunc(world.Permissions, func(p string) bool { return !slices.Contains(all, p) })
	switch {
	case every:
		return "the token's roles: every application permission of calls"
	case len(all) == 0:
		return "the token has no roles: no application permission was consented to in its tenant"
	case len(calls) == 0:
		return fmt.Sprintf("the token has no role of calls, only %s", some(others))
	case len(others) == 0:
		return "the token's roles: " + strings.Join(calls, ", ")
	}
	return fmt.Sprintf("the token's roles: %s, and %s", strings.Join(calls, ", "), some(others))
}

// some names a few of many.
func some(words []string) string {
	const few = 4
	if len(words) <= few {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:few], ", "), len(words)-few)
}

// graphAudience says whether an audience is Graph's: its address in some cloud, or its application id (Microsoft, "Access
// token claims reference").
func graphAudience(audience string) bool {
	const appID = "00000003-0000-0000-c000-000000000000"
	name := strings.TrimSuffix(audience, "/")
	return name == appID || slices.ContainsFunc(graph.Cloud("").EnumValues(), func(cloud string) bool {
		at, err := graph.Cloud(cloud).Endpoints()
		return err == nil && at.Root == name
	})
}

func orUnnamed(id string) string {
	if id == "" {
		return "(not named)"
	}
	return id
}
