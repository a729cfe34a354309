package doctor

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/setup"
)

// mend does what the hints of the step sign-in say, where that is safe: it gives a
// key to this helper that nobody else serves, in Docker's config.json and in the
// file of --file, once the helper has a credential for the registry. It returns a
// line for each file that it has changed.
func (x *examination) mend() (lines []string, err error) {
	if x.found == nil { // where another signs in, this helper's credential was not looked for
		return nil, nil
	}
	keys := map[string][]string{}
	var files []string
	for _, f := range x.families {
		if f.How != dockerconfig.ByNobody {
			continue
		}
		if f.File != x.program.Config() && f.File != x.file {
			continue // podman's own: what is there for it is another's to say
		}
		if !slices.Contains(files, f.File) {
			files = append(files, f.File)
		}
		keys[f.File] = append(keys[f.File], f.Key)
	}
	for _, file := range files {
		added, err := setup.AddKeys(file, keys[file]...)
		if err != nil {
			return lines, errors.New(file + " cannot be changed; run docker-credential-ssm configure to see why")
		}
		if len(added) > 0 {
			lines = append(lines, fmt.Sprintf("gave %s to this helper, in credHelpers of %s", strings.Join(added, " and "), file))
		}
	}
	return lines, nil
}
