package signals

import (
	"slices"
	"testing"

	"hulian/data"
)

// TestEveryCauseHasSupportThatFits: causes and supports are those of the export, each cause has support, each support fits a cause.
func TestEveryCauseHasSupportThatFits(t *testing.T) {
	contract, _ := data.ContractOf("actions")
	values := func(id string) (all []string) {
		column, _ := contract.Column(id)
		for _, v := range column.Values {
			all = append(all, v.ID)
		}
		return all
	}
	if got := CauseIDs(); !slices.Equal(got, values("cause")) {
		t.Errorf("causes %v, the export has %v", got, values("cause"))
	}
	var fitting []string
	for _, cause := range CauseIDs() {
		all := SupportsFor(cause, nil)
		if len(all) == 0 {
			t.Errorf("nothing fits %s", cause)
		}
		fitting = append(fitting, all...)
	}
	for _, support := range values("support") {
		if !slices.Contains(fitting, support) {
			t.Errorf("%s fits no cause", support)
		}
	}
	for _, support := range fitting {
		if !slices.Contains(values("support"), support) {
			t.Errorf("the export has no %s", support)
		}
	}
	if got := SupportsFor("effort", []Criterion{{ID: "secretary_vacant"}, {ID: "late_issues"}}); got[0] != "secretary" || got[1] != "pressing" || slices.Contains(got[2:], "pressing") {
		t.Errorf("with a vacant post and late issues: %v", got)
	}
	if SupportsFor("fate", nil) != nil {
		t.Error("a cause that is none has support")
	}
}
