package page

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/rate"
)

// Value is one value of a measure as pages show it: never without its base.
type Value struct {
	Measure queries.Measure
	Unit    string // ID
	Month   string
	Num     float64 // NaN where null
	Den     float64
	Value   float64 // in the measure's unit; NaN where there is none

	Reason   string  // why it is not known, as in the long table; empty where it is
	Spoke    float64 // of a town: villages it is known of; NaN of other units
	Villages float64 // of a town: villages there were
	Reached  float64 // months it is made of, where it is made of several; NaN of one month's
	Lacking  float64 // of those, not known
}

// measured holds values by measure, unit and month.
type measured map[measuredKey]Value

type measuredKey struct{ measure, unit, month string }

// scope says of which units and months values are read.
type scope struct {
	level    queries.Level
	unit     string // one unit; empty: all of the level
	village  string // with level branch: the branches of one village; empty: all
	from, to string
}

const valuesSQL = `
select m.measure, m.unit_id, m.month, m.numerator, m.denominator, m.value, %s
from %s m
where m.level = ? and m.month between ? and ? and m.measure in (%s)%s`

// values reads measures of a scope. A measure without rows is not an error: its source export never arrived, and a value
// that is not there shows as a dash.
func (r Request) values(ctx context.Context, s scope, ids ...string) (measured, error) {
	args := []any{string(s.level), s.from, s.to}
	names := 0
	for _, id := range ids {
		definition, _ := queries.MeasureOf(id)
		for _, name := range append([]string{id}, definition.Was...) { // a snapshot of an older version has them by their old IDs
			args, names = append(args, name), names+1
		}
	}
	condition := ""
	if s.unit != "" {
		condition, args = " and m.unit_id = ?", append(args, s.unit)
	}
	if s.village != "" {
		condition += " and m.unit_id in (select u.unit_id from units u where u.level = 'branch' and u.village_id = ?)"
		args = append(args, s.village)
	}
	table, err := r.Data.Query(ctx, fmt.Sprintf(valuesSQL, r.knownColumns(), r.measures(), placeholders(names), condition), args...)
	if err != nil {
		return nil, fmt.Errorf("read measures %s: %w", strings.Join(ids, ", "), err)
	}
	all := measured{}
	for _, row := range read(table) {
		definition, ok := queries.MeasureOf(row.text("measure"))
		if !ok {
			continue // a snapshot of another version may hold measures this program does not know
		}
		v := Value{Measure: definition, Unit: row.text("unit_id"), Month: row.text("month"),
			Num: row.number("numerator"), Den: row.number("denominator"), Value: row.number("value"),
			Reason: row.text("reason"), Spoke: row.number("spoke"), Villages: row.number("villages"), Reached: row.number("reached"), Lacking: row.number("lacking")}
		all[measuredKey{definition.ID, v.Unit, v.Month}] = v
	}
	return all, nil
}

// knownColumns are the columns that say what is known; a snapshot of an older version has none.
func (r Request) knownColumns() string {
	if !r.reasons {
		return "null as reason, null as spoke, null as villages, null as reached, null as lacking"
	}
	return "m.reason, m.spoke, m.villages, m.reached, m.lacking"
}

// at returns a value, or one that says there is none.
func (m measured) at(measure, unit, month string) Value {
	if v, ok := m[measuredKey{measure, unit, month}]; ok {
		return v
	}
	definition, _ := queries.MeasureOf(measure)
	definition.ID = measure
	return Value{Measure: definition, Unit: unit, Month: month, Num: math.NaN(), Den: math.NaN(), Value: math.NaN()}
}

// series returns the values of one unit over months.
func (m measured) series(measure, unit string, months []string) []Value {
	all := make([]Value, len(months))
	for i, month := range months {
		all[i] = m.at(measure, unit, month)
	}
	return all
}

// here is the scope of the page's unit in its month.
func (r Request) here() scope {
	u := r.Unit()
	return scope{level: u.Level, unit: u.ID, from: r.Month, to: r.Month}
}

// hereAlways is the scope of the page's unit over all months.
func (r Request) hereAlways() scope {
	s := r.here()
	s.from, s.to = r.FirstMonth, r.LastMonth
	return s
}

// below is the scope of the units below the page's unit in its month.
func (r Request) below() scope {
	switch r.Unit().Level {
	case LevelTown:
		return scope{level: LevelVillage, from: r.Month, to: r.Month}
	default:
		return scope{level: LevelBranch, village: r.Village, from: r.Month, to: r.Month}
	}
}

// MonthsUpTo returns the months of the snapshot in order of time, up to the page's month.
func (r Request) MonthsUpTo() []string {
	var months []string
	for m := r.FirstMonth; m != "" && m <= r.Month; m = monthAdd(m, 1) {
		months = append(months, m)
	}
	return months
}

// Known reports whether there is a value.
func (v Value) Known() bool { return !math.IsNaN(v.Value) }

// Rate reports whether the value has a base.
func (v Value) Rate() bool { return v.Measure.Rate() }

// Share reports whether the value is a proportion, shown in per cent.
func (v Value) Share() bool { return v.Measure.Unit == "share" }

// Shown is the number as charts and downloads hold it: per cent for shares, the value otherwise.
func (v Value) Shown() float64 {
	if v.Share() && v.Known() && v.Den > 0 {
		return v.Num / v.Den * 100
	}
	return v.Value
}

// bare is the number without its unit: 77.8.
func (v Value) bare() string { return Decimal(v.Shown(), decimals(v.Measure.Unit)) }

