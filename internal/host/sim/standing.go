package sim

import (
	"encoding/json"
	"net/http"
	"time"

	"callflow/internal/simulator"
	"callflow/internal/world"
	"callflow/steps"
)

// forbids says whether a status may be for want of a right.
func forbids(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// tokenLife is what Entra ID gives an application's token, by and large.
const tokenLife = time.Hour

// token is what the bot's token says of itself in this world, for a response of that status.
func (w *virtual) token(status int) *steps.Token {
	if w.service == nil || !forbids(status) {
		return nil
	}
	t := &steps.Token{Tenant: w.cfg.Bot.TenantID, App: w.cfg.Bot.AppID, Audience: graphRoot, Expires: w.Now().Add(tokenLife)}
	t.Overrule(w.service.Standing(simulator.Caller{AppID: t.App}))
	return t
}

// tellStanding tells callflow how it stands in a world whose service has refused it; others see what the real service sends.
func (s *Server) tellStanding(rec *recorder, r *http.Request, service *simulator.Service) {
	if !forbids(rec.status) || r.Header.Get(world.StepHeader) == "" {
		return
	}
	caller, ok := s.grants.authorize(r)
	if !ok {
		return // whose token it is nobody knows
	}
	if standing, err := json.Marshal(service.Standing(caller)); err == nil {
		rec.Header().Set(world.StandingHeader, string(standing))
	}
}
