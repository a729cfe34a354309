package transport

// Kind is what kept a request from an answer.
type Kind int

// The kinds, with Unknown for the zero value.
const (
	Unknown          Kind = iota
	Interrupted           // the caller's context was cancelled
	TimedOut              // no answer until the deadline, or the system's
	ProxyURL              // the proxy's variable does not hold a proxy's URL
	ProxyUnreachable      // no connection to the proxy; Detail says why
	ProxyFailed           // the proxy does not answer as a proxy does; Detail says how
	ProxyRefused          // the proxy did not connect; Status is HTTP's, 0 for a SOCKS proxy
	Certificate           // the server's certificate does not verify
	Handshake             // any other failure of the TLS handshake
	UnknownHost           // there is no such host name
	NameServer            // the name server does not answer, or not to the point
	Refused               // nothing listens on the port
	Reset                 // the peer reset the connection
	Unreachable           // there is no route, no network, or no permission to use it
	NotHTTP               // the answer is not HTTP
	NotTLS                // the answer to the TLS handshake is not TLS
	Closed                // the peer closed the connection without an answer
	TooLong               // the answer is longer than AWS's are
	kinds                 // how many there are
)

// String is a few words for a log; the message is made elsewhere.
func (k Kind) String() string {
	switch k {
	case Interrupted:
		return "interrupted"
	case TimedOut:
		return "timed out"
	case ProxyURL:
		return "not the URL of a proxy"
	case ProxyUnreachable:
		return "proxy cannot be reached"
	case ProxyFailed:
		return "proxy failed"
	case ProxyRefused:
		return "proxy refused to connect"
	case Certificate:
		return "certificate does not verify"
	case Handshake:
		return "TLS handshake failed"
	case UnknownHost:
		return "unknown host name"
	case NameServer:
		return "name server failed"
	case Refused:
		return "connection refused"
	case Reset:
		return "connection reset"
	case Unreachable:
		return "network unreachable"
	case NotHTTP:
		return "answer is not HTTP"
	case NotTLS:
		return "answer is not TLS"
	case Closed:
		return "connection closed without an answer"
	case TooLong:
		return "answer is too long"
	}
	return "request failed"
}

// CertificateFault is what is wrong with a server's certificate.
type CertificateFault int

// The faults, with NoFault for errors that are not about a certificate.
const (
	NoFault          CertificateFault = iota
	OtherFault                        // such as a constraint of its authority, or no trust store at all
	UnknownAuthority                  // signed by an authority that is not trusted
	Expired
	NotYetValid // more often the machine's clock than the certificate
	WrongName   // issued for other host names
)
