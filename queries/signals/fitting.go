package signals

import "slices"

// fittingSupports are the kinds of support, as the export of actions names them, that fit each cause it names, the likeliest first.
var fittingSupports = []struct {
	cause    string
	supports []string
}{
	{string(Capacity), []string{"cadre", "relink", "exemptions", "project"}},
	{string(Effort), []string{"leader", "pairing", "training", "pressing"}},
	{string(Both), []string{"cadre", "relink", "leader", "pairing"}},
	{"leadership", []string{"secretary", "leader", "cadre"}},
	{"disputes", []string{"mediation", "leader", "project"}},
	{"records", []string{"checking", "training"}},
	{string(Unclear), []string{"looking"}},
}

// criterionSupports are those that fit a hard criterion, whatever the cause.
var criterionSupports = map[string]string{"secretary_vacant": "secretary", "late_issues": "pressing"}

// CauseIDs lists the causes that help can be decided for.
func CauseIDs() (all []string) {
	for _, f := range fittingSupports {
		all = append(all, f.cause)
	}
	return all
}

// SupportsFor lists the kinds of support that fit a cause and the hard criteria a village meets, the likeliest first; none where there
// is no such cause.
func SupportsFor(cause string, met []Criterion) (all []string) {
	for _, f := range fittingSupports {
		if f.cause != cause {
			continue
		}
		for _, c := range met {
			if support := criterionSupports[c.ID]; support != "" && !slices.Contains(all, support) {
				all = append(all, support)
			}
		}
		for _, support := range f.supports {
			if !slices.Contains(all, support) {
				all = append(all, support)
			}
		}
	}
	return all
}

// CauseID is the cause of an assessment as one of CauseIDs: a village that is not weak, or meets no cause, has none that is clear.
func (a Assessment) CauseID() string {
	if a.Cause == NoCause {
		return string(Unclear)
	}
	return string(a.Cause)
}
