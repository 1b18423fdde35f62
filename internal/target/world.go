package target

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/runner"
)

// worldTime bounds each of the two requests about a run's world.
const worldTime = 10 * time.Second

// openWorld has the simulator make a world for one run, with the people of its scenario, and returns the root of its API.
// So runs side by side do not meet each other's people, as on the embedded simulator.
func (s *service) openWorld(ctx context.Context, p *runner.Prepared, seed uint64) (root string, err error) {
	body, err := json.Marshal(world.Opening{
		Scene:   p.Scene,
		Address: s.public() + "/bots/" + s.bot.Name + "/" + p.RunID,
		Dialect: string(s.cfg.API),
		Chaos:   s.chaos.String(),
		Seed:    int64(seed),
		Watch:   s.public() + "/worlds/" + p.RunID,
	})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, worldTime)
	defer cancel()
	resp, text, err := s.ask(ctx, http.MethodPost, s.cfg.Root+world.WorldsPath, body)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "", fmt.Errorf("nobody listens at %s: is `callflow simulate` running?", s.cfg.Root)
	case err != nil:
		return "", fmt.Errorf("cannot bring the scenario's people into the simulator: %w", graph.Plain(err))
	}
	var opened world.Opened
	if resp.StatusCode == http.StatusCreated && json.Unmarshal(text, &opened) == nil && opened.ID != "" {
		// Below our own root: the simulator may know itself by another name.
		return s.cfg.Root + world.WorldsPath + "/" + opened.ID, nil
	}
	return "", fmt.Errorf("cannot bring the scenario's people into the simulator: %s%s answered %s: %s; is a callflow simulate of this version there?",
		s.cfg.Root, world.WorldsPath, resp.Status, bytes.TrimSpace(text))
}

// closeWorld ends it. That it could not be ended is the simulator's worry: it forgets worlds that nobody uses.
func (s *service) closeWorld(root string) {
	ctx, cancel := context.WithTimeout(context.Background(), worldTime)
	defer cancel()
	_, _, _ = s.ask(ctx, http.MethodDelete, root, nil)
}

func (s *service) ask(ctx context.Context, method, url string, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return resp, text, err
}
