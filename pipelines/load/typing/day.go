package typing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// moment reads a day or moment.
func (r *Reader) moment(cell decode.Cell, text string) (m Moment, why pipelines.DetailCode, ok bool) {
	if r.settings.Layout != "" && cell.Kind == decode.Text {
		if m, why, ok := parseLaidOut(r.settings.Layout, text); ok || why != "" {
			return m, why, ok
		}
		if day, clock, behind := strings.Cut(text, " "); behind { // the form of the day is pinned, a time of day may stand behind it
			if m, ok := parseLayout(r.settings.Layout, day); ok {
				text = fmt.Sprintf("%04d-%02d-%02d %s", m.Year, m.Month, m.Day, clock)
			}
		}
	}
	if m, why, ok = ParseMoment(text); ok {
		if m.Day == 0 && monthUnclear(cell, text) {
			return m, pipelines.DetailMonthUnclear, false
		}
		return m, "", true
	}
	if value, isNumber := plainNumber(half(text)); isNumber && why == "" && !strings.ContainsAny(text, "eE") {
		if cell.Kind == decode.Number {
			if stored, isStored := plainNumber(cell.Raw); isStored {
				value = stored // 43105.38 is shown of 43105.375
			}
			value += float64(r.settings.Epoch)
		}
		if m, ok := serial(value); ok {
			return m, "", true
		}
	}
	return m, why, false
}

// monthUnclear reports a number that looks the same for January and October: 1998.1, as a spreadsheet program shows both.
func monthUnclear(cell decode.Cell, text string) bool {
	return cell.Kind == decode.Number && cell.Raw == "" && len(text) == len("1998.1") && text[4:] == ".1"
}

// day keeps a day or moment and holds it to what days can be.
func (r *Reader) day(i int, m Moment, text string) {
	c := &r.columns[i]
	if m.Day == 0 && !c.MonthOnly {
		r.wrongType(i, text, pipelines.DetailDayMissing)
		return
	}
	at := m.In(r.settings.FileZone, r.settings.Zone)
	if c.Type == data.TypeDate {
		at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	}
	r.row.Values[i] = Value{Set: true, Number: at.UnixMicro()}
	switch {
	case at.Year() < firstYear || at.Year() > lastYear:
		r.report(i, pipelines.OutOfRange, text, pipelines.NewDetail(pipelines.DetailBetween, firstYear, lastYear))
	case !c.Future && !r.settings.Limit.IsZero() && !at.Before(r.settings.Limit):
		r.report(i, pipelines.FutureDate, text, pipelines.NewDetail(pipelines.DetailLatest, r.settings.Limit.AddDate(0, 0, -1).Format(time.DateOnly)))
	case m.Day == 0:
		r.warn(i, pipelines.DayMissing, text, pipelines.Detail{})
	}
}

func (r *Reader) period(i int, cell decode.Cell, text string) {
	if monthUnclear(cell, text) {
		r.wrongType(i, text, pipelines.DetailMonthUnclear)
		return
	}
	period, ok := ParsePeriod(text)
	if !ok && cell.Kind == decode.Moment { // 2018-01 became the first of January
		if m, _, read := ParseMoment(text); read {
			period, ok = strconv.Itoa(m.Year)+"-"+strconv.Itoa(100 + m.Month)[1:], true
		}
	}
	if value, isNumber := plainNumber(text); !ok && isNumber {
		if m, isDay := serial(value); isDay {
			period, ok = strconv.Itoa(m.Year)+"-"+strconv.Itoa(100 + m.Month)[1:], true
		}
	}
	if !ok {
		r.wrongType(i, text, "")
		return
	}
	r.row.Values[i] = Value{Set: true, Text: period}
}

