// Package spec has the one type of GitLab Runner's package of this name that its
// resolver of credentials uses. The whole package needs modules of GitLab's that the
// module proxy does not serve; the resolver itself is copied here by build.sh.
package spec

// Credentials are those that GitLab sends with a job.
type Credentials struct {
	Type     string
	URL      string
	Username string
	Password string
}
