package ssmtest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong: what happens to the calls that it fits.
type Fault struct {
	// Which calls; "" matches any. An Action matches in every service, or with "ssm:",
	// "secretsmanager:" or "sts:" before it in that one. A Name is a pattern of
	// [path.Match] in which * also matches slashes. It matches a call when it matches
	// one of the call's names, its path or its role's ARN. For a parameter of the
	// caller's account the name is matched even where the call gives its ARN, version
	// or label; for a secret, the name and the full ARN.
	Action, Name, AccessKeyID string
	Times                     int // how many of them; 0 for all

	// What happens to them. With a Delay alone the call is answered as usual
	// afterwards.
	Delay         time.Duration // before the answer; it ends when the client goes or the server closes
	Drop          bool          // the connection is closed without an answer
	Raw           string        // all that is written to the connection, which is closed then; it need not be HTTP
	Code, Message string        // an error, by Systems Manager's name; STS's answers have STS's
	Reason        string        // why access is denied, see [NoIdentityPolicy]; for AccessDeniedException without a Message
	Body          string        // any other answer
	Status        int           // 0 is the service's own with a Code, nearly always 400, and 200 with a Body

	// Changes to the answer, the call's own or the one above. Several that fit a call
	// change it one after the other; a Status changes with it.
	Answer func(body []byte) []byte
	Header http.Header // nil for a name takes the header away
}

// Fail adds a fault. Of several that fit a call all delay it, and the first with an
// answer of its own gives that. A broken pattern panics.
func (s *Server) Fail(f Fault) {
	mustMatch(f.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Throttle throttles the next calls, or with 0 all.
func (s *Server) Throttle(times int) {
	s.Fail(Fault{Code: "ThrottlingException", Message: "Rate exceeded", Times: times})
}

// ClearFaults removes all faults, limits and KMS denials.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.kmsDenied, s.disabled, s.limit = nil, nil, map[string]bool{}, bucket{}
}

// fault applies the faults for a call. It reports whether they answered the call.
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
	for _, f := range slices.Clone(s.faults) {
		if !s.fits(f, req) {
			continue
		}
		s.use(f)
		delay += f.Delay
		if f.Answer != nil || f.Header != nil {
			req.reshaped = append(req.reshaped, f)
		}
		if out, fail := s.outcome(f, req); out != nil || fail != nil {
			return delay, out, fail, true
		}
	}
	return delay, nil, nil, false
}

// faultBehind applies the faults for a call that Parameter Store itself makes: only
// errors, of an action that the fault names.
func (s *Server) faultBehind(req *request) *failure {
	for _, f := range s.faults {
		if f.Action != "" && f.Code != "" && s.fits(f, req) {
			s.use(f)
			_, fail := s.outcome(f, req)
			return fail
		}
	}
	return nil
}

// use counts a fault down, and removes it after its last time.
func (s *Server) use(f *Fault) {
	if f.Times == 1 {
		s.faults = slices.DeleteFunc(slices.Clone(s.faults), func(other *Fault) bool { return other == f })
	} else if f.Times > 1 {
		f.Times--
	}
}

func (s *Server) fits(f *Fault, req *request) bool {
	return (f.Action == "" || f.Action == req.Action || f.Action == req.Service+":"+req.Action) &&
		(f.AccessKeyID == "" || f.AccessKeyID == req.AccessKeyID) &&
		(f.Name == "" || slices.ContainsFunc(req.Names, func(asked string) bool { return s.fitsAny(f.Name, req, asked) }))
}

// fitsAny reports whether a pattern fits one of the names that mean what was
// asked for.
func (s *Server) fitsAny(pattern string, req *request, asked string) bool {
	if req.Service != secretsManager {
		return fitsName(pattern, asked)
	}
	return slices.ContainsFunc(s.secretNames(asked, req.Region), func(name string) bool { return glob(pattern, name) })
}

func (s *Server) outcome(f *Fault, req *request) (any, *failure) {
	switch {
	case f.Drop:
		return nil, errDrop
	case f.Raw != "":
		return &answer{raw: f.Raw, header: http.Header{}}, nil
	case f.Code != "":
		return nil, s.ordered(f, req)
	case f.Body != "" || f.Status != 0 && f.Answer == nil:
		return &answer{status: cmp.Or(f.Status, http.StatusOK), header: http.Header{}, body: []byte(f.Body)}, nil
	}
	return nil, nil
}

// ordered is the error of a fault, in the service's words where the fault has none.
func (s *Server) ordered(f *Fault, req *request) *failure {
	status, message := http.StatusBadRequest, f.Message
	if req.Service == secretsManager {
		if known, ok := secretsMessages[f.Code]; ok {
			status, message = known.status, cmp.Or(message, known.message)
		}
	}
	if message == "" && (f.Code == "AccessDeniedException" || f.Code == "AccessDenied") {
		message = s.denial(f, req)
	}
	return &failure{cmp.Or(f.Status, status), f.Code, message}
}

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