// minutes reads the minutes between two moments.
func (r *Reader) minutes(i int, cells []decode.Cell) {
	c := &r.columns[i]
	var at [2]time.Time
	for n := range at {
		if c.At[n] >= len(cells) || decode.Blank(cells[c.At[n]].Text) {
			return
		}
		m, why, ok := r.moment(cells[c.At[n]], decode.Trim(cells[c.At[n]].Text))
		if !ok {
			r.part = c.At[n] + 1
			r.wrongType(i, decode.Trim(cells[c.At[n]].Text), why)
			return
		}
		at[n] = m.In(r.settings.FileZone, r.settings.Zone)
	}
	value := at[1].Sub(at[0]).Minutes()
	if c.Type == data.TypeInteger {
		value = math.Round(value)
		r.row.Values[i] = Value{Set: true, Number: int64(value)}
	} else {
		r.row.Values[i] = Value{Set: true, Float: value}
	}
	r.bounds(i, value, r.row.texts[i])
}

// behindForm are the units that may stand behind a number that is added to a moment. What it counts is for the mapping to say.
var behindForm = NumberForm{Units: map[string]float64{"天": 1, "日": 1, "day": 1, "days": 1, "d": 1, "小时": 1, "hours": 1, "分钟": 1, "个月": 1}}

// behind reads a moment and adds a number of days, hours, minutes or months.
func (r *Reader) behind(i int, cells []decode.Cell) {
	c := &r.columns[i]
	if c.At[0] >= len(cells) || c.At[1] >= len(cells) || decode.Blank(cells[c.At[0]].Text) || decode.Blank(cells[c.At[1]].Text) {
		if c.Required {
			r.report(i, pipelines.MissingRequired, "", pipelines.Detail{})
		}
		return
	}
	count := decode.Trim(cells[c.At[1]].Text)
	if c.nothing.is(count) {
		r.row.texts[i] = ""
		return
	}
	m, why, ok := r.moment(cells[c.At[0]], decode.Trim(cells[c.At[0]].Text))
	n, isNumber := ParseNumber(count, behindForm)
	if !isNumber {
		r.part = c.At[1] + 1
		r.wrongType(i, count, pipelines.DetailNoCount)
		return
	}
	if !ok || m.Day == 0 {
		r.part = c.At[0] + 1
		r.wrongType(i, decode.Trim(cells[c.At[0]].Text), why)
		return
	}
	at := m.In(r.settings.FileZone, r.settings.Zone)
	switch c.Origin.Unit {
	case pipelines.Hours:
		at = at.Add(time.Duration(n * float64(time.Hour)))
	case pipelines.Minutes:
		at = at.Add(time.Duration(n * float64(time.Minute)))
	case pipelines.Months:
		at = monthsBehind(at, int(math.Round(n)))
	default:
		whole := math.Floor(n)
		at = at.AddDate(0, 0, int(whole)).Add(time.Duration((n - whole) * 24 * float64(time.Hour)))
	}
	r.day(i, Moment{Year: at.Year(), Month: int(at.Month()), Day: at.Day(), Hour: at.Hour(), Minute: at.Minute(), Second: at.Second(), Zone: r.settings.Zone,
		HasTime: at.Hour()+at.Minute()+at.Second() > 0}, r.row.texts[i])
}

// monthsBehind is the same day some months later, or the last day of a month that is shorter.
func monthsBehind(at time.Time, months int) time.Time {
	first := time.Date(at.Year(), at.Month()+time.Month(months), 1, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), at.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(at.Day(), last)-1)
}

// order holds dates to their order. A day against a moment of that day is in order, and so is a moment against a later
// step that was given as a day, without a time.
func (r *Reader) order(indexes []int) {
	for n, early := range indexes {
		for _, late := range indexes[n+1:] {
			a, z := r.row.Values[early], r.row.Values[late]
			if !a.Set || !z.Set || a.Number <= z.Number {
				continue
			}
			dayOf := func(v Value) time.Time { return v.Time().Truncate(24 * time.Hour) }
			if dayOf(a).Equal(dayOf(z)) && (r.columns[early].Type != r.columns[late].Type || z.Time().Equal(dayOf(z))) {
				continue
			}
			detail := pipelines.NewDetail(pipelines.DetailOrder, pipelines.ColumnNamed(r.plan.Contract.Export, r.columns[early].ID), r.row.Shown(early), r.row.Shown(late))
			r.report(late, pipelines.DateOrder, r.row.texts[late], detail)
			return
		}
	}
}
