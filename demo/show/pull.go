package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// repository is where the image is in the registry; its tag is latest.
const repository = "demo/hello"

// push makes a small image and pushes it, as the registry's owner.
func push(ctx context.Context, r *privateRegistry, owner credential) (v1.Hash, error) {
	img, err := random.Image(1024, 1)
	if err != nil {
		return v1.Hash{}, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return v1.Hash{}, err
	}
	// An engine does not pull an image without a platform.
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	if img, err = mutate.ConfigFile(img, config); err != nil {
		return v1.Hash{}, err
	}
	ref, err := name.ParseReference(r.Host + "/" + repository)
	if err != nil {
		return v1.Hash{}, err
	}
	auth := &authn.Basic{Username: owner.Username, Password: owner.Password}
	if err := remote.Write(ref, img, remote.WithContext(ctx), remote.WithAuth(auth)); err != nil {
		return v1.Hash{}, fmt.Errorf("pushing: %w", err)
	}
	return img.Digest()
}

// get pulls the image and discards it. It pulls as crane, kaniko and many other clients
// do: the keychain reads Docker's config.json and runs the helper that it names. The
// library holds manifest, configuration and layers to their digests.
func get(ctx context.Context, r *privateRegistry) (v1.Hash, error) {
	ref, err := name.ParseReference(r.Host + "/" + repository)
	if err != nil {
		return v1.Hash{}, err
	}
	img, err := remote.Image(ref, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain))
	if err != nil {
		return v1.Hash{}, err
	}
	if _, err := img.RawConfigFile(); err != nil {
		return v1.Hash{}, err
	}
	layers, err := img.Layers()
	if err != nil {
		return v1.Hash{}, err
	}
	for _, layer := range layers {
		content, err := layer.Compressed()
		if err != nil {
			return v1.Hash{}, err
		}
		_, err = io.Copy(io.Discard, content)
		if err := errors.Join(err, content.Close()); err != nil {
			return v1.Hash{}, err
		}
	}
	return img.Digest()
}

// refused pulls, and fails unless the registry refuses.
func refused(ctx context.Context, r *privateRegistry) error {
	r.Forget()
	_, err := get(ctx, r)
	var answer *transport.Error
	switch {
	case err == nil:
		return errors.New("the registry let an anonymous client pull")
	case !errors.As(err, &answer) || answer.StatusCode != http.StatusUnauthorized:
		return fmt.Errorf("pulling without the helper: %w", err)
	}
	if seen := r.Seen(); len(seen.users) > 0 || seen.wrong > 0 {
		return fmt.Errorf("an anonymous client was expected, the registry saw %s", seen)
	}
	return nil
}

// pull pulls, and fails unless the image is served to the account.
func pull(ctx context.Context, r *privateRegistry, image v1.Hash, account credential) error {
	r.Forget()
	pulled, err := get(ctx, r)
	if err != nil {
		return fmt.Errorf("pulling with the helper: %w", err)
	}
	if pulled != image {
		return fmt.Errorf("pulled %s instead of %s", pulled, image)
	}
	if seen := r.Seen(); seen.users[account.Username] == 0 || seen.wrong > 0 {
		return fmt.Errorf("the user %s was expected, the registry saw %s", account.Username, seen)
	}
	return nil
}
