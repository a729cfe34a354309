package helper

import (
	"errors"
	"fmt"

	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
)

// absent is the protocol's error for a credential that does not exist. Where a
// credential is expected it also writes a note: err names the parameter and its Region.
func (h *Helper) absent(r request, err error) error {
	if h.Note != nil && h.Expects != nil && h.Expects(r.key) {
		note := fmt.Sprintf("no credential for %s: %v; the client goes on anonymously", registry.Name(r.key), err)
		if hint := message.Hint(err); hint != "" {
			note += ". " + hint
		}
		h.Note(note)
	}
	return credentials.NewErrCredentialsNotFound()
}

// notFound reports whether an error says that there is no credential.
func notFound(err error) bool {
	var target interface{ NotFound() }
	return errors.As(err, &target)
}
