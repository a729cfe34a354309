package ssmtest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The services, by the names that they have in policies.
const (
	parameterStore = "ssm"
	secretsManager = "secretsmanager"
	tokenService   = "sts"
)

// request is what an operation may look at.
type request struct {
	*Call
	body     []byte
	form     url.Values // STS's; nil for the others
	token    string     // the session token
	reshaped []*Fault   // those that change the answer
}

func (req *request) isSTS() bool { return req.form != nil }

// asked is the one name that a request has; "" without one.
func (req *request) asked() string {
	if len(req.Names) != 1 {
		return ""
	}
	return req.Names[0]
}

// decode reads the body.
func (req *request) decode(into any) *failure {
	if json.Unmarshal(req.body, into) != nil {
		return errSerialization
	}
	return nil
}

// failure is an error of the service's own.
type failure struct {
	status        int
	code, message string
}

// refuse makes a failure with the status that nearly all of them have.
func refuse(code, format string, args ...any) *failure {
	return &failure{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *failure {
	return refuse("ValidationException", format, args...)
}

var (
	errDrop          = &failure{code: dropped} // no answer at all
	errSerialization = refuse("SerializationException", "")
)

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	req, fail := s.read(r)
	if req == nil {
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, req.Call) // before the answer, so that a test that gives up sees it
	s.mu.Unlock()

	var out any
	if fail == nil {
		out, fail = s.dispatch(r, req)
	}
	if fail != nil && req.isSTS() {
		fail = fail.spelledBySTS()
	}
	s.mu.Lock()
	req.Code = ""
	if fail != nil {
		req.Code = fail.code
	}
	s.mu.Unlock()
	if fail == errDrop {
		panic(http.ErrAbortHandler) // closes the connection
	}
	s.answer(req, out, fail).write(w)
}

// read finds out who asks for what; nil when the client has gone.
func (s *Server) read(r *http.Request) (*request, *failure) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, nil
	}
	conn, _ := r.Context().Value(connKey{}).(int)
	req := &request{body: body, token: r.Header.Get("X-Amz-Security-Token"), Call: &Call{
		Time: time.Now(), UserAgent: r.UserAgent(), RequestID: newID(), Conn: conn, Code: dropped,
	}}
	req.SessionToken = req.token != ""
	scope := req.readScope(r.Header.Get("Authorization"))
	req.readTarget(r.Header.Get("X-Amz-Target"))
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		req.form, _ = url.ParseQuery(string(body))
		req.Service, req.Action = tokenService, req.form.Get("Action")
		if req.Action == webIdentity {
			scope = nil
		}
		if role := req.form.Get("RoleArn"); role != "" {
			req.Names = []string{role}
		}
	}
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/" || req.Service == "":
		return req, &failure{http.StatusNotFound, "UnknownOperationException", ""}
	case scope != nil || req.isSTS():
		return req, scope
	}
	return req, req.readNames()
}

// readTarget finds the service and the action in AWS JSON's header.
func (req *request) readTarget(target string) {
	req.Action = target
	for service, prefix := range map[string]string{parameterStore: "AmazonSSM.", secretsManager: "secretsmanager."} {
		if action, ok := strings.CutPrefix(target, prefix); ok {
			req.Service, req.Action = service, action
		}
	}
}

// readNames finds what a request of AWS JSON asks for.
func (req *request) readNames() *failure {
	var in struct {
		Name, Path     *string
		SecretID       *string `json:"SecretId"`
		Names          []string
		WithDecryption bool
	}
	if fail := req.decode(&in); fail != nil {
		return fail
	}
	named := []*string{in.Name, in.Path}
	if req.Service == secretsManager {
		named = []*string{in.Name, in.SecretID}
	} else {
		req.Names, req.WithDecryption = in.Names, in.WithDecryption
	}
	for _, name := range named {
		if name != nil {
			req.Names = append(req.Names, *name)
		}
	}
	return nil
}

// readScope takes the caller and the Region from a Signature V4 header:
// AWS4-HMAC-SHA256 Credential=KEY/20260102/REGION/SERVICE/aws4_request, …
func (req *request) readScope(authorization string) *failure {
	if authorization == "" {
		return refuse("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	fields, ok := strings.CutPrefix(authorization, "AWS4-HMAC-SHA256 ")
	_, scope, hasScope := strings.Cut(fields, "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(strings.TrimSpace(scope), "/")
	if !ok || !hasScope || len(parts) != 5 || parts[0] == "" || parts[4] != "aws4_request" {
		return refuse("IncompleteSignatureException", "Authorization header requires 'Credential' parameter.")
	}
	for _, field := range []string{"SignedHeaders=", "Signature="} {
		if !strings.Contains(fields, field) {
			return refuse("IncompleteSignatureException", "Authorization header requires '%s' parameter.", strings.TrimSuffix(field, "="))
		}
	}
	req.AccessKeyID, req.Region = parts[0], parts[2]
	return nil
}

var operations = map[string]map[string]func(*Server, *request) (any, *failure){
	parameterStore: ssmOperations,
	secretsManager: secretsOperations,
	tokenService:   stsOperations,
}

func (s *Server) dispatch(r *http.Request, req *request) (any, *failure) {
	operation := operations[req.Service][req.Action]
	if operation == nil {
		return nil, refuse("UnknownOperationException", "")
	}
	if out, fail, done := s.fault(r.Context(), req); done {
		return out, fail
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.sessions[req.AccessKeyID]; ok && known.token != req.token {
		return nil, refuse("UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	return operation(s, req)
}

// newID is a random UUID, which is what AWS's request and version ids are.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
