package registryclient

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"docker-credential-ssm/internal/message"
)

// Quota is how many pulls Docker Hub grants somebody, and how many are left.
// Source: https://docs.docker.com/docker-hub/usage/pulls/
type Quota struct {
	As        string `json:"as"` // the user; "" for an anonymous caller from this address
	Unlimited bool   `json:"unlimited"`
	Limit     int    `json:"limit"`
	Remaining int    `json:"remaining"`
	Window    int    `json:"windowSeconds"`
	Source    string `json:"source"` // the address, or the user's id, that the pulls are counted for
	Error     string `json:"error,omitempty"`
}

// UsedUp reports whether no pull is left.
func (q Quota) UsedUp() bool { return q.Error == "" && !q.Unlimited && q.Remaining <= 0 }

// preview is the repository to ask about: a HEAD of its manifest is no pull.
const preview = "ratelimitpreview/test"

// Quota asks for somebody's quota; "" for an anonymous caller's.
func (r *Client) Quota(ctx context.Context, username, secret string) Quota {
	q, err := r.askQuota(ctx, username, secret)
	q.As = message.OneLine(username)
	if err != nil {
		q.Error = err.Error()
	}
	return q
}

func (r *Client) askQuota(ctx context.Context, username, secret string) (Quota, error) {
	token, err := r.token(ctx, map[string]string{
		"realm": "https://auth.docker.io/token", "service": "registry.docker.io", "scope": "repository:" + preview + ":pull",
	}, username, secret)
	if err != nil {
		return Quota{}, err
	}
	resp, err := r.do(ctx, http.MethodHead, r.Base+"/v2/"+preview+"/manifests/latest", bearer(token))
	if err != nil {
		return Quota{}, err
	}
	over := resp.StatusCode == http.StatusTooManyRequests
	if resp.StatusCode != http.StatusOK && !over {
		return Quota{}, fmt.Errorf("%s answers %s", hostOf(r.Base), status(resp))
	}
	q := Quota{Source: message.OneLine(resp.Header.Get("Docker-Ratelimit-Source"))}
	limit := resp.Header.Get("Ratelimit-Limit")
	if limit == "" && !over {
		q.Unlimited = true // a paid account has no such headers
		return q, nil
	}
	if limit == "" {
		return q, nil // used up, and nothing known of how much it was
	}
	if q.Limit, q.Window, err = amount(limit); err != nil {
		return Quota{}, err
	}
	if !over {
		q.Remaining, _, err = amount(resp.Header.Get("Ratelimit-Remaining"))
	}
	return q, err
}

// amount reads a header such as "100;w=21600": a number of pulls, and for how
// many seconds. Neither is negative, nor more than people could read.
func amount(header string) (n, window int, err error) {
	number, rest, _ := strings.Cut(header, ";")
	count, err := strconv.ParseUint(strings.TrimSpace(number), 10, 31)
	seconds := uint64(0)
	if w, ok := strings.CutPrefix(strings.TrimSpace(rest), "w="); ok && err == nil {
		seconds, err = strconv.ParseUint(w, 10, 31)
	}
	const year = 366 * 24 * 3600
	if err != nil || seconds > year {
		return 0, 0, errNoNumbers
	}
	return int(count), int(seconds), nil
}
