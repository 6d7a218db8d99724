package accounts

import (
	"errors"
	"testing"

	"hulian/dashboards/visitor"
)

// TestAnAlertIsItsOwnersAlone: who asks to be told of something finds it among his own alerts and ends it; nobody else sees or
// ends it, and a disabled account is told of nothing.
func TestAnAlertIsItsOwnersAlone(t *testing.T) {
	h := newHouse(t)
	own := Act{By: h.with(t, "office", visitor.Office, visitor.Scope{}).Visitor(town, visitor.Web)}
	other := Act{By: h.with(t, "analyst", visitor.Analyst, visitor.Scope{}).Visitor(town, visitor.Web)}
	ask := Alert{Measure: "household_coverage", Level: "branch", Village: "V1", Unit: "B11", Way: AlertBelow, Bound: 0.8}
	for range 2 { // the same twice is one
		if err := h.Subscribe(t.Context(), own, ask); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Subscribe(t.Context(), own, Alert{Measure: "household_coverage", Unit: "B11", Way: "sometimes"}); !errors.Is(err, ErrAlert) {
		t.Errorf("a way that is none: %v", err)
	}
	if err := h.Subscribe(t.Context(), Act{}, ask); err == nil {
		t.Error("nobody is told of something")
	}
	all, err := h.Alerts(t.Context(), own.By)
	if err != nil || len(all) != 1 || all[0].Bound != 0.8 || all[0].At(town) != (visitor.Place{Town: town, Village: "V1", Branch: "B11"}) {
		t.Fatalf("he finds %+v, %v", all, err)
	}
	if others, err := h.Alerts(t.Context(), other.By); err != nil || len(others) != 0 {
		t.Errorf("another finds %+v, %v", others, err)
	}
	if err := h.EndAlert(t.Context(), other, all[0].ID); !errors.Is(err, ErrAlertUnknown) {
		t.Errorf("another ends it: %v", err)
	}
	if _, err := h.Subscribers(t.Context(), other); !errors.Is(err, ErrForbidden) {
		t.Errorf("an analyst lists everybody's alerts: %v", err)
	}
	if told, err := h.Subscribers(t.Context(), h.root); err != nil || len(told) != 1 || told[0].Account.Name != "office" || len(told[0].Alerts) != 1 {
		t.Errorf("who is to be told: %+v, %v", told, err)
	}
	if err := h.Disable(t.Context(), h.root, "office"); err != nil {
		t.Fatal(err)
	}
	if told, err := h.Subscribers(t.Context(), h.root); err != nil || len(told) != 0 {
		t.Errorf("a disabled account is told: %+v, %v", told, err)
	}
	if err := h.Enable(t.Context(), h.root, "office"); err != nil {
		t.Fatal(err)
	}
	if err := h.EndAlert(t.Context(), own, all[0].ID); err != nil {
		t.Error(err)
	}
	if left, err := h.Alerts(t.Context(), own.By); err != nil || len(left) != 0 {
		t.Errorf("after its end he finds %+v, %v", left, err)
	}
}
