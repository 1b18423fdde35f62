package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Credentials are what a bot proves itself with.
type Credentials struct {
	TenantID     string
	AppID        string
	ClientSecret string
}

// String leaves the secret out, so that no print of a configuration shows it.
func (c Credentials) String() string { return c.AppID + " in tenant " + c.TenantID }

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// TokenSource gets tokens by the OAuth 2.0 client credentials flow and keeps each until five minutes before it expires.
// One request a bot is under way at a time; the others wait for it. It is safe for use from many goroutines.
// https://learn.microsoft.com/graph/auth-v2-service
//
// It is written on net/http alone: golang.org/x/oauth2 takes no context for one call and no clock, and does not share
// one request between those who wait.
type TokenSource struct {
	cfg  TokenConfig
	bots map[string]*botToken
}

// TokenConfig is all a TokenSource is given.
type TokenConfig struct {
	Client *http.Client           // nil: one with a limit of 15 s that follows no redirect
	Login  string                 // https://login.microsoftonline.com, see Cloud.Endpoints
	Root   string                 // https://graph.microsoft.com: the scope is its /.default
	Bots   map[string]Credentials // by the bot's name
	Now    func() time.Time       // nil: time.Now
	// Sleep waits between two attempts; nil: on the wall clock. Its error ends the attempts.
	Sleep func(ctx context.Context, d time.Duration) error
}

// The habits of the token endpoint's clients: Microsoft's sample tries three times, a second apart.
const (
	TokenAttempts = 3
	TokenPause    = time.Second
	tokenMargin   = 5 * time.Minute
)

// botToken is the token of one bot. turn holds one element while nobody asks for it anew.
type botToken struct {
	credentials Credentials
	turn        chan struct{}
	mu          sync.Mutex
	token       string
	fresh       time.Time // until when it is used
}

