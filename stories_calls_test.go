package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// The stories about calls have these commands too:
//
//	denybecause ACTION NAME REASON   IAM denies it for a reason, such as "session policy" (no
//	                                 such policy allows it) or "session policy deny"
//	denykmsbecause NAME REASON       KMS does, or says that the key is out of reach
//	status CODE BODY [NAME:VALUE…]   every answer has that status, body and header
//	raw TEXT                         every answer is that, which need not be HTTP; \r and \n count
//	reshape ACTION OLD NEW           in each answer a regular expression is replaced
//	after NAME deny OTHER            once a parameter is written, IAM denies writing another one
//	after NAME put OTHER VALUE       once a parameter is written, somebody writes another one
//	secretin REGION ID VALUE         an administrator stores a secret in one Region alone
//	sharedsecret ID VALUE            another account shares a secret, at $SECRET_ARN
//	secretbinary ID                  an administrator stores a secret of bytes
//	secretkey ID KEY                 a secret gets another KMS key
//	marked ID                        a secret is marked for deletion
//	tls KIND                         $TLS has a certificate that is trusted, unknown, expired,
//	                                 early or wrong (for another host); $CA is its authority's
//	proxy KIND                       $PROXY is an HTTP proxy to the stand-in, or one that answers
//	                                 with that status
//	port KIND                        $PORT is an address on which nobody listens (closed), or
//	                                 which says something other than HTTP (other)
//	run-advice REGEXP                the command in the message, the first group of REGEXP, is
//	                                 run as it stands
func withCalls(others map[string]func(*testscript.TestScript, bool, []string)) map[string]func(*testscript.TestScript, bool, []string) {
	maps.Copy(others, map[string]func(*testscript.TestScript, bool, []string){
		"denybecause": func(ts *testscript.TestScript, neg bool, args []string) {
			server(ts).DenyBecause(args[0], args[1], reason(args[2]))
		},
		"denykmsbecause": func(ts *testscript.TestScript, neg bool, args []string) {
			server(ts).DenyKMSBecause(args[0], reason(args[1]))
		},
		"status": func(ts *testscript.TestScript, neg bool, args []string) {
			f := ssmtest.Fault{Status: number(ts, args[0]), Body: args[1], Header: http.Header{}}
			for _, field := range args[2:] {
				name, value, _ := strings.Cut(field, ":")
				f.Header.Set(name, value)
			}
			if args[1] == "" {
				f.Answer = func([]byte) []byte { return nil }
			}
			server(ts).Fail(f)
		},
		"raw": func(ts *testscript.TestScript, neg bool, args []string) {
			server(ts).Fail(ssmtest.Fault{Raw: strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(args[0])})
		},
		"reshape": func(ts *testscript.TestScript, neg bool, args []string) {
			old := regexp.MustCompile(args[1])
			server(ts).Fail(ssmtest.Fault{Action: args[0], Answer: func(body []byte) []byte { return old.ReplaceAll(body, []byte(args[2])) }})
		},
		"after": func(ts *testscript.TestScript, neg bool, args []string) {
			s := server(ts)
			s.Fail(ssmtest.Fault{Action: "PutParameter", Name: args[0], Times: 1, Answer: func(body []byte) []byte {
				if args[1] == "deny" {
					s.Deny("PutParameter", args[2])
				} else {
					s.Put(ssmtest.Parameter{Name: args[2], Value: args[3]})
				}
				return body
			}})
		},
		"secretin": func(ts *testscript.TestScript, neg bool, args []string) {
			server(ts).PutSecretIn(args[0], args[1], args[2])
		},
		"sharedsecret": func(ts *testscript.TestScript, neg bool, args []string) {
			ts.Setenv("SECRET_ARN", server(ts).PutSharedSecret("444455556666", "eu-central-1", args[0], args[1]))
		},
		"secretbinary": func(ts *testscript.TestScript, neg bool, args []string) {
			server(ts).PutSecretBinary(args[0], []byte{1, 2, 3})
		},
		"secretkey": func(ts *testscript.TestScript, neg bool, args []string) { server(ts).EncryptSecret(args[0], args[1]) },
		"marked":    func(ts *testscript.TestScript, neg bool, args []string) { server(ts).MarkForDeletion(args[0]) },
		"tls":       startTLS,
		"proxy":     startProxy,
		"port":      startPort,
		"run-advice": func(ts *testscript.TestScript, neg bool, args []string) {
			match := regexp.MustCompile(args[0]).FindStringSubmatch(ts.ReadFile("stdout"))
			if len(match) != 2 {
				ts.Fatalf("no command %s in\n%s", args[0], ts.ReadFile("stdout"))
			}
			words := strings.Fields(match[1])
			cmd := exec.Command(words[0], words[1:]...)
			cmd.Dir = ts.MkAbs(".")
			for _, name := range []string{"PATH", "HOME", "DOCKER_CONFIG", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "GOCOVERDIR"} {
				cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				ts.Fatalf("%s: %v: %s", match[1], err, out)
			}
		},
	})
	return others
}

// reason is why a policy denies, as the stand-in has it.
func reason(text string) string {
	policy, deny := strings.CutSuffix(text, " deny")
	switch {
	case text == "out of reach":
		return ssmtest.KeyOutOfReach
	case text == "default":
		return ""
	case deny && policy == "identity-based policy":
		return ssmtest.IdentityPolicyDeny
	case deny:
		return "with an explicit deny in a " + policy
	case strings.HasSuffix(text, "policy"), text == "permissions boundary":
		return "because no " + policy + " allows the %s action"
	}
	return text
}

// startTLS starts the stand-in's twin behind TLS.
func startTLS(ts *testscript.TestScript, neg bool, args []string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	now := time.Now()
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Story CA"}, NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(48 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	switch args[0] {
	case "expired":
		cert.NotAfter = now.Add(-24 * time.Hour)
	case "early":
		cert.NotBefore = now.Add(24 * time.Hour)
	case "wrong":
		cert.IPAddresses, cert.DNSNames = nil, []string{"other.test"}
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	ts.Check(err)
	ca := filepath.Join(ts.Getenv("WORK"), args[0]+".pem")
	ts.Check(os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	s := httptest.NewUnstartedServer(toStandIn(ts))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.StartTLS()
	ts.Defer(s.Close)
	ts.Setenv("TLS", s.URL)
	ts.Setenv("CA", ca)
}

// toStandIn passes requests on to the story's stand-in.
func toStandIn(ts *testscript.TestScript) http.Handler {
	to, err := url.Parse(server(ts).URL)
	ts.Check(err)
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, ErrorLog: log.New(io.Discard, "", 0)}
}

func startProxy(ts *testscript.TestScript, neg bool, args []string) {
	handler := toStandIn(ts)
	if args[0] != "open" {
		status := number(ts, args[0])
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
	}
	s := httptest.NewServer(handler)
	ts.Defer(s.Close)
	ts.Setenv("PROXY", s.URL)
}

func startPort(ts *testscript.TestScript, neg bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("PORT", l.Addr().String())
	if args[0] == "closed" {
		release, err := testenv.Vacate(l)
		ts.Check(err)
		ts.Defer(release)
		return
	}
	ts.Defer(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1))
			_, _ = io.Copy(conn, bytes.NewReader([]byte("220 s3cret ESMTP\r\n")))
			_ = conn.Close()
		}
	}()
}
