package local

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Credentials are what an application proves itself with.
type Credentials struct {
	TenantID     string
	AppID        string
	ClientSecret string
}

// ClientCredentials gets tokens by the OAuth 2.0 client credentials grant (Microsoft identity platform, "Get access without
// a user"). A token serves until shortly before it expires. It is safe for concurrent use.
type ClientCredentials struct {
	Client *http.Client // nil: one with sensible limits
	Login  string       // https://login.microsoftonline.com
	Root   string       // https://graph.microsoft.com: whose /.default permissions are asked for
	Bots   map[string]Credentials

	mu     sync.Mutex
	tokens map[string]grant
}

type grant struct {
	token string
	until time.Time
}

// early is how long before its end a token is no longer used.
const early = 2 * time.Minute

// Token implements Tokens. Runs that ask side by side wait for one answer.
func (c *ClientCredentials) Token(ctx context.Context, bot string) (string, error) {
	who, ok := c.Bots[bot]
	if !ok {
		return "", fmt.Errorf("no credentials for the bot %q", bot)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if g, ok := c.tokens[bot]; ok && time.Now().Before(g.until) {
		return g.token, nil
	}
	g, err := c.fetch(ctx, who)
	if err != nil {
		return "", fmt.Errorf("cannot get a token for the bot %q: %w", bot, err)
	}
	if c.tokens == nil {
		c.tokens = map[string]grant{}
	}
	c.tokens[bot] = g
	return g.token, nil
}

func (c *ClientCredentials) fetch(ctx context.Context, who Credentials) (grant, error) {
	if c.Client == nil {
		c.Client = newClient()
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	address := strings.TrimSuffix(c.Login, "/") + "/" + url.PathEscape(who.TenantID) + "/oauth2/v2.0/token"
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {who.AppID},
		"client_secret": {who.ClientSecret},
		"scope":         {strings.TrimSuffix(c.Root, "/") + "/.default"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return grant{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	asked := time.Now()
	resp, err := c.Client.Do(req)
	if err != nil {
		return grant{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return grant{}, err
	}
	var answer struct {
		Token       string      `json:"access_token"`
		ExpiresIn   json.Number `json:"expires_in"`
		Error       string      `json:"error"`
		Description string      `json:"error_description"`
	}
	bad := json.Unmarshal(body, &answer)
	switch {
	case answer.Error != "":
		// The first line tells the reason; the rest are trace ids and a time stamp.
		first, _, _ := strings.Cut(answer.Description, "\n")
		return grant{}, fmt.Errorf("%s answered %d %s: %s", address, resp.StatusCode, answer.Error, strings.TrimSpace(first))
	case resp.StatusCode != http.StatusOK:
		return grant{}, fmt.Errorf("%s answered %d", address, resp.StatusCode)
	case bad != nil:
		return grant{}, fmt.Errorf("%s answered what is no JSON: %w", address, bad)
	case answer.Token == "":
		return grant{}, fmt.Errorf("%s answered without an access_token", address)
	}
	seconds, err := answer.ExpiresIn.Int64()
	if err != nil {
		seconds = 0 // not told: good for this one request
	}
	return grant{answer.Token, asked.Add(time.Duration(seconds)*time.Second - early)}, nil
}
