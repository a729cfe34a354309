package ssm

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"

	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/ssm/resource"
)

// network explains the error of a call that got no answer.
func (f failed) network(d transport.Diagnosis) *Error {
	detail := d.Detail
	if detail != "" {
		detail = ": " + detail
	}
	status := ""
	if d.Status != 0 {
		status = strings.TrimSpace(strconv.Itoa(d.Status) + " " + http.StatusText(d.Status))
	}
	variable := d.Variable
	if variable == "" {
		variable = "HTTPS_PROXY"
	}
	parts := []string{"variable", variable, "proxy", d.Proxy}
	if d.Host != "" {
		parts = append(parts, "host", d.Host)
	}
	switch d.Kind {
	case transport.ProxyUnreachable:
		return f.because("proxy-unreachable", append(parts, "detail", d.Detail)...)
	case transport.ProxyFailed:
		return f.because("proxy-failed", append(parts, "detail", d.Detail)...)
	case transport.ProxyRefused:
		if d.Status == http.StatusProxyAuthRequired {
			return f.because("proxy-password", append(parts, "status", status)...)
		}
		if status == "" {
			status = d.Detail
		}
		if status != "" {
			status = " (" + status + ")"
		}
		return f.because("proxy-refused", append(parts, "status", status)...)
	}
	return f.because(networkCause(d), append(parts, "detail", detail)...)
}

// nameServers is the file that names them, on Linux. Without it Go asks this machine.
var nameServers = "/etc/resolv.conf"

// networkCause is the row for a diagnosis.
func networkCause(d transport.Diagnosis) string {
	switch d.Kind {
	case transport.Interrupted:
		return "interrupted"
	case transport.TimedOut:
		return "timed-out"
	case transport.ProxyURL:
		return "proxy-url"
	case transport.Certificate:
		switch d.Certificate {
		case transport.UnknownAuthority:
			return "certificate-authority"
		case transport.Expired:
			return "certificate-expired"
		case transport.NotYetValid:
			return "certificate-early"
		case transport.WrongName:
			return "certificate-name"
		}
		return "certificate"
	case transport.Handshake:
		return "handshake"
	case transport.UnknownHost:
		return "unknown-host"
	case transport.NameServer:
		if _, err := os.Stat(nameServers); runtime.GOOS == "linux" && errors.Is(err, fs.ErrNotExist) {
			return "no-name-server"
		}
		return "name-server"
	case transport.Refused:
		return "connection-refused"
	case transport.Reset:
		return "connection-reset"
	case transport.Closed:
		return "connection-closed"
	case transport.Unreachable:
		return "unreachable"
	case transport.NotHTTP:
		return "not-http"
	case transport.NotTLS:
		return "not-tls"
	case transport.TooLong:
		return "answer-long"
	}
	return "unknown"
}

// check is the hint for a service that is reached at the wrong address, or not at all:
// the variables that are set and decide the address or, where none is, the network.
func (f failed) check() string {
	var set []string
	if os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true" {
		for _, variable := range []string{f.endpointVariable(), "AWS_ENDPOINT_URL"} {
			if os.Getenv(variable) != "" {
				set = append(set, variable)
				break
			}
		}
	}
	host := f.host()
	if len(set) == 0 && host != "" && !strings.Contains(host, ".amazonaws.com") && !strings.Contains(host, ".api.aws") {
		set = append(set, "endpoint_url in AWS's configuration file")
	}
	if variable := f.proxyVariable(); variable != "" {
		set = append(set, variable)
	}
	if len(set) == 0 {
		prefix, _, _ := strings.Cut(f.action, ":")
		return "Check the network, and the Region's name " + f.region + "; in a VPC without a way to the internet it takes a VPC endpoint, com.amazonaws." + f.region + "." + prefix
	}
	return "Check " + strings.Join(set, " and ")
}

// endpointVariable is the one for the service alone.
func (f failed) endpointVariable() string {
	switch f.service() {
	case "Parameter Store":
		return "AWS_ENDPOINT_URL_SSM"
	case "Secrets Manager":
		return "AWS_ENDPOINT_URL_SECRETS_MANAGER"
	}
	return "AWS_ENDPOINT_URL_STS"
}

// proxyVariable is the one that sends the service's calls to a proxy; "" for none.
func (f failed) proxyVariable() string {
	service := resource.ParameterStore
	if len(f.resources) > 0 {
		service = f.resources[0].Service
	}
	if f.client == nil || f.sources == nil {
		return ""
	}
	u := f.endpoint(context.Background(), service)
	if u == nil {
		return ""
	}
	var tr http.Transport
	transport.Configure(&tr)
	if to, err := tr.Proxy(&http.Request{URL: u}); to == nil && err == nil {
		return ""
	}
	for _, variable := range []string{strings.ToUpper(u.Scheme) + "_PROXY", u.Scheme + "_proxy"} {
		if os.Getenv(variable) != "" {
			return variable
		}
	}
	return ""
}

// hostname is a host without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
