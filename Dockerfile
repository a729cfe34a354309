# The image is there to be run, and to be copied from:
#
#   docker run -i --rm docker-credential-ssm get
#   COPY --from=docker-credential-ssm /usr/local/bin/docker-credential-ssm /usr/local/bin/

ARG GO_VERSION=1.26

# BuildKit runs the compiler natively and lets it cross-compile; the classic
# builder sets none of the platforms' variables and builds for its own.
FROM --platform=${BUILDPLATFORM:-linux} golang:${GO_VERSION} AS build
WORKDIR /src

# The modules change seldom, so they have a layer of their own.
COPY go.mod go.sum ./
RUN go mod download

COPY . .
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=devel
# An empty GOOS or GOARCH is the compiler's own. Without cgo the binary is
# static, and runs in any Linux image that it is copied to.
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -tags nethttpomithttp2 -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /docker-credential-ssm .

FROM scratch
ARG VERSION=devel
LABEL org.opencontainers.image.title="docker-credential-ssm" \
      org.opencontainers.image.description="Docker credential helper that serves credentials from AWS Systems Manager Parameter Store" \
      org.opencontainers.image.version="$VERSION"
# An image from scratch trusts nobody.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /docker-credential-ssm /usr/local/bin/
# The number, since there is no /etc/passwd to look a name up in.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/docker-credential-ssm"]
