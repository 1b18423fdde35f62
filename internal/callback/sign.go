package callback

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Where a simulated world publishes its keys.
const (
	MetadataPath = "/v1/.well-known/OpenIdConfiguration"
	KeysPath     = "/v1/.well-known/keys"
)

// tokenLife is what Graph's tokens have between iat and exp (Teams, "Incoming call notifications").
const tokenLife = 3900 * time.Second

const signerKeyID = "callflow-simulator"

// Signer signs the notifications of a simulated world as Graph does, with a key of its own. One token serves an audience
// for an hour. It is safe for concurrent use.
type Signer struct {
	issuer  string
	private jose.JSONWebKey
	public  jose.JSONWebKey
	signer  jose.Signer
	other   jose.Signer // with a key that is published nowhere, under the same name

	mu   sync.Mutex
	made map[grant]string
}

type grant struct {
	audience, tenant string
	hour             int64
}

// NewSigner returns a signer with a fresh key.
func NewSigner(issuer string) (*Signer, error) {
	private, signer, err := newKey()
	if err != nil {
		return nil, err
	}
	_, other, err := newKey()
	if err != nil {
		return nil, err
	}
	return &Signer{issuer: issuer, private: private, public: private.Public(), signer: signer, other: other, made: map[grant]string{}}, nil
}

func newKey() (private jose.JSONWebKey, signer jose.Signer, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return private, nil, err
	}
	private = jose.JSONWebKey{Key: key, KeyID: signerKeyID, Algorithm: string(jose.ES256), Use: "sig"}
	signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: private}, (&jose.SignerOptions{}).WithType("JWT"))
	return private, signer, err
}

// Sign returns a token for a bot's app id that is valid at now.
func (s *Signer) Sign(audience, tenant string, now time.Time) string {
	hour := now.Truncate(time.Hour)
	g := grant{audience, tenant, hour.Unix()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if token, ok := s.made[g]; ok {
		return token
	}
	token := s.write(s.signer, s.issuer, audience, tenant, hour)
	if token == "" {
		return "" // the listener refuses it and says so
	}
	if len(s.made) >= maxTokens {
		clear(s.made)
	}
	s.made[g] = token
	return token
}

func (s *Signer) write(signer jose.Signer, issuer, audience, tenant string, from time.Time) string {
	claims := jwt.Claims{
		Issuer:    issuer,
		Audience:  jwt.Audience{audience},
		IssuedAt:  jwt.NewNumericDate(from),
		NotBefore: jwt.NewNumericDate(from),
		Expiry:    jwt.NewNumericDate(from.Add(tokenLife)),
	}
	token, err := jwt.Signed(signer).Claims(claims).Claims(map[string]any{"tid": tenant}).Serialize()
	if err != nil {
		return ""
	}
	return token
}

// What tells a forged token from a good one.
const (
	strangeAudience = "00000000-0000-4000-8000-00000000dead"
	strangeIssuer   = "https://issuer.invalid"
)

// Forge returns a token that no listener may trust: expired, for another audience, from another issuer, signed with another
// key, or not in the form of a token at all.
func (s *Signer) Forge(kind, audience, tenant string, now time.Time) string {
	hour := now.Truncate(time.Hour)
	switch kind {
	case "expired":
		return s.write(s.signer, s.issuer, audience, tenant, hour.Add(-24*time.Hour))
	case "audience":
		return s.write(s.signer, s.issuer, strangeAudience, tenant, hour)
	case "issuer":
		return s.write(s.signer, strangeIssuer, audience, tenant, hour)
	case "key":
		return s.write(s.other, s.issuer, audience, tenant, hour)
	}
	return "this-is-no-token"
}

// SignClaims makes a token of any claims. It is not kept.
func (s *Signer) SignClaims(claims map[string]any) string {
	token, err := jwt.Signed(s.signer).Claims(claims).Serialize()
	if err != nil {
		return ""
	}
	return token
}

// Keys gives the signer's public key without a network.
func (s *Signer) Keys(context.Context) (jose.JSONWebKeySet, error) {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{s.public}}, nil
}

// Publish returns a handler of MetadataPath and KeysPath; root is the absolute URL that it is reached under.
func (s *Signer) Publish(root string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+MetadataPath, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]any{
			"issuer":                                s.issuer,
			"jwks_uri":                              root + KeysPath,
			"id_token_signing_alg_values_supported": []string{string(jose.ES256)},
		})
	})
	mux.HandleFunc("GET "+KeysPath, func(w http.ResponseWriter, r *http.Request) {
		set, _ := s.Keys(r.Context())
		writeJSON(w, set)
	})
	return mux
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
