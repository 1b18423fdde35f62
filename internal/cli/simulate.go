package cli

import (
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/internal/project"
	"callflow/internal/report"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/schema"
	"callflow/schema/problem"
	"callflow/steps"
)

// simulateFlags are the flags of simulate.
type simulateFlags struct {
	listen, public string
	scene          string
	set            []string
	people, faults []string
	chaos          string
	callback       string
	bot            steps.Bot
	dialect        string
	seed           uint64
	fetch          bool
	quiet, noColor bool
}

func newSimulate(io streams) *cobra.Command {
	var f simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Serve the simulator on a port, for any client",
		Long: `simulate serves the simulated Graph calling API, its token endpoint and its OpenID metadata, in real time, until it is
interrupted. All three dialects are served at once: /v1.0/communications, /beta/communications and /beta/app.

The people come from --scene: a file with people, script and faults, as under simulate in a scenario, or a scenario
itself. Incoming calls go to --callback, the bot's registered address.`,
		Example: `  callflow simulate
  callflow simulate --person 'carol={declines: 3s}' --fault '{fault: invite, status: 429, retryAfter: 2s}' --chaos all
  callflow simulate --set ringTime=10s --set busy=400/8541
  callflow simulate --listen 127.0.0.1:9000 --scene scenarios/transfer/blind-accepted.yaml --callback http://127.0.0.1:3978/api/calls`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return f.serve(io) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.listen, "listen", "127.0.0.1:8080", "`ADDRESS` and port to listen on")
	fl.StringVar(&f.public, "public", "", "the `URL` under which clients reach it; default: http:// and the address")
	fl.StringVar(&f.scene, "scene", "", "the `FILE` with the people and what they do")
	fl.StringArrayVar(&f.set, "set", nil, "a setting of the service, `NAME=VALUE`, as under simulate.settings; may be repeated")
	fl.StringArrayVar(&f.people, "person", nil, "somebody more who lives there, `NAME={…}` as under simulate.people; may be repeated")
	fl.StringArrayVar(&f.faults, "fault", nil, "something that goes wrong, `{fault: …}` as under simulate.faults; may be repeated")
	fl.StringVar(&f.chaos, "chaos", "", "deliver in disorder drawn from the seed: `KINDS` of reorder, early, duplicate, delay, or all")
	fl.StringVar(&f.callback, "callback", "", "the bot's registered address, a `URL`: where incoming calls are announced")
	f.bot = target.Bot
	fl.StringVar(&f.bot.AppID, "app-id", f.bot.AppID, "the bot's `APPID`: whose requests are served, and the audience of notifications' tokens")
	fl.StringVar(&f.bot.TenantID, "tenant", f.bot.TenantID, "the bot's `TENANT`")
	fl.StringVar(&f.dialect, "dialect", string(graph.V1), "the dialect of incoming calls: v1.0, beta or legacy")
	fl.Uint64Var(&f.seed, "seed", 1, "`SEED` of ids")
	fl.BoolVar(&f.fetch, "fetch", false, "fetch the prompts that bots play, and refuse what the service would not play")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print the URLs only, not what happens")
	fl.BoolVar(&f.noColor, "no-color", false, "no colours")
	return cmd
}

