package dockerconfig

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"docker-credential-ssm/settings"
)

// hidden stands for what is not shown.
var hidden = hujson.Literal(`"…"`)

// Redact hides what a config.json may hold in plain text, for a screen: whatever an
// entry of auths has beside user name and address, wherever auths stands; fields
// with the names of such secrets, as an old .dockercfg has them at its top; the
// values of HTTP headers; passwords in URLs. The sections of this program have
// names of parameters and secrets, and are shown.
func Redact(text []byte) []byte {
	d, err := Parse(text)
	if err != nil || text == nil {
		return nil
	}
	redact(&d.root, "")
	return d.Text()
}

// redact hides what is below a value, which is the one under a name.
func redact(v *hujson.Value, under string) {
	switch value := v.Value.(type) {
	case hujson.Literal:
		if text, ok := TextOf(*v); ok {
			if shown := withoutPassword(text); shown != text {
				v.Value = hujson.String(shown)
			} else if is(under, "proxies") && strings.Contains(text, "@") {
				v.Value = hidden
			}
		}
	case *hujson.Array:
		for i := range value.Elements {
			redact(&value.Elements[i], under)
		}
	case *hujson.Object:
		for i := range value.Members {
			redactMember(&value.Members[i], under)
		}
	}
}

func redactMember(m *hujson.ObjectMember, under string) {
	name := NameOf(*m)
	if shown := withoutPassword(name); shown != name {
		m.Name.Value = hujson.String(shown)
	}
	switch {
	case name == settings.Section || strings.HasPrefix(name, settings.Section+"/"):
	case is(name, "auths"):
		redactAuths(&m.Value)
	case isSecret(*m):
		m.Value.Value = hidden
	case is(name, "HttpHeaders"):
		redactAll(&m.Value)
	case is(under, "proxies"), is(name, "proxies"):
		redact(&m.Value, "proxies")
	default:
		redact(&m.Value, name)
	}
}

// redactAuths shows of each entry who it is for, and nothing else.
func redactAuths(v *hujson.Value) {
	auths, ok := v.Value.(*hujson.Object)
	if !ok {
		redactAll(v)
		return
	}
	for i := range auths.Members {
		entry := &auths.Members[i]
		if shown := withoutPassword(NameOf(*entry)); shown != NameOf(*entry) {
			entry.Name.Value = hujson.String(shown)
		}
		fields, ok := entry.Value.Value.(*hujson.Object)
		if !ok {
			redactAll(&entry.Value)
			continue
		}
		for j := range fields.Members {
			field := &fields.Members[j]
			if is(NameOf(*field), "username", "email", "serveraddress") {
				redact(&field.Value, "")
			} else {
				redactAll(&field.Value)
			}
		}
	}
}

// redactAll hides every value below, and leaves the names.
func redactAll(v *hujson.Value) {
	switch value := v.Value.(type) {
	case hujson.Literal:
		if v.Value.Kind() != 'n' {
			v.Value = hidden
		}
	case *hujson.Array:
		v.Value = hidden
	case *hujson.Object:
		for i := range value.Members {
			redactAll(&value.Members[i].Value)
		}
	}
}

// isSecret reports whether a field has a secret in it, by its name.
func isSecret(m hujson.ObjectMember) bool {
	if _, ok := TextOf(m.Value); !ok {
		return false
	}
	return is(NameOf(m), "auth", "password", "identitytoken", "registrytoken", "accesstoken", "refreshtoken", "token", "secret", "apikey", "authorization")
}

// is compares names as Docker's parser does.
func is(name string, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(name, n) })
}

// withoutPassword hides the passwords of the URLs in a text.
func withoutPassword(text string) string {
	return regexp.MustCompile(`(://[^/?#\s:@]*):[^/?#\s]*@`).ReplaceAllString(text, "$1:…@")
}
