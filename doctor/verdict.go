package doctor

import (
	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
)

// conclude says in a sentence whether a pull is signed in, as whom and by what.
func (x *examination) conclude(signedIn bool) {
	x.SignedIn = signedIn
	name, user := x.Registry, x.credential.username
	as := ""
	if user != "" && !x.credential.token {
		as = " as " + user
	}
	by := "this helper"
	if other := x.other(); other != "" {
		by = other + ", which " + x.main().Path + " names"
		if x.main().How == dockerconfig.ByPlaintext {
			by = other + " in " + x.main().Path
		}
	}
	text := "A pull from " + name + " is signed in" + as + ", by " + by + "."
	switch {
	case !signedIn:
		text = "A pull from " + name + " is not signed in: see the first ✗."
	case x.offline:
		text = "A pull from " + name + " has the credential" + map[bool]string{true: " of " + user}[as != ""] + ", by " + by + "; whether the registry accepts it was not asked."
	}
	x.Verdict = message.OneLine(text)
	x.screen.say("")
	x.screen.say("%s", x.Verdict)
}
