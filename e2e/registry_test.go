//go:build e2e

package e2e

import (
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"golang.org/x/crypto/bcrypt"

	"docker-credential-ssm/internal/reroute"
	"docker-credential-ssm/internal/testenv"
)

// privateRegistry is Debian's docker-registry with basic authentication, on a
// port of loopback. It serves one user alone, and has an image at HOST/team/app.
func privateRegistry(t *testing.T, username, password string) (host string) {
	t.Helper()
	program := testenv.Need(t, "docker-registry")
	dir := t.TempDir()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host = l.Addr().String()
	_ = l.Close()
	config := filepath.Join(dir, "config.yml")
	for path, text := range map[string]string{
		filepath.Join(dir, "htpasswd"): username + ":" + string(hash) + "\n",
		config:                         fmt.Sprintf("version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: %s/data\nhttp:\n  addr: %s\nauth:\n  htpasswd:\n    realm: test\n    path: %s/htpasswd\n", dir, host, dir),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "serve", config)
	cmd.Env = []string{"OTEL_TRACES_EXPORTER=none"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 300 {
		if resp, err := http.Get("http://" + host + "/v2/"); err == nil {
			_ = resp.Body.Close()
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	img, err := random.Image(1000, 1)
	if err == nil {
		err = (&guarded{behind: host, username: username, password: password}).Push("team/app", img)
	}
	if err != nil {
		t.Fatal(err)
	}
	return host
}

// guarded is a private registry behind TLS, that keeps in mind who has pulled.
type guarded struct {
	behind, username, password string

	mu    sync.Mutex
	pulls map[string]int
}

// atPrivateRegistry is a room with an engine and alice's registry at [private].
func atPrivateRegistry(t *testing.T) (g *guarded, store string) {
	t.Helper()
	store = room(t, private)
	g = &guarded{behind: privateRegistry(t, "alice", "s3cret"), username: "alice", password: "s3cret"}
	g.Forget()
	name, port, _ := net.SplitHostPort(private)
	ca, certificate, err := reroute.Certify(name)
	if err != nil {
		t.Fatal(err)
	}
	trust(t, ca)
	l, err := tls.Listen("tcp", net.JoinHostPort(address, port), &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	front := &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: g.behind})
			r.SetXForwarded()
			r.Out.Host = r.In.Host
		},
		ModifyResponse: g.see,
	}}
	t.Cleanup(func() { _ = front.Close() })
	go func() { _ = front.Serve(l) }()
	engine(t)
	return g, store
}

// see counts the manifests that were handed out, as Docker Hub counts pulls.
func (g *guarded) see(r *http.Response) error {
	if r.Request.Method == http.MethodGet && r.StatusCode == http.StatusOK && strings.Contains(r.Request.URL.Path, "/manifests/") {
		user, _, _ := r.Request.BasicAuth()
		g.mu.Lock()
		g.pulls[user]++
		g.mu.Unlock()
	}
	return nil
}

// Push puts an image there behind the scenes.
func (g *guarded) Push(image string, img v1.Image) error {
	ref, err := name.ParseReference(g.behind + "/" + image)
	if err != nil {
		return err
	}
	return remote.Write(ref, img, remote.WithAuth(&authn.Basic{Username: g.username, Password: g.password}))
}

// Forget forgets who has pulled.
func (g *guarded) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pulls = map[string]int{}
}

// Pulls are counted by the user, "" for nobody.
func (g *guarded) Pulls() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.pulls)
}
