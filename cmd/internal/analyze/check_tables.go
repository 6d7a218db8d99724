package analyze

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ofReference are keys that hold what another program printed, not what must come out.
func ofReference(key string) bool {
	return strings.HasPrefix(key, "reference_") || strings.HasSuffix(key, "_by_reference")
}

// open reports whether a value of a synthetic control is not determined, because its weights are not unique.
func open(want map[string]any, key string) bool {
	return want["unique_weights"] == false && slices.Contains([]string{"weights", "gaps", "post_rmspe", "rmspe_ratio", "att_post_mean"}, key)
}

var monteCarloBand = regexp.MustCompile(`^mc_band_(\d+)$`)

// band compares a Monte Carlo standard error of as many draws with the ends between which it must lie.
func (k *checker) band(path, key string, want any, have map[string]any) bool {
	m := monteCarloBand.FindStringSubmatch(key)
	ends, ok := want.([]any)
	if m == nil || !ok || len(ends) != 2 {
		return false
	}
	draws, _ := strconv.ParseFloat(m[1], 64)
	low, ok1 := ends[0].(float64)
	high, ok2 := ends[1].(float64)
	got, ok3 := have["placebo_se"].(float64)
	k.checked++
	if !ok1 || !ok2 || !ok3 || got < low || got > high || have["draws"] != draws {
		k.differ(path+"."+key, want, have["placebo_se"], fmt.Sprintf("from %v draws", have["draws"]))
	}
	return true
}

// matched says how rows of a table are found: those of weights by unit, where a missing unit has none; those of units whose
// order may be open by unit; those of sizes of violations by size. Others stand in order.
func matched(columns []string, want []any) string {
	if len(columns) == 0 {
		return ""
	}
	switch first := columns[0]; {
	case len(columns) == 2 && columns[1] == "weight":
		return "weights"
	case first == "Mbar" || first == "M":
		return "sizes"
	case slices.Contains(columns, "unique_weights") && slices.ContainsFunc(want, func(row any) bool { return undetermined(columns, row) }):
		return "units"
	}
	return ""
}

// undetermined reports whether a row's weights are not unique: what comes after the start is not determined then.
func undetermined(columns []string, row any) bool {
	cells, ok := row.([]any)
	at := slices.Index(columns, "unique_weights")
	return ok && at >= 0 && at < len(cells) && cells[at] == false
}

// keyed compares tables whose rows are found by their first cell. It reports false where rows stand in order.
func (k *checker) keyed(path string, columns []string, want []any, gotColumns []string, got []any) bool {
	how := matched(columns, want)
	at := -1
	if how != "" {
		at = slices.Index(gotColumns, columns[0])
	}
	if at < 0 {
		return false
	}
	have := map[string][]any{}
	for _, row := range got {
		if cells, ok := row.([]any); ok && at < len(cells) {
			have[fmt.Sprint(cells[at])] = cells
		}
	}
	for i, row := range want {
		cells, ok := row.([]any)
		if !ok || len(cells) == 0 {
			k.differ(fmt.Sprintf("%s[%d]", path, i), row, "nothing", "")
			continue
		}
		name := fmt.Sprint(cells[0])
		found, ok := have[name]
		delete(have, name)
		if !ok {
			if how != "weights" {
				k.differ(fmt.Sprintf("%s[%d]", path, i), row, "nothing", "")
				continue
			}
			found = make([]any, len(gotColumns))
			found[at] = cells[0]
			if j := slices.Index(gotColumns, "weight"); j >= 0 {
				found[j] = 0.0
			}
		}
		if how == "units" && undetermined(columns, row) {
			continue
		}
		k.row(fmt.Sprintf("%s[%d]", path, i), columns, cells, gotColumns, found)
	}
	if how == "weights" {
		for name, cells := range have {
			if j := slices.Index(gotColumns, "weight"); j >= 0 && j < len(cells) {
				k.compare(path+"["+name+"].weight", 0.0, cells[j])
			}
		}
	}
	return true
}

// cancelled are differences of means, small beside the outcomes they are of. The data files of cases print ten digits, some of
// the expected values were computed from more, and a difference keeps the rounding of the outcomes: its relative tolerance
// counts from the largest of its column.
var cancelled = []string{"did"}

// sized finds the largest values of such columns.
func sized(columns []string, rows []any) map[string]float64 {
	out := map[string]float64{}
	for _, name := range cancelled {
		at := slices.Index(columns, name)
		for _, row := range rows {
			if cells, ok := row.([]any); ok && at >= 0 && at < len(cells) {
				v, _ := cells[at].(float64)
				out[name] = math.Max(out[name], math.Abs(v))
			}
		}
	}
	return out
}

// row compares one row of a table, column by column.
func (k *checker) row(path string, columns []string, wanted []any, gotColumns []string, have []any) bool {
	if l, h := slices.Index(columns, "low"), slices.Index(columns, "high"); l >= 0 && h >= 0 && h < len(wanted) {
		low, ok1 := wanted[l].(float64)
		high, ok2 := wanted[h].(float64)
		if ok1 && ok2 {
			k.half = (high - low) / 2
		}
	}
	for j, name := range columns {
		at := slices.Index(gotColumns, name)
		if at < 0 || at >= len(have) || j >= len(wanted) {
			k.differ(path, "column "+name, gotColumns, "")
			return false
		}
		k.compare(path+"."+name, wanted[j], have[at])
	}
	return true
}

// inUnits turns a tolerance in grid steps, or in half lengths of an interval, into one in the unit of the outcome.
func (k *checker) inUnits(text string, t tolerance) tolerance {
	switch {
	case strings.Contains(text, "grid step"):
		t.abs *= k.step * (1 + 1e-6) // ends stand on the grid: three steps are allowed whole
	case strings.Contains(text, "half length"):
		t.abs *= k.half
	}
	return t
}
