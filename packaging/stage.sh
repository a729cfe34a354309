#!/bin/sh
# Puts into build/ what archives and packages contain beside the program and what is not
# in the repository in that form: the compressed man page and changelog, and the licences
# in one folder. The release begins with it (before, in .goreleaser.yaml).
set -eu
cd "$(dirname "$0")/.."
rm -rf build
mkdir -p build/licenses
# Without name and time, so that the same text gives the same file.
gzip -9nc docs/docker-credential-ssm.1 >build/docker-credential-ssm.1.gz
gzip -9nc CHANGELOG.md >build/changelog.gz
cp LICENSE THIRD_PARTY_LICENSES build/licenses/
find build -type d -exec chmod 755 {} +
find build -type f -exec chmod 644 {} +
