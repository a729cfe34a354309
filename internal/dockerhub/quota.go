package dockerhub

import (
	"fmt"
	"net"
	"net/http"
)

// Quota is how many pulls there are in six hours. The zero Quota is the one of
// a paid account: no limit, and no headers that speak of one.
type Quota struct {
	Limit, Remaining int

	// HeadsToo says that, used up, it refuses the HEAD that asks for the quota too.
	HeadsToo bool
}

const tooMany = "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit"

// spend counts a pull, writes the headers, and reports whether there was one
// left; if not, it has answered. A HEAD costs nothing.
func (h *Hub) spend(w http.ResponseWriter, r *http.Request, user, repository string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	quota, source := &h.anonymous, address(r)
	if a := h.accounts[user]; user != "" && a != nil {
		quota, source = &a.Quota, fmt.Sprintf("%x-%s", len(user), user)
	}
	if quota.Limit == 0 {
		return true
	}
	pull := r.Method == http.MethodGet
	over := quota.Remaining <= 0 && (pull || quota.HeadsToo)
	if pull && !over && repository != preview {
		quota.Remaining--
	}
	w.Header().Set("Ratelimit-Limit", fmt.Sprintf("%d;w=21600", quota.Limit))
	w.Header().Set("Ratelimit-Remaining", fmt.Sprintf("%d;w=21600", max(quota.Remaining, 0)))
	w.Header().Set("Docker-Ratelimit-Source", source)
	if over {
		w.Header().Set("Retry-After", "0") // podman's family waits half a minute without
		fail(w, http.StatusTooManyRequests, "TOOMANYREQUESTS", tooMany)
	}
	return !over
}

func address(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}
