package helper

import (
	"fmt"

	"github.com/docker/docker-credential-helpers/credentials"
)

// Verb is a verb of the protocol, with its help text.
type Verb struct {
	Name, Help string
	Long       string // for people who run it by hand
	Example    string // a command line
}

// Verbs are the verbs of the protocol, in the order in which --help lists them.
var Verbs = []Verb{
	{credentials.ActionGet, "read a server URL from standard input, print its credential",
		`Standard output is {"ServerURL":"…","Username":"…","Secret":"…"}. Where there is no
credential it is "credentials not found in native keychain", with status 1; then
clients go on anonymously.`, "echo docker.io | docker-credential-ssm get"},
	{credentials.ActionStore, "read a credential from standard input, keep it (needs writable)",
		`Standard input is {"ServerURL":"…","Username":"…","Secret":"…"}. What is stored
already is left alone, and is a success. docker login runs this verb.`, "docker login -u USER"},
	{credentials.ActionErase, "read a server URL from standard input, delete its credential (needs writable)",
		`Erasing what is not there is a success. docker logout runs this verb.`, "echo docker.io | docker-credential-ssm erase"},
	{credentials.ActionList, "print the user name for each server URL",
		`Standard output is {"SERVER URL":"USER NAME",…}. Standard input is not read.`, "docker-credential-ssm list"},
	{credentials.ActionVersion, "print the version", "", "docker-credential-ssm version"},
}

// Usage is the text of VERB --help.
func (v Verb) Usage() string {
	text := fmt.Sprintf("Usage: %s %s\n\nA verb for Docker: %s.\n", credentials.Name, v.Name, v.Help)
	if v.Long != "" {
		text += "\n" + v.Long + "\n"
	}
	return text + "\nExample:\n  " + v.Example + "\n"
}
