package sim

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"callflow/internal/world"
	"callflow/steps"
)

const ownTenant, otherTenant = "7e4a47c0-0000-4000-8000-000000000001", "7e4a47c0-0000-4000-8000-000000000002"

// TestGrantedRoles: what was consented to is in the token's claim roles, where a person can look, and the service goes by
// it; as it goes by the tenant in which the token was taken.
func TestGrantedRoles(t *testing.T) {
	settings := world.DefaultSettings()
	settings.Permissions = []string{"Calls.JoinGroupCall.All"}
	for _, tt := range []struct {
		name, tenant string
		own          []string // the bot's permissions
		scene        *world.Scene
		roles        []string
		tid          string
		status       int
		code         string
	}{
		{"everything", ownTenant, nil, nil, world.Permissions, ownTenant, 201, ""},
		{"as the scene says", ownTenant, nil, &world.Scene{Settings: settings}, settings.Permissions, ownTenant, 403, "7504"},
		{"a bot's own", ownTenant, []string{"Calls.Initiate.All"}, nil, []string{"Calls.Initiate.All"}, ownTenant, 201, ""},
		{"none", ownTenant, []string{}, nil, []string{}, ownTenant, 403, "7504"},
		{"another tenant", strings.ToUpper(otherTenant), nil, nil, world.Permissions, otherTenant, 403, "7505"},
		{"no tenant", "common", nil, nil, world.Permissions, ownTenant, 201, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			front := httptest.NewUnstartedServer(nil)
			server, err := NewServer(ServerConfig{Root: "http://" + front.Listener.Addr().String(), Scene: tt.scene,
				Bots: []ServerBot{{Bot: steps.Bot{Name: "bot", AppID: "app-1", TenantID: ownTenant}, Permissions: tt.own}}})
			if err != nil {
				t.Fatal(err)
			}
			front.Config.Handler = server
			front.Start()
			t.Cleanup(func() { front.Close(); _ = server.Close(t.Context()) })
			resp, err := http.PostForm(front.URL+"/"+tt.tenant+"/oauth2/v2.0/token",
				url.Values{"grant_type": {"client_credentials"}, "client_id": {"app-1"}, "client_secret": {"any"}})
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var grant struct {
				Token string `json:"access_token"`
			}
			if err := json.NewDecoder(resp.Body).Decode(&grant); err != nil {
				t.Fatal(err)
			}
			if claims := claimsIn(t, grant.Token); !slices.Equal(claims.Roles, tt.roles) || claims.Tenant != tt.tid || claims.App != "app-1" {
				t.Errorf("the token says %+v", claims)
			}
			req, _ := http.NewRequest("POST", front.URL+"/v1.0/communications/calls", strings.NewReader(
				`{"callbackUri":"http://127.0.0.1:1","tenantId":"`+ownTenant+`","targets":[{"identity":{"user":{"id":"`+carolsID+`"}}}]}`))
			req.Header.Set("Authorization", "Bearer "+grant.Token)
			called, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer called.Body.Close()
			var refused struct{ Error struct{ Code string } }
			_ = json.NewDecoder(called.Body).Decode(&refused)
			if called.StatusCode != tt.status || refused.Error.Code != tt.code {
				t.Errorf("%s %q, want %d %q", called.Status, refused.Error.Code, tt.status, tt.code)
			}
		})
	}
}

type claims struct {
	App    string `json:"appid"`
	Tenant string `json:"tid"`
	Roles  []string
}

func claimsIn(t *testing.T, token string) (c claims) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A fault strikes at the token endpoint too, in the words of OAuth 2.0, and as often as it says.
func TestTokenFault(t *testing.T) {
	front := httptest.NewUnstartedServer(nil)
	server, err := NewServer(ServerConfig{Root: "http://" + front.Listener.Addr().String(),
		Scene: &world.Scene{Faults: []world.Fault{{Fault: world.Token, Status: 401, Message: "AADSTS7000222: expired"}, {Fault: world.Token, Reset: true}}},
		Bots:  []ServerBot{{Bot: steps.Bot{Name: "bot", AppID: "app-1", TenantID: ownTenant}}}})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = server
	front.Start()
	t.Cleanup(func() { front.Close(); _ = server.Close(t.Context()) })
	ask := func() (status int, body map[string]any, err error) {
		resp, err := http.PostForm(front.URL+"/"+ownTenant+"/oauth2/v2.0/token",
			url.Values{"grant_type": {"client_credentials"}, "client_id": {"app-1"}, "client_secret": {"x"}})
		if err != nil {
			return 0, nil, err
		}
		defer resp.Body.Close()
		return resp.StatusCode, body, json.NewDecoder(resp.Body).Decode(&body)
	}
	if status, body, err := ask(); err != nil || status != 401 || body["error"] != "invalid_client" || body["error_description"] != "AADSTS7000222: expired" {
		t.Errorf("the first is answered %d %v, %v", status, body, err)
	}
	if status, body, err := ask(); err == nil {
		t.Errorf("the second is answered %d %v, and should not be", status, body)
	}
	if status, body, err := ask(); err != nil || status != 200 || body["access_token"] == nil {
		t.Errorf("the third is answered %d %v, %v", status, body, err)
	}
}
