package pipelines

// Figure is one of the town's headline figures in one month, as a run published it. What is not known is nil.
type Figure struct {
	Measure     string   `json:"measure"`
	Month       string   `json:"month"` // YYYY-MM
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"` // nil of a count
	Value       *float64 `json:"value"`
}

// Equal reports whether two figures say the same.
func (f Figure) Equal(o Figure) bool {
	same := func(a, b *float64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
	return f.Measure == o.Measure && f.Month == o.Month && same(f.Numerator, o.Numerator) && same(f.Denominator, o.Denominator) && same(f.Value, o.Value)
}

// FigureChange is a headline figure that a run published otherwise than the one before it.
type FigureChange struct {
	From  Figure         `json:"from"`
	To    Figure         `json:"to"`
	Files []AuthoredFile `json:"files,omitempty"` // of the run that hold what the figure is made of
	By    string         `json:"by,omitempty"`    // who caused the run, where no such file came with it
}

// AuthoredFile is a file with who handed it in.
type AuthoredFile struct {
	Name       string `json:"name"`
	FileID     string `json:"file_id"`
	By         string `json:"by,omitempty"` // empty: it came by a source, and nobody signed for it
	AcceptedBy string `json:"accepted_by,omitempty"`
}