// Text is the value with its unit: "77.8 %". A median that was not reached says so.
func (v Value) Text(lang string) string {
	if v.Reason != "" {
		return data.Text{Zh: "未知", En: "unknown"}.In(lang)
	}
	if !v.Known() {
		if v.Measure.Unit == "days" && v.Den > 0 {
			return data.Text{Zh: "未达到", En: "not reached"}.In(lang)
		}
		return missing
	}
	return v.bare() + reading.Suffix(v.Measure.Unit, lang)
}

// Base is what the value stands on: "910/1,170", "50 branches"; empty for counts and where nothing was counted.
func (v Value) Base(lang string) string {
	if !v.Rate() || math.IsNaN(v.Den) {
		return ""
	}
	return reading.BaseOf(v.Measure, v.Num, v.Den, lang)
}

// Small reports whether the base is too small to judge by.
func (v Value) Small(p data.Programme) bool {
	return reading.RulesOf(v.Measure, p, time.Time{}, "").Small(v.Measure, v.Den)
}

// Ripe reports whether the month lies far enough back for the value to be compared.
func (v Value) Ripe(p data.Programme, cutOff time.Time) bool {
	return reading.RulesOf(v.Measure, p, cutOff, "").Ripe(v.Month)
}

// Interval is the 95 % interval of a share by Wilson's method; both limits are NaN where there is none.
func (v Value) Interval() (low, high float64) {
	if !v.Share() {
		return math.NaN(), math.NaN()
	}
	return wilson(v.Num, v.Den, 0.95)
}

// wilson is Wilson's interval of events out of a total; both limits are NaN where there is none.
func wilson(events, total, level float64) (low, high float64) {
	if !(total > 0) || events < 0 || events > total {
		return math.NaN(), math.NaN()
	}
	w := rate.Wilson(events, total, level)
	return w.Low.Or(math.NaN()), w.High.Or(math.NaN())
}

// within says of an interval that it is one of 95 %; of none, nothing.
func (r Request) within(interval string) string {
	if interval == "" {
		return ""
	}
	return r.T("95 % 区间 ", "95 % interval ") + interval
}

// caution says why a value is shown but not judged; empty where it may be judged.
func (r Request) caution(v Value) string {
	rules := r.rules(v)
	judged := reading.Performance(v.Measure)
	switch {
	case v.Reason != "":
		return reading.Unknown(v.Reason, rules.Missing, r.Lang)
	case !v.Known():
		return ""
	case judged && rules.Poor():
		return r.T("数据不足以判断", "data too poor to judge")
	case judged && rules.Missing != "":
		return r.Tf("只有部分村报送了%s，不作判断", "%s from too few villages, not judged", r.exportName(rules.Missing))
	case rules.Small(v.Measure, v.Den):
		return r.T("基数小，不作判断", "small base, not judged")
	case !rules.Ripe(v.Month):
		return r.T("时间未到，还会变化", "not ripe yet, will still change")
	default:
		return ""
	}
}

// partial says of how many of its villages a town's value is known, and of how many of its months, where that is not all.
func (r Request) partial(v Value) string {
	if !v.Known() {
		return ""
	}
	var parts []string
	if v.Spoke < v.Villages {
		parts = append(parts, r.Tf("%d个村中%d个村有数据", "%[2]d of %[1]d villages reported", int(v.Villages), int(v.Spoke)))
	}
	switch {
	case !(v.Lacking > 0):
	case v.Measure.Series == queries.Standing:
		parts = append(parts, r.Tf("此前%d个月没有数据，可能少计", "%d earlier months are not known: it may be too low", int(v.Lacking)))
	default:
		parts = append(parts, r.Tf("所含%d个月中%d个月没有数据", "of the %d months it is made of %d are not known", int(v.Reached), int(v.Lacking)))
	}
	return strings.Join(parts, r.T("；", "; "))
}

// cell shows a value in a table, with its base and, where it may not be judged, why.
func (r Request) cell(v Value) Cell {
	c := Cell{Text: v.bare(), Base: v.Base(r.Lang)}
	if !v.Known() {
		c.Text = v.Text(r.Lang)
	}
	if v.Known() {
		c.Value = plainNumber(v.Shown(), decimals(v.Measure.Unit))
	}
	if v.Rate() && !math.IsNaN(v.Den) {
		c.Num, c.Den = plainNumber(v.Num, 0), plainNumber(v.Den, 0)
	}
	if v.Spoke < v.Villages {
		c.Note = r.partial(v)
	}
	if why := r.caution(v); why != "" {
		c.Tone = ToneQuiet
	}
	return c
}

// column heads the values of a measure.
func (r Request) column(id string) Column {
	m, _ := queries.MeasureOf(id)
	c := Column{Title: m.Name.In(r.Lang), Kind: ColumnNumber, Unit: strings.TrimSpace(r.suffix(m.Unit)), Note: r.madeOf(m)}
	if m.Rate() {
		c.Kind = ColumnRate
	}
	return c
}

// madeOf writes a measure's formula in words.
func (r Request) madeOf(m queries.Measure) string {
	if !m.Rate() {
		return m.Numerator.In(r.Lang)
	}
	return m.Numerator.In(r.Lang) + " ÷ " + m.Denominator.In(r.Lang)
}

// stat shows a value as a tile.
func (r Request) stat(v Value) Stat {
	s := Stat{Measure: v.Measure.ID, Label: v.Measure.Name.In(r.Lang), Value: v.Text(r.Lang), Base: v.Base(r.Lang), Interval: r.within(reading.ShareRange(v.Interval())),
		Link: r.Link("measures", With("measure", v.Measure.ID))}
	if why := r.caution(v); why != "" {
		s.Tone, s.Reading = ToneQuiet, why
	} else {
		s.Reading = r.partial(v)
	}
	return s
}
