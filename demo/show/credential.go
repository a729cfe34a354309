package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"

	"docker-credential-ssm/registry"
	"docker-credential-ssm/ssm/ssmtest"
)

// credential is what the registry asks for, in the form in which the store
// keeps it.
type credential struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// newCredential makes a credential that no earlier run can have left anywhere.
func newCredential() credential {
	return credential{Username: "demo-puller", Password: rand.Text()}
}

// keep stores a registry's credential where the helper looks for it, as an
// administrator would.
func keep(store *ssmtest.Server, serverURL string, c credential) error {
	key, err := registry.Key(serverURL)
	if err != nil {
		return err
	}
	value, err := json.Marshal(c)
	if err != nil {
		return err
	}
	store.Put(ssmtest.Parameter{
		Name:  "/CodeBuild/docker-credentials/" + key,
		Type:  "SecureString",
		Value: string(value),
	})
	return nil
}

// askedOnce returns the one call that a pull is to make of the store, and has
// the store forget it.
func askedOnce(store *ssmtest.Server) (ssmtest.Call, error) {
	calls := store.Calls()
	store.ResetCalls()
	if len(calls) != 1 || calls[0].Action != "GetParameters" || calls[0].Code != "" {
		return ssmtest.Call{}, fmt.Errorf("one GetParameters call was expected, the store saw %+v", calls)
	}
	return calls[0], nil
}
