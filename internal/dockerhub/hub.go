// Package dockerhub is a test server in place of Docker Hub, with what the clients of a
// registry use. It has accounts, public and private repositories, a realm that hands
// out tokens, and a quota of pulls for each account and for everybody else, which it
// answers with 429 when it is used up. It records each request, with its user.
//
// It lacks search, the web pages, and the API of hub.docker.com.
// Sources: https://docs.docker.com/docker-hub/usage/pulls/ and
// https://distribution.github.io/distribution/spec/auth/token/.
package dockerhub

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Hosts are the names under which Docker Hub's registry and its realm answer.
var Hosts = []string{"registry-1.docker.io", "index.docker.io", "docker.io", "auth.docker.io"}

// preview is the repository that tells the quota, and costs none.
const preview = "ratelimitpreview/test"

// Account is a user of the hub.
type Account struct {
	Password string
	Quota    Quota
}

// Request is one that the hub has answered.
type Request struct {
	Method, Host, Path string
	User               string // "" for an anonymous one
	Status             int
}

// Hub is the stand-in. Its methods may be called while it serves.
type Hub struct {
	blobs  http.Handler
	origin *httptest.Server // the same handler, for Push

	mu        sync.Mutex
	accounts  map[string]*Account
	private   map[string]bool
	tokens    map[string]string // the users, "" for an anonymous one
	anonymous Quota
	requests  []Request
}

// New returns a hub without accounts and images, and 100 pulls for everybody.
func New() *Hub {
	blobs := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	return &Hub{
		blobs: blobs, origin: httptest.NewServer(blobs),
		accounts: map[string]*Account{}, private: map[string]bool{}, tokens: map[string]string{},
		anonymous: Quota{Limit: 100, Remaining: 100},
	}
}

// Close stops what the hub needs for [Hub.Push].
func (h *Hub) Close() { h.origin.Close() }

// SetAccount adds an account, or changes it.
func (h *Hub) SetAccount(user string, a Account) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.accounts[user] = &a
}

// SetAnonymous sets the quota of those who have not signed in.
func (h *Hub) SetAnonymous(q Quota) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.anonymous = q
}

// SetPrivate makes a repository, such as "alice/app", one that only those who
// have signed in may see.
func (h *Hub) SetPrivate(repository string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.private[repository] = true
}

// Push puts an image under a repository and a tag, such as "library/alpine:3". It is
// not recorded as a request.
func (h *Hub) Push(image string, img v1.Image) error {
	ref, err := name.ParseReference(strings.TrimPrefix(h.origin.URL, "http://")+"/"+image, name.Insecure)
	if err != nil {
		return err
	}
	return remote.Write(ref, img)
}

// Requests are those answered since the last Forget, in their order.
func (h *Hub) Requests() []Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests)
}

// Forget empties the list of requests.
func (h *Hub) Forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = nil
}

// Pulls counts, by user and "" for the anonymous, the manifests served.
func (h *Hub) Pulls() map[string]int {
	pulls := map[string]int{}
	for _, r := range h.Requests() {
		if r.Method == http.MethodGet && r.Status == http.StatusOK && manifests.MatchString(r.Path) {
			pulls[r.User]++
		}
	}
	return pulls
}

var (
	manifests = regexp.MustCompile(`^/v2/(.+)/manifests/([^/]+)$`)
	inside    = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs|tags|referrers)/`)
)

// ServeHTTP answers for all [Hosts].
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := &recorder{ResponseWriter: w, status: http.StatusOK}
	var user string
	switch {
	case r.Host == "auth.docker.io" && r.URL.Path == "/token":
		user = h.serveToken(answer, r)
	case r.Host != "auth.docker.io" && strings.HasPrefix(r.URL.Path, "/v2/"):
		user = h.serveRegistry(answer, r)
	default:
		http.NotFound(answer, r)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = append(h.requests, Request{r.Method, r.Host, r.URL.Path, user, answer.status})
}

func (h *Hub) serveRegistry(w http.ResponseWriter, r *http.Request) (user string) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	user, known := h.granted(r)
	repository := ""
	if m := inside.FindStringSubmatch(r.URL.Path); m != nil {
		repository = m[1]
	}
	writes := r.Method != http.MethodGet && r.Method != http.MethodHead
	h.mu.Lock()
	hidden := h.private[repository]
	h.mu.Unlock()
	switch {
	case !known, (hidden || writes) && user == "":
		challenge(w, repository, writes)
		return ""
	case manifests.MatchString(r.URL.Path) && !writes && !h.spend(w, r, user, repository):
		return user
	case repository == preview && r.Method == http.MethodHead:
		w.Header().Set("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")
		return user
	}
	if r.Header.Get("Range") == "bytes=0-" { // containerd's way to ask for all of it
		r.Header.Del("Range")
	}
	h.blobs.ServeHTTP(w, r)
	return user
}

// challenge tells a client where to get a token.
func challenge(w http.ResponseWriter, repository string, writes bool) {
	realm := `Bearer realm="https://auth.docker.io/token",service="registry.docker.io"`
	if repository != "" {
		actions := "pull"
		if writes {
			actions = "pull,push"
		}
		realm += `,scope="repository:` + repository + `:` + actions + `"`
	}
	w.Header().Set("WWW-Authenticate", realm)
	fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
}

// fail answers as a registry does.
func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"errors":[{"code":"`+code+`","message":"`+message+`"}]}`+"\n")
}

// recorder keeps the status in mind.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
