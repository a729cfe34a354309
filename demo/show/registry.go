package main

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"docker-credential-ssm/demo/story"

	"github.com/google/go-containerregistry/pkg/registry"
)

// privateRegistry is a registry on loopback, in memory, that serves one account only,
// and counts requests by user.
type privateRegistry struct {
	Host string // 127.0.0.1:port

	server *httptest.Server
	mu     sync.Mutex
	seen   visitors
}

// visitors counts requests, by who sent them.
type visitors struct {
	anonymous int            // answered with 401 and the way to sign in
	wrong     int            // answered with 401 for their user name or password
	users     map[string]int // served, by user name
}

func startRegistry(account credential) *privateRegistry {
	r := &privateRegistry{}
	quiet := log.New(io.Discard, "", 0)
	r.server = httptest.NewUnstartedServer(r.private(account, registry.New(registry.Logger(quiet))))
	r.server.Config.ErrorLog = quiet // an engine tries TLS first
	r.server.Start()
	r.Host = r.server.Listener.Addr().String()
	return r
}

// Close stops the registry, also during a pull that was cancelled.
func (r *privateRegistry) Close() {
	r.server.CloseClientConnections()
	r.server.Close()
}

// private lets no request through to a registry but the account's.
func (r *privateRegistry) private(account credential, open http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		user, password, given := req.BasicAuth()
		right := given && same(user, account.Username) && same(password, account.Password)

		r.mu.Lock()
		switch {
		case right:
			if r.seen.users == nil {
				r.seen.users = map[string]int{}
			}
			r.seen.users[user]++
		case given:
			r.seen.wrong++
		default:
			r.seen.anonymous++
		}
		r.mu.Unlock()

		if right {
			open.ServeHTTP(w, req)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("WWW-Authenticate", `Basic realm="private registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`)
	})
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Seen is the count of requests by user since [privateRegistry.Forget].
func (r *privateRegistry) Seen() visitors {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.seen
	v.users = map[string]int{}
	for user, n := range r.seen.users {
		v.users[user] = n
	}
	return v
}

// Forget begins a new count.
func (r *privateRegistry) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = visitors{}
}

// none reports whether there were no requests.
func (v visitors) none() bool { return v.anonymous+v.wrong+len(v.users) == 0 }

func (v visitors) String() string {
	var parts []string
	for user, n := range v.users { // one user at most: there is one account
		parts = append(parts, fmt.Sprintf("the user %s (%s)", user, story.Plural(n, "request")))
	}
	if v.anonymous > 0 {
		parts = append(parts, "an anonymous client ("+story.Plural(v.anonymous, "request")+")")
	}
	if v.wrong > 0 {
		parts = append(parts, "a client with a wrong password ("+story.Plural(v.wrong, "request")+")")
	}
	if parts == nil {
		return "nobody"
	}
	return strings.Join(parts, " and ")
}
