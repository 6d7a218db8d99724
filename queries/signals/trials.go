package signals

// Trial is what a rule found where the truth was known, because it had been planted.
type Trial struct {
	Towns   int // or months of towns
	Shown   int // offered by the rule
	Rightly int // of them, planted
	Planted int
}

// Precision is the share of those offered that were planted.
func (t Trial) Precision() float64 { return float64(t.Rightly) / float64(t.Shown) }

// Recall is the share of the planted that were offered.
func (t Trial) Recall() float64 { return float64(t.Rightly) / float64(t.Planted) }

// CadreTrial is what BenchmarkCadres of this package found of the members with two kinds of evidence, over all its towns.
// TestCadresInDrawnTowns holds a sample to it.
var CadreTrial = Trial{Towns: 240, Shown: 7121, Rightly: 4743, Planted: 5235}

// CallbackTrial is what BenchmarkCallbacks of package model found of the households offered first, as many as the programme's
// call-back sample, in months of towns where at least as many had a visit that was made up. A household counts once, however many
// of its visits are doubtful.
var CallbackTrial = Trial{Towns: 67, Shown: 2010, Rightly: 1707, Planted: 3130}
