// Package start reads the settings and connects to AWS during package
// initialisation, while the SDK's packages initialise.
//
// A Go program initialises its packages one after another, on one goroutine, before
// main begins. Those of the AWS SDK take a tenth of a whole get, for tables of
// endpoints that the program does not need, and in that time the other processors
// do nothing. This package uses them: its init function starts a goroutine that reads
// the settings and opens the connection, and returns.
//
// Three things have to hold for that, and only the first is promised:
//
//  1. A package is initialised after those that it imports, and a goroutine started
//     by an init function runs beside the rest of initialisation. (Go specification,
//     Package initialization and Program initialization:
//     https://go.dev/ref/spec#Program_initialization)
//  2. This package is initialised before the services of the SDK. It imports none of
//     them, so that it can be; among packages that are ready the Go tool sorts by
//     import path, which puts docker-credential-ssm/… before github.com/…
//     (https://go.dev/doc/go1.21#language). TestInitialisationOrder fails when that
//     changes: the helper would be slower then, and right.
//  3. The goroutine has begun before the SDK's packages are initialised.
//     TestConnectionBegins fails when it has not.
//
// What begins here is used by a get alone, and the connection only where the
// environment and config.json leave no doubt about the endpoint, and there is no
// cache that may know the answer.
//
// The program is not mapped into memory ahead (MADV_POPULATE_READ): on kernels whose
// page cache has large folios that takes longer than the page faults it saves.
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
