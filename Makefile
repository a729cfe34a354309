VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
IMAGE       ?= docker-credential-ssm
OUTPUT      ?= docker-credential-ssm
FUZZTIME    ?= 20s
PLATFORMS   ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 freebsd/amd64 freebsd/arm64
# Nothing is released for these. They build and are vetted, and those of Linux are run
# under qemu.
PORTS       ?= freebsd/amd64 linux/arm linux/riscv64 linux/ppc64le linux/s390x
E2E_TOOLS   ?= $(HOME)/.cache/docker-credential-ssm/e2e/tools

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
ACTIONLINT  := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GORELEASER  := github.com/goreleaser/goreleaser/v2@v2.16.0
CYCLONEDX   := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
# Without HTTP/2, which one request to one service has no use for, the program
# is 4 % smaller.
# What a get does not run, or only once, is compiled without inlining: 2 % smaller
# again, and a get as fast.
SDK         := github.com/aws/aws-sdk-go-v2
COLD        := docker-credential-ssm/... $(SDK)/credentials/... $(SDK)/config $(SDK)/feature/... \
               $(SDK)/service/sso/... $(SDK)/service/ssooidc/... $(SDK)/service/signin/... $(SDK)/service/sts/... \
               mvdan.cc/... go.yaml.in/... github.com/spf13/... github.com/tailscale/... github.com/docker/... \
               github.com/rogpeppe/... github.com/sirupsen/... math/big encoding/xml encoding/asn1
# The commit is not stamped into the program (-buildvcs): the same sources give the
# same bytes, whether they are a clone or an archive.
FLAGS       := -tags=nethttpomithttp2 -trimpath -buildvcs=false $(foreach package,$(COLD),-gcflags=$(package)=-l)
LDFLAGS     := -s -w
BUILD       := CGO_ENABLED=0 go build $(FLAGS) -ldflags "$(LDFLAGS) -X main.version=$(VERSION)"
# What .goreleaser.yaml takes from here.
# It asks git for the URL of a remote, which a folder of one's own need not have.
REMOTE      := $(if $(shell git remote 2>/dev/null),,GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=remote.origin.url GIT_CONFIG_VALUE_0=.)
RELEASE     := BUILD_FLAGS="$(FLAGS)" BUILD_LDFLAGS="$(LDFLAGS)" CYCLONEDX=$(CYCLONEDX) go run $(GORELEASER)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build ./docker-credential-ssm with the version from git
	$(BUILD) -o $(OUTPUT) .

.PHONY: demo
demo: ## Show the helper at work, with no AWS account and no Docker
	go run ./demo

.PHONY: test
test: ## Run the tests, which need Go alone
	go test ./...

# Tests of the built program alone, which has no race detector in it.
PROCESSES   := TestNobodyElse|TestMemory|TestNoCore|TestPlayedClients|TestCacheMeetsAnotherCaller|TestCacheAfterAChange|TestAdoptedCommands|TestBrokenSetups
# Stories in which nothing runs at the same time as anything else, but for the start.
SERIAL      := TestStories/^(adopt|calls_|config|credentials_|doctor|errors|help|locations|migrate|options_|policy|spellings|values|variables)
.PHONY: race
race: ## Run the tests with the race detector, without its second of sleep at every exit
	GORACE=atexit_sleep_ms=0 go test -race -timeout 30m -skip '$(PROCESSES)|$(SERIAL)' $$(go list ./... | grep -vE '/(faults|stress|trace|examples|bench)(/|$$)')

.PHONY: stress
stress: ## Run the long rounds: 1,000 gets at once, some 500 kills, every command under strace
	go test -count=1 -v -timeout 60m ./stress ./trace -args -full

.PHONY: mutants
mutants: ## Make one slip after another in the code, each of which a test has to notice (half an hour)
	go run ./mutants

.PHONY: lint
lint: ## Check gofmt, go mod tidy, go vet and staticcheck (Linux, Windows, macOS), actionlint
	@unformatted=$$(gofmt -l .) && test -z "$$unformatted" || { echo "gofmt -w these:"; echo "$$unformatted"; exit 1; }
	go mod tidy -diff
	go vet ./...
	go vet -tags e2e,dist ./...
	go -C e2e/libraries vet ./...
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	go vet -tags wine ./e2e/windows/...
	go run $(STATICCHECK) -tags e2e,dist ./...
	@# go run would build staticcheck itself for that system.
	GOBIN=$(CURDIR)/build/bin go install $(STATICCHECK)
	GOOS=windows build/bin/staticcheck ./...
	GOOS=darwin build/bin/staticcheck ./...
	go run $(ACTIONLINT)

