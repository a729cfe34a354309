package ssm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"

	"github.com/aws/smithy-go"
)

// explainTransport says why there was no answer, or none that could be read.
func (c *client) explainTransport(e *Error, peer string) {
	var (
		dns     *net.DNSError
		request *url.Error
		op      *net.OpError
		timeout interface{ Timeout() bool }
		decode  *smithy.DeserializationError
		syntax  *json.SyntaxError
	)
	host := ""
	if errors.As(e.Err, &request) {
		if u, err := url.Parse(request.URL); err == nil {
			host = u.Host
		}
	}
	at := peer
	if host != "" {
		at = fmt.Sprintf("%s (%s)", peer, host)
	}
	e.Advice = "Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL_SSM" + SeeDoctor
	proxied := errors.As(e.Err, &op) && op.Op == "proxyconnect"
	switch {
	case errors.Is(e.Err, context.Canceled):
		e.Why, e.Advice = "interrupted", "Run it again"
	case proxied:
		e.Why = fmt.Sprintf("%s cannot be reached through the proxy: %v", at, op.Err)
		e.Advice = "Check HTTPS_PROXY and NO_PROXY"
	case certificateError(e.Err) != nil:
		e.Why = fmt.Sprintf("%s shows a certificate that does not verify: %v", at, certificateError(e.Err))
		e.Advice = "Where a proxy inspects TLS, set AWS_CA_BUNDLE to its certificate"
	case errors.As(e.Err, &dns):
		e.Why = fmt.Sprintf("the host name %s of %s is unknown", dns.Name, peer)
		e.Advice = "Check the Region's name, the network and AWS_ENDPOINT_URL_SSM"
		if dns.IsTimeout {
			e.Why = fmt.Sprintf("the name server did not say where %s is", dns.Name)
		}
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		e.Why = fmt.Sprintf("%s refused the connection", at)
	case errors.Is(e.Err, context.DeadlineExceeded), errors.As(e.Err, &timeout) && timeout.Timeout():
		e.Why = fmt.Sprintf("%s did not answer", at)
		e.Advice = "Check the network, or raise DOCKER_CREDENTIAL_SSM_TIMEOUT"
	case errors.As(e.Err, &decode), errors.As(e.Err, &syntax):
		// What the decoder says can quote what it read.
		e.Why = fmt.Sprintf("%s answered with something other than its protocol", at)
		e.Advice = "Check AWS_ENDPOINT_URL_SSM and HTTPS_PROXY"
	case errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF), errors.Is(e.Err, syscall.ECONNRESET):
		e.Why = fmt.Sprintf("%s broke the connection off", at)
	default:
		e.Why = e.Err.Error()
		e.Advice = "Check the AWS configuration" + SeeDoctor
	}
}

// certificateError returns what is wrong with the peer's certificate, or nil.
func certificateError(err error) error {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &verification):
		return verification.Err
	case errors.As(err, &authority):
		return authority
	case errors.As(err, &hostname):
		return hostname
	case errors.As(err, &invalid):
		return invalid
	}
	return nil
}
