// Package helper is Docker's side of the program: the verbs of the
// credential-helper protocol over a small store.
//
// A client runs the program with one verb, writes a server URL (or, to store, a
// credential in JSON) to its standard input, and reads the answer from its
// standard output. Exit status 1 with exactly "credentials not found in native
// keychain" on standard output means that there is no credential, and the
// client goes on anonymously. Everything else that goes wrong has to be any
// other text, or a store that is denied or out of reach would look like a
// registry that needs no signing in. The package knows nothing of AWS.
//
// Source: https://github.com/docker/docker-credential-helpers
package helper

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
)

// Store keeps credentials under keys, as [registry.Key] gives them. An error with a
// method NotFound() says that there is no credential, one with a method
// Hint() string what a person can do about it.
type Store interface {
	// Get returns a user name and a secret, neither of them empty.
	Get(ctx context.Context, key string) (username, secret string, err error)
	// Put keeps a credential. What is kept already is left alone.
	Put(ctx context.Context, key, username, secret string) error
	// Delete removes a credential. What is not there is no error.
	Delete(ctx context.Context, key string) error
	// List returns the user name for each key. Names that are no key may be
	// among them.
	List(ctx context.Context) (map[string]string, error)
}

// Helper serves the protocol's verbs from a [Store]. It implements
// [credentials.Helper].
type Helper struct {
	ctx   context.Context // the library's interface has no place for it
	store Store

	// Expects reports whether someone expects a credential under a key, so
	// that its absence is worth a note. Nil: never.
	Expects func(key string) bool
	// Note tells a person what the protocol has no words for. Nil: nobody.
	Note func(text string)
}

// New returns a Helper over a store. The context ends what the store does.
func New(ctx context.Context, store Store) *Helper {
	return &Helper{ctx: ctx, store: store}
}

// Get returns the credential for a server URL.
func (h *Helper) Get(serverURL string) (username, secret string, err error) {
	key, err := registry.Key(serverURL)
	if err != nil {
		return "", "", badURL("get", err)
	}
	username, secret, err = h.store.Get(h.ctx, key)
	switch {
	case notFound(err):
		if h.Note != nil && h.Expects != nil && h.Expects(key) {
			h.Note(fmt.Sprintf("no credential for %s: %v; the client goes on anonymously", registry.Name(key), err))
		}
		return "", "", credentials.NewErrCredentialsNotFound()
	case err != nil:
		return "", "", &message.Error{What: "get " + registry.Name(key), Err: err}
	case username == "" || secret == "":
		// A success without a user name or a secret is taken as anonymous.
		return "", "", &message.Error{What: "get " + registry.Name(key), Err: message.Advise(errors.New("the store holds an empty user name or secret"), "Store the credential again")}
	}
	return username, secret, nil
}

// Add stores a credential.
func (h *Helper) Add(c *credentials.Credentials) error {
	key, err := registry.Key(c.ServerURL)
	if err != nil {
		return badURL("store", err)
	}
	if c.Secret == "" {
		return &message.Error{What: "store " + registry.Name(key), Err: message.Advise(errors.New("the secret is empty"), "Give a password or a token")}
	}
	if err := h.store.Put(h.ctx, key, c.Username, c.Secret); err != nil {
		return &message.Error{What: "store " + registry.Name(key), Err: err}
	}
	return nil
}

// Delete erases the credential for a server URL.
func (h *Helper) Delete(serverURL string) error {
	key, err := registry.Key(serverURL)
	if err != nil {
		return badURL("erase", err)
	}
	if err := h.store.Delete(h.ctx, key); err != nil {
		return &message.Error{What: "erase " + registry.Name(key), Err: err}
	}
	return nil
}

// List returns the user name for each server URL.
func (h *Helper) List() (map[string]string, error) {
	users, err := h.store.List(h.ctx)
	if err != nil {
		return nil, &message.Error{What: "list", Err: err}
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

func notFound(err error) bool {
	var target interface{ NotFound() }
	return errors.As(err, &target)
}