// NewTokenSource returns a source without tokens yet.
func NewTokenSource(cfg TokenConfig) *TokenSource {
	if cfg.Client == nil {
		cfg.Client = &http.Client{
			Timeout: 15 * time.Second,
			// The secret is in the body: a redirect would send it to somebody else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	s := &TokenSource{cfg: cfg, bots: map[string]*botToken{}}
	for name, c := range cfg.Bots {
		b := &botToken{credentials: c, turn: make(chan struct{}, 1)}
		b.turn <- struct{}{}
		s.bots[name] = b
	}
	return s
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TokenError is the token endpoint's refusal.
type TokenError struct {
	Bot         string
	Status      int
	Code        string // invalid_client, unauthorized_client …
	Description string
	Trace       string // trace_id and correlation_id, which Microsoft's support asks for
	Correlation string
}

func (e *TokenError) Error() string {
	text := fmt.Sprintf("no token for bot %q: the token endpoint answered %d", e.Bot, e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Description != "" {
		text += ": " + e.Description
	}
	if e.Trace != "" || e.Correlation != "" {
		text += fmt.Sprintf(" (trace id %s, correlation id %s)", e.Trace, e.Correlation)
	}
	return text
}

// Token returns a bearer token for the bot of that name. A refusal is a *TokenError; the secret is in no error.
func (s *TokenSource) Token(ctx context.Context, bot string) (string, error) {
	b := s.bots[bot]
	if b == nil {
		return "", fmt.Errorf("no token for bot %q: it has no credentials", bot)
	}
	if token := b.current(s.cfg.Now()); token != "" {
		return token, nil
	}
	select {
	case <-b.turn:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { b.turn <- struct{}{} }()
	if token := b.current(s.cfg.Now()); token != "" {
		return token, nil
	}
	for attempt := 1; ; attempt++ {
		token, lifetime, err := s.request(ctx, bot, b.credentials)
		if err == nil {
			b.keep(token, s.cfg.Now(), lifetime)
			return token, nil
		}
		if attempt == TokenAttempts || !TokenMayCome(err) || ctx.Err() != nil {
			return "", err
		}
		if s.cfg.Sleep(ctx, TokenPause) != nil {
			return "", err
		}
	}
}

// Forget drops a token of the bot, after a 401 said it is worth nothing. A newer one that came meanwhile is kept.
func (s *TokenSource) Forget(bot, token string) {
	b := s.bots[bot]
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.token == token {
		b.token, b.fresh = "", time.Time{}
	}
}

func (b *botToken) current(now time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.fresh) {
		return b.token
	}
	return ""
}

// keep notes the token until some minutes before it expires; a short-lived one for half its life.
func (b *botToken) keep(token string, now time.Time, lifetime time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.token, b.fresh = token, now.Add(max(lifetime-tokenMargin, lifetime/2))
}

// TokenMayCome says of an error whether a later attempt may succeed: the network, throttling, and the endpoint's own faults.
func TokenMayCome(err error) bool {
	var refused *TokenError
	if errors.As(err, &refused) {
		return refused.Status == http.StatusTooManyRequests || refused.Status == http.StatusRequestTimeout || refused.Status >= 500
	}
	return true
}

// request makes one attempt.
func (s *TokenSource) request(ctx context.Context, bot string, c Credentials) (token string, lifetime time.Duration, err error) {
	form := url.Values{
		"client_id": {c.AppID}, "client_secret": {c.ClientSecret}, "grant_type": {"client_credentials"},
		"scope": {s.cfg.Root + "/.default"},
	}
	address := s.cfg.Login + "/" + url.PathEscape(c.TenantID) + "/oauth2/v2.0/token"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, fmt.Errorf("no token for bot %q: %w", bot, err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	response, err := s.cfg.Client.Do(r)
	if err != nil {
		return "", 0, fmt.Errorf("no token for bot %q: %w", bot, Plain(err))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return "", 0, fmt.Errorf("no token for bot %q: reading the answer of %s: %w", bot, s.cfg.Login, err)
	}
	return readToken(bot, response.StatusCode, body, c.ClientSecret)
}

// Plain leaves the method and the path out of an error of net/http's client, for messages that name the request anyway.
// The host stays: what a dialer says names it, other errors get it in front.
func Plain(err error) error {
	var whole *url.Error
	var dial *net.OpError
	if !errors.As(err, &whole) {
		return err
	}
	if errors.As(whole.Err, &dial) && dial.Addr != nil {
		return whole.Err
	}
	host := whole.URL
	if u, perr := url.Parse(whole.URL); perr == nil {
		host = u.Host
	}
	return fmt.Errorf("%s: %w", host, whole.Err)
}

// readToken reads the endpoint's answer. expires_in is a number, or text from some endpoints.
func readToken(bot string, status int, body []byte, secret string) (string, time.Duration, error) {
	var answer struct {
		AccessToken string      `json:"access_token"`
		ExpiresIn   json.Number `json:"expires_in"`
		Error       string      `json:"error"`
		Description string      `json:"error_description"`
		Trace       string      `json:"trace_id"`
		Correlation string      `json:"correlation_id"`
	}
	err := json.Unmarshal(body, &answer)
	if status != http.StatusOK {
		refused := &TokenError{Bot: bot, Status: status, Code: answer.Error, Description: firstLine(answer.Description),
			Trace: answer.Trace, Correlation: answer.Correlation}
		if secret != "" {
			refused.Description = strings.ReplaceAll(refused.Description, secret, "***")
		}
		for _, text := range []*string{&refused.Code, &refused.Description, &refused.Trace, &refused.Correlation} {
			*text = cut(*text, 500)
		}
		return "", 0, refused
	}
	if err != nil || answer.AccessToken == "" {
		return "", 0, &TokenError{Bot: bot, Status: status, Description: "the answer holds no access_token"}
	}
	seconds, err := answer.ExpiresIn.Float64()
	if err != nil || seconds < 0 {
		seconds = 0
	}
	const day = 24 * 60 * 60
	return answer.AccessToken, time.Duration(min(seconds, day) * float64(time.Second)), nil
}

// firstLine drops the trace and correlation ids that follow on further lines.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}
