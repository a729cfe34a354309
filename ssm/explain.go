package ssm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/ssm/resource"
)

// SeeDoctor is the end of a hint for errors whose cause is not known: it points to
// doctor.
const SeeDoctor = "; run docker-credential-ssm doctor to find the step that fails"

// failed is a call that failed, with what is known of it.
type failed struct {
	*client
	action    string // "ssm:GetParameters"
	resources []resource.Resource
}

// explain makes an [Error] of the error of a call of an action on parameters or
// secrets.
func (c *client) explain(action string, err error, names ...string) error {
	f := failed{client: c, action: action}
	service := resource.ParameterStore
	if strings.HasPrefix(action, "secretsmanager:") {
		service = resource.SecretsManager
	}
	for _, name := range names {
		f.resources = append(f.resources, resource.Resource{Service: service, Name: name})
	}
	e := f.explain(err)
	e.Region, e.Err = c.region, errors.Join(e.Err, err)
	e.Action, e.Resource = cmp.Or(e.Action, action), cmp.Or(e.Resource, strings.Join(names, ", "))
	return e
}

// explain finds the row of the table of causes.
func (f failed) explain(err error) *Error {
	var (
		answer   *answerError
		response *smithyhttp.ResponseError
		api      smithy.APIError
		decode   *smithy.DeserializationError
	)
	isAnswer, isAPI := errors.As(err, &answer), errors.As(err, &api)
	isResponse := errors.As(err, &response) && response.HTTPStatusCode() != 0 // the SDK has one for no answer too
	if isResponse && !isAnswer && (isAPI && api.ErrorCode() == "UnknownError" || !isAPI && response.HTTPStatusCode()/100 != 2) {
		// The SDK found no code in an answer of STS. TestIdentityAnswers fails when the
		// SDK reports that otherwise.
		answer, isAnswer = &answerError{Status: response.HTTPStatusCode()}, true
	}
	switch {
	case isAnswer:
		return f.answer(answer)
	case isAPI:
		return f.refusal(api, err)
	}
	d := transport.Diagnose(err)
	if d.Kind == transport.Unknown && (isResponse || errors.As(err, &decode)) {
		return f.because("answer-unread")
	}
	return f.network(d)
}

// because makes an error of a row, with what is known about the call.
func (f failed) because(name string, parts ...string) *Error {
	first := ""
	plain := ""
	if len(f.resources) > 0 {
		first, plain = f.resources[0].Name, f.resources[0].Plain()
	}
	all := make([]string, len(f.resources))
	for i, r := range f.resources {
		all[i] = r.Name
	}
	host := f.host()
	if i := indexOf(parts, "host"); i >= 0 {
		host = parts[i+1]
	}
	parts = append(parts,
		"name", first, "plain", plain, "names", strings.Join(all, ", "), "action", f.action, "region", f.region,
		"service", f.service(), "peer", f.peer(host), "host", host, "hostname", hostname(host), "check", f.check(),
		"login", f.login(), "now", time.Now().UTC().Format("2006-01-02 15:04"),
	)
	return because(name, where() >= inBuild, parts...)
}

func indexOf(parts []string, name string) int {
	for i := 0; i < len(parts); i += 2 {
		if parts[i] == name {
			return i
		}
	}
	return -1
}

// service is the name of the service that was called.
func (f failed) service() string {
	prefix, _, _ := strings.Cut(f.action, ":")
	switch prefix {
	case "ssm":
		return "Parameter Store"
	case "secretsmanager":
		return "Secrets Manager"
	}
	return "AWS STS"
}

// peer is the service with its host.
func (f failed) peer(host string) string {
	if host == "" {
		return f.service() + " in " + f.region
	}
	return fmt.Sprintf("%s in %s (%s)", f.service(), f.region, host)
}

// host is the host of the endpoint that the call goes to; "" where that is not known.
func (f failed) host() string {
	if f.client == nil || len(f.resources) == 0 || f.sources == nil {
		return ""
	}
	u := f.endpoint(context.Background(), f.resources[0].Service)
	if u == nil {
		return ""
	}
	return u.Host
}

// answer explains an [answerError].
func (f failed) answer(a *answerError) *Error {
	status := fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	parts := []string{"status", strings.TrimSpace(status), "missing", a.Missing}
	if a.Cause != "" && a.Status/100 == 2 {
		return f.because(a.Cause, parts...)
	}
	switch s := a.Status; {
	case throttling(a):
		return f.throttled()
	case s == http.StatusForbidden:
		return f.because("status-403", parts...)
	case s == http.StatusNotFound:
		return f.because("status-404", parts...)
	case s == http.StatusProxyAuthRequired:
		return f.because("status-407", parts...)
	case s == http.StatusBadGateway, s == http.StatusGatewayTimeout:
		return f.because("status-gateway", parts...)
	case s/100 == 3:
		return f.because("status-redirect", parts...)
	case s/100 == 5:
		return f.because("status-5xx", parts...)
	}
	return f.because("status", parts...)
}

func (f failed) throttled() *Error {
	limit := "enable higher throughput in Parameter Store's settings"
	if f.service() != "Parameter Store" {
		limit = "ask for it in Service Quotas"
	}
	return f.because("throttled", "limit", limit)
}
