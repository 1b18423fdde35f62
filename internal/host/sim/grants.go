package sim

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"callflow/internal/simulator"
	"callflow/internal/world"
)

// grantLife is what Entra ID gives an application's token.
const grantLife = 3599 * time.Second

// maxForm is the largest token request that is read, in bytes. A certificate's assertion has some 2 KB.
const maxForm = 64 << 10

// grants is the token endpoint of a simulated service (OAuth 2.0 client credentials, RFC 6749, section 4.4). Its access
// tokens are JWTs with the claims of Entra ID's, so that a person can look into one; clients should treat them as opaque.
type grants struct {
	bots []ServerBot
	sign func(claims map[string]any) string

	mu    sync.Mutex
	given map[string]granted
	// fault asks the world whether something goes wrong with a request for a token; nil: nothing ever does.
	fault func() *simulator.TokenFault
}

type granted struct {
	simulator.Caller
	until time.Time
}

func (g *grants) serve(w http.ResponseWriter, r *http.Request) {
	bot, bad := g.asks(r)
	if g.fault != nil && bad == nil {
		if f := g.fault(); f != nil {
			time.Sleep(f.Delay)
			switch {
			case f.Reset:
				simulator.Drop(w, true)
			case f.Status != 0:
				bad = &oauthError{f.Status, f.Code, f.Message}
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if bad != nil {
		bad.write(w)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"token_type":   "Bearer",
		"expires_in":   int(grantLife.Seconds()),
		"access_token": g.give(bot, tenantIn(r.URL.Path, bot)),
	})
}

// asks reads a token request: the application that may have one, or what is wrong.
func (g *grants) asks(r *http.Request) (*ServerBot, *oauthError) {
	if r.Method != http.MethodPost {
		return nil, &oauthError{http.StatusMethodNotAllowed, "invalid_request", "a token is asked for with POST, not with " + r.Method}
	}
	form, bad := tokenForm(r)
	if bad != nil {
		return nil, bad
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	switch kind := form.Get("grant_type"); {
	case kind == "":
		return nil, &oauthError{http.StatusBadRequest, "invalid_request", "the form has no grant_type; it should be client_credentials"}
	case kind != "client_credentials":
		return nil, &oauthError{http.StatusBadRequest, "unsupported_grant_type", fmt.Sprintf("grant_type is %q; it should be client_credentials", clip(kind))}
	case id == "":
		return nil, &oauthError{http.StatusBadRequest, "invalid_request", "the form has no client_id"}
	case secret == "" && form.Get("client_assertion") == "":
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "the form has neither client_secret nor client_assertion"}
	}
	bot := g.find(id)
	if bot == nil {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", fmt.Sprintf("no application %q is registered here", clip(id))}
	}
	if bot.Secret != "" && subtle.ConstantTimeCompare([]byte(bot.Secret), []byte(secret)) != 1 {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", fmt.Sprintf("the client_secret of application %q is another one", clip(id))}
	}
	return bot, nil
}

// tokenForm reads the form of a token request. Parameters must not be repeated (RFC 6749, section 3.2).
func tokenForm(r *http.Request) (url.Values, *oauthError) {
	refuse := func(status int, format string, args ...any) (url.Values, *oauthError) {
		return nil, &oauthError{status, "invalid_request", fmt.Sprintf(format, args...)}
	}
	const wanted = "application/x-www-form-urlencoded"
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != wanted {
		return refuse(http.StatusBadRequest, "the Content-Type is %q; it should be %s", clip(r.Header.Get("Content-Type")), wanted)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "the request did not come within %s", readTime)
	case err != nil:
		return refuse(http.StatusBadRequest, "the body could not be read: %v", err)
	case len(body) > maxForm:
		_, _ = io.CopyN(io.Discard, r.Body, maxDiscard)
		return refuse(http.StatusRequestEntityTooLarge, "the form is larger than %d bytes", maxForm)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return refuse(http.StatusBadRequest, "the body is no form: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if len(form[name]) > 1 {
			return refuse(http.StatusBadRequest, "the form says %q %d times", clip(name), len(form[name]))
		}
	}
	return form, nil
}

// clip keeps an error short.
func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

func (g *grants) find(id string) *ServerBot {
	for i := range g.bots {
		if strings.EqualFold(g.bots[i].AppID, id) {
			return &g.bots[i]
		}
	}
	return nil
}

// tenantIn is the tenant of a token request: the one in the path, when that is an id. A domain's name, common and
// organizations stand for the bot's own.
func tenantIn(path string, bot *ServerBot) string {
	tenant, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if aTenant.MatchString(tenant) {
		return strings.ToLower(tenant)
	}
	return bot.TenantID
}

var aTenant = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// give makes a token. What it may do is in its claim roles, as Entra ID has it; see Microsoft's "access token claims
// reference".
func (g *grants) give(bot *ServerBot, tenant string) string {
	now := time.Now()
	until := now.Add(grantLife)
	roles := bot.Permissions
	if roles == nil {
		roles = world.Permissions
	}
	token := g.sign(map[string]any{
		"aud": graphRoot, "iss": "https://sts.windows.net/" + tenant + "/", "iat": now.Unix(), "nbf": now.Unix(), "exp": until.Unix(),
		"appid": bot.AppID, "app_displayname": bot.DisplayName, "idtyp": "app", "roles": roles, "tid": tenant, "uti": rand.Text(), "ver": "1.0",
	})
	g.mu.Lock()
	defer g.mu.Unlock()
	for t, x := range g.given {
		if now.After(x.until) {
			delete(g.given, t)
		}
	}
	g.given[token] = granted{simulator.Caller{AppID: bot.AppID, TenantID: tenant, Roles: roles}, until}
	return token
}

// authorize implements simulator.Config.Authorize.
func (g *grants) authorize(r *http.Request) (simulator.Caller, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return simulator.Caller{}, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	x, ok := g.given[token]
	return x.Caller, ok && time.Now().Before(x.until)
}

// oauthError is the token endpoint's own envelope. RFC 6749, section 5.2.
type oauthError struct {
	status     int
	code, text string
}

func (e *oauthError) write(w http.ResponseWriter) {
	switch e.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="callflow"`)
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusRequestEntityTooLarge, http.StatusRequestTimeout:
		w.Header().Set("Connection", "close")
	}
	w.WriteHeader(e.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": e.code, "error_description": e.text})
}
