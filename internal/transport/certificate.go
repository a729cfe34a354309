package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"time"
)

// certificate says what is wrong with a server's certificate, in words made of
// its fields.
func (d *Diagnosis) certificate(err error) bool {
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		d.Kind, d.Certificate = Certificate, WrongName
		d.Detail = "valid for " + namesOf(e.Certificate) + ", not " + short(e.Host)
		return true
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		d.Kind, d.Certificate = Certificate, OtherFault
		if e.Reason == x509.Expired && e.Cert != nil {
			d.Certificate, d.Detail = Expired, "expired on "+e.Cert.NotAfter.UTC().Format(time.DateOnly)
			if time.Now().Before(e.Cert.NotBefore) {
				d.Certificate, d.Detail = NotYetValid, "valid from "+e.Cert.NotBefore.UTC().Format(time.DateOnly)
			}
		}
		return true
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		d.Kind, d.Certificate = Certificate, UnknownAuthority
		if e.Cert != nil {
			if issuer := short(firstOf(e.Cert.Issuer.CommonName, e.Cert.Issuer.Organization...)); issuer != "" {
				d.Detail = "issued by " + issuer
			}
		}
		return true
	}
	if _, ok := errors.AsType[x509.SystemRootsError](err); ok {
		d.Kind, d.Certificate, d.Detail = Certificate, OtherFault, "the system has no trust store"
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		d.Kind, d.Certificate = Certificate, OtherFault
		return true
	}
	return false
}

// namesOf are the first three of the host names that a certificate is for.
func namesOf(c *x509.Certificate) string {
	if c == nil {
		return "other names"
	}
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names[:len(names):len(names)], ip.String())
	}
	if len(names) == 0 {
		return "no host name"
	}
	rest := ""
	if len(names) > 3 {
		names, rest = names[:3], " and others"
	}
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = short(name)
	}
	return strings.Join(shown, ", ") + rest
}

// short shortens a name, so that the others are shown too.
func short(name string) string {
	if r := []rune(printable(name)); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return printable(name)
}

func firstOf(first string, others ...string) string {
	for _, one := range append([]string{first}, others...) {
		if one != "" {
			return one
		}
	}
	return ""
}
