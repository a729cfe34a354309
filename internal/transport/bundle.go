package transport

import "strings"

// RefusedBundle reports whether the SDK refused to add the certificates of
// AWS_CA_BUNDLE or ca_bundle to the client of this package: it adds them to its
// own alone. There is only the text to tell it by; TestRefusedBundle fails when
// that changes.
func RefusedBundle(err error) bool {
	return err != nil && strings.Contains(err.Error(), "unable to add custom RootCAs")
}
