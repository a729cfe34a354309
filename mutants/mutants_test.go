package main

import (
	"testing"
)

func TestList(t *testing.T) {
	all, err := Read("mutants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if _, err := m.Apply(".."); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}
