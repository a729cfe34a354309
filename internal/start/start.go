// Package start reads the settings and connects to AWS during package
// initialisation, while the SDK's packages initialise.
//
// A Go program initialises its packages one after another, on one goroutine, before
// main begins. Those of the AWS SDK take a tenth of the time of a whole get, to build
// tables of endpoints that the program does not need, and the other processors are idle
// in that time. This package uses them: its init function starts a goroutine that reads
// the settings and opens the connection, and returns.
//
// This depends on three things, of which only the first is guaranteed:
//
//  1. A package is initialised after those that it imports, and a goroutine started
//     by an init function runs beside the rest of initialisation. (Go specification,
//     Package initialization and Program initialization:
//     https://go.dev/ref/spec#Program_initialization)
//  2. This package is initialised before the services of the SDK. It imports none of
//     them, so that it can be; among packages that are ready the Go tool sorts by
//     import path, which puts docker-credential-ssm/… before github.com/…
//     (https://go.dev/doc/go1.21#language). TestInitialisationOrder fails when that
//     changes: the program would then be slower, and still correct.
//  3. The goroutine has begun before the SDK's packages are initialised.
//     TestConnectionBegins fails when it has not.
//
// This is done for the verb get only. The connection is opened only where the
// environment and config.json determine the endpoint, and where there is no cache that
// may have the credential.
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

	"docker-credential-ssm/internal/environ"
	_ "docker-credential-ssm/internal/process" // before the first secret is read
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/internal/watch"
	"docker-credential-ssm/settings"
)

// begun is closed when the variables below it are set; nil before Begin.
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
		runtime.Gosched() // start it now, on this thread: another thread wakes later
	}
}

// Begin starts reading the settings on another goroutine, unless that was started
// before.
func Begin() {
	if begun == nil {
		begun = make(chan struct{})
		go begin()
	}
}

func begin() {
	defer close(begun)
	defer func() { // a panic on this goroutine would end the program with a stack trace
		if recover() != nil {
			failed = watch.Panicked()
		}
	}()
	if found, failed = settings.Load(environ.All(), config.Dir()); failed != nil {
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

// endpoints are the endpoints that a get for any registry calls; none where they depend
// on the registry, which is not known yet, or where a cache may have the credential.
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

// Loaded calls a function with the settings as soon as they are read: on the goroutine
// that reads them or, where they are read already, on the caller's. A goroutine of its
// own would have to be scheduled first.
func Loaded(do func(*settings.Settings)) {
	hooks.Lock()
	s := hooks.loaded
	hooks.do = do
	hooks.Unlock()
	if s != nil {
		do(s)
	}
}

// Settings are the settings of the environment and of Docker's config.json. It waits
// until they are read.
func Settings() (*settings.Settings, error) {
	Begin()
	<-begun
	return found, failed
}

// Transport has the connection that was opened; nil where none was. It must be called
// after [Settings].
func Transport() *transport.Transport { return ahead }
