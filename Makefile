# callflow's chores. `make check` is what CI runs, nothing else.

GO         ?= go
FUZZTIME   ?= 10s
BENCHTIME  ?= 1s
staticcheck = $(GO) tool -modfile=tools/tools.mod staticcheck

PLAYS      ?= 2000

# What some tests are tried with where it can be had: a browser, an editor, a reader of XML schemas.
extras      = chromium neovim libxml2-utils

.PHONY: build dist install run test extras check vet lint actionlint race plays graphclient browser tapparser sarif yamlls generate bench fuzz

build: ## bin/callflow
	$(GO) build -o bin/callflow .

install: ## callflow in $(go env GOBIN), or $(go env GOPATH)/bin, which must be on the PATH
	$(GO) install .

run: build ## every scenario we ship, on the embedded simulator; those that are there to fail show in docs/stories.md how
	bin/callflow run --tag 'not fails' scenarios

test:
	$(GO) test ./...

extras: ## installs what more can be tried with than Go; where that cannot be, the tests that need it are skipped and say so
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		dpkg-query -W -f '$${Status}\n' $(extras) 2>/dev/null | grep -c '^install ok' | grep -qx $(words $(extras)) || { \
			timeout 60 apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -qq -y --no-install-recommends $(extras) >/dev/null; \
		} || echo "without some of: $(extras)"; \
	else echo "no apt-get, or not root: without what is missing of: $(extras)"; fi

check: build vet lint actionlint test race plays graphclient browser tapparser sarif yamlls ## all of it; generated files are checked by the tests

vet: ## and whether it builds for the other systems
	$(GO) vet ./...
	GOOS=windows $(GO) build -o /dev/null .
	GOOS=darwin $(GO) build -o /dev/null .

dist: ## the program for every system, in dist/; what goreleaser builds, without its archives
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
		end=; if [ $$os = windows ]; then end=.exe; fi; \
		echo dist/callflow-$$os-$$arch$$end; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '-s -w' -o dist/callflow-$$os-$$arch$$end . || exit 1; \
	done; done

lint: ## formatting, and staticcheck with staticcheck.conf
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w these:"; echo "$$unformatted"; exit 1; fi
	$(staticcheck) ./...

actionlint: ## the workflow in docs/ci.md
	CALLFLOW_ACTIONLINT=1 $(GO) test ./internal/cli -run '^TestActionlint$$' -count 1

race: ## fewer seeds of chaos than in test
	$(GO) test -race -short ./...

plays: ## thousands of random sequences of requests and deeds on the simulator; see docs/conformance.md
	$(GO) test ./internal/simulator -run '^TestInvariants$$' -plays $(PLAYS)

graphclient: ## Microsoft's own Graph client against callflow simulate, when Node and npm's registry can be had
	CALLFLOW_GRAPH_CLIENT=1 $(GO) test ./internal/conformance -run '^TestGraphClient$$' -count 1 -v

browser: ## the HTML report and the ladders in a real browser, when Node, npm's registry and Chromium (apt-get install chromium) can be had
	CALLFLOW_BROWSER=1 $(GO) test ./internal/report -run '^TestBrowser' -count 1 -v

tapparser: ## node-tap's parser reads the TAP report, when Node and npm's registry can be had
	CALLFLOW_TAP_PARSER=1 $(GO) test ./internal/report -run '^TestTAPParser$$' -count 1 -v

sarif: ## SARIF logs against the published schema, when Node and npm's registry can be had
	CALLFLOW_SARIF=1 $(GO) test ./internal/report -run '^TestSARIFSchema$$' -count 1 -v

yamlls: ## Red Hat's YAML language server with our JSON Schema, when Node and npm's registry can be had
	CALLFLOW_YAMLLS=1 $(GO) test ./internal/lsp -run '^TestYAMLLS$$' -count 1 -v

generate: ## what is made from the code: the JSON Schema, the references of language, codes and coverage, the stories, the run in the README
	$(GO) test ./internal/cli -run '^TestGenerated|^TestReadme' -update
	$(GO) test ./internal/conformance -run '^TestDocs' -update

bench: ## reports, gates nothing
	$(GO) test ./... -run '^$$' -bench . -benchtime $(BENCHTIME) -benchmem

fuzz: ## every fuzz target for FUZZTIME
	@set -e; for pkg in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$f"; $(GO) test $$pkg -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x; \
		done; \
	done
