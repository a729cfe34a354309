package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"

	"docker-credential-ssm/internal/testenv"
)

// environment isolates a test, and sets variables.
func environment(t *testing.T, variables map[string]string) {
	t.Helper()
	testenv.Isolate(t)
	for _, variable := range []string{"NO_PROXY", "no_proxy", "REQUEST_METHOD"} {
		t.Setenv(variable, "")
	}
	for variable, value := range variables {
		t.Setenv(variable, value)
	}
}

// dialled records the addresses that are dialled, instead of dialling them.
type dialled struct {
	mu        sync.Mutex
	addresses []string
}

func (d *dialled) dial(_ context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addresses = append(d.addresses, address)
	return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

func (d *dialled) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer func() { d.addresses = nil }()
	return d.addresses
}

// dialWith gives all of a transport's ways another dialler.
func dialWith(tr *Transport, dial func(context.Context, string, string) (net.Conn, error)) {
	tr.system().DialContext = dial
	tr.metadata.http().DialContext = dial
	if tr.amazon != nil {
		tr.amazon.DialContext = dial
	}
}

// asked are the addresses that a request dials, and those that a connection
// which is opened ahead of it does.
func asked(t *testing.T, address string) (request, ahead []string) {
	t.Helper()
	var d dialled
	tr := New()
	dialWith(tr, d.dial)
	if resp, err := tr.Client().Get(address); err == nil {
		_ = resp.Body.Close()
		t.Fatal("an answer from nowhere")
	}
	request = d.take()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	tr = New()
	dialWith(tr, d.dial)
	tr.Open(t.Context(), u)
	<-tr.ahead[u.Scheme+"://"+u.Host].ready
	return request, d.take()
}

// TestLinkLocal: no variable makes a proxy see a request for an address that is
// another machine's to it.
func TestLinkLocal(t *testing.T) {
	for address, want := range map[string]string{
		"http://169.254.169.254/latest/api/token":        "169.254.169.254:80",
		"http://169.254.169.254/other":                   "169.254.169.254:80",
		"http://169.254.170.2/v2/credentials":            "169.254.170.2:80",
		"http://169.254.170.23/v1/credentials":           "169.254.170.23:80",
		"https://169.254.170.23/v1/credentials":          "169.254.170.23:443",
		"http://[fe80::1]/x":                             "[fe80::1]:80",
		"http://[fe80::1%25eth0]/x":                      "[fe80::1%eth0]:80",
		"http://[::ffff:169.254.169.254]/x":              "[::ffff:169.254.169.254]:80",
		"http://[fd00:ec2::254]/latest/api/token":        "[fd00:ec2::254]:80",
		"http://[fd00:ec2::23]/v1/credentials":           "[fd00:ec2::23]:80",
		"http://[fd00:0ec2:ffff::1]:8080/x":              "[fd00:0ec2:ffff::1]:8080",
		"http://127.0.0.1:1/x":                           "127.0.0.1:1",
		"http://127.1.2.3:1/x":                           "127.1.2.3:1",
		"https://[::1]:1/x":                              "[::1]:1",
		"http://localhost:1/x":                           "localhost:1",
		"http://metadata.example:1/latest/api/token":     "metadata.example:1", // by its path
		"http://169.253.255.255/x":                       "proxy.example:3128",
		"http://[fec0::1]/x":                             "proxy.example:3128",
		"http://[fd00:ec3::1]/x":                         "proxy.example:3128",
		"https://ssm.eu-central-1.amazonaws.com/":        "proxy.example:3128",
		"http://169.254.169.254.example.com/v2/x":        "proxy.example:3128",
		"https://ssm.eu-central-1.amazonaws.com/latest/": "proxy.example:3128",
	} {
		for _, variables := range []map[string]string{
			{"HTTP_PROXY": "http://proxy.example:3128", "HTTPS_PROXY": "http://proxy.example:3128"},
			{"http_proxy": "proxy.example:3128", "https_proxy": "proxy.example:3128", "NO_PROXY": "other.example"},
		} {
			environment(t, variables)
			request, ahead := asked(t, address)
			if !slices.Equal(request, []string{want}) {
				t.Errorf("%s dials %q, want %q", address, request, want)
			}
			if !strings.HasPrefix(address, "http://metadata") && !slices.Equal(ahead, []string{want}) {
				t.Errorf("%s, ahead, dials %q, want %q", address, ahead, want)
			}
		}
	}
}

