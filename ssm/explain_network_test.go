package ssm

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/ssm/resource"
)

// TestNetworkCauses: each diagnosis has words, and the ones that a story cannot
// bring about on every machine have the right ones.
func TestNetworkCauses(t *testing.T) {
	testenv.Isolate(t)
	defer func(file string) { nameServers = file }(nameServers)
	nameServers = t.TempDir() // it is there
	f := failed{client: &client{region: "eu-central-1"}, action: "ssm:GetParameters", resources: []resource.Resource{{Service: resource.ParameterStore, Name: "/a"}}}
	for _, tt := range []struct {
		d           transport.Diagnosis
		cause, says string
	}{
		// cause: unknown-host
		{transport.Diagnosis{Kind: transport.UnknownHost}, "unknown-host", "there is no host ssm.test, where Parameter Store should be. Check the network, and the Region's name eu-central-1"},
		// cause: name-server
		{transport.Diagnosis{Kind: transport.NameServer}, "name-server", "the name server does not say where ssm.test is. Check the machine's name server"},
		// cause: connection-reset
		{transport.Diagnosis{Kind: transport.Reset}, "connection-reset", "Parameter Store in eu-central-1 (ssm.test) reset the connection. "},
		// cause: unreachable
		{transport.Diagnosis{Kind: transport.Unreachable}, "unreachable", "there is no route to Parameter Store in eu-central-1 (ssm.test) in this network. Check the network, and the Region's name eu-central-1; in a VPC without a way to the internet it takes a VPC endpoint, com.amazonaws.eu-central-1.ssm"},
		// cause: certificate
		{transport.Diagnosis{Kind: transport.Certificate, Certificate: transport.OtherFault}, "certificate", "shows a certificate that does not verify. "},
		{transport.Diagnosis{Kind: transport.Certificate, Certificate: transport.Expired}, "certificate-expired", "has expired. Check the machine's clock"},
		{transport.Diagnosis{Kind: transport.Certificate, Certificate: transport.NotYetValid}, "certificate-early", "is not valid yet. Set the machine's clock"},
		{transport.Diagnosis{Kind: transport.Certificate, Certificate: transport.WrongName}, "certificate-name", "for another host. "},
		{transport.Diagnosis{Kind: transport.Certificate, Certificate: transport.UnknownAuthority}, "certificate-authority", "not trusted here. Where a proxy inspects TLS"},
		// cause: handshake
		{transport.Diagnosis{Kind: transport.Handshake, Detail: "protocol version not supported"}, "handshake", "cannot agree on TLS: protocol version not supported. "},
		// cause: answer-long
		{transport.Diagnosis{Kind: transport.TooLong}, "answer-long", "with more than an answer of AWS has. "},
		// cause: proxy-failed
		{transport.Diagnosis{Kind: transport.ProxyFailed, Proxy: "proxy.test:3128", Variable: "HTTPS_PROXY", Detail: "connection reset"}, "proxy-failed", "the proxy proxy.test:3128, on the way to Parameter Store in eu-central-1 (ssm.test), does not answer as a proxy does: connection reset. Check HTTPS_PROXY, or put ssm.test into NO_PROXY"},
		// cause: unknown
		{transport.Diagnosis{}, "unknown", "failed for a reason that is not known. "},
		{transport.Diagnosis{Kind: transport.ProxyRefused, Proxy: "proxy.test:1080", Variable: "HTTPS_PROXY", Detail: "host unreachable"}, "proxy-refused", "(host unreachable)"},
	} {
		tt.d.Host = "ssm.test"
		e := f.network(tt.d)
		if line := e.Why + ". " + e.Advice; e.Cause != tt.cause || !strings.Contains(line, tt.says) || strings.Contains(line, "{") {
			t.Errorf("%v: %s: %s", tt.d, e.Cause, line)
		}
	}
	t.Run("without the file", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			t.Skip("the file is Linux's")
		}
		nameServers = filepath.Join(t.TempDir(), "none")
		// cause: no-name-server
		if e := f.network(transport.Diagnosis{Kind: transport.NameServer, Host: "ssm.test"}); e.Cause != "no-name-server" || !strings.HasPrefix(e.Why, "no name server says where ssm.test is") {
			t.Errorf("%s: %s", e.Cause, e.Why)
		}
	})
	for kind := transport.Unknown; kind <= transport.TooLong; kind++ {
		if e := f.network(transport.Diagnosis{Kind: kind}); strings.Contains(e.Why+e.Advice, "{") || kind != transport.Unknown && e.Cause == "unknown" {
			t.Errorf("%v: %s: %s. %s", kind, e.Cause, e.Why, e.Advice)
		}
	}
}