func (f *simulateFlags) serve(io streams) error {
	if !slices.Contains(graph.V1.EnumValues(), f.dialect) {
		return &inputError{fmt.Sprintf("--dialect %q is not known; use %s", f.dialect, strings.Join(graph.V1.EnumValues(), ", "))}
	}
	for _, u := range []struct{ flag, text string }{{"public", f.public}, {"callback", f.callback}} {
		if parsed, err := url.Parse(u.text); u.text != "" && (err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https") {
			return &inputError{fmt.Sprintf("--%s %q is no http or https URL", u.flag, u.text)}
		}
	}
	for _, id := range []struct{ flag, text string }{{"app-id", f.bot.AppID}, {"tenant", f.bot.TenantID}} {
		if c := graph.CanonicalID(id.text); len(c) != 36 || strings.Trim(c, "0123456789abcdef-") != "" {
			return &inputError{fmt.Sprintf("--%s %q is no GUID; it looks like %s", id.flag, id.text, target.Bot.AppID)}
		}
	}
	scene, err := f.readScene(io)
	if err != nil {
		return err
	}
	if scene, err = f.withSettings(scene); err != nil {
		return err
	}
	if scene, err = f.withMore(scene); err != nil {
		return err
	}
	chaos, err := world.ParseChaos(f.chaos)
	if err != nil {
		return &inputError{"--chaos: " + err.Error()}
	}
	tcp, err := net.Listen("tcp", f.listen)
	if err != nil {
		return &setupError{"cannot serve the simulator", err}
	}
	defer tcp.Close()
	root := strings.TrimSuffix(f.public, "/")
	if root == "" {
		root = "http://" + tcp.Addr().String()
	}
	said := log.New(io.err, "", log.Ltime)
	server, err := sim.NewServer(sim.ServerConfig{
		Root: root, Seed: f.seed, Scene: scene, Chaos: chaos, Fetch: f.fetch,
		Bots: []sim.ServerBot{{Bot: f.bot, DisplayName: "Test Bot", Address: f.callback, Dialect: graph.Dialect(f.dialect)}},
		Log: func(text string) {
			if !f.quiet {
				said.Println(report.Plain(text))
			}
		},
	})
	if err != nil {
		return &setupError{"cannot serve the simulator", err}
	}
	defer unread()()
	ctx, stop := interruptible(context.Background(), func(text string) { fmt.Fprintln(io.err, text) }, "stopping", func() {})
	defer stop()
	web := server.Web(said)
	served := make(chan error, 1)
	go func() { served <- web.Serve(tcp) }()
	f.greet(io, server.URLs(), scene, chaos)
	select {
	case err := <-served:
		return &setupError{"cannot serve the simulator", err}
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), killGrace)
	defer cancel()
	// To be interrupted is how a server ends: that is no failure, and neither is a client that will not let go.
	if err := errors.Join(web.Shutdown(end), server.Close(end)); err != nil && !f.quiet {
		said.Println(report.Plain(err.Error()))
	}
	return nil
}

// withSettings puts what --set says over the scene's own settings.
func (f *simulateFlags) withSettings(scene *world.Scene) (*world.Scene, error) {
	if len(f.set) == 0 {
		return scene, nil
	}
	if scene == nil {
		scene = &world.Scene{}
	}
	if scene.Settings == nil {
		scene.Settings = world.DefaultSettings()
	}
	for _, text := range f.set {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, &inputError{fmt.Sprintf("--set %q has no =; write NAME=VALUE, like ringTime=10s", text)}
		}
		if near := nearSetting(name); near != "" {
			return nil, &inputError{fmt.Sprintf("--set %s: there is no setting %q; did you mean %s?", text, name, near)}
		}
		if err := scene.Settings.Set(name, value); err != nil {
			return nil, &inputError{fmt.Sprintf("--set %s: %v", text, err)}
		}
	}
	return scene, nil
}

// nearSetting is what a name that no setting has was most likely meant to be, or "".
func nearSetting(name string) string {
	var names []string
	for _, s := range world.AllSettings() {
		names = append(names, s.Name)
	}
	if slices.Contains(names, name) {
		return ""
	}
	return problem.Nearest(name, names)
}

// withMore adds to a scene what --person and --fault say.
func (f *simulateFlags) withMore(scene *world.Scene) (*world.Scene, error) {
	if len(f.people)+len(f.faults) == 0 {
		return scene, nil
	}
	if scene == nil {
		scene = &world.Scene{}
	}
	if scene.People == nil {
		scene.People = map[string]*world.Person{}
	}
	for _, text := range f.people {
		name, said, _ := strings.Cut(text, "=")
		if !aPerson.MatchString(name) {
			return nil, &inputError{fmt.Sprintf("--person %q: write NAME={…}, like carol={declines: 3s}", text)}
		}
		if strings.TrimSpace(said) == "" {
			said = "{}"
		}
		p, problems := schema.Decode[world.Person](schema.Source{Name: "--person " + name, Text: []byte(said)})
		if problems.Failed() {
			return nil, &inputError{problems.Error()}
		}
		scene.People[name] = p
	}
	for _, text := range f.faults {
		w, problems := schema.Decode[world.Fault](schema.Source{Name: "--fault", Text: []byte(text)})
		if problems.Failed() {
			return nil, &inputError{problems.Error()}
		}
		if err := w.Check(); err != nil {
			return nil, &inputError{fmt.Sprintf("--fault %q: %v", text, err)}
		}
		scene.Faults = append(scene.Faults, *w)
	}
	if err := errors.Join(scene.Check()...); err != nil {
		return nil, &inputError{err.Error()}
	}
	return scene, nil
}

