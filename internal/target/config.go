package target

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/schema"
)

// Config is one target: a Graph cloud, or a simulator that runs as a process of its own.
type Config struct {
	API       graph.Dialect         `json:"api" default:"v1.0" doc:"The dialect to speak."`
	Cloud     graph.Cloud           `json:"cloud" default:"global" doc:"Which of Microsoft's clouds."`
	Simulator bool                  `json:"simulator" doc:"The target is a server of callflow simulate, at root; a scenario with a section simulate gets a world of its own there."`
	Root      string                `json:"root" format:"uri" doc:"The API's root, if another than the cloud's."`
	Login     string                `json:"login" format:"uri" doc:"The root of the token endpoint, if another than the cloud's."`
	OpenID    string                `json:"openId" format:"uri" doc:"The metadata of the keys that notifications are signed with, if another than the cloud's."`
	Bots      schema.Map[BotConfig] `json:"bots" doc:"The applications; scenarios speak as the first."`
	Vars      schema.Map[string]    `json:"vars" doc:"What vars of scenarios and of the project are here, by name; --var stands before it."`
	Callback  CallbackConfig        `json:"callback" required:"true" doc:"The webhook that notifications are sent to."`
}

// BotConfig is an application registered with the target.
type BotConfig struct {
	TenantID     string `json:"tenantId" required:"true" format:"guid" doc:"Its tenant."`
	AppID        string `json:"appId" required:"true" format:"guid" doc:"Its application id."`
	ClientSecret string `json:"clientSecret" required:"true" doc:"Its secret; take it from the environment: ${{ env.BOT_SECRET }}."`
}

// CallbackConfig is the listener.
type CallbackConfig struct {
	Listen    string     `json:"listen" required:"true" doc:"Address and port to listen on: \":8443\"."`
	PublicURL string     `json:"publicUrl" required:"true" format:"uri" doc:"How the service reaches the listener."`
	TLS       *TLSConfig `json:"tls" doc:"Certificate and key; absent where something in front ends TLS."`
}

// TLSConfig names files, relative to callflow.yaml.
type TLSConfig struct {
	Cert string `json:"cert" required:"true" doc:"The certificate chain, PEM."`
	Key  string `json:"key" required:"true" doc:"Its key, PEM."`
}

var botName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Complete fills in what the cloud, or a simulator's own defaults, say of a target. The error says what is missing.
func (t *Config) Complete(name string) error {
	where, err := t.Cloud.Endpoints()
	if err != nil {
		return fmt.Errorf("target %q: %w", name, err)
	}
	if t.Simulator {
		if t.Root == "" {
			return fmt.Errorf("target %q: simulator: true needs root, the URL that callflow simulate printed", name)
		}
		root := strings.TrimSuffix(t.Root, "/")
		where = graph.Endpoints{Root: root, Login: root, OpenID: root + callback.MetadataPath}
		if len(t.Bots) == 0 {
			t.Bots = schema.Map[BotConfig]{{Key: Bot.Name, Value: BotConfig{
				TenantID: Bot.TenantID, AppID: Bot.AppID, ClientSecret: "simulated",
			}}}
		}
	}
	for _, f := range []struct {
		field    *string
		fallback string
	}{{&t.Root, where.Root}, {&t.Login, where.Login}, {&t.OpenID, where.OpenID}} {
		if *f.field == "" {
			*f.field = f.fallback
		}
		*f.field = strings.TrimSuffix(*f.field, "/")
	}
	for _, u := range []struct{ key, text string }{{"root", t.Root}, {"login", t.Login}, {"openId", t.OpenID}, {"publicUrl", t.Callback.PublicURL}} {
		if parsed, err := url.Parse(u.text); err == nil && parsed.User != nil {
			return fmt.Errorf("target %q: %s has a user name or password in it; it would be printed", name, u.key)
		}
	}
	for _, b := range t.Bots {
		switch {
		case !botName.MatchString(b.Key):
			return fmt.Errorf("target %q: %q is no name of a bot: use letters, digits, - and _, for its address ends in it", name, b.Key)
		case b.Value.ClientSecret == "":
			return fmt.Errorf("target %q: the clientSecret of bot %s is empty", name, b.Key)
		}
	}
	switch {
	case len(t.Bots) == 0:
		return fmt.Errorf("target %q has no bots; a scenario speaks as one", name)
	case t.OpenID == "":
		return fmt.Errorf("target %q: where the keys of notifications of the cloud %s are published is not known; give it as openId", name, t.Cloud)
	}
	public, err := url.Parse(t.Callback.PublicURL)
	if err != nil || public.Host == "" || public.Scheme != "http" && public.Scheme != "https" {
		return fmt.Errorf("target %q: publicUrl %q is no http or https URL", name, t.Callback.PublicURL)
	}
	if public.RawQuery != "" || public.Fragment != "" {
		return fmt.Errorf("target %q: publicUrl %q has a query or fragment; the run's id is put behind it", name, t.Callback.PublicURL)
	}
	return nil
}

// Beside is a file named in the configuration.
func Beside(config, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(filepath.Dir(filepath.FromSlash(config)), filepath.FromSlash(file))
}
