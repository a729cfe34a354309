package setup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// quota is how many pulls Docker Hub grants somebody, and how many are left.
// Source: https://docs.docker.com/docker-hub/usage/pulls/
type quota struct {
	As        string `json:"as"` // the user; "" for an anonymous caller from this address
	Unlimited bool   `json:"unlimited"`
	Limit     int    `json:"limit"`
	Remaining int    `json:"remaining"`
	Window    int    `json:"windowSeconds"`
	Source    string `json:"source"` // the address, or the user's id, that the pulls are counted for
	Error     string `json:"error,omitempty"`
}

func (q quota) usedUp() bool { return q.Error == "" && !q.Unlimited && q.Remaining <= 0 }

// preview is the repository to ask about: a HEAD of its manifest is no pull.
const preview = "ratelimitpreview/test"

// quota asks for somebody's quota; "" for an anonymous caller's.
func (r *registry) quota(ctx context.Context, username, secret string) quota {
	q, err := r.askQuota(ctx, username, secret)
	q.As = username
	if err != nil {
		q.Error = err.Error()
	}
	return q
}

func (r *registry) askQuota(ctx context.Context, username, secret string) (quota, error) {
	token, err := r.token(ctx, map[string]string{
		"realm": "https://auth.docker.io/token", "service": "registry.docker.io", "scope": "repository:" + preview + ":pull",
	}, username, secret)
	if err != nil {
		return quota{}, err
	}
	resp, err := r.do(ctx, http.MethodHead, r.base+"/v2/"+preview+"/manifests/latest", bearer(token))
	if err != nil {
		return quota{}, err
	}
	over := resp.StatusCode == http.StatusTooManyRequests
	if resp.StatusCode != http.StatusOK && !over {
		return quota{}, fmt.Errorf("%s answers %s", resp.Request.URL.Host, resp.Status)
	}
	q := quota{Source: resp.Header.Get("Docker-Ratelimit-Source")}
	limit := resp.Header.Get("Ratelimit-Limit")
	if limit == "" && !over {
		q.Unlimited = true // a paid account has no such headers
		return q, nil
	}
	if limit == "" {
		return q, nil // used up, and nothing known of how much it was
	}
	if q.Limit, q.Window, err = amount(limit); err != nil {
		return quota{}, err
	}
	if !over {
		q.Remaining, _, err = amount(resp.Header.Get("Ratelimit-Remaining"))
	}
	return q, err
}

// amount reads a header such as "100;w=21600": a number of pulls, and for how
// many seconds.
func amount(header string) (n, window int, err error) {
	number, rest, _ := strings.Cut(header, ";")
	n, err = strconv.Atoi(strings.TrimSpace(number))
	if w, ok := strings.CutPrefix(strings.TrimSpace(rest), "w="); ok && err == nil {
		window, err = strconv.Atoi(w)
	}
	if err != nil {
		err = errors.New("the headers about the quota cannot be read")
	}
	return n, window, err
}

// table lays quotas out side by side.
func table(quotas []quota) []string {
	lines := []string{fmt.Sprintf("%-28s %9s %9s  %-6s  %s", "", "limit", "remaining", "window", "counted for")}
	for _, q := range quotas {
		who := "as " + q.As
		if q.As == "" {
			who = "anonymous, from here"
		}
		limit, remaining, window, source := strconv.Itoa(q.Limit), strconv.Itoa(q.Remaining), span(q.Window), q.Source
		switch {
		case q.Error != "":
			lines = append(lines, fmt.Sprintf("%-28s %s", who, q.Error))
			continue
		case q.Unlimited:
			limit, remaining, window = "unlimited", "unlimited", "-"
		case q.Limit == 0:
			limit = "?"
		}
		if q.usedUp() {
			source += "  used up"
		}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%-28s %9s %9s  %-6s  %s", who, limit, remaining, window, source), " "))
	}
	return lines
}

// span is a window as people say it.
func span(seconds int) string {
	if seconds%3600 == 0 && seconds > 0 {
		return fmt.Sprintf("%d h", seconds/3600)
	}
	return (time.Duration(seconds) * time.Second).String()
}
