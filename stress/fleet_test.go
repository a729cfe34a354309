package stress

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"docker-credential-ssm/ssm/ssmtest"
)

// quota is Parameter Store's, in calls a second, for a whole account.
const quota = 40

// TestFleet starts gets at one time, as builds of one account do, against the
// quota that an account has by default: each prints the whole credential. The time-out
// is a long one, since a machine that starts 1,000 programs may need longer for that than
// AWS does for the answers. What the default one holds, ssm.TestFleet shows.
func TestFleet(t *testing.T) {
	fleets := []int{60}
	if *full {
		fleets = []int{200, 1000}
	}
	for _, gets := range fleets {
		t.Run(fmt.Sprint(gets), func(t *testing.T) {
			r := newRoom(t)
			r.store.Put(ssmtest.Parameter{Name: parameter, Value: value("alice", "s3cret-of-the-team")})
			r.store.Limit(quota)
			var wg sync.WaitGroup
			took := make([]time.Duration, gets)
			start := time.Now()
			for i := range gets {
				wg.Go(func() {
					got := r.run(dockerHub, []string{"get"}, fmt.Sprintf("AWS_ACCESS_KEY_ID=AKIA%012d", i), "DOCKER_CREDENTIAL_SSM_TIMEOUT=5m")
					took[i] = time.Since(start)
					if !got.ok || strings.TrimSpace(got.out) != answer(dockerHub, "alice", "s3cret-of-the-team") || got.err != "" {
						t.Errorf("get %d: %+v", i, got)
					}
				})
			}
			wg.Wait()
			report(t, r.store, took)
		})
	}
}

// report logs how many calls were made for the gets, and how long these took.
func report(t *testing.T, store *ssmtest.Server, took []time.Duration) {
	t.Helper()
	each, throttled := map[string]int{}, 0
	calls := store.Calls()
	for _, c := range calls {
		each[c.AccessKeyID]++
		if c.Code != "" {
			throttled++
		}
	}
	most := 0
	for _, n := range each {
		most = max(most, n)
	}
	if len(each) != len(took) || len(calls)-throttled != len(took) {
		t.Errorf("%d gets of %d asked, %d calls were answered", len(each), len(took), len(calls)-throttled)
	}
	slices.Sort(took)
	t.Logf("%d gets at once against %d calls a second: %d calls, %.1f a get, at most %d, %d throttled; half done in %.1f s, all in %.1f s",
		len(took), quota, len(calls), float64(len(calls))/float64(len(took)), most, throttled, took[len(took)/2].Seconds(), took[len(took)-1].Seconds())
}
