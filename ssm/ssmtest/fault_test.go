package ssmtest

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// TestFits orders one fault and looks which calls meet it.
func TestFits(t *testing.T) {
	for name, tt := range map[string]struct {
		fault Fault
		want  [3]bool // GetParameter /a/b, GetParameters /x and /a/b/c, PutParameter /x
	}{
		"any":             {Fault{}, [3]bool{true, true, true}},
		"an action":       {Fault{Action: "GetParameters"}, [3]bool{false, true, false}},
		"a policy's":      {Fault{Action: "ssm:GetParameters"}, [3]bool{false, true, false}},
		"a name":          {Fault{Name: "/a/b"}, [3]bool{true, false, false}},
		"a star":          {Fault{Name: "/a/*"}, [3]bool{true, true, false}},
		"a star within":   {Fault{Name: "*/c"}, [3]bool{false, true, false}},
		"a question mark": {Fault{Name: "/?"}, [3]bool{false, true, true}},
		"a caller":        {Fault{AccessKeyID: "AKIATEST"}, [3]bool{true, true, true}},
		"another caller":  {Fault{AccessKeyID: "AKIAOTHER"}, [3]bool{false, false, false}},
		"the next two":    {Fault{Times: 2}, [3]bool{true, true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := serve(t)
			s.Put(Parameter{Name: "/a/b", Value: "v"})
			tt.fault.Code, tt.fault.Message = "Teapot", "short and stout"
			s.Fail(tt.fault)
			var got [3]bool
			_, err := get(c, "/a/b")
			got[0] = err != nil
			_, err = getAll(c, "/x", "/a/b/c")
			got[1] = err != nil
			_, err = put(c, "/x", "v")
			got[2] = err != nil
			if got != tt.want {
				t.Errorf("failed: %v, want %v", got, tt.want)
			}
			s.ClearFaults()
			_, err = get(c, "/a/b")
			wantCode(t, err, "")
		})
	}
}

func TestThrottleAndLimit(t *testing.T) {
	s, c := serve(t)
	s.Put(Parameter{Name: "/a", Value: "v"})
	s.Throttle(1)
	_, err := get(c, "/a")
	wantCode(t, err, "ThrottlingException", "Rate exceeded")
	_, err = get(c, "/a")
	wantCode(t, err, "")

	s.Limit(1)
	_, err = get(c, "/a")
	wantCode(t, err, "")
	_, err = getAll(c, "/a")
	wantCode(t, err, "ThrottlingException")
	_, err = put(c, "/b", "v")
	wantCode(t, err, "")
	s.Limit(0)
	_, err = get(c, "/a")
	wantCode(t, err, "")
}

func TestBucket(t *testing.T) {
	now := time.Now()
	b := bucket{rate: 2, tokens: 2, last: now}
	for i, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {0, true}, {0, false}, {500 * time.Millisecond, true}, {0, false}, {time.Hour, true}, {0, true}, {0, false}} {
		now = now.Add(step.after)
		if got := b.take(now); got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
}

func TestDrop(t *testing.T) {
	s, c := serve(t)
	s.Put(Parameter{Name: "/a", Value: "v"})
	s.Fail(Fault{Drop: true, Times: 1})
	if _, err := get(c, "/a"); !errors.Is(err, io.EOF) {
		t.Errorf("err = %v, want EOF", err)
	}
	if v, err := get(c, "/a"); v != "v" {
		t.Errorf("then %q, %v", v, err)
	}
	if calls := s.Calls(); calls[0].Code != "dropped" || calls[1].Code != "" || calls[1].Conn == calls[0].Conn {
		t.Errorf("calls: %+v", calls)
	}
}

func TestDelay(t *testing.T) {
	s, c := serve(t)
	s.Put(Parameter{Name: "/a", Value: "v"})
	s.Fail(Fault{Delay: time.Millisecond})
	s.Fail(Fault{Action: "PutParameter", Code: "Teapot"})
	start := time.Now()
	if v, err := get(c, "/a"); v != "v" || time.Since(start) < time.Millisecond {
		t.Errorf("%q, %v after %v", v, err, time.Since(start))
	}
	_, err := put(c, "/b", "v")
	wantCode(t, err, "Teapot") // a delay alone hides no other fault
	s.ClearFaults()

	s.Fail(Fault{Delay: time.Hour})
	impatient, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
	defer cancel()
	if _, err := c.PutParameter(impatient, &ssm.PutParameterInput{Name: aws.String("/late"), Value: aws.String("v"), Type: "String"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v, want the deadline", err)
	}
	if last := s.Calls()[2]; last.Action != "PutParameter" || last.Code != "dropped" {
		t.Errorf("the abandoned call is %+v", last)
	}
	done := make(chan error)
	go func() { _, err := get(c, "/a"); done <- err }()
	for len(s.Calls()) < 4 {
		time.Sleep(time.Millisecond)
	}
	s.Close()
	if err := <-done; err == nil {
		t.Error("an answer after Close")
	}
	if _, ok := s.Parameter("/late"); ok {
		t.Error("what was given up is done")
	}
}
