//go:build linux

package faults

import (
	"fmt"
	"net/http"
	"time"
)

// clockKinds are a machine and a service whose clocks differ. AWS takes five minutes of
// difference, tells its own time in the header of each answer, and refuses a signature
// of another time; the SDK signs again, with AWS's time.
func clockKinds() []*Kind {
	skewed := func(name, says string, now func() time.Time, stubborn bool, mends []string) *Kind {
		return &Kind{Name: name, Says: says, Only: []string{"parameter store", "secrets manager", "assume role"}, Mends: mends, Serve: func(x *Exchange) {
			x.Each(func(r *http.Request) []byte {
				right := x.peer.answer(r)
				right.Header = right.Header.Clone()
				right.Header.Set("Date", now().UTC().Format(http.TimeFormat))
				signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
				if d := now().Sub(signed); err == nil && d.Abs() < 5*time.Minute && !stubborn {
					return right.bytes()
				}
				code := "InvalidSignatureException"
				if right.Header.Get("Content-Type") == "text/xml" {
					code = "SignatureDoesNotMatch"
				}
				said := fmt.Sprintf("Signature expired: %s is now earlier than %s", r.Header.Get("X-Amz-Date"), now().UTC().Format("20060102T150405Z"))
				if signed.After(now()) {
					said = fmt.Sprintf("Signature not yet current: %s is still later than %s", r.Header.Get("X-Amz-Date"), now().UTC().Format("20060102T150405Z"))
				}
				return failure(right, 403, code, said+" (5 min.) "+hostile(r)).bytes()
			})
		}}
	}
	off := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	all := []string{"parameter store", "secrets manager", "assume role"}
	// As if this machine's clock were in 1970.
	since1970 := func() time.Time { return time.Now().Add(time.Since(time.Unix(0, 0))) }
	return inGroup("clocks", []*Kind{
		skewed("a clock 20 minutes slow", "", off(20*time.Minute), false, all),
		skewed("a clock 20 minutes fast", "", off(-20*time.Minute), false, all),
		skewed("a clock in 1970", "", since1970, false, all),
		skewed("a clock 20 minutes slow, and AWS refuses the second time too", "clock", off(20*time.Minute), true, nil),
		skewed("a clock 20 minutes fast, and AWS refuses the second time too", "clock", off(-20*time.Minute), true, nil),
		skewed("a clock in 1970, and AWS refuses the second time too", "clock", since1970, true, nil),
	})
}
