package callback

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
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
	issuer    string
	algorithm jose.SignatureAlgorithm
	private   jose.JSONWebKey
	public    jose.JSONWebKey
	signer    jose.Signer

	mu    sync.Mutex
	made  map[grant]string
	other jose.Signer // with a key that is published nowhere, under the same name; made when it is first needed
}

type grant struct {
	audience, tenant string
	hour             int64
}

// NewSigner returns a signer with a fresh key for ES256, which is made and used in no time: for worlds in memory.
func NewSigner(issuer string) (*Signer, error) {
	return newSignerOf(issuer, jose.ES256)
}

// NewServiceSigner returns a signer with a fresh key for RS256, as the service's are: for bots outside the process, whose
// libraries take nothing else (AuthenticationConstants.AllowedSigningAlgorithms of the Bot Framework SDKs). To make the key takes
// some tenths of a second.
func NewServiceSigner(issuer string) (*Signer, error) {
	return newSignerOf(issuer, jose.RS256)
}

func newSignerOf(issuer string, algorithm jose.SignatureAlgorithm) (*Signer, error) {
	private, signer, err := newKey(algorithm)
	if err != nil {
		return nil, err
	}
	return &Signer{issuer: issuer, algorithm: algorithm, private: private, public: private.Public(), signer: signer, made: map[grant]string{}}, nil
}

// rsaBits is the size of the keys that Microsoft publishes.
const rsaBits = 2048

func newKey(algorithm jose.SignatureAlgorithm) (private jose.JSONWebKey, signer jose.Signer, err error) {
	var key crypto.Signer
	if algorithm == jose.RS256 {
		key, err = rsa.GenerateKey(rand.Reader, rsaBits)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return private, nil, err
	}
	private = jose.JSONWebKey{Key: key, KeyID: signerKeyID, Algorithm: string(algorithm), Use: "sig"}
	signer, err = jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: private}, (&jose.SignerOptions{}).WithType("JWT"))
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
		if other := s.stranger(); other != nil {
			return s.write(other, s.issuer, audience, tenant, hour)
		}
	}
	return "this-is-no-token"
}

// stranger is a signer with another key, or nil when there is no randomness to make one.
func (s *Signer) stranger() jose.Signer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.other == nil {
		_, s.other, _ = newKey(s.algorithm)
	}
	return s.other
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
			"id_token_signing_alg_values_supported": []string{string(s.algorithm)},
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
