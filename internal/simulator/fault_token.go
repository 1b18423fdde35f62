package simulator

import (
	"net/http"
	"time"

	"callflow/internal/world"
)

// TokenFault is what becomes of a request for an access token that a fault strikes. Status is 0 where it is granted after all,
// only later.
type TokenFault struct {
	Status        int
	Code, Message string // of the OAuth 2.0 error response
	Reset         bool   // nobody answers
	Delay         time.Duration
}

// FaultyToken spends the first fault that strikes a request for a token; nil: it is granted.
func (s *Service) FaultyToken() *TokenFault {
	if len(s.faults) == 0 {
		return nil
	}
	f := s.spend(func(f *fault) bool { return f.Fault.Fault == world.Token }, &matter{})
	if f == nil {
		return nil
	}
	s.observe("", "fault: "+f.describe(), "")
	t := &TokenFault{Status: f.Status, Code: f.Code, Message: f.Message, Reset: f.Reset, Delay: f.Delay}
	if t.Code == "" {
		t.Code = tokenWords[t.Status]
	}
	if t.Code == "" {
		t.Code = "invalid_request"
	}
	if t.Message == "" {
		t.Message = "The simulated world makes this request for a token fail."
	}
	return t
}

// tokenWords are the errors of a token endpoint. RFC 6749, section 5.2; the last two as Entra ID has them.
var tokenWords = map[int]string{
	http.StatusUnauthorized: "invalid_client", http.StatusForbidden: "unauthorized_client",
	http.StatusTooManyRequests: "temporarily_unavailable", http.StatusServiceUnavailable: "temporarily_unavailable",
}
