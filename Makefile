VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
IMAGE       ?= docker-credential-ssm
OUTPUT      ?= docker-credential-ssm
FUZZTIME    ?= 20s
E2E_TOOLS   ?= $(HOME)/.cache/docker-credential-ssm/e2e/tools
PLATFORMS   ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
LDFLAGS     := -s -w -X main.version=$(VERSION)
# Without HTTP/2, which one request to one service has no use for, the program
# is 4 % smaller.
# What a get does not run, or only once, is compiled without inlining: 2 % smaller
# again, and a get as fast.
SDK         := github.com/aws/aws-sdk-go-v2
COLD        := docker-credential-ssm/setup/... docker-credential-ssm/doctor docker-credential-ssm/internal/dockerconfig \
               docker-credential-ssm/internal/registryclient docker-credential-ssm/internal/cli mvdan.cc/... go.yaml.in/... \
               github.com/spf13/... github.com/tailscale/... github.com/docker/... github.com/sirupsen/... $(SDK)/feature/... \
               $(SDK)/service/sso/... $(SDK)/service/ssooidc/... $(SDK)/service/signin/... $(SDK)/service/sts/... \
               math/big encoding/xml encoding/asn1
BUILD       := CGO_ENABLED=0 go build -tags nethttpomithttp2 -trimpath -ldflags "$(LDFLAGS)" $(foreach package,$(COLD),-gcflags=$(package)=-l)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build ./docker-credential-ssm with the version from git
	$(BUILD) -o $(OUTPUT) .

.PHONY: demo
demo: ## Show the helper at work, with no AWS account and no Docker
	go run ./demo

.PHONY: test
test: ## Run the tests, which need Go alone
	go test ./...

.PHONY: race
race: ## Run the tests with the race detector, without its second of sleep at every exit
	GORACE=atexit_sleep_ms=0 go test -race ./...

.PHONY: stress
stress: ## Run the long rounds: 1,000 gets at once, some 500 kills, every command under strace
	go test -count=1 -v -timeout 60m ./stress ./trace -args -full

.PHONY: lint
lint: ## Check gofmt, go mod tidy, go vet (Linux, Windows, macOS) and staticcheck
	@unformatted=$$(gofmt -l .) && test -z "$$unformatted" || { echo "gofmt -w these:"; echo "$$unformatted"; exit 1; }
	go mod tidy -diff
	go vet ./...
	go vet -tags e2e ./...
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	go run $(STATICCHECK) -tags e2e ./...

.PHONY: vuln
vuln: ## Look for known vulnerabilities in what is called
	go run $(GOVULNCHECK) ./...

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (20s)
	@set -e; for package in $$(go list ./...); do for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
		echo "$$target"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$package; \
	done; done

.PHONY: cross
cross: ## Build for Linux, macOS and Windows, on amd64 and arm64, into dist/
	@set -e; for platform in $(PLATFORMS); do \
		os=$${platform%/*} arch=$${platform#*/} suffix=; \
		test $$os != windows || suffix=.exe; \
		echo "dist/docker-credential-ssm-$$os-$$arch$$suffix"; \
		GOOS=$$os GOARCH=$$arch $(BUILD) -o "dist/docker-credential-ssm-$$os-$$arch$$suffix" .; \
	done

.PHONY: generate
generate: ## Generate the man page and the completions
	go run ./internal/generate

.PHONY: image
image: ## Build the container image, docker-credential-ssm:VERSION and :latest
	docker build --build-arg VERSION=$(VERSION) -t $(IMAGE):$(VERSION) -t $(IMAGE):latest .

.PHONY: bench
bench: ## Measure the helper against a floor and the other ways, for docs/benchmarks.md
	go run ./bench -runs 150 -out docs

.PHONY: e2e
e2e: ## Run the tests with real clients, and root's with a Docker daemon of their own
	go test -count=1 -tags e2e ./e2e/...

.PHONY: e2e-tools
e2e-tools: ## Build buildx, BuildKit, Compose, nerdctl and kaniko into E2E_TOOLS, for e2e-all
	e2e/tools.sh $(E2E_TOOLS)

.PHONY: e2e-all
e2e-all: ## Run e2e with Helm, and with what is in E2E_TOOLS or on the PATH of the others
	PATH="$(E2E_TOOLS):$$PATH" E2E_PLUGINS=$(E2E_TOOLS)/cli-plugins E2E_ALL=1 go test -count=1 -tags e2e -timeout 60m ./e2e/...

.PHONY: ci
ci: ## Run everything that has to pass, as root on a Debian machine
	.ci/run

.PHONY: clean
clean: ## Remove what was built
	rm -rf dist docker-credential-ssm docker-credential-ssm.exe
