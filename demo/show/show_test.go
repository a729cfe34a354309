package main

import (
	"encoding/base64"
	"net/http"
	"testing"
)

func TestPrivateRegistry(t *testing.T) {
	account := newCredential()
	r := startRegistry(account)
	defer r.Close()
	for _, tt := range []struct {
		name, user, password string
		want                 int
		seen                 string
	}{
		{"anonymous", "", "", http.StatusUnauthorized, "an anonymous client (1 request)"},
		{"wrong password", account.Username, "x", http.StatusUnauthorized, "a client with a wrong password (1 request)"},
		{"wrong user", "x", account.Password, http.StatusUnauthorized, "a client with a wrong password (1 request)"},
		{"the account", account.Username, account.Password, http.StatusOK, "the user demo-puller (1 request)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.Forget()
			req, err := http.NewRequest(http.MethodGet, "http://"+r.Host+"/v2/", nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.user != "" {
				req.SetBasicAuth(tt.user, tt.password)
			}
			answer, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != tt.want || (tt.want == http.StatusUnauthorized) != (answer.Header.Get("WWW-Authenticate") != "") {
				t.Errorf("status %d, header %v, want status %d", answer.StatusCode, answer.Header, tt.want)
			}
			if got := r.Seen().String(); got != tt.seen {
				t.Errorf("seen: %s, want %s", got, tt.seen)
			}
		})
	}
}

func TestOccurrences(t *testing.T) {
	c := newCredential()
	for name, tt := range map[string]struct {
		text string
		want int
	}{
		"nothing":           {"config.json", 0},
		"another password":  {newCredential().Password, 0},
		"plain, twice":      {c.Password + " " + c.Password, 2},
		"base64":            {base64.StdEncoding.EncodeToString([]byte(c.Password)), 1},
		"base64, unpadded":  {base64.RawURLEncoding.EncodeToString([]byte(c.Password)), 1},
		"base64 amid text":  {base64.StdEncoding.EncodeToString([]byte("u:" + c.Password + "\n")), 1},
		"base64 after text": {base64.StdEncoding.EncodeToString([]byte("user" + c.Password)), 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := occurrences([]byte(tt.text), c.Password); got != tt.want {
				t.Errorf("found %d times, want %d", got, tt.want)
			}
		})
	}
}
