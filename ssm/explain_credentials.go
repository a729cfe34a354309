package ssm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/internal/transport"
)

// explainCredentials explains why there are no AWS credentials. It finds the source
// that failed in the SDK's list of sources and in the operations that wrap the error.
// It does not use the error's text, which can quote the output of a process or a
// server.
func (c *client) explainCredentials(err error) error {
	e := c.credentialFault(err)
	if e.Err = err; e.Region == "" {
		e.Region = c.region
	}
	return e
}

func (c *client) credentialFault(err error) *Error {
	operations := operationsIn(err)
	var inner *smithy.OperationError
	if len(operations) > 0 {
		inner = operations[len(operations)-1]
	}
	var code *codeError
	switch {
	case errors.As(err, &code):
		return c.codeFault(code)
	case errors.Is(err, context.Canceled):
		return because("credentials-interrupted", false)
	case transport.Diagnose(err).Kind == transport.ProxyURL:
		return proxyFault(transport.Diagnose(err))
	case errors.As(err, new(*credentials.StaticCredentialsEmptyError)):
		name, path := c.profileWith("credential_source")
		return because("environment-empty", false, "profile", quoted(name), "file", path)
	case inner != nil && inner.Service() == "STS":
		return c.roleFault(operations, err)
	}
	if len(operations) == 0 && errors.Is(err, context.DeadlineExceeded) {
		err = c.progress.at(err)
	}
	if service, roles, _ := c.progress.awaited(); service == "STS" && len(operations) == 0 && errors.Is(err, context.DeadlineExceeded) {
		if roles == 0 {
			return c.webIdentityFault(err)
		}
		return unreachable("sts-unreachable", err, "role", c.role(roles).arn, "host", "")
	}
	switch {
	case c.from(aws.CredentialSourceProcess):
		return c.processFault(err)
	case c.from(aws.CredentialSourceSSO, aws.CredentialSourceSSOLegacy):
		return c.ssoFault(err)
	case c.from(aws.CredentialSourceLogin):
		return c.loginFault(err)
	case c.from(aws.CredentialSourceHTTP):
		return c.containerFault(err)
	case c.from(aws.CredentialSourceEnvVarsSTSWebIDToken, aws.CredentialSourceProfileSTSWebIDToken):
		return c.webIdentityFault(err)
	case c.from(aws.CredentialSourceIMDS):
		return c.ec2Fault(err)
	}
	return because("credentials-unknown", false, "source", c.sourceName())
}

// operationsIn lists the calls that an error comes from, from the outermost: a role
// is assumed with credentials that may come from another call.
func operationsIn(err error) []*smithy.OperationError {
	var all []*smithy.OperationError
	for {
		var o *smithy.OperationError
		if !errors.As(err, &o) {
			return all
		}
		all = append(all, o)
		err = o.Err
	}
}

// from reports whether the SDK gets credentials from one of these sources. TestSources
// fails when the SDK's list changes.
func (c *client) from(sources ...aws.CredentialSource) bool {
	return slices.ContainsFunc(sources, func(s aws.CredentialSource) bool { return slices.Contains(c.chain, s) })
}

// sourcesOf is the SDK's list of the sources that it gets credentials from.
func sourcesOf(provider aws.CredentialsProvider) []aws.CredentialSource {
	if p, ok := provider.(aws.CredentialProviderSource); ok {
		return p.ProviderSources()
	}
	return nil
}

