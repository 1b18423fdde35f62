package local

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"callflow/steps"
)

// readToken reads the claims of an access token, without verifying it: that is for the service it was made for. Clients are
// told to take tokens as opaque, so whatever cannot be read is that.
func readToken(token string) *steps.Token {
	parts := strings.Split(token, ".")
	var claims struct {
		TID   string          `json:"tid"`
		AppID string          `json:"appid"` // of v1.0 tokens
		AZP   string          `json:"azp"`   // of v2.0 tokens
		Aud   json.RawMessage `json:"aud"`
		Roles []string        `json:"roles"`
		Exp   float64         `json:"exp"`
	}
	if len(parts) != 3 {
		return &steps.Token{Opaque: true}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return &steps.Token{Opaque: true}
	}
	t := &steps.Token{Tenant: claims.TID, App: claims.AppID, Roles: claims.Roles, Audience: audience(claims.Aud)}
	if t.App == "" {
		t.App = claims.AZP
	}
	if claims.Exp > 0 && claims.Exp < 1<<40 {
		t.Expires = time.Unix(int64(claims.Exp), 0).UTC()
	}
	return t
}

// audience: the claim is one text, or several (RFC 7519, section 4.1.3).
func audience(raw json.RawMessage) string {
	var one string
	var several []string
	switch {
	case json.Unmarshal(raw, &one) == nil:
		return one
	case json.Unmarshal(raw, &several) == nil:
		return strings.Join(several, ", ")
	}
	return ""
}
