package ssmtest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
)

// secret is one of Secrets Manager's, seen through Parameter Store.
type secret struct{ versions []*secretVersion }

type secretVersion struct {
	id, value, stage string
	created          time.Time
}

// PutSecret gives a Secrets Manager secret a new value and returns the
// version's id: it becomes AWSCURRENT, and what was that AWSPREVIOUS. Callers
// read it below /aws/reference/secretsmanager/, with decryption alone.
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
func (s *Server) PutSecret(id, value string) (version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.secrets[id]
	if known == nil {
		known = &secret{}
		s.secrets[id] = known
	}
	for _, v := range known.versions {
		if v.stage == stageCurrent {
			v.stage = stagePrevious
		} else {
			v.stage = ""
		}
	}
	version = newID()
	known.versions = append(known.versions, &secretVersion{version, value, stageCurrent, time.Now()})
	return version
}

// readSecret answers for a reference, whose selector is a stage or a version's id.
func (s *Server) readSecret(req *request, name, selector string) (*wire, *failure) {
	if !req.WithDecryption {
		return nil, invalid("WithDecryption flag must be True for retrieving a Secret Manager secret.")
	}
	id := strings.TrimPrefix(name, secretsPrefix)
	wanted := selector
	if wanted == "" {
		wanted = stageCurrent
	}
	var v *secretVersion
	if known := s.secrets[id]; known != nil {
		if i := slices.IndexFunc(known.versions, func(v *secretVersion) bool { return v.id == wanted || v.stage == wanted }); i >= 0 {
			v = known.versions[i]
		}
	}
	if v == nil {
		return nil, refuse("ParameterNotFound", "An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret %s not found.", name)
	}
	arn := "arn:aws:secretsmanager:" + req.Region + ":" + AccountID + ":secret:" + id + "-a1b2c3"
	stages := []string{}
	if v.stage != "" {
		stages = append(stages, v.stage)
	}
	// What Secrets Manager answered, the value included.
	source, _ := json.Marshal(map[string]any{"ARN": arn, "name": id, "versionId": v.id, "secretString": v.value, "versionStages": stages, "createdDate": v.created.UTC().Format("Jan 2, 2006, 3:04:05 PM")})
	out := &wire{Name: name, Type: typeSecure, Value: v.value, SourceResult: string(source), LastModifiedDate: seconds(v.created), ARN: arn}
	if selector != "" {
		out.Selector = ":" + selector
	}
	return out, nil
}