// statusOf is the status of an answer over HTTP; 0 for none.
func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// trouble says why a host gave no answer, in words that follow the host's name in a
// message.
func trouble(err error) string {
	var (
		decode *smithy.DeserializationError
		syntax *json.SyntaxError
	)
	d := transport.Diagnose(err)
	if d.Kind == transport.Closed && d.Host == "" && errors.As(err, &decode) {
		d.Kind = transport.NotHTTP // the JSON ends too early, and not the answer
	}
	detail := ""
	if d.Detail != "" {
		detail = " (" + d.Detail + ")"
	}
	switch d.Kind {
	case transport.TimedOut:
		return "did not answer"
	case transport.ProxyUnreachable:
		return "cannot be reached: the proxy" + inVariable(d) + " does not answer"
	case transport.ProxyFailed:
		return fmt.Sprintf("cannot be reached: the proxy%s does not answer as a proxy does%s", inVariable(d), detail)
	case transport.ProxyRefused:
		return fmt.Sprintf("cannot be reached: the proxy%s refused to connect%s", inVariable(d), statusText(d.Status))
	case transport.Certificate:
		return "shows a certificate that does not verify" + detail
	case transport.Handshake, transport.NotTLS:
		return "does not complete the TLS handshake" + detail
	case transport.UnknownHost:
		return "is not a host name that the name server knows"
	case transport.NameServer:
		return "was not looked up, since the name server failed"
	case transport.Refused:
		return "refused the connection"
	case transport.Reset:
		return "reset the connection"
	case transport.Closed:
		return "closed the connection before the answer ended"
	case transport.Unreachable:
		return "cannot be reached: there is no route to it"
	case transport.TooLong:
		return "answered with more than an answer of AWS has"
	case transport.NotHTTP:
		return "answered with something other than its protocol"
	}
	switch {
	case errors.As(err, &decode), errors.As(err, &syntax):
		return "answered with something other than its protocol"
	case errors.Is(err, context.DeadlineExceeded):
		return "did not answer"
	case statusOf(err) != 0:
		return fmt.Sprintf("answered with HTTP status %d", statusOf(err))
	}
	return "gave no answer that can be used"
}

// unreachable makes an error of a row for a host that gave no answer. Where the
// diagnosis is a certificate or a proxy, the row's hint, about the address, would not
// mend it.
func unreachable(row string, err error, parts ...string) *Error {
	d := transport.Diagnose(err)
	e := because(row, false, append(parts, "trouble", trouble(err))...)
	hint := ""
	switch {
	case d.Kind == transport.Certificate && d.Certificate == transport.UnknownAuthority:
		hint = "certificate-authority"
	case d.Kind == transport.Certificate && d.Certificate == transport.NotYetValid, d.Kind == transport.Certificate && d.Certificate == transport.Expired:
		hint = "certificate-early"
	case d.Kind == transport.ProxyRefused && d.Status == http.StatusProxyAuthRequired:
		hint = "proxy-password"
	case d.Kind == transport.ProxyRefused:
		hint = "proxy-refused"
	case d.Kind == transport.ProxyUnreachable, d.Kind == transport.ProxyFailed:
		hint = "proxy-unreachable"
	}
	if hint != "" {
		e.Advice = because(hint, false, "variable", cmp.Or(d.Variable, "HTTPS_PROXY"), "proxy", d.Proxy, "host", d.Host, "hostname", hostname(d.Host),
			"now", time.Now().UTC().Format("2006-01-02 15:04")).Advice
	}
	return e
}

func inVariable(d transport.Diagnosis) string {
	if d.Variable == "" {
		return ""
	}
	return " in " + d.Variable
}

func statusText(status int) string {
	if status == 0 {
		return ""
	}
	return fmt.Sprintf(" with HTTP status %d", status)
}

// hostOf is the host that a call was sent to, to be written after the service's name.
func hostOf(err error) string {
	if host := transport.Diagnose(err).Host; host != "" {
		return " (" + host + ")"
	}
	return ""
}

// proxyFault is about a variable that cannot be a proxy's URL.
func proxyFault(d transport.Diagnosis) *Error {
	return because("proxy-url", false, "variable", d.Variable)
}

// quoted is a name from a file or a variable in quotes, shortened where it is longer
// than a name can be.
func quoted(name string) string {
	const limit = 100
	if len(name) > limit {
		name = strings.ToValidUTF8(name[:limit], "") + "…"
	}
	return fmt.Sprintf("%q", name)
}

// login is the command that starts a session.
func (c *client) login() string { return "aws sso login" + c.profileFlag() }

func (c *client) profileFlag() string {
	name := c.namedProfile()
	if name == "" {
		return ""
	}
	return " --profile " + shell.Word(name)
}