var aPerson = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// greet prints what a client is configured with.
func (f *simulateFlags) greet(io streams, u sim.URLs, scene *world.Scene, chaos world.Chaos) {
	address, callee := f.callback, "8a34a46b-3d17-4adc-8dce-dc4e7d572698"
	if address == "" {
		address = "none, so nobody can call the bot: give --callback URL"
	} else {
		address += ", in the dialect " + f.dialect
	}
	people := []string{"whoever is called answers after 1s; nobody calls (--scene FILE brings people)"}
	caller := "carol"
	if scene != nil && len(scene.People) > 0 {
		people = nil
		for i, name := range slices.Sorted(maps.Keys(scene.People)) {
			id := whereabouts(name, scene.People[name])
			if i == 0 {
				caller, callee = name, id
			}
			people = append(people, name+" "+id)
		}
	}
	disorder := "none (--chaos all)"
	if chaos != (world.Chaos{}) {
		disorder = fmt.Sprintf("%s, from seed %d", chaos, f.seed)
	}
	fmt.Fprintf(io.out, `the simulated calling API is served until Ctrl-C

  Graph            %s
  calls            /v1.0/communications/calls, /beta/communications/calls, legacy: /beta/app/calls
  token endpoint   %s
  app id           %s (any client secret)
  tenant           %s
  OpenID metadata  %s
  token issuer     %s
  bot's address    %s
  people           %s
  in disorder      %s
  world actions    POST %s {"hangUp": {"who": %q}}
  world's people   GET %s; PUT or DELETE …/%s {"declines": "3s"}
  world's faults   GET, DELETE, POST %s {"fault": "invite", "status": 429}
  own worlds       POST %s {"scene": {"people": {"carol": {}}}}
`, u.Graph, u.Token, f.bot.AppID, f.bot.TenantID, u.Metadata, u.Issuer, address,
		strings.Join(people, "\n"+strings.Repeat(" ", 19)), disorder, u.Actions, caller, u.People, caller, u.Faults, u.Graph+world.WorldsPath)
	if f.quiet {
		return
	}
	kind := "user"
	if strings.HasPrefix(callee, "+") {
		kind = "phone"
	}
	fmt.Fprintf(io.out, `
a first call; notifications go to callbackUri:

  TOKEN=$(curl -s -d grant_type=client_credentials -d client_id=%s -d client_secret=any \
    %s | sed 's/.*"access_token":"\([^"]*\).*/\1/')
  curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' %s/v1.0/communications/calls -d '{
    "callbackUri": "http://127.0.0.1:3978/api/calls", "tenantId": %q, "requestedModalities": ["audio"],
    "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
    "targets": [{"identity": {%q: {"id": %q}}}]}'

to run scenarios against it, in callflow.yaml (each with a section simulate gets a world of its own):

  targets:
    local:
      simulator: true
      root: %s
      callback: {listen: "127.0.0.1:8081", publicUrl: "http://127.0.0.1:8081"}

`, f.bot.AppID, u.Token, u.Graph, f.bot.TenantID, kind, callee, u.Graph)
}

// whereabouts is the id by which somebody is called.
func whereabouts(name string, p *world.Person) string {
	switch {
	case p != nil && p.Phone != "":
		return p.Phone
	case p != nil && p.ID != "":
		return p.ID
	}
	return world.IDFor(name)
}

// readScene reads --scene.
func (f *simulateFlags) readScene(io streams) (*world.Scene, error) {
	if f.scene == "" {
		return nil, nil
	}
	scene, problems, err := project.ReadScene(f.scene, f.seed, steps.Target{Name: "simulator", Dialect: graph.Dialect(f.dialect), Simulated: true, Bot: f.bot})
	io.problems(problems, f.noColor)
	switch {
	case err != nil:
		return nil, &inputError{fmt.Sprintf("--scene %s: %v", f.scene, err)}
	case problems.Failed():
		return nil, &inputError{tally(1, problems)}
	}
	return scene, nil
}
