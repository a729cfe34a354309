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
	"net/url"
	"os"
	"runtime"
	"slices"
	"sync"

	"github.com/docker/cli/cli/config"
	"github.com/docker/docker-credential-helpers/credentials"

	_ "docker-credential-ssm/internal/start/prefault"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/internal/watch"
	"docker-credential-ssm/settings"
)

// begun is closed when what follows it is there; nil where nothing was begun.
var (
	begun  chan struct{}
	found  *settings.Settings
	failed error
	ahead  *transport.Transport
	early  bool // whether there is a connection to open

	hooks struct {
		sync.Mutex
		loaded *settings.Settings
		do     func(*settings.Settings)
	}
)

func init() {
	if len(os.Args) == 2 && os.Args[1] == credentials.ActionGet {
		early = true
		Begin()
		runtime.Gosched() // let it begin now: another thread would take its time to wake
	}
}

// Begin reads the settings on another goroutine, where that has not begun.
func Begin() {
	if begun == nil {
		begun = make(chan struct{})
		go begin()
	}
}

func begin() {
	defer close(begun)
	defer func() { // a goroutine's panic would end the program with a stack
		if recover() != nil {
			failed = watch.Panicked()
		}
	}()
	if found, failed = settings.Load(os.Environ(), config.Dir()); failed != nil {
		return
	}
	hooks.Lock()
	hooks.loaded = found
	do := hooks.do
	hooks.Unlock()
	if do != nil {
		do(found)
	}
	if !early {
		return
	}
	for _, endpoint := range endpoints(found) {
		if ahead == nil {
			ahead = transport.New()
		}
		ahead.Open(context.Background(), endpoint)
	}
}

// endpoints are those that a get asks, whichever of the registries it is for; none
// where that depends on the registry, which is not known yet, or where a cache may
// know the answer.
func endpoints(s *settings.Settings) (all []*url.URL) {
	first := true
	for _, o := range s.Asked() {
		var own []*url.URL
		for _, service := range o.Location.Services() {
			if endpoint := transport.Obvious(service.Prefix(), o.Region, o.Profile); endpoint != nil && o.CacheTTL == 0 {
				own = append(own, endpoint)
			}
		}
		same := func(a, b *url.URL) bool { return *a == *b }
		if !first && !slices.EqualFunc(own, all, same) {
			return nil
		}
		all, first = own, false
	}
	return all
}

// Loaded does something with the settings as soon as they are there, on whichever
// goroutine is at hand: one more would have to be scheduled while a get waits.
func Loaded(do func(*settings.Settings)) {
	hooks.Lock()
	s := hooks.loaded
	hooks.do = do
	hooks.Unlock()
	if s != nil {
		do(s)
	}
}

// Settings are those of the environment and of Docker's config.json. It waits
// until they are read.
func Settings() (*settings.Settings, error) {
	Begin()
	<-begun
	return found, failed
}

// Transport has the connection that was opened; nil where none was. It is known
// once there are [Settings].
func Transport() *transport.Transport { return ahead }