// TestSDKAndLinkLocal: the SDK's own sources of credentials ask the container's,
// the pod's and the instance's service, and not the proxy.
func TestSDKAndLinkLocal(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/latest/api/token" {
			w.Header().Set("x-aws-ec2-metadata-token-ttl-seconds", "300")
		}
		if r.URL.Path == "/latest/meta-data/iam/security-credentials/" {
			_, _ = w.Write([]byte("role"))
			return
		}
		_, _ = w.Write([]byte(`{"Code":"Success","AccessKeyId":"ASIATEST","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}`))
	}))
	defer service.Close()
	var proxied atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxied.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	var d net.Dialer
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == proxy.Listener.Addr().String() {
			return d.DialContext(ctx, network, address)
		}
		return d.DialContext(ctx, network, service.Listener.Addr().String())
	}
	for name, variables := range map[string]map[string]string{
		"container":      {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials"},
		"pod":            {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials"},
		"pod, IPv6":      {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[fd00:ec2::23]/v1/credentials"},
		"instance":       {"AWS_EC2_METADATA_DISABLED": ""},
		"instance, IPv6": {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"},
	} {
		t.Run(name, func(t *testing.T) {
			environment(t, variables)
			t.Setenv("HTTP_PROXY", proxy.URL)
			t.Setenv("HTTPS_PROXY", proxy.URL)
			tr := New()
			dialWith(tr, dial)
			cfg, err := config.LoadDefaultConfig(t.Context(), config.WithHTTPClient(tr.Client()),
				config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = tr.Client() }))
			if err != nil {
				t.Fatal(err)
			}
			if creds, err := cfg.Credentials.Retrieve(t.Context()); err != nil || creds.AccessKeyID != "ASIATEST" {
				t.Errorf("credentials: %q, %v", creds.AccessKeyID, err)
			}
			if n := proxied.Swap(0); n != 0 {
				t.Errorf("the proxy was asked %d times", n)
			}
		})
	}
}

// TestNoProxy: a request, and a connection opened ahead of it, honour NO_PROXY
// alike, with ports and with addresses of IPv6.
func TestNoProxy(t *testing.T) {
	for _, tt := range []struct {
		address, list string
		direct        bool
	}{
		{"https://host.example:8443/", "host.example:8443", true},
		{"https://host.example:8443/", "host.example:8444", false},
		{"https://host.example:8443/", "HOST.example", true},
		{"https://host.example/", "host.example:443", true},
		{"http://host.example/", "host.example:80", true},
		{"http://host.example/", "host.example:443", false},
		{"https://a.host.example:8443/", "other, host.example:8443 ,x", true},
		{"https://a.host.example/", ".host.example", true},
		{"https://host.example/", ".host.example", false},
		{"https://a.host.example/", "*.host.example", true},
		{"https://ahost.example/", "host.example", false},
		{"https://host.example/", "*", true},
		{"https://host.example/", "x,*", true},
		{"https://host.example/", "", false},
		{"https://[2001:db8::1]:8443/", "[2001:db8::1]:8443", true},
		{"https://[2001:db8::1]:8443/", "[2001:db8::1]", true},
		{"https://[2001:db8::1]/", "[2001:db8::1]:443", true},
		{"https://[2001:db8::1]/", "[2001:db8::1]:8443", false},
		{"https://[2001:db8::1]:8443/", "2001:db8:0::1", true},
		{"https://[2001:db8::1]:8443/", "2001:db8::/32", true},
		{"https://[2001:db9::1]:8443/", "2001:db8::/32", false},
		{"https://10.1.2.3:8443/", "10.0.0.0/8", true},
		{"https://10.1.2.3:8443/", "10.1.2.3:8443", true},
		{"https://10.1.2.3:8443/", "10.1.2.3:443", false},
		{"https://11.1.2.3:8443/", "10.0.0.0/8", false},
	} {
		environment(t, map[string]string{"HTTP_PROXY": "http://proxy.example:3128", "HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": tt.list})
		want := "proxy.example:3128"
		if u, _ := url.Parse(tt.address); tt.direct {
			port := u.Port()
			if port == "" {
				port = defaultPort(u.Scheme)
			}
			want = net.JoinHostPort(u.Hostname(), port)
		}
		request, ahead := asked(t, tt.address)
		if !slices.Equal(request, []string{want}) || !slices.Equal(ahead, []string{want}) {
			t.Errorf("NO_PROXY=%s: %s dials %q, and ahead of it %q, want %q", tt.list, tt.address, request, ahead, want)
		}
	}
}

// TestAsNetHTTP compares the choice with net/http's, which reads the environment
// once in a process.
func TestAsNetHTTP(t *testing.T) {
	var addresses []string
	for _, scheme := range []string{"http", "https"} {
		for _, host := range []string{"host.example", "a.host.example", "HOST.example", "ahost.example", "localhost", "127.0.0.1", "[::1]", "10.1.2.3", "[2001:db8::1]", "[::ffff:10.1.2.3]"} {
			for _, port := range []string{"", ":80", ":443", ":8443"} {
				addresses = append(addresses, scheme+"://"+host+port+"/")
			}
		}
	}
	if os.Getenv("TEST_AS_NET_HTTP") != "" {
		for _, address := range addresses {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			theirs, _ := http.ProxyFromEnvironment(&http.Request{URL: u})
			ours, err := choose(proxiesFromEnvironment)(&http.Request{URL: u})
			if err != nil || ours == nil != (theirs == nil) || ours != nil && ours.String() != theirs.String() {
				t.Errorf("%s: %v, %v, want %v", address, ours, err, theirs)
			}
		}
		return
	}
	for _, proxy := range []string{"", "http://u:p@proxy.example:3128", "proxy.example:3128", "proxy.example", "10.9.9.9:1", "socks5://proxy.example", "https://proxy.example/path"} {
		for _, list := range []string{
			"", "*", "host.example", ".host.example", "*.host.example", "*host.example", "host.example:8443", "a.host.example:443,10.1.2.3:80", " , host.example ,",
			"10.0.0.0/8", "10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "[2001:db8::1]:8443", "2001:db8::/32", "http://host.example", ":8443", "HOST.EXAMPLE",
		} {
			if proxy != "proxy.example:3128" && list != "" && list != "host.example:8443" {
				continue // each with one of the other is enough
			}
			environment(t, map[string]string{"HTTP_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": list, "TEST_AS_NET_HTTP": "1"})
			cmd := exec.Command(os.Args[0], "-test.run=^TestAsNetHTTP$")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("proxy %q, NO_PROXY=%s: %s", proxy, list, out)
			}
		}
	}
}

