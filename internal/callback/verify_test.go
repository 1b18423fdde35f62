package callback

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// token signs claims with a signer's key, with extra header members.
func token(t *testing.T, s *Signer, claims jwt.Claims, headers map[jose.HeaderKey]any) string {
	t.Helper()
	text, err := jwt.Signed(signerWith(t, s, headers)).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func newSigner(t testing.TB) *Signer {
	t.Helper()
	s, err := NewSigner(GlobalIssuer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signerWith(t *testing.T, s *Signer, headers map[jose.HeaderKey]any) jose.Signer {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.private}, &jose.SignerOptions{ExtraHeaders: headers})
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func good() jwt.Claims {
	return jwt.Claims{
		Issuer: GlobalIssuer, Audience: jwt.Audience{"app-1"},
		IssuedAt: jwt.NewNumericDate(start), NotBefore: jwt.NewNumericDate(start), Expiry: jwt.NewNumericDate(start.Add(tokenLife)),
	}
}

func TestVerify(t *testing.T) {
	s := newSigner(t)
	other := newSigner(t)
	with := func(change func(c *jwt.Claims)) jwt.Claims { c := good(); change(&c); return c }
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"`+signerKeyID+`"}`)) + "." +
		strings.Split(s.Sign("app-1", "t", start), ".")[1] + "."
	cut := s.Sign("app-1", "t", start)
	for _, c := range []struct {
		name  string
		token string
		now   time.Time
		want  string // part of the error; "": good
	}{
		{"good", s.Sign("app-1", "t", start), start, ""},
		{"audience in another case", token(t, s, with(func(c *jwt.Claims) { c.Audience = jwt.Audience{"x", "APP-1"} }), nil), start, ""},
		{"graph's issuer", token(t, s, with(func(c *jwt.Claims) { c.Issuer = GraphIssuer + "/" }), nil), start, ""},
		{"cty JWT", token(t, s, good(), map[jose.HeaderKey]any{"cty": "JWT", "typ": "JWT"}), start, ""},
		{"just expired", token(t, s, good(), nil), start.Add(tokenLife + clockSkew), ""},
		{"expired", token(t, s, good(), nil), start.Add(tokenLife + clockSkew + 1), "expired at 2026-01-01T01:05:00Z"},
		{"too early", token(t, s, good(), nil), start.Add(-clockSkew - 1), "not valid before 2026-01-01T00:00:00Z"},
		{"never expires", token(t, s, with(func(c *jwt.Claims) { c.Expiry = nil }), nil), start, "no exp"},
		{"wrong issuer", token(t, s, with(func(c *jwt.Claims) { c.Issuer = "https://evil.example" }), nil), start, `issuer "https://evil.example"`},
		{"wrong audience", token(t, s, with(func(c *jwt.Claims) { c.Audience = jwt.Audience{"app-2"} }), nil), start, "another application"},
		{"no audience", token(t, s, with(func(c *jwt.Claims) { c.Audience = nil }), nil), start, "another application"},
		{"another's key", other.Sign("app-1", "t", start), start, "signature is wrong"},
		{"unknown kid", token(t, s, good(), map[jose.HeaderKey]any{"kid": "k2"}), start, `key "k2" is unknown`},
		{"alg none", unsigned, start, "no JWT signed with RS256 or ES256"},
		{"cut", cut[:len(cut)-10], start, "signature"},
		{"no token", "hello", start, "no JWT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := NewVerifier(s.Keys)
			for range 2 { // the second time it may come from memory
				err := v.Verify(c.token, "app-1", c.now)
				if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				if strings.Contains(c.name, "audience") && c.want != "" && !errors.Is(err, ErrAudience) {
					t.Errorf("%v is not ErrAudience", err)
				}
			}
		})
	}
}

func TestVerifyRSAAndNotHMAC(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public := jose.JSONWebKey{Key: &key.PublicKey, KeyID: "rsa"}
	v := NewVerifier(func(context.Context) (jose.JSONWebKeySet, error) {
		return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public}}, nil
	})
	for _, c := range []struct {
		algorithm jose.SignatureAlgorithm
		key       any
		good      bool
	}{
		{jose.RS256, jose.JSONWebKey{Key: key, KeyID: "rsa"}, true},
		{jose.PS256, jose.JSONWebKey{Key: key, KeyID: "rsa"}, false},
		{jose.HS256, jose.JSONWebKey{Key: []byte("0123456789abcdef0123456789abcdef"), KeyID: "rsa"}, false},
	} {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: c.algorithm, Key: c.key}, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := jwt.Signed(signer).Claims(good()).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Verify(text, "app-1", start); (err == nil) != c.good {
			t.Errorf("%s: %v", c.algorithm, err)
		}
	}
}

// TestKeysAreFetchedSparingly: every two hours, and for an unknown key at most once a minute.
func TestKeysAreFetchedSparingly(t *testing.T) {
	first, second := newSigner(t), newSigner(t)
	second.public.KeyID, second.private.KeyID = "k2", "k2"
	signer, down, asked := first, false, 0
	v := NewVerifier(func(ctx context.Context) (jose.JSONWebKeySet, error) {
		asked++
		if down {
			return jose.JSONWebKeySet{}, errors.New("no route to host")
		}
		return signer.Keys(ctx)
	})
	late := func(s *Signer) string {
		c := good()
		c.Expiry = jwt.NewNumericDate(start.Add(100 * time.Hour))
		return token(t, s, c, map[jose.HeaderKey]any{"x": asked}) // never from memory
	}
	check := func(d time.Duration, tok string, wantAsked int, want error) {
		t.Helper()
		if err := v.Verify(tok, "app-1", start.Add(d)); !errors.Is(err, want) && (want != errAny || err == nil) {
			t.Errorf("after %v: %v", d, err)
		}
		if asked != wantAsked {
			t.Errorf("after %v: asked %d times, not %d", d, asked, wantAsked)
		}
	}
	down = true
	check(0, late(first), 1, ErrKeys)
	check(time.Second, late(first), 1, ErrKeys)
	down = false
	check(time.Minute, late(first), 2, nil)
	check(2*time.Hour, late(first), 2, nil)
	check(3*time.Hour, late(first), 3, nil)
	signer = second
	check(3*time.Hour+time.Second, late(second), 3, errAny)
	check(3*time.Hour+time.Minute, late(second), 4, nil)
	check(3*time.Hour+time.Minute, late(second), 4, nil)
	down = true
	check(6*time.Hour, late(second), 5, nil) // an old key is better than none
	check(6*time.Hour, late(first), 5, errAny)
}

var errAny = errors.New("any error")

func TestPublishedKeys(t *testing.T) {
	s := newSigner(t)
	server := httptest.NewServer(nil)
	defer server.Close()
	server.Config.Handler = s.Publish(server.URL)
	v := NewVerifier(PublishedKeys(server.Client(), server.URL+MetadataPath))
	if err := v.Verify(s.Sign("app-1", "t", start), "app-1", start); err != nil {
		t.Error(err)
	}
	v = NewVerifier(PublishedKeys(server.Client(), server.URL+"/elsewhere"))
	if err := v.Verify(s.Sign("app-1", "t", start), "app-1", start); !errors.Is(err, ErrKeys) || !strings.Contains(err.Error(), "404") {
		t.Error(err)
	}
}

func TestSignerSignsOncePerHour(t *testing.T) {
	s := newSigner(t)
	a, b := s.Sign("app-1", "t", start), s.Sign("app-1", "t", start.Add(59*time.Minute))
	if a != b {
		t.Error("two tokens in one hour")
	}
	if a == s.Sign("app-1", "t", start.Add(time.Hour)) || a == s.Sign("app-2", "t", start) {
		t.Error("one token for two hours or two audiences")
	}
}

// TestServiceSigner: what a bot outside the process finds published is RS256, as its libraries want, and fits the tokens.
func TestServiceSigner(t *testing.T) {
	s, err := NewServiceSigner(GlobalIssuer)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(nil)
	defer server.Close()
	server.Config.Handler = s.Publish(server.URL)
	var metadata struct {
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
		Keys       string   `json:"jwks_uri"`
	}
	var published struct {
		Keys []struct{ Kty, Alg, Kid, Use string }
	}
	if err := getJSON(t.Context(), server.Client(), server.URL+MetadataPath, &metadata); err != nil {
		t.Fatal(err)
	}
	if err := getJSON(t.Context(), server.Client(), metadata.Keys, &published); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(metadata.Algorithms, published.Keys); got != "[RS256] [{RSA RS256 callflow-simulator sig}]" {
		t.Errorf("published: %s", got)
	}
	v := NewVerifier(PublishedKeys(server.Client(), server.URL+MetadataPath))
	if err := v.Verify(s.Sign("app-1", "tenant-1", start), "app-1", start); err != nil {
		t.Errorf("its own token: %v", err)
	}
	if err := v.Verify(s.Forge("key", "app-1", "tenant-1", start), "app-1", start); err == nil {
		t.Error("a token signed with another key was taken")
	}
}
