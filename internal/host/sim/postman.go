package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"callflow/internal/graph"
	"callflow/internal/simulator"
)

// maxQueue is how many notifications of one call may wait for an address.
const maxQueue = 1000

// postman delivers notifications over HTTP: one after the other those of a call to an address, side by side all others, so
// that a webhook which is slow about one call is told of the next.
type postman struct {
	client *http.Client
	log    func(string)
	loop   func(func()) // hands a function to the event loop
	ctx    context.Context
	stop   context.CancelFunc

	mu     sync.Mutex
	queues map[route][]simulator.Delivery // present while somebody delivers there
	busy   sync.WaitGroup
}

// A route is what deliveries are kept in order on.
type route struct{ address, call string }

// maxIdle is how many connections to one host stay open between deliveries.
const maxIdle = 256

func newPostman(client *http.Client, log func(string), loop func(func())) *postman {
	if client == nil {
		client = &http.Client{
			Timeout:       15 * time.Second,
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: maxIdle, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	return &postman{client: client, log: log, loop: loop, ctx: ctx, stop: stop, queues: map[route][]simulator.Delivery{}}
}

// send queues a delivery. It is called from the loop and does not wait.
func (p *postman) send(d simulator.Delivery) {
	if u, err := url.Parse(d.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		p.log(fmt.Sprintf("a notification was lost: the callback address %q is no http or https URL", d.URL))
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	to := route{d.URL, d.Call}
	queue, active := p.queues[to]
	if len(queue) >= maxQueue {
		p.log(fmt.Sprintf("a notification was lost: %d others wait for %s", len(queue), d.URL))
		return
	}
	p.queues[to] = append(queue, d)
	if !active {
		p.busy.Go(func() { p.work(to) })
	}
}

func (p *postman) work(to route) {
	for {
		p.mu.Lock()
		queue := p.queues[to]
		if len(queue) == 0 {
			delete(p.queues, to)
			p.mu.Unlock()
			return
		}
		d := queue[0]
		p.queues[to] = queue[1:]
		p.mu.Unlock()
		got := p.post(d)
		switch {
		case d.Done != nil:
			p.loop(func() { d.Done(got) })
		case got.Status == 0:
			p.log(fmt.Sprintf("%s was told nothing: %s", d.URL, got.Text))
		case got.Status/100 != 2:
			p.log(fmt.Sprintf("%s answered %d %s: %q", d.URL, got.Status, http.StatusText(got.Status), got.Text))
		}
	}
}

// maxAnswer is how much of a webhook's answer is kept, in bytes.
const maxAnswer = 1 << 10

func (p *postman) post(d simulator.Delivery) (got simulator.Receipt) {
	ctx, begun := p.ctx, time.Now()
	if d.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, d.Timeout)
		defer stop()
	}
	defer func() { got.Took = time.Since(begun) }()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return simulator.Receipt{Text: err.Error()}
	}
	for _, h := range d.Headers {
		req.Header.Add(h.Name, h.Value)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return simulator.Receipt{Text: graph.Plain(err).Error()}
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return simulator.Receipt{Status: resp.StatusCode, Location: resp.Header.Get("Location"), Text: string(bytes.TrimSpace(text))}
}

// close waits for the deliveries on their way until ctx ends, and then gives them up.
func (p *postman) close(ctx context.Context) error {
	done := make(chan struct{})
	go func() { p.busy.Wait(); close(done) }()
	defer p.stop()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		p.stop()
		<-done
		return fmt.Errorf("notifications were still on their way: %w", ctx.Err())
	}
}
