package setup

import (
	"slices"

	"github.com/tailscale/hujson"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/settings"
)

// AddKeys gives server URLs to the helper in credHelpers of a file, and returns
// those that it has added. An entry that is there already stays.
func AddKeys(path string, serverURLs ...string) (added []string, err error) {
	err = dockerconfig.Update(path, func(f *dockerconfig.File) ([]byte, error) {
		d, err := dockerconfig.Parse(f.Text)
		if err != nil {
			return nil, err
		}
		helpers := d.Make("credHelpers")
		added = nil
		for _, url := range serverURLs {
			if slices.ContainsFunc(helpers, func(o *hujson.Object) bool {
				return slices.ContainsFunc(o.Members, func(m hujson.ObjectMember) bool { return dockerconfig.NameOf(m) == url })
			}) {
				continue
			}
			d.Set(helpers, url, hujson.String(settings.HelperName), 2)
			added = append(added, url)
		}
		return d.Text(), nil
	})
	return added, err
}
