#!/bin/sh
# Builds the program of this folder with GitLab Runner's resolver of credentials,
# unmodified, from the module. Usage: build.sh VERSION OUTPUT.
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
module=$(cd "$work" && go mod download -json "gitlab.com/gitlab-org/gitlab-runner@$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cp -r "$here/." "$work"
mkdir -p "$work/runner/helpers/docker/auth" "$work/runner/helpers/homedir"
cp "$module/helpers/docker/auth/auth.go" "$work/runner/helpers/docker/auth"
cp "$module/helpers/homedir/homedir.go" "$work/runner/helpers/homedir"
chmod -R u+w "$work"
cd "$work"
go build -o "$2" .
