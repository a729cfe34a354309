//go:build linux

package faults

// nameKinds are networks without a way to the other side, and name servers that fail.
// The program is in a network namespace of its own, where it asks for its services
// under their own names.
func nameKinds() []*Kind {
	names := func(name, says, how string) *Kind {
		return &Kind{Name: name, Says: says, Namespace: true, Names: how}
	}
	hangs := func(k *Kind) *Kind { k.Hangs = true; return k }
	kinds := []*Kind{
		names("name server: no such name", "there is no host|not a host name that the name server knows", "NXDOMAIN"),
		names("name server: no address", "there is no host|not a host name that the name server knows", "NODATA"),
		names("name server: it fails", "name server", "SERVFAIL"),
		names("name server: it refuses", "name server", "REFUSED"),
		names("name server: it answers without a sense", "name server", "GARBAGE"),
		names("name server: it answers about another name", "name server|did not answer", "OTHER"),
		hangs(names("name server: silent", "name server", "SILENT")),
		names("name server: nobody listens", "name server", "NONE"),
		names("network: no route", "no route", "ADDRESS"),
		names("network: an address where nobody is", "refused the connection", "LOCAL"),
		names("network: names without a server", "name server|there is no host|not a host name", "EMPTY"),
	}
	for _, k := range kinds {
		k.Only = []string{"parameter store", "secrets manager", "assume role", "web identity", "sso", "sso token", "login"}
	}
	return inGroup("names and routes", kinds)
}
