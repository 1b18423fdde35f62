package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxPrompt is the largest prompt that is fetched, in bytes: some five minutes.
const maxPrompt = 10 << 20

// fetch implements simulator.Config.Fetch. It is called from the loop, and so is done.
func (s *Server) fetch(url string, done func(file []byte, err error)) {
	go func() {
		file, err := s.download(url)
		select {
		case s.outside <- func() { s.guard(func() { done(file, err) }) }:
		case <-s.quit:
		}
	}()
}

// download gets a file. Its errors do not quote what the server there said: they go to whoever may see the call.
func (s *Server) download(url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	client := s.cfg.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, errors.New("the file did not come within 10 s")
	case err != nil:
		return nil, errors.New("nobody answers there")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the file's server answered %d", resp.StatusCode)
	}
	file, err := io.ReadAll(io.LimitReader(resp.Body, maxPrompt+1))
	switch {
	case err != nil:
		return nil, errors.New("the file broke off")
	case len(file) > maxPrompt:
		return nil, fmt.Errorf("the file is larger than %d MB", maxPrompt>>20)
	}
	return file, nil
}
