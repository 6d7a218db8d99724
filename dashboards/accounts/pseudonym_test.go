package accounts

import (
	"strings"
	"testing"

	"hulian/dashboards/visitor"
)

func TestPseudonymsStayAndAreOfTheTownsOwnKey(t *testing.T) {
	h, elsewhere := newHouse(t), newHouse(t)
	of := func(h *house) string {
		p, err := h.Pseudonyms(t.Context(), town)
		if err != nil {
			t.Fatal(err)
		}
		return p.Of(visitor.Household, "H000001")
	}
	first := of(h)
	again, err := Open(h.db, Options{Now: h.now, Cost: &quick}) // started anew
	if err != nil {
		t.Fatal(err)
	}
	if p, err := again.Pseudonyms(t.Context(), town); err != nil || p.Of(visitor.Household, "H000001") != first || !strings.HasPrefix(first, "p1-") {
		t.Errorf("%s, then %s (%v)", first, p.Of(visitor.Household, "H000001"), err)
	}
	if of(elsewhere) == first {
		t.Error("two folders share a key")
	}
}
