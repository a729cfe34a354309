package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"docker-credential-ssm/settings"
)

// checkConfig reads Docker's config.json, and the other files that clients read.
func (x *examination) checkConfig(context.Context) result {
	s, err := settings.Load(x.program.Environ, x.program.Dir)
	if err != nil {
		return failure(err)
	}
	x.settings = s
	x.options, _ = s.For(x.key) // an error is told by the step region
	if err := x.survey(); err != nil {
		return failure(err)
	}
	path := x.program.Config()
	r := ok("%s", path)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		r = ok("%s, which does not exist yet", path)
	}
	if hint := x.program.WithoutHome(x.system.goos); hint != "" {
		r = r.but().tell("there is no home directory: clients look below the folder that they are started in").advise(hint)
	}
	for _, file := range x.broken {
		r = r.but().tell(file + " is not a configuration that clients can read")
	}
	return r
}
