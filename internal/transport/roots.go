package transport

import (
	"crypto/x509"
	_ "embed"
	"os"
)

// AmazonRoots are the authorities that sign the certificates of Amazon's
// endpoints. Parsing these five takes a fraction of a millisecond; the 145 or
// so of a system's trust store, which Go reads twice where there are a bundle
// and a folder, take longer than all the rest of a get.
// Source: https://www.amazontrust.com/repository/
//
//go:embed amazon-roots.pem
var AmazonRoots []byte

// amazonPool is the pool to verify Amazon's endpoints against first; nil where
// the user says what to trust. (AWS_CA_BUNDLE and ca_bundle never get here:
// the SDK then builds a client of its own.)
func amazonPool() *x509.CertPool {
	if os.Getenv("SSL_CERT_FILE") != "" || os.Getenv("SSL_CERT_DIR") != "" {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(AmazonRoots)
	return pool
}
