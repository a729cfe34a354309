// Package early begins the handshake with Parameter Store before the program
// has started. Go initialises packages by their imports, and among those that are
// ready in the order of their paths: this one, which knows nothing of the AWS SDK,
// comes before the SDK's, whose tables of endpoints take a tenth of a whole get.
// While they are made, on another core, the connection is opened.
//
// It does so for a get alone, and only where the environment and config.json
// leave no doubt about the endpoint; without a cache, which may know the answer.
package early

import (
	"context"
	"os"

	"github.com/docker/cli/cli/config"
	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/settings"
	"docker-credential-ssm/transport"
)

var (
	loaded func() (*settings.Settings, error)
	ahead  *transport.Transport
)

func init() {
	if len(os.Args) != 2 || os.Args[1] != credentials.ActionGet {
		return
	}
	s, err := settings.Load(os.Environ(), config.Dir())
	loaded = func() (*settings.Settings, error) { return s, err }
	if err != nil {
		return
	}
	o := s.Common()
	if o.CacheTTL != 0 || len(s.Registries()) != 0 {
		return // each registry may have a Region, a profile or a cache of its own
	}
	if endpoint := transport.Obvious(o.Region, o.Profile); endpoint != nil {
		ahead = transport.New()
		ahead.Open(context.Background(), endpoint)
	}
}

// Settings are those of the environment and of Docker's config.json.
func Settings() (*settings.Settings, error) {
	if loaded != nil {
		return loaded()
	}
	return settings.Load(os.Environ(), config.Dir())
}

// Transport has the connection that was opened; nil where none was.
func Transport() *transport.Transport { return ahead }
