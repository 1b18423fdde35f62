package callback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Where Graph's notification tokens come from, in the global cloud (Teams, "Incoming call notifications").
const (
	GlobalMetadata = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration"
	GlobalIssuer   = "https://api.botframework.com"
	GraphIssuer    = "https://graph.microsoft.com" // which the SDK's sample accepts too
)

const (
	keysAge     = 2 * time.Hour   // the SDK's sample reads the metadata that often
	refreshGap  = time.Minute     // between two looks for an unknown key
	clockSkew   = 5 * time.Minute // that the clocks of two machines may differ
	maxTokens   = 1024            // verified tokens remembered
	maxMetadata = 1 << 20         // bytes
)

// Errors of a Verifier that are not the token's own fault in form.
var (
	// ErrAudience: a good token, but for another application.
	ErrAudience = errors.New("the token is for another application")
	// ErrKeys: the issuer's keys cannot be had.
	ErrKeys = errors.New("cannot get the issuer's keys")
)

var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.ES256}

// Keys gives the issuer's public keys.
type Keys func(ctx context.Context) (jose.JSONWebKeySet, error)

// TokenVerifier is the Verifier of the JSON Web Tokens that come with notifications. It is safe for concurrent use.
type TokenVerifier struct {
	keys    Keys
	issuers []string

	mu   sync.Mutex // guards good
	good map[string]verified

	fetching sync.Mutex // guards the rest; held while the issuer is asked
	set      jose.JSONWebKeySet
	fetched  time.Time // when set was
	tried    time.Time // when it was last asked for
}

// verified is a token whose signature and issuer are right.
type verified struct {
	audience []string
	from, to time.Time
}

// NewVerifier returns a verifier of tokens signed with one of keys and issued by one of issuers; none: those of the
// global cloud. A trailing slash of an issuer does not matter.
func NewVerifier(keys Keys, issuers ...string) *TokenVerifier {
	if len(issuers) == 0 {
		issuers = []string{GlobalIssuer, GraphIssuer}
	}
	v := &TokenVerifier{keys: keys, good: map[string]verified{}}
	for _, i := range issuers {
		v.issuers = append(v.issuers, strings.TrimSuffix(i, "/"))
	}
	return v
}

// Verify implements Verifier.
func (v *TokenVerifier) Verify(token, audience string, now time.Time) error {
	v.mu.Lock()
	t, ok := v.good[token]
	v.mu.Unlock()
	if !ok {
		var err error
		if t, err = v.read(token, now); err != nil {
			return err
		}
		v.remember(token, t)
	}
	switch {
	case now.After(t.to.Add(clockSkew)):
		return fmt.Errorf("the token expired at %s", t.to.UTC().Format(time.RFC3339))
	case now.Before(t.from.Add(-clockSkew)):
		return fmt.Errorf("the token is not valid before %s", t.from.UTC().Format(time.RFC3339))
	case !slices.ContainsFunc(t.audience, func(a string) bool { return strings.EqualFold(a, audience) }):
		return fmt.Errorf("%w: audience %q", ErrAudience, t.audience)
	}
	return nil
}

func (v *TokenVerifier) remember(token string, t verified) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.good) >= maxTokens {
		clear(v.good)
	}
	v.good[token] = t
}

// read checks everything that does not change with time.
func (v *TokenVerifier) read(token string, now time.Time) (verified, error) {
	signed, err := jwt.ParseSigned(token, algorithms)
	if err != nil {
		return verified{}, fmt.Errorf("the token is no JWT signed with RS256 or ES256: %w", err)
	}
	key, err := v.key(signed.Headers[0].KeyID, now)
	if err != nil {
		return verified{}, err
	}
	var claims jwt.Claims
	if err := signed.Claims(key, &claims); err != nil {
		if errors.Is(err, jose.ErrCryptoFailure) {
			return verified{}, fmt.Errorf("the token's signature is wrong: it was not made with the key %q, which it names", signed.Headers[0].KeyID)
		}
		return verified{}, fmt.Errorf("the token cannot be read: %w", err)
	}
	if !slices.Contains(v.issuers, strings.TrimSuffix(claims.Issuer, "/")) {
		return verified{}, fmt.Errorf("the token's issuer %q is not one of %q", claims.Issuer, v.issuers)
	}
	if claims.Expiry == nil {
		return verified{}, errors.New("the token never expires: it has no exp")
	}
	t := verified{audience: claims.Audience, to: claims.Expiry.Time()}
	if claims.NotBefore != nil {
		t.from = claims.NotBefore.Time()
	}
	return t, nil
}

// key finds a public key, asking the issuer when the known ones are old or do not have it.
func (v *TokenVerifier) key(id string, now time.Time) (jose.JSONWebKey, error) {
	if id == "" {
		return jose.JSONWebKey{}, errors.New("the token names no key: it has no kid")
	}
	v.fetching.Lock()
	defer v.fetching.Unlock()
	old := v.fetched.IsZero() || now.Sub(v.fetched) > keysAge
	if ks := v.set.Key(id); len(ks) > 0 && !old {
		return ks[0], nil
	}
	var failed error
	if v.tried.IsZero() || now.Sub(v.tried) >= refreshGap {
		v.tried = now
		set, err := v.keys(context.Background())
		if err == nil {
			v.set, v.fetched = set, now
		}
		failed = err
	}
	ks := v.set.Key(id)
	switch {
	case len(ks) > 0:
		return ks[0], nil // also an old one, while the issuer cannot be reached
	case failed != nil:
		return jose.JSONWebKey{}, fmt.Errorf("%w: %w", ErrKeys, failed)
	case v.fetched.IsZero():
		return jose.JSONWebKey{}, fmt.Errorf("%w: tried %v ago", ErrKeys, now.Sub(v.tried).Round(time.Second))
	}
	return jose.JSONWebKey{}, fmt.Errorf("the token's key %q is unknown to its issuer", id)
}

// PublishedKeys reads the keys that an OpenID metadata document points to. client nil: one with a time limit of 10 s.
func PublishedKeys(client *http.Client, metadata string) Keys {
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	return func(ctx context.Context) (set jose.JSONWebKeySet, err error) {
		var doc struct {
			JWKS string `json:"jwks_uri"`
		}
		if err := getJSON(ctx, client, metadata, &doc); err != nil {
			return set, err
		}
		if doc.JWKS == "" {
			return set, fmt.Errorf("%s: has no jwks_uri", metadata)
		}
		err = getJSON(ctx, client, doc.JWKS, &set)
		return set, err
	}
}

func getJSON(ctx context.Context, client *http.Client, url string, to any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: answered %s", url, resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxMetadata)).Decode(to); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}
