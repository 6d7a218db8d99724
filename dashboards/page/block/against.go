package block

import (
	"hulian/dashboards/facts"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// Then is the value of the month that the page's month is compared with; unknown where there is no such month. The values must
// be of all months: AlwaysScope.
func Then(r Request, own facts.Measured, id, unit string) facts.Value {
	return own.At(id, unit, r.Against())
}

// changeSaid says how far a value is from that of the month compared with: "比上月+1.9个百分点"; short leaves the unit out, for
// where it stands beside the value. Empty where nothing can be compared; where only the other month is unknown, it says so.
func changeSaid(r Request, now, then facts.Value, short bool) string {
	switch {
	case !now.Known() || notCompared(r, now, then) != "":
		return ""
	case !then.Known():
		return r.Tf("%s没有数据", "no data for %s", r.AgainstName())
	}
	change := Difference(r, now, then)
	switch moved := now.Value - then.Value; {
	case reading.Same(*now.Measure, moved):
		return r.Tf("与%s持平", "same as %s", r.AgainstName())
	case short:
		change = reading.Signed(*now.Measure, moved)
	}
	return r.Tf("比%[1]s%[2]s", "%[2]s vs %[1]s", r.AgainstName(), change)
}

// setChange writes on a tile how far its value is from that of the month compared with; that value stands among its details.
func setChange(r Request, t *view.Tile, now, then facts.Value) {
	t.Change = changeSaid(r, now, then, true)
	if t.Change != "" && then.Known() {
		t.Details = append(t.Details, view.Detail{Name: r.MonthName(then.Month), Text: then.Text(r.Lang) + r.Tf("（%s）", " (%s)", Difference(r, now, then))})
	}
}
