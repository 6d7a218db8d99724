package page

import (
	"context"

	"hulian/data"
	"hulian/queries"
)

// Readings are what the values of one level mean, each in the sentence the pages show beside it.
type Readings struct {
	request  Request
	measured measured
}

// ReadingsOf reads all months of the measures of a level; restated: for the units of today, as pages do on request.
func ReadingsOf(ctx context.Context, s Snapshot, programme data.Programme, lang string, restated bool, level queries.Level, measures ...string) (Readings, error) {
	r := Request{Snapshot: s, Programme: programme, Lang: lang, Month: s.LastMonth, page: Page{Takes: ByVillage | ByBranch}}
	if restated {
		if err := r.askUnits(UnitsToday); err != nil {
			return Readings{}, err
		}
	}
	all, err := r.values(ctx, scope{level: level, from: s.FirstMonth, to: s.LastMonth}, measures...)
	return Readings{r, all}, err
}

// Sentence reads a value by its series up to the month.
func (r Readings) Sentence(measure, unit, month string) string {
	ask := r.request
	ask.Month = month
	read := ask.readSeries(r.measured.series(measure, unit, ask.MonthsUpTo()))
	return read.Sentence(ask.Lang)
}
