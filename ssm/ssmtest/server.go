// Package ssmtest is a Parameter Store to test against: a server on loopback
// that speaks AWS's wire protocol (AWS JSON 1.1 for Systems Manager, the query
// protocol for the two calls of STS), as net/http/httptest does for HTTP.
//
// A test points an AWS SDK, or the AWS CLI, at [Server.URL] with
// AWS_ENDPOINT_URL, and may use any access key: the signature's scope is read,
// so that a test can see who called, but the signature is not verified.
// Parameters are put there by [Server.Put], as an administrator would; bad days
// are ordered with [Server.Fail] and its short forms; [Server.Calls] tells what
// was asked. The package imports no testing, since the demo uses it too.
package ssmtest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"
)

// AccountID is the account that all callers belong to.
const AccountID = "111122223333"

// Server is a Parameter Store. It is safe for concurrent use.
type Server struct {
	// URL is the endpoint: http://127.0.0.1:port, or https.
	URL string

	http    *httptest.Server
	closing chan struct{}

	mu         sync.Mutex
	parameters map[string]*parameter // by name, or by ARN for another account's
	secrets    map[string]*secret    // by id
	roles      map[string]string     // assumed role by access key
	faults     []*Fault
	disabled   map[string]bool // KMS keys
	limit      bucket
	calls      []Call
	conns      int
}

// Call is one request that the server answered, or broke off.
type Call struct {
	Time           time.Time
	Action         string   // "GetParameters"
	Names          []string // the names, or the path, or the role's ARN
	AccessKeyID    string
	Region         string
	WithDecryption bool
	UserAgent      string
	RequestID      string
	Code           string // the error's code; "" for a success
}

// NewServer starts a server without TLS.
func NewServer() *Server { return start((*httptest.Server).Start) }

// NewTLSServer starts a server with TLS and a certificate for 127.0.0.1 of its
// own making, see [Server.CertPEM].
func NewTLSServer() *Server { return start((*httptest.Server).StartTLS) }

func start(how func(*httptest.Server)) *Server {
	s := &Server{
		closing:    make(chan struct{}),
		parameters: map[string]*parameter{},
		secrets:    map[string]*secret{},
		roles:      map[string]string{},
		disabled:   map[string]bool{},
	}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that a test wants to fail
	s.http.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
		}
	}
	how(s.http)
	s.URL = s.http.URL
	return s
}

// Close stops the server.
func (s *Server) Close() {
	close(s.closing)
	s.http.CloseClientConnections()
	s.http.Close()
}

// CertPEM is the certificate of a TLS server, for AWS_CA_BUNDLE; nil without TLS.
func (s *Server) CertPEM() []byte {
	cert := s.http.Certificate()
	if cert == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// Calls returns what was asked so far, in the order of the answers.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// ResetCalls forgets what was asked.
func (s *Server) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.conns = nil, 0
}

// Connections is the number of TCP connections accepted since the start, or
// the last ResetCalls.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// request is what a handler may look at.
type request struct {
	Call
	body []byte
}

// failure is an error of the service's own.
type failure struct {
	status        int
	code, message string
}

func invalid(message string) *failure {
	return &failure{http.StatusBadRequest, "ValidationException", message}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	req := &request{body: body}
	req.Time = time.Now()
	req.UserAgent = r.UserAgent()
	req.RequestID = randomHex(16)
	w.Header().Set("x-amzn-RequestId", req.RequestID)

	answer := answerJSON
	target, isSSM := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonSSM.")
	req.Action = target
	if !isSSM {
		answer = answerXML
		form, _ := url.ParseQuery(string(body))
		req.Action = form.Get("Action")
		if role := form.Get("RoleArn"); role != "" {
			req.Names = []string{role}
		}
	}
	out, fail := s.dispatch(req, r, isSSM)
	if fail == errDrop {
		req.Code = "dropped"
		s.record(req.Call)
		panic(http.ErrAbortHandler) // httptest closes the connection without an answer
	}
	if fail != nil {
		req.Code = fail.code
	}
	s.record(req.Call)
	if raw, ok := out.(rawBody); ok {
		w.WriteHeader(raw.status)
		_, _ = io.WriteString(w, raw.text)
		return
	}
	answer(w, out, fail)
}

func (s *Server) record(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
}

func (s *Server) dispatch(req *request, r *http.Request, isSSM bool) (any, *failure) {
	if fail := req.readScope(r.Header.Get("Authorization")); fail != nil {
		return nil, fail
	}
	operation := stsOperations[req.Action]
	if isSSM {
		operation = ssmOperations[req.Action]
	}
	if operation == nil {
		return nil, &failure{http.StatusBadRequest, "UnknownOperationException", ""}
	}
	if isSSM {
		var in struct {
			Name, Path     string
			Names          []string
			WithDecryption bool
		}
		if json.Unmarshal(req.body, &in) != nil {
			return nil, &failure{http.StatusBadRequest, "SerializationException", "the body cannot be read"}
		}
		req.Names, req.WithDecryption = in.Names, in.WithDecryption
		for _, name := range []string{in.Name, in.Path} {
			if name != "" {
				req.Names = append(req.Names, name)
			}
		}
	}
	if out, fail, done := s.fault(r.Context(), req); done {
		return out, fail
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return operation(s, req)
}

// readScope takes the caller and the Region from a Signature V4 header:
// AWS4-HMAC-SHA256 Credential=KEY/20260102/REGION/SERVICE/aws4_request, …
func (req *request) readScope(authorization string) *failure {
	if authorization == "" {
		return &failure{http.StatusBadRequest, "MissingAuthenticationToken", "Request is missing Authentication Token"}
	}
	_, scope, ok := strings.Cut(authorization, "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/")
	if !ok || len(parts) != 5 || !strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 ") {
		return &failure{http.StatusBadRequest, "IncompleteSignature", "Authorization header requires 'Credential' parameter"}
	}
	req.AccessKeyID, req.Region = parts[0], parts[2]
	return nil
}

func answerJSON(w http.ResponseWriter, out any, fail *failure) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if fail != nil {
		w.WriteHeader(fail.status)
		out = map[string]string{"__type": fail.code, "message": fail.message}
	}
	_ = json.NewEncoder(w).Encode(out)
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
