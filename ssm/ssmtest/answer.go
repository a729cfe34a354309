package ssmtest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
)

// answer is what goes back over HTTP.
type answer struct {
	status int
	header http.Header
	body   []byte
	raw    string // instead of all that, what is written to the connection
}

func (s *Server) answer(req *request, out any, fail *failure) *answer {
	a, ok := out.(*answer)
	if !ok {
		a = req.encode(out, fail)
	}
	a.header.Set("x-amzn-RequestId", req.RequestID)
	for _, f := range req.reshaped {
		if f.Status != 0 {
			a.status = f.Status
		}
		if f.Answer != nil {
			a.body = f.Answer(a.body)
		}
		for name, values := range f.Header {
			a.header[http.CanonicalHeaderKey(name)] = values
		}
	}
	return a
}

// encode speaks the protocol of the request's service.
func (req *request) encode(out any, fail *failure) *answer {
	a := &answer{status: http.StatusOK, header: http.Header{}}
	if fail != nil {
		a.status = fail.status
	}
	var body bytes.Buffer
	if req.isSTS() {
		a.header.Set("Content-Type", "text/xml")
		if fail != nil {
			out = req.errorXML(fail)
		}
		body.WriteString(xml.Header)
		_ = xml.NewEncoder(&body).Encode(out)
	} else {
		a.header.Set("Content-Type", "application/x-amz-json-1.1")
		if fail != nil {
			out = req.errorJSON(fail)
		}
		_ = json.NewEncoder(&body).Encode(out)
	}
	a.body = body.Bytes()
	return a
}

// errorJSON spells the message as the service does: Secrets Manager with a
// capital letter.
func (req *request) errorJSON(fail *failure) map[string]string {
	body := map[string]string{"__type": fail.code}
	switch {
	case fail.message == "":
	case req.Service == secretsManager:
		body["Message"] = fail.message
	default:
		body["message"] = fail.message
	}
	return body
}

// write sends the answer, and closes the connection after one that is not HTTP.
func (a *answer) write(w http.ResponseWriter) {
	if a.raw != "" {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = io.WriteString(conn, a.raw)
			_ = conn.Close()
		}
		return
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}
