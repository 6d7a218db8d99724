package records

import "slices"

// Measured are the measures that stand on the page of the state of the data.
func Measured() []string { return slices.Concat(qualityMeasures, acceptanceMeasures) }
