package model

import (
	"strings"
	"testing"

	"hulian/queries"
)

// TestExportsAreReadThroughStaging holds that what an export means is decided in one place: no model but those of staging
// reads what was loaded, and those read nothing that stands to their right.
func TestExportsAreReadThroughStaging(t *testing.T) {
	models, err := queries.Models()
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, "")
	staged := map[string]bool{}
	for _, m := range models {
		reads, err := readsOf(t.Context(), w, m.SQL)
		if err != nil {
			t.Fatalf("%s: %v", m.Path, err)
		}
		for _, name := range reads {
			schema, _, _ := strings.Cut(name, ".")
			loaded := schema == "exports" || schema == "history" || schema == "ops"
			switch own, _, _ := strings.Cut(m.Name, "."); {
			case own != "staging" && loaded:
				t.Errorf("%s (%s) reads %s; let a model of staging say what it means, and read that", m.Name, m.Path, name)
			case own == "staging" && !loaded && schema != "staging":
				t.Errorf("%s (%s) reads %s, which is made of staging", m.Name, m.Path, name)
			case loaded:
				staged[name] = true
			}
		}
	}
	if !staged["exports.visits"] || !staged["ops.files"] || len(staged) < 20 {
		t.Errorf("staging reads only %v: the dependencies were not found", staged)
	}
}
