package ssmtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// secret is one of Secrets Manager's, seen through Parameter Store.
type secret struct{ versions []secretVersion }

type secretVersion struct {
	id, value string
	stages    []string
	created   time.Time
}

// PutSecret gives a Secrets Manager secret a new current value, and returns
// the version's id. Parameter Store shows it below
// /aws/reference/secretsmanager/.
func (s *Server) PutSecret(id, value string) (version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.secrets[id]
	if known == nil {
		known = &secret{}
		s.secrets[id] = known
	}
	for i := range known.versions {
		v := &known.versions[i]
		if slices.Contains(v.stages, "AWSCURRENT") {
			v.stages = []string{"AWSPREVIOUS"}
		} else {
			v.stages = nil
		}
	}
	version = randomHex(16)
	known.versions = append(known.versions, secretVersion{version, value, []string{"AWSCURRENT"}, time.Now()})
	return version
}

// lookupSecret answers for a reference; nil where there is no such version.
func (s *Server) lookupSecret(asked string) *wire {
	id, selector, selected := strings.Cut(strings.TrimPrefix(asked, secretsPrefix), ":")
	if !selected {
		selector = "AWSCURRENT"
	}
	known := s.secrets[id]
	if known == nil {
		return nil
	}
	for _, v := range known.versions {
		if v.id != selector && !slices.Contains(v.stages, selector) {
			continue
		}
		out := &wire{
			Name: secretsPrefix + id, Type: typeSecure, Value: v.value, DataType: "text",
			SourceResult:     fmt.Sprintf(`{"Name":%q,"VersionId":%q}`, id, v.id),
			ARN:              "arn:aws:secretsmanager:us-east-1:" + AccountID + ":secret:" + id + "-a1b2c3",
			LastModifiedDate: float64(v.created.UnixMilli()) / 1000,
		}
		if selected {
			out.Selector = ":" + selector
		}
		return out
	}
	return nil
}