// TestProxyURL: a variable that cannot be a proxy's URL is an error where that
// proxy would be used, and there alone, and its value is in no text.
func TestProxyURL(t *testing.T) {
	for _, value := range []string{
		"http://user:s3cret@proxy.example:port", "http://user:s3#cret@proxy.example:3128", "http://user:s3%zzcret@proxy.example:3128",
		"http://s3cret .example:3128", "http://s3cret.example:3128\n", " http://s3cret.example", "http://", "http://user:s3cret@", "http://:3128", "http://s3cret.example:",
		"ftp://s3cret.example", "http:/s3cret.example", "s3cret.example:0", "s3cret.example:65536", "//s3cret.example:3128", "http://[s3cret", "/s3cret", "unix:///s3cret",
	} {
		for _, tt := range []struct{ variable, address string }{
			{"HTTPS_PROXY", "https://host.example/"}, {"https_proxy", "https://host.example/"},
			{"HTTP_PROXY", "http://host.example/"}, {"http_proxy", "http://host.example/"},
		} {
			environment(t, map[string]string{tt.variable: value})
			tr, d := New(), dialled{}
			dialWith(tr, d.dial)
			_, err := tr.Client().Get(tt.address)
			e, ok := errors.AsType[*ProxyURLError](err)
			if !ok || e.Variable != tt.variable {
				t.Errorf("%s=%q: %v, want an error that names the variable", tt.variable, value, err)
				continue
			}
			if text := everyText(err); strings.Contains(text, "s3") || strings.Contains(text, "cret") {
				t.Errorf("%s=%q is in %q", tt.variable, value, text)
			}
			if got := Diagnose(err); got != (Diagnosis{Kind: ProxyURL, Host: "host.example", Variable: tt.variable}) {
				t.Errorf("%s=%q: %+v", tt.variable, value, got)
			}
			if n := len(d.take()); n != 0 {
				t.Errorf("%s=%q: %d connections", tt.variable, value, n)
			}
		}
		environment(t, map[string]string{"HTTP_PROXY": value, "NO_PROXY": "direct.example"})
		for _, address := range []string{"https://host.example/", "http://direct.example/", "http://169.254.170.2/", "http://127.0.0.1:1/", "http://169.254.169.254/latest/x"} {
			tr, d := New(), dialled{}
			dialWith(tr, d.dial)
			if _, err := tr.Client().Get(address); errors.As(err, new(*ProxyURLError)) || len(d.take()) != 1 {
				t.Errorf("HTTP_PROXY=%q: %s: %v, want a connection to the host", value, address, err)
			}
		}
	}
}

