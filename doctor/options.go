package doctor

import (
	"context"
	"fmt"
	"strings"

	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
)

// checkOptions lists what is not at its default, and where it was set.
func (x *examination) checkOptions(context.Context) result {
	origins := x.settings.Origins(x.key)
	if len(origins) == 0 {
		return ok("all at their defaults; the prefix is %s", x.options.Prefix)
	}
	r := ok("%d set", len(origins))
	for _, o := range origins {
		r = r.tell(fmt.Sprintf("%s = %s, from %s", o.Option, o.Value, o.Where))
	}
	for _, o := range origins {
		if o.Option != "cacheTTL" || x.options.CacheTTL == 0 || x.system.keeps() {
			continue
		}
		why := "the kernel does not let this process use its keyring"
		if x.system.goos != "linux" {
			why = "only Linux has a keyring in its kernel"
		}
		r = r.but().tell("cacheTTL keeps nothing here: " + why)
		r = x.withoutCache(r, "Take it back", o)
	}
	return r
}

// withoutCache adds the command that sets cacheTTL to nothing where it was set.
func (x *examination) withoutCache(r result, text string, o settings.Origin) result {
	switch {
	case strings.HasPrefix(o.Where, settings.EnvPrefix):
		return x.system.unset(r, text, o.Where)
	case o.Where == settings.Section:
		return r.run(text, "docker-credential-ssm configure --all-registries --cache-ttl 0 "+x.system.argument(registry.Name(x.key)))
	}
	return r.run(text, "docker-credential-ssm configure --cache-ttl 0 "+x.system.argument(registry.Name(x.key)))
}
