// Package helper implements Docker's credential-helper protocol: its verbs, over a
// small interface [Store].
//
// A client runs the program with one verb, writes a server URL (or, to store, a
// credential in JSON) to its standard input, and reads the answer from its standard
// output. Exit status 1 with exactly "credentials not found in native keychain" on
// standard output means that there is no credential, and the client continues
// anonymously. Any other failure must print another text: otherwise a client would take
// a store that denies access or cannot be reached for a registry that needs no
// credential. The package does not depend on AWS.
//
// Source: https://github.com/docker/docker-credential-helpers
package helper

import (
	"context"
	"errors"
	"strings"

	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
)

// Store keeps credentials under keys, as [registry.Key] gives them. An error with a
// method NotFound() says that there is no credential; one with a method Hint() string
// says what a person can do.
type Store interface {
	// Get returns a user name and a secret, neither of them empty.
	Get(ctx context.Context, key string) (username, secret string, err error)
	// Put stores a credential. It writes nothing where the same one is stored already.
	Put(ctx context.Context, key, username, secret string) error
	// Delete removes a credential. It succeeds where there is none.
	Delete(ctx context.Context, key string) error
	// List returns the user name for each key. It may also return names that
	// [registry.Key] cannot produce.
	List(ctx context.Context) (map[string]string, error)
}

// Helper serves the protocol's verbs from a [Store]. It implements
// [credentials.Helper].
type Helper struct {
	ctx context.Context // in the struct, because the methods of credentials.Helper take none

	// Open returns the store. Its arguments are what messages call the run, such as
	// "get docker.io", and the registry's key, "" for list. It reads the settings, so
	// that errors in them name the registry too.
	Open func(what, key string) (Store, error)
	// Expects reports whether someone expects a credential under a key, so
	// that its absence is worth a note. Nil: never.
	Expects func(key string) bool
	// Note writes a message that is not part of the protocol. Nil: notes are dropped.
	Note func(text string)
}

// New returns a Helper; the caller sets Open. The context is passed to the store's
// methods.
func New(ctx context.Context) *Helper { return &Helper{ctx: ctx} }

// request is a verb for one registry, with its store.
type request struct {
	key, what string
	store     Store
}

func (h *Helper) request(verb, serverURL string) (r request, err error) {
	if strings.TrimSpace(serverURL) == "" {
		return r, credentials.NewErrCredentialsMissingServerURL()
	}
	if r.key, err = registry.Key(serverURL); err != nil {
		return r, badURL(verb, err)
	}
	r.what = verb + " " + registry.Name(r.key)
	if verb == credentials.ActionStore && registry.WebLogin(r.key) {
		return r, r.failed(errWebLogin)
	}
	if r.store, err = h.Open(r.what, r.key); err != nil {
		return r, r.failed(err)
	}
	return r, nil
}

func (r request) failed(err error) error { return &message.Error{What: r.what, Err: err} }

// Get returns the credential for a server URL.
func (h *Helper) Get(serverURL string) (username, secret string, err error) {
	r, err := h.request(credentials.ActionGet, serverURL)
	if err != nil {
		return "", "", err
	}
	username, secret, err = r.store.Get(h.ctx, r.key)
	switch {
	case notFound(err):
		return "", "", h.absent(r, err)
	case err != nil:
		return "", "", r.failed(err)
	case username == "" || secret == "":
		// Clients treat an answer without a user name or a secret as anonymous.
		return "", "", r.failed(message.Advise(errors.New("the store holds an empty user name or secret"), "Store the credential again"))
	}
	return username, secret, nil
}

// Add stores a credential.
func (h *Helper) Add(c *credentials.Credentials) error {
	r, err := h.request(credentials.ActionStore, c.ServerURL)
	if err != nil {
		return err
	}
	if c.Secret == "" {
		return r.failed(message.Advise(errors.New("the secret is empty"), "Give a password or a token"))
	}
	if err := r.store.Put(h.ctx, r.key, c.Username, c.Secret); err != nil {
		return r.failed(err)
	}
	return nil
}

// errWebLogin refuses the tokens that the Docker CLI stores after a sign-in in the
// browser: they belong to one person, and everybody who reads the store would be signed
// in as that person.
var errWebLogin = message.Advise(errors.New("the tokens of a web login are a person's, not a team's"),
	"Sign in with an access token: docker login -u USER, or docker-credential-ssm login")

// Delete erases the credential for a server URL.
func (h *Helper) Delete(serverURL string) error {
	r, err := h.request(credentials.ActionErase, serverURL)
	if err != nil {
		return err
	}
	if err := r.store.Delete(h.ctx, r.key); err != nil {
		return r.failed(err)
	}
	return nil
}

// List returns the user name for each server URL.
func (h *Helper) List() (map[string]string, error) {
	r := request{what: credentials.ActionList}
	store, err := h.Open(r.what, "")
	if err != nil {
		return nil, r.failed(err)
	}
	users, err := store.List(h.ctx)
	if err != nil {
		return nil, r.failed(err)
	}
	byURL := make(map[string]string, len(users))
	for key, user := range users {
		if serverURL, ok := registry.ServerURL(key); ok {
			byURL[serverURL] = user
		}
	}
	return byURL, nil
}

func badURL(verb string, err error) error {
	return &message.Error{What: verb, Err: message.Advise(err, "Name a registry as clients do, such as docker.io or https://ghcr.io")}
}
