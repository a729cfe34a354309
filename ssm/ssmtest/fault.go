package ssmtest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is a bad day: what happens to the calls that it fits.
type Fault struct {
	// Which calls: "" fits any. A Name may have stars, each for any text, and
	// fits a call when it fits one of its names.
	Action, Name, AccessKeyID string
	Times                     int // how many of them; 0 for all

	// What happens to them. Without Code, Drop and Body, the call goes on
	// after the delay.
	Delay         time.Duration // before the answer; it ends with the caller's patience
	Code, Message string        // an error of the service
	Status        int           // 400 for an error, 200 for a body, where it is 0
	Drop          bool          // the connection is closed without an answer
	Body          string        // any other answer

	kms bool // only what has to be decrypted or encrypted
}

// Fail orders a fault. The first one that fits a call counts.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Deny makes IAM deny an action on names. As with AWS, one denied name denies
// the call, whether or not there is such a parameter.
func (s *Server) Deny(action, name string) {
	s.Fail(Fault{Action: action, Name: name, Code: "AccessDeniedException"})
}

// DenyKMS makes the KMS key of the parameters with a name deny its use. The
// parameters that are no SecureString, and those that do not exist, need none.
func (s *Server) DenyKMS(name string) {
	s.Fail(Fault{Name: name, Code: "AccessDeniedException", kms: true})
}

// DisableKey makes a KMS key, "alias/aws/ssm" where a parameter names none,
// answer with InvalidKeyId.
func (s *Server) DisableKey(keyID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disabled[keyID] = true
}

// Throttle throttles the next calls.
func (s *Server) Throttle(times int) {
	s.Fail(Fault{Code: "ThrottlingException", Message: "Rate exceeded", Times: times})
}

// Limit allows that many Get calls a second, with as many at once, as the
// account's quota does. 0 lifts the limit.
func (s *Server) Limit(perSecond int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = bucket{rate: float64(perSecond), tokens: float64(perSecond), last: time.Now()}
}

// ClearFaults makes the day good again.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.disabled, s.limit = nil, map[string]bool{}, bucket{}
}

// errDrop stands for no answer at all.
var errDrop = &failure{}

type rawBody struct {
	status int
	text   string
}

// fault carries out the first fault that fits. It reports whether that was all.
func (s *Server) fault(ctx context.Context, req *request) (any, *failure, bool) {
	s.mu.Lock()
	if strings.HasPrefix(req.Action, "Get") && !s.limit.take() {
		s.mu.Unlock()
		return nil, &failure{http.StatusBadRequest, "ThrottlingException", "Rate exceeded"}, true
	}
	var f Fault
	for i, candidate := range s.faults {
		if !candidate.fits(s, req) {
			continue
		}
		f = *candidate
		if candidate.Times == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if candidate.Times > 1 {
			candidate.Times--
		}
		break
	}
	s.mu.Unlock()

	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-ctx.Done():
		case <-s.closing:
		}
	}
	switch {
	case f.Drop:
		return nil, errDrop, true
	case f.Body != "":
		if f.Status == 0 {
			f.Status = http.StatusOK
		}
		return rawBody{f.Status, f.Body}, nil, true
	case f.Code != "":
		if f.Status == 0 {
			f.Status = http.StatusBadRequest
		}
		if f.Message == "" && f.Code == "AccessDeniedException" {
			f.Message = s.denial(&f, req)
			if req.Action == "AssumeRole" { // STS has a spelling of its own
				f.Code, f.Status = "AccessDenied", http.StatusForbidden
			}
		}
		return nil, &failure{f.Status, f.Code, f.Message}, true
	}
	return nil, nil, false
}

func (f *Fault) fits(s *Server, req *request) bool {
	if f.Action != "" && strings.TrimPrefix(f.Action, "ssm:") != req.Action || f.AccessKeyID != "" && f.AccessKeyID != req.AccessKeyID {
		return false
	}
	return slices.ContainsFunc(req.Names, func(name string) bool {
		if !match(f.Name, name) {
			return false
		}
		if !f.kms || req.Action == "PutParameter" {
			return true
		}
		p := s.parameters[name]
		return req.WithDecryption && p != nil && p.newest().Type == typeSecure
	}) || f.Name == "" && !f.kms
}

// denial is AWS's own wording.
func (s *Server) denial(f *Fault, req *request) string {
	resource := ""
	for _, name := range req.Names {
		if match(f.Name, name) {
			resource = name
			break
		}
	}
	who := s.caller(req.AccessKeyID)
	if f.kms {
		verb := "Decrypt"
		if req.Action == "PutParameter" {
			verb = "Encrypt"
		}
		return fmt.Sprintf("User: %s is not authorized to perform: kms:%s on resource: arn:aws:kms:%s:%s:key/1234abcd-12ab-34cd-56ef-1234567890ab because no identity-based policy allows the kms:%s action (Service: Kms, Status Code: 400, Request ID: %s)", who, verb, req.Region, AccountID, verb, req.RequestID)
	}
	service := "ssm"
	if req.Action == "AssumeRole" {
		service = "sts"
	} else if !strings.HasPrefix(resource, "arn:") {
		resource = fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", req.Region, AccountID, strings.TrimPrefix(resource, "/"))
	}
	return fmt.Sprintf("User: %s is not authorized to perform: %s:%s on resource: %s because no identity-based policy allows the %s:%s action", who, service, req.Action, resource, service, req.Action)
}

// match reports whether a pattern with stars fits a name; the empty one does.
func match(pattern, name string) bool {
	if pattern == "" {
		return true
	}
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// bucket is a quota: so many a second, and as many at once.
type bucket struct {
	rate, tokens float64
	last         time.Time
}

func (b *bucket) take() bool {
	if b.rate == 0 {
		return true
	}
	now := time.Now()
	b.tokens = min(b.rate, b.tokens+b.rate*now.Sub(b.last).Seconds())
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
