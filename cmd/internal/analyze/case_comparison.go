package analyze

import (
	"encoding/json"
	"slices"
)

// expectedInputs finds what a case of a comparison leaves to its expected values: the start of the placebo in time, and the
// sizes of violations that are gone through.
func (c Case) expectedInputs(m Method, run CaseRun) []Flag {
	var flags []Flag
	add := func(name string, values any) {
		if _, given := run.Options[name]; given {
			return
		}
		if text, err := json.Marshal(values); err == nil && string(text) != "null" {
			flags = append(flags, Flag{name, string(text)})
		}
	}
	switch m.Name {
	case "synthetic_control":
		var of struct {
			Time struct {
				Start json.RawMessage `json:"fake_start"`
			} `json:"placebo_in_time"`
		}
		var text string
		if json.Unmarshal(run.Expected, &of) != nil || len(of.Time.Start) == 0 {
			break
		}
		if json.Unmarshal(of.Time.Start, &text) != nil {
			text = string(of.Time.Start)
		}
		if _, given := run.Options["fake_start"]; !given {
			flags = append(flags, Flag{"fake_start", text})
		}
	case "honest_did":
		var of struct {
			RM map[string]json.RawMessage `json:"relative_magnitudes"`
			SD map[string]json.RawMessage `json:"smoothness"`
		}
		if json.Unmarshal(run.Expected, &of) != nil {
			break
		}
		add("mbar", firstColumn(of.RM, "rows", "c_lf", "conditional"))
		add("mbar_fine", firstColumn(of.RM, "c_lf_fine"))
		add("m", firstColumn(of.SD, "rows", "flci", "c_lf", "conditional"))
	}
	return flags
}

type sizes []float64

// firstColumn gives the first column of some tables, each value once.
func firstColumn(tables map[string]json.RawMessage, names ...string) sizes {
	var out sizes
	for _, name := range names {
		var rows [][]json.RawMessage
		if json.Unmarshal(tables[name], &rows) != nil {
			continue
		}
		for _, row := range rows {
			var v float64
			if len(row) > 0 && json.Unmarshal(row[0], &v) == nil && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}
