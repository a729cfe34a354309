#!/bin/sh
# Builds the clients that go install refuses, since their go.mod replaces or excludes
# modules, or is called vendor.mod: the docker command 29, buildx, BuildKit, Compose,
# nerdctl, kaniko, pack and Skaffold, each from a copy of its module. What is there
# already stays.
# Usage: tools.sh FOLDER [PROGRAM...], without programs all of them.
set -eu
bin=$1
shift
wanted=" $* "
mkdir -p "$bin/cli-plugins"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build MODULE VERSION PACKAGE VARIABLE PROGRAM: the variable is told the version.
build() {
	at=$1@$2 out=$bin/$5
	case $wanted in
	"  " | *" $5 "*) ;;
	*) return ;;
	esac
	if [ -e "$out" ] && go version -m "$out" | grep -q -- "-X $4=$2"; then
		return
	fi
	echo "$5 $2"
	module=$(cd "$work" && go mod download -json "$at" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
	rm -rf "$work/source"
	cp -r "$module" "$work/source"
	chmod -R u+w "$work/source"
	# nerdctl's helpers for its tests want a module that is not published.
	rm -f "$work"/source/cmd/nerdctl/helpers/testing*.go
	mod=readonly
	if [ -e "$work/source/vendor.mod" ]; then
		mod=mod
		rm -rf "$work/source/vendor"
		mv "$work/source/vendor.mod" "$work/source/go.mod"
		mv "$work/source/vendor.sum" "$work/source/go.sum"
		# The version that vendor.mod names is not among those that are published.
		(cd "$work/source" && go mod edit -require github.com/moby/swarmkit/v2@v2.1.2)
	fi
	(cd "$work/source" && CGO_ENABLED=0 go build -mod=$mod -ldflags "-s -w -X $4=$2" -o "$out" "$3")
}

build github.com/docker/cli v29.9.3+incompatible ./cmd/docker github.com/docker/cli/cli/version.Version docker29
build github.com/docker/buildx v0.38.2 ./cmd/buildx github.com/docker/buildx/version.Version cli-plugins/docker-buildx
build github.com/docker/compose/v5 v5.1.2 ./cmd github.com/docker/compose/v5/internal.Version cli-plugins/docker-compose
build github.com/moby/buildkit v0.34.2 ./cmd/buildctl github.com/moby/buildkit/version.Version buildctl
build github.com/moby/buildkit v0.34.2 ./cmd/buildkitd github.com/moby/buildkit/version.Version buildkitd
build github.com/containerd/nerdctl/v2 v2.2.1 ./cmd/nerdctl github.com/containerd/nerdctl/v2/pkg/version.Version nerdctl
build github.com/GoogleContainerTools/kaniko v1.24.0 ./cmd/executor github.com/GoogleContainerTools/kaniko/pkg/version.version executor
build github.com/buildpacks/pack v0.38.2 . github.com/buildpacks/pack/pkg/client.Version pack
build github.com/GoogleContainerTools/skaffold/v2 v2.16.1 ./cmd/skaffold github.com/GoogleContainerTools/skaffold/v2/pkg/skaffold/version.version skaffold
