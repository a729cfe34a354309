package dockerconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"syscall"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/registry"
)

// Client is a file as the clients that read it see it.
type Client struct {
	*configfile.ConfigFile
	Path   string
	There  bool // whether there is such a file
	Legacy bool // whether its body is that of a .dockercfg: a map of registries
}

// ErrBroken says that a file is not one that clients can read. Why is withheld:
// the parser quotes what it read.
var ErrBroken = errors.New("is not a configuration that clients can read")

// ReadClient reads the file for a look at who signs in; one that is not there is
// empty.
func ReadClient(path string) (*Client, error) {
	c := &Client{Path: path}
	text, err := bounded.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		text = nil
	case err != nil:
		return nil, err
	default:
		c.There = true
	}
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}")
	}
	if c.Legacy = isLegacy(text); c.Legacy {
		text = slices.Concat([]byte(`{"auths":`), text, []byte("}"))
	}
	if c.ConfigFile, err = config.LoadFromReader(bytes.NewReader(text)); err != nil {
		return nil, ErrBroken
	}
	return c, nil
}

// isLegacy reports whether a text is the body of a .dockercfg.
func isLegacy(text []byte) bool {
	var body map[string]json.RawMessage
	if json.Unmarshal(text, &body) != nil || len(body) == 0 || body["auths"] != nil || body["credHelpers"] != nil {
		return false
	}
	for _, value := range body {
		var entry struct {
			Auth *string `json:"auth"`
		}
		if json.Unmarshal(value, &entry) != nil || entry.Auth == nil {
			return false
		}
	}
	return true
}

// Secrets lists the names of the entries of auths that hold a secret of a registry
// in plain text, a web login's tokens included.
func (c *Client) Secrets(key string) []string {
	var names []string
	for name, auth := range c.AuthConfigs {
		own, err := registry.Key(name)
		if err != nil || own != key && (key != registry.DockerHub || !registry.WebLogin(own)) {
			continue
		}
		if auth.Password != "" || auth.IdentityToken != "" || auth.RegistryToken != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
