package work

import (
	"context"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// timesVisited are the measures of how often households were visited in the month: once, twice, three times or more.
var timesVisited = []string{"visited_once", "visited_twice", "visited_often"}

// visitTimes is how many households of one unit were visited how often in a month.
type visitTimes struct {
	unit  facts.Unit
	all   float64
	times [4]float64 // not at all, once, twice, three times or more
}

// asked is how many households were visited as often as is asked for: once or twice.
func (v visitTimes) asked() float64 { return v.times[1] + v.times[2] }

// timesOf puts the classes of a unit together; false where one of them is not known, or there is no household.
func timesOf(r block.Request, values facts.Measured, u facts.Unit) (visitTimes, bool) {
	seen := values.At("household_coverage", u.ID, r.Month)
	v := visitTimes{unit: u, all: seen.Den}
	if !seen.Known() || !(seen.Den > 0) {
		return v, false
	}
	v.times[0] = seen.Den - seen.Num
	for i, id := range timesVisited {
		class := values.At(id, u.ID, r.Month)
		if !class.Known() {
			return v, false
		}
		v.times[i+1] = class.Num
	}
	return v, true
}

// visitedTimes shows the households of the page's unit and of the units below it by how often they were visited in the month, beside
// the one or two visits that are asked for. A unit of which that is not known has no bar.
func visitedTimes(ctx context.Context, r block.Request) (view.Block, error) {
	ids := append([]string{"household_coverage"}, timesVisited...)
	own, err := r.Values(ctx, r.Visitor, block.HereScope(r), ids...)
	if err != nil {
		return nil, err
	}
	title := r.Tf("%s每户走访几次", "How often each household was visited in %s", r.MonthName(r.Month))
	t, bars := timesTable(r, title), timesBars(r, title)
	whole, known := timesOf(r, own, r.Unit())
	if known {
		addTimes(&bars, whole)
		t.Total = timesRow(whole)
	}
	if len(r.Below()) > 0 {
		below, err := r.Values(ctx, r.Visitor, block.BelowScope(r), ids...)
		if err != nil {
			return nil, err
		}
		for _, u := range r.Below() {
			if of, known := timesOf(r, below, u); known {
				addTimes(&bars, of)
				bars.Links[u.Name] = r.Link("visits", question.InUnit(u))
				t.Rows = append(t.Rows, timesRow(of))
			}
		}
	} else if known {
		t.Rows, t.Total = [][]view.Cell{t.Total}, nil
	}
	if err := block.UnknownRows(ctx, r, &t, "household_coverage", r.Month); err != nil || len(bars.Items) == 0 {
		return &t, err
	}
	drawn, err := bars.Draw()
	if err != nil {
		return nil, err
	}
	note := t.Note
	t.Note = ""
	if known {
		note = timesSentence(r, whole) + note
	}
	return &view.Chart{Title: title, Chart: drawn, Table: t, Note: note}, nil
}

func timesTable(r block.Request, title string) view.Table {
	return view.Table{ID: "times", Title: title, Columns: []view.Column{view.Words(r.T("单位", "Place")), view.Number(r.T("农户", "Households")), view.Number(r.T("未走访", "Not visited")),
		view.Number(r.T("1次", "Once")), view.Number(r.T("2次", "Twice")), view.Number(r.T("3次及以上", "3 or more")), view.Rate(r.T("1–2次", "Once or twice"), "%")}}
}

func timesBars(r block.Request, title string) chart.Bars {
	return chart.Bars{ID: "times", Label: title, Number: chart.OneDigit, Unit: "%", Stacked: true, Ends: 100, Links: map[string]string{}, Parts: []chart.Part{
		{Name: r.T("未走访", "Not visited"), Colour: chart.OrangeSoft}, {Name: r.T("1次", "Once"), Colour: chart.BlueLight},
		{Name: r.T("2次", "Twice"), Colour: chart.Blue}, {Name: r.T("3次及以上", "3 or more"), Colour: chart.Dark}}}
}

func addTimes(bars *chart.Bars, v visitTimes) {
	bars.Items = append(bars.Items, v.unit.Name)
	for i, n := range v.times {
		bars.Parts[i].Values = append(bars.Parts[i].Values, 100*n/v.all)
	}
}

func timesRow(v visitTimes) []view.Cell {
	row := []view.Cell{{Text: v.unit.Name}, view.Count(v.all)}
	for _, n := range v.times {
		row = append(row, view.Count(n))
	}
	return append(row, view.Share(v.asked(), v.all))
}

// timesSentence says how many households were visited as often as is asked for, and how many less or more often.
func timesSentence(r block.Request, v visitTimes) string {
	n := func(i int) string { return reading.Count(v.times[i]) }
	return r.Tf("每户每月应走访1–2次：%[1]s户中有%[2]s户做到（%[3]s）；%[4]s户未走访，%[5]s户走访3次及以上。",
		"Each household is to be visited once or twice a month: %[2]s of %[1]s were (%[3]s); %[4]s were not visited, %[5]s three times or more. ",
		reading.Count(v.all), reading.Count(v.asked()), reading.Percent(v.asked()/v.all), n(0), n(3))
}
