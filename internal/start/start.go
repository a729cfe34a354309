// Package start begins a get before the program has started. Go initialises
// packages by their imports, and among those that are ready in the order of their
// paths: this one, which knows nothing of the AWS SDK, comes before the SDK's, whose
// tables of endpoints take a tenth of a whole get. While they are made, another
// core reads the settings and opens the connection to Parameter Store.
//
// It does so for a get alone, and only where the environment and config.json
// leave no doubt about the endpoint; without a cache, which may know the answer.
package start

import (
	"context"
	"os"
	"runtime"

	"github.com/docker/cli/cli/config"
	"github.com/docker/docker-credential-helpers/credentials"

	_ "docker-credential-ssm/internal/start/prefault"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/settings"
)

// begun is closed when what follows it is there; nil where nothing was begun.
var (
	begun  chan struct{}
	found  *settings.Settings
	failed error
	ahead  *transport.Transport
)

func init() {
	if len(os.Args) == 2 && os.Args[1] == credentials.ActionGet {
		begun = make(chan struct{})
		go begin()
		runtime.Gosched() // let it begin now: another thread would take its time to wake
	}
}

func begin() {
	defer close(begun)
	if found, failed = settings.Load(os.Environ(), config.Dir()); failed != nil {
		return
	}
	o := found.Common()
	if o.CacheTTL != 0 || len(found.Registries()) != 0 {
		return // each registry may have a Region, a profile or a cache of its own
	}
	if endpoint := transport.Obvious("ssm", o.Region, o.Profile); endpoint != nil {
		ahead = transport.New()
		ahead.Open(context.Background(), endpoint)
	}
}

// Settings are those of the environment and of Docker's config.json.
func Settings() (*settings.Settings, error) {
	if begun == nil {
		return settings.Load(os.Environ(), config.Dir())
	}
	<-begun
	return found, failed
}

// Transport has the connection that was opened; nil where none was. It is known
// once there are [Settings].
func Transport() *transport.Transport { return ahead }
