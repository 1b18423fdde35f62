package sim

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// grantLife is what Entra ID gives an application's token.
const grantLife = 3599 * time.Second

// grants is the token endpoint of a simulated service (OAuth 2.0 client credentials, RFC 6749, section 4.4). Its access
// tokens are opaque, as clients should treat them.
type grants struct {
	bots []ServerBot

	mu    sync.Mutex
	given map[string]granted
}

type granted struct {
	appID string
	until time.Time
}

func (g *grants) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "a token is asked for with POST", http.StatusMethodNotAllowed)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if err := r.ParseForm(); err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "the body is no form: "+err.Error())
		return
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	switch kind := r.PostForm.Get("grant_type"); {
	case kind == "":
		oauthError(w, http.StatusBadRequest, "invalid_request", "the form has no grant_type; it should be client_credentials")
		return
	case kind != "client_credentials":
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "grant_type is "+kind+"; it should be client_credentials")
		return
	case id == "":
		oauthError(w, http.StatusBadRequest, "invalid_request", "the form has no client_id")
		return
	case secret == "" && r.PostForm.Get("client_assertion") == "":
		oauthError(w, http.StatusUnauthorized, "invalid_client", "the form has neither client_secret nor client_assertion")
		return
	}
	bot := g.find(id)
	if bot == nil {
		oauthError(w, http.StatusUnauthorized, "invalid_client", "no application "+id+" is registered here")
		return
	}
	if bot.Secret != "" && subtle.ConstantTimeCompare([]byte(bot.Secret), []byte(secret)) != 1 {
		oauthError(w, http.StatusUnauthorized, "invalid_client", "the client_secret of application "+id+" is another one")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"token_type":   "Bearer",
		"expires_in":   int(grantLife.Seconds()),
		"access_token": g.give(bot.AppID),
	})
}

func (g *grants) find(id string) *ServerBot {
	for i := range g.bots {
		if strings.EqualFold(g.bots[i].AppID, id) {
			return &g.bots[i]
		}
	}
	return nil
}

func (g *grants) give(appID string) string {
	token, now := rand.Text(), time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	for t, x := range g.given {
		if now.After(x.until) {
			delete(g.given, t)
		}
	}
	g.given[token] = granted{appID, now.Add(grantLife)}
	return token
}

// authorize implements simulator.Config.Authorize.
func (g *grants) authorize(r *http.Request) (appID string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	x, ok := g.given[token]
	return x.appID, ok && time.Now().Before(x.until)
}

func oauthError(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="callflow"`)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": text})
}
