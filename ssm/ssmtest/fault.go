package ssmtest

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Fault is a bad day: what happens to the calls that it fits.
type Fault struct {
	// Which calls; "" fits any. A Name is a pattern of [path.Match] in which a
	// star stands for slashes too, and fits a call when it fits one of its
	// names, its path or its role's ARN. A parameter of the caller's account
	// goes by its name even where the call gives its ARN, version or label.
	Action, Name, AccessKeyID string
	Times                     int // how many of them; 0 for all

	// What happens to them. With a Delay alone the call goes on afterwards.
	Delay         time.Duration // before the answer; it ends when the client goes or the server closes
	Drop          bool          // the connection is closed without an answer
	Code, Message string        // an error, by Systems Manager's name; STS's answers have STS's
	Body          string        // any other answer
	Status        int           // 0 is 400 with a Code and 200 with a Body
}

// Fail orders a fault. Of several that fit a call all delay it, and the first
// with an answer of its own gives that. A broken pattern panics.
func (s *Server) Fail(f Fault) {
	f.Action = bareAction(f.Action)
	mustMatch(f.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Deny makes IAM deny an action, with or without its "ssm:", on names. As with
// AWS, one denied name denies the call, whether or not there is such a parameter.
func (s *Server) Deny(action, name string) {
	s.Fail(Fault{Action: action, Name: name, Code: "AccessDeniedException"})
}

// Throttle throttles the next calls, or with 0 all.
func (s *Server) Throttle(times int) {
	s.Fail(Fault{Code: "ThrottlingException", Message: "Rate exceeded", Times: times})
}

// ClearFaults makes the day good again, limits and KMS keys included.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.kmsDenied, s.disabled, s.limit = nil, nil, map[string]bool{}, bucket{}
}

// fault carries out what was ordered for a call. It reports whether that was all.
func (s *Server) fault(ctx context.Context, req *request) (any, *failure, bool) {
	delay, out, fail, done := s.pick(req)
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, errDrop, true
		case <-s.closing:
			return nil, errDrop, true
		}
	}
	return out, fail, done
}

func (s *Server) pick(req *request) (delay time.Duration, out any, fail *failure, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasPrefix(req.Action, "GetParameter") && !s.limit.take(time.Now()) {
		return 0, nil, refuse("ThrottlingException", "Rate exceeded"), true
	}
	for i := 0; i < len(s.faults); i++ {
		f := s.faults[i]
		if !f.fits(req) {
			continue
		}
		if f.Times == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
			i--
		} else if f.Times > 1 {
			f.Times--
		}
		delay += f.Delay
		if out, fail := s.outcome(f, req); out != nil || fail != nil {
			return delay, out, fail, true
		}
	}
	return delay, nil, nil, false
}

func (f *Fault) fits(req *request) bool {
	return (f.Action == "" || f.Action == req.Action) &&
		(f.AccessKeyID == "" || f.AccessKeyID == req.AccessKeyID) &&
		(f.Name == "" || slices.ContainsFunc(req.Names, func(asked string) bool { return fitsName(f.Name, asked) }))
}

func (s *Server) outcome(f *Fault, req *request) (any, *failure) {
	status := f.Status
	switch {
	case f.Drop:
		return nil, errDrop
	case f.Code != "":
		if status == 0 {
			status = http.StatusBadRequest
		}
		message := f.Message
		if message == "" && f.Code == "AccessDeniedException" {
			message = s.denial(f, req)
		}
		return nil, &failure{status, f.Code, message}
	case f.Body != "" || status != 0:
		if status == 0 {
			status = http.StatusOK
		}
		return raw{status, f.Body}, nil
	}
	return nil, nil
}

// denial is IAM's wording, see
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (s *Server) denial(f *Fault, req *request) string {
	resource := fmt.Sprintf("arn:aws:ssm:%s:%s:*", req.Region, AccountID)
	for _, asked := range req.Names {
		if fitsName(f.Name, asked) {
			resource = asked
			if name, _ := split(asked); !strings.HasPrefix(name, "arn:") {
				resource = ownARN(req.Region, name)
			}
			break
		}
	}
	service, why := "ssm", fmt.Sprintf(" because no identity-based policy allows the ssm:%s action", req.Action)
	if req.isSTS() {
		service, why = "sts", ""
	}
	return fmt.Sprintf("User: %s is not authorized to perform: %s:%s on resource: %s%s", s.caller(req), service, req.Action, resource, why)
}

func bareAction(action string) string { return action[strings.Index(action, ":")+1:] }

// fitsName reports whether a pattern fits a name as it was asked for, or the
// name that this means in the callers' account.
func fitsName(pattern, asked string) bool {
	name, _ := split(asked)
	own, isOwn := ownName(name)
	return glob(pattern, asked) || glob(pattern, name) || isOwn && glob(pattern, own)
}

// glob is path.Match without its respect for slashes; the empty pattern fits all.
func glob(pattern, name string) bool {
	ok, _ := path.Match(strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(name, "/", "\x00"))
	return ok || pattern == ""
}

func mustMatch(pattern string) {
	if _, err := path.Match(pattern, ""); err != nil {
		panic(fmt.Sprintf("ssmtest: %v: %q", err, pattern))
	}
}