// TestCGI: a client of a CGI program sets HTTP_PROXY with a header.
func TestCGI(t *testing.T) {
	environment(t, map[string]string{"HTTP_PROXY": "http://attacker.example", "REQUEST_METHOD": "GET"})
	if request, _ := asked(t, "http://host.example/"); !slices.Equal(request, []string{"host.example:80"}) {
		t.Errorf("dials %q", request)
	}
}

// TestConfigure: a transport of the SDK's own chooses its proxy as ours does.
func TestConfigure(t *testing.T) {
	environment(t, map[string]string{"HTTP_PROXY": "http://proxy.example:3128", "HTTPS_PROXY": "http://proxy.example:port"})
	var tr http.Transport
	Configure(&tr)
	for address, want := range map[string]string{
		"http://169.254.169.254/latest/api/token": "<nil> <nil>",
		"http://host.example/":                    "http://proxy.example:3128 <nil>",
		"https://host.example/":                   "<nil> HTTPS_PROXY is not the URL of a proxy",
	} {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		u, err := tr.Proxy(r)
		if got := fmt.Sprint(u, " ", err); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// TestRefusedByProxy: of a proxy that refuses the host is told, and not its password, where
// the transport is another one too.
func TestRefusedByProxy(t *testing.T) {
	proxy := &url.URL{Scheme: "http", User: url.UserPassword("alice", "s3cret"), Host: "proxy.test:3128"}
	err := proxyAnswered(t.Context(), proxy, &http.Request{Host: "ssm.test:443"}, &http.Response{StatusCode: http.StatusForbidden})
	d := Diagnose(&url.Error{Op: "Post", URL: "https://ssm.test", Err: err})
	if d.Kind != ProxyRefused || d.Proxy != "proxy.test:3128" || d.Status != http.StatusForbidden || strings.Contains(fmt.Sprintf("%+v", d), "s3cret") {
		t.Errorf("%+v", d)
	}
}
