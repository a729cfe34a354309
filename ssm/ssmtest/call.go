package ssmtest

import (
	"slices"
	"time"
)

// dropped is the code of a call without an answer.
const dropped = "dropped"

// Call is one request that reached the server.
type Call struct {
	Time           time.Time
	Service        string   // "ssm", "secretsmanager" or "sts"; "" for another
	Action         string   // "GetParameters"
	Names          []string // the names, or the path, or the secret's id, or the role's ARN, as asked
	AccessKeyID    string   // from the signature's scope, as is Region; "" without a signature
	Region         string
	SessionToken   bool // whether one came with the request
	WithDecryption bool
	Conn           int // the connection, counted from 1 since the start
	RequestID      string
	Code           string // the error's code; "" for a success or a Fault's own answer; "dropped" without an answer so far
	UserAgent      string
}

// Calls returns what was asked so far, in the order in which it arrived.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]Call, len(s.calls))
	for i, c := range s.calls {
		calls[i] = *c
		calls[i].Names = slices.Clone(c.Names)
	}
	return calls
}

// ResetCalls empties the list of calls and the count of connections. The numbers in
// [Call.Conn] are not reset.
func (s *Server) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.forgotten = nil, s.accepted
}

// Connections is the number of TCP connections accepted since the start, or
// since the last ResetCalls. With TLS each had its handshake, or failed in it.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted - s.forgotten
}