.PHONY: wine
wine: ## Test the program for Windows under Wine
	@GOOS=windows GOARCH=amd64 $(BUILD) -o dist/wine/docker-credential-ssm.exe .
	RELEASE=$(CURDIR)/dist/wine/docker-credential-ssm.exe RELEASE_VERSION=$(VERSION) go test -count=1 -tags wine ./e2e/windows/...

.PHONY: vuln
vuln: ## Look for known vulnerabilities in what is called
	go run $(GOVULNCHECK) ./...

.PHONY: notices
notices: ## Check the licences of what is linked, and write THIRD_PARTY_LICENSES
	go run ./internal/licenses

.PHONY: reproducible
reproducible: ## Build the commit twice, in two folders and as two users, and compare
	.ci/reproducible

.PHONY: faults
faults: ## Run every kind of fault at every service and source of credentials
	@$(MAKE) --no-print-directory build OUTPUT=dist/faults/docker-credential-ssm
	go test -count=1 -timeout 90m ./faults -all -program $(CURDIR)/dist/faults/docker-credential-ssm
	cd faults/toxic && go test -count=1 -timeout 90m . -program $(CURDIR)/dist/faults/docker-credential-ssm

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (20s)
	@set -e; for package in $$(go list ./...); do for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
		echo "$$target"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$package; \
	done; done

.PHONY: cross
cross: ## Build for each platform of a release, and for some more, into dist/cross/
	@set -e; for platform in $(PLATFORMS); do \
		os=$${platform%/*} arch=$${platform#*/} suffix=; \
		test $$os != windows || suffix=.exe; \
		echo "dist/cross/docker-credential-ssm-$$os-$$arch$$suffix"; \
		GOOS=$$os GOARCH=$$arch $(BUILD) -o "dist/cross/docker-credential-ssm-$$os-$$arch$$suffix" .; \
	done

# With the flags of make cross, so that what that has built is not built again; and file
# by file, a package on each line, which leaves out the tests and all that they need.
.PHONY: ports
ports: ## Build and vet for systems that no release is for
	@$(MAKE) --no-print-directory cross PLATFORMS="$(PORTS)"
	@set -e; for platform in $(PORTS); do \
		echo "go vet for $$platform"; \
		export GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0; \
		go list -deps -f '{{if .Module}}{{if .Module.Main}}{{range .GoFiles}} {{$$.Dir}}/{{.}}{{end}}{{end}}{{end}}' . | grep . | xargs -L 1 go vet $(FLAGS); \
	done

.PHONY: systems
systems: ## Run the program on odd Linux systems, and under qemu for other processors, as root
	go test -count=1 -v -tags e2e ./e2e/systems

.PHONY: check-release
check-release: ## Check the configuration of releases, by goreleaser, whose first build takes minutes
	$(RELEASE) check --quiet

.PHONY: dist
dist: ## Make the files of a release in dist/: archives, packages, checksums, SBOMs
	$(REMOTE) $(RELEASE) release --snapshot --clean --skip=docker,sign

.PHONY: check-dist
check-dist: ## Install, run and look into each file of dist/
	go test -count=1 -tags dist ./packaging
	go test -count=1 -tags e2e -run 'Package$$|TestReadme' ./e2e

.PHONY: release
release: ## Make the release of the tag that is checked out, sign it and publish it
	$(RELEASE) release --clean

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
	PATH="$(E2E_TOOLS):$$PATH" go test -count=1 -tags e2e ./e2e/...

.PHONY: e2e-tools
e2e-tools: ## Build docker 29, buildx, BuildKit, Compose, nerdctl, kaniko, pack and Skaffold into E2E_TOOLS
	e2e/tools.sh $(E2E_TOOLS)

.PHONY: e2e-all
e2e-all: ## Run e2e with all clients that go install brings, under credsStore too, and with those in E2E_TOOLS or on the PATH
	PATH="$(E2E_TOOLS):$$PATH" E2E_PLUGINS=$(E2E_TOOLS)/cli-plugins E2E_ALL=1 go test -count=1 -tags e2e -timeout 60m ./e2e/...

.PHONY: ci
ci: ## Run everything that has to pass, as root on a Debian machine
	.ci/run

.PHONY: clean
clean: ## Remove what was built
	rm -rf build dist docker-credential-ssm docker-credential-ssm.exe
