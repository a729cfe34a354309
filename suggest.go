package main

import (
	"errors"
	"fmt"
	"strings"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/commands"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/output"
	"docker-credential-ssm/registry"
)

// refuse reports an error in the command line.
func refuse(out *output.Output, what string, err error) bool {
	if r := []rune(what); len(r) > 40 {
		what = string(r[:40]) + "…"
	}
	out.Refuse(&message.Error{What: what, Err: err})
	return false
}

// unknown is the error of a word that is neither a verb nor a command.
func unknown(word string) error {
	if near := nearest(word); near != "" {
		return message.Advise(fmt.Errorf("there is no such verb or command (did you mean %s?)", near), "Run docker-credential-ssm help "+near)
	}
	return message.Advise(errors.New("there is no such verb or command"), "Run docker-credential-ssm --help")
}

// superfluous is the error of a verb with arguments. Its hint is a command line with
// the registry that was given, where that needs no quoting in a shell.
func superfluous(verb string, args []string) error {
	switch verb {
	case "get", "erase":
		name := registry.DockerHub
		if key, err := registry.Key(args[0]); err == nil && key == registry.Name(key) && key[0] != '-' {
			name = key
		}
		return message.Advise(errors.New(verb+" reads the server URL from standard input, and takes no arguments"), "Run echo "+name+" | docker-credential-ssm "+verb)
	case "store":
		return message.Advise(errors.New("store reads the credential from standard input, and takes no arguments"), "Run docker-credential-ssm help store")
	}
	return message.Advise(errors.New(verb+" takes no arguments"), "Run docker-credential-ssm "+verb)
}

// words are all verbs and commands.
func words() (all []string) {
	for _, c := range commands.All() {
		all = append(all, c.Name)
	}
	for _, v := range helper.Verbs {
		all = append(all, v.Name)
	}
	return append(all, "help")
}

// nearest is the verb or command whose name is most similar to a word; "" where none is
// similar enough.
func nearest(word string) (near string) {
	if len(word) > 40 {
		return ""
	}
	best := 3
	for _, w := range words() {
		// Up to two letters may be wrong, but less than half of the word.
		d := distance(word, w)
		if len(word) > 2 && strings.HasPrefix(w, word) {
			d = 1 // an abbreviation
		}
		if d < best && 2*d < len(w) {
			best, near = d, w
		}
	}
	return near
}

// distance is how many letters have to be added, removed, replaced or swapped with
// their neighbour to turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range y {
		rows[0][j+1] = j + 1
	}
	for i := range x {
		for j := range y {
			d := rows[i][j]
			if x[i] != y[j] {
				d++
			}
			d = min(d, rows[i][j+1]+1, rows[i+1][j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(x)][len(y)]
}
