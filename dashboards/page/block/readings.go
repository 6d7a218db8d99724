package block

import (
	"context"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries"
)

// Readings are what the values of one level mean, each in the sentence the pages show beside it.
type Readings struct {
	request  Request
	measured facts.Measured
}

// ReadingsOf reads all months of the measures of a level; restated: for the units of today, as pages do on request.
func ReadingsOf(ctx context.Context, v visitor.Visitor, s facts.Snapshot, programme data.Programme, lang string, restated bool, level queries.Level, measures ...string) (Readings, error) {
	if restated && len(s.Successions) > 0 {
		s = s.Restate()
	}
	r := Request{Question: question.Question{Units: s, Language: language.Language{Lang: lang}, Month: s.LastMonth, Page: question.Page{Takes: question.ByVillage | question.ByBranch}}}
	r.Facts = facts.Facts{Snapshot: s, Programme: s.By(programme)}
	all, err := r.Values(ctx, v, facts.Scope{Level: level, From: s.FirstMonth, To: s.LastMonth}, measures...)
	return Readings{r, all}, err
}

// Sentence reads a value by its series up to the month.
func (r Readings) Sentence(measure, unit, month string) string {
	ask := r.request
	ask.Month = month
	read := ask.Read(r.measured.Series(measure, unit, ask.MonthsUpTo()))
	return read.Sentence(ask.Lang)
}
