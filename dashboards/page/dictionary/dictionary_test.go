package dictionary

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestLimitsHoldBetweenTheMonthsRead(t *testing.T) {
	none := math.NaN()
	values := []float64{none, 1, none, none, 2, none}
	bridge(values)
	if diff := cmp.Diff([]float64{none, 1, 1, 1, 2, none}, values, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
}
