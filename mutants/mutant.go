package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Mutant is one slip in the code.
type Mutant struct {
	Name  string   `yaml:"name"` // PLACE/SLIP
	File  string   `yaml:"file"`
	Old   string   `yaml:"old"` // stands exactly once in the file
	New   string   `yaml:"new"`
	Harm  string   `yaml:"harm"`  // what a user would suffer
	Tests []string `yaml:"tests"` // arguments of go test, of which one run has to fail

	// Survives is the reason why no test has to fail; "" where one has to.
	Survives string `yaml:"survives"`
}

// Read reads the list of mutants.
func Read(path string) ([]Mutant, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []Mutant
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	err = decoder.Decode(&all)
	return all, err
}

// Apply is the text of the mutant's file, with the slip. It fails where the old text is
// no longer there, or no longer once.
func (m Mutant) Apply(root string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, m.File))
	if err != nil {
		return nil, err
	}
	switch n := strings.Count(string(text), m.Old); {
	case m.Old == "" || m.Old == m.New:
		return nil, errors.New("it changes nothing")
	case n != 1:
		return nil, fmt.Errorf("its old text stands %d times in %s", n, m.File)
	}
	return []byte(strings.Replace(string(text), m.Old, m.New, 1)), nil
}
