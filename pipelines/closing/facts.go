package closing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
	"hulian/queries/reading"
)

// facts is what of a snapshot bears on closing any of its months.
type facts struct {
	cutOff   string                              // 2018-01-31
	months   []string                            // in order
	due      func(month string) []data.DueExport // of the programme
	arrived  map[string]map[string]bool
	read     map[string]float64 // rows read, by month
	open     map[string]float64 // rows refused and waiting
	allowed  float64            // share of rows that may wait
	villages map[string]float64 // villages there are, by month
	poor     map[string][]string
	unread   []unread
	general  []pipelines.ClosingProblem // of every month
}

// unread is a file that was not loaded, and the months it speaks of: all from the first on where there is no last one, and
// nobody knows where there is no first one.
type unread struct {
	name        string
	held        bool
	first, last string
}

// problem says what the file means for a month; nothing where it does not speak of it. A held file whose months nobody knows
// may be any month's; one that was not recognised is told, and stands in nobody's way.
func (u unread) problem(month string) (p pipelines.ClosingProblem, ok bool) {
	p = pipelines.ClosingProblem{Code: pipelines.ClosingFileRejected, Blocking: u.first != "", Subject: u.name}
	if u.held {
		p.Code, p.Blocking = pipelines.ClosingFileHeld, true
	}
	return p, u.first == "" || u.first <= month && (u.last == "" || month <= u.last)
}

const (
	factsSQL = `select key, cast(value as varchar) from marts.snapshot_facts where key in ('cut_off', 'first_month', 'last_month')`
	rowsSQL  = `select month, measure, sum(numerator), sum(denominator) from marts.measures
where level = 'town' and measure in ('validity', 'quarantine_open') group by month, measure`
	completeSQL = `select month, unit_name, unit_id, numerator, denominator from marts.measures
where level = 'village' and measure = 'completeness' and denominator > 0 order by month, unit_id`
	coversSQL = `select count(*) from information_schema.tables where table_schema = 'ops' and table_name = 'covers'`
	unreadSQL = `select f.name, f.state, coalesce(c.first_month, ''), coalesce(c.last_month, '') from ops.files f left join %s c on c.file_no = f.file_no
where f.state = 'held' or f.state = 'rejected' and exists (select 1 from ops.problems p where p.file_no = f.file_no and p.state = 'open' and p.severity = 'reject')
order by f.file_no`
	numbersSQL = `select measure, level, unit_id, unit_name, numerator, denominator, value, %s from marts.measures
where month = ? order by measure, level, unit_id`
	reasonsSQL = `select count(*) from information_schema.columns where table_schema = 'marts' and table_name = 'measures' and column_name = 'reason'`
)

func (b *Book) facts(ctx context.Context, s Snapshot) (*facts, error) {
	decided := b.decided()
	f := &facts{arrived: map[string]map[string]bool{}, read: map[string]float64{}, open: map[string]float64{}, villages: map[string]float64{}, poor: map[string][]string{},
		due: decided.DataQuality.Due, allowed: 1 - decided.DataQuality.Threshold}
	said := map[string]string{}
	if err := each(ctx, s.Data, factsSQL, func(row []any) { said[words(row[0])] = words(row[1]) }); err != nil {
		return nil, err
	}
	f.cutOff = said["cut_off"]
	if len(f.cutOff) > len(time.DateOnly) {
		f.cutOff = f.cutOff[:len(time.DateOnly)]
	}
	for month, err := time.Parse("2006-01", said["first_month"]); err == nil && month.Format("2006-01") <= said["last_month"]; month = month.AddDate(0, 1, 0) {
		f.months = append(f.months, month.Format("2006-01"))
	}
	if err := each(ctx, s.Data, rowsSQL, func(row []any) {
		if words(row[1]) == "validity" {
			f.read[words(row[0])] = figure(row[3])
		} else {
			f.open[words(row[0])] = figure(row[2])
		}
	}); err != nil {
		return nil, err
	}
	came := map[string][]reading.Month{} // by village, in order of months
	if err := each(ctx, s.Data, completeSQL, func(row []any) {
		month, id := words(row[0]), words(row[2])
		f.villages[month]++
		came[id] = append(came[id], reading.Month{Month: month, Numerator: figure(row[3]), Denominator: figure(row[4])})
		if tooPoor(decided, came[id], month) {
			f.poor[month] = append(f.poor[month], words(row[1]))
		}
	}); err != nil {
		return nil, err
	}
	for _, due := range decided.DataQuality.All() {
		export := due.Export
		contract, ok := data.ContractOf(export)
		if !ok || contract.DatedBy == "" {
			continue
		}
		f.arrived[export] = map[string]bool{}
		sql := fmt.Sprintf("select strftime(month, '%%Y-%%m') from (select distinct date_trunc('month', %s) as month from exports.%s where %[1]s is not null)", contract.DatedBy, export)
		if err := each(ctx, s.Data, sql, func(row []any) { f.arrived[export][words(row[0])] = true }); err != nil {
			return nil, err
		}
	}
	if s.Failed != (data.Text{}) {
		f.general = append(f.general, pipelines.ClosingProblem{Code: pipelines.ClosingRunFailed, Blocking: true, Subject: s.Failed.En, SubjectZh: s.Failed.Zh})
	}
	covers := "(select 0 as file_no, '' as first_month, '' as last_month)" // a snapshot of an older version does not know
	if err := each(ctx, s.Data, coversSQL, func(row []any) {
		if row[0] != int64(0) {
			covers = "ops.covers"
		}
	}); err != nil {
		return nil, err
	}
	if err := each(ctx, s.Data, fmt.Sprintf(unreadSQL, covers), func(row []any) {
		u := unread{name: words(row[0]), held: words(row[1]) == "held", first: words(row[2]), last: words(row[3])}
		if u.first != "" && u.last == "" && len(f.cutOff) >= len("2006-01") {
			u.first = min(u.first, f.cutOff[:len("2006-01")]) // a list that comes later speaks of the last day that is known
		}
		f.unread = append(f.unread, u)
	}); err != nil {
		return nil, err
	}
	if s.Warnings != nil {
		warnings, err := s.Warnings()
		if err != nil {
			return nil, pipelines.Errorf("read the checks of generation %d: %w", s.Generation, err)
		}
		for _, w := range warnings {
			f.general = append(f.general, pipelines.ClosingProblem{Code: pipelines.ClosingCheckWarned, Subject: w.Claim.En, SubjectZh: w.Claim.Zh, Count: w.Rows})
		}
	}
	return f, nil
}

// tooPoor reports whether too few of a village's exports came to judge it in a month, by the rule of pages, reports and
// signals: over the months by which a village is judged.
func tooPoor(decided data.Programme, series []reading.Month, month string) bool {
	periods := max(1, decided.WeakVillages.Periods)
	if on, err := time.Parse("2006-01", month); err == nil {
		first := on.AddDate(0, 1-periods, 0).Format("2006-01")
		series = slices.DeleteFunc(slices.Clone(series), func(m reading.Month) bool { return m.Month < first })
	}
	return reading.Rules{Complete: reading.Completeness(series, periods), Threshold: decided.DataQuality.Threshold}.Poor()
}

// lastMonths are the n months that end with a month.
func lastMonths(month string, n int) (all []string) {
	on, err := time.Parse("2006-01", month)
	for i := 0; err == nil && i < n; i++ {
		all = append(all, on.AddDate(0, -i, 0).Format("2006-01"))
	}
	return all
}

// problems lists what stands in the way of closing a month, then what is to be known.
func (f *facts) problems(month string) []pipelines.ClosingProblem {
	var all []pipelines.ClosingProblem
	if start, err := time.Parse("2006-01", month); err == nil && f.cutOff < start.AddDate(0, 1, -1).Format(time.DateOnly) {
		all = append(all, pipelines.ClosingProblem{Code: pipelines.ClosingMonthNotOver, Blocking: true, Subject: f.cutOff})
	}
	for _, due := range f.due(month) {
		if months, dated := f.arrived[due.Export]; dated && !slices.ContainsFunc(lastMonths(month, due.Months), func(m string) bool { return months[m] }) {
			all = append(all, pipelines.ClosingProblem{Code: pipelines.ClosingExportMissing, Blocking: true, Subject: due.Export, Of: int64(due.Months)})
		}
	}
	if open := f.open[month]; open > 0 {
		all = append(all, pipelines.ClosingProblem{Code: pipelines.ClosingRowsOpen, Blocking: open > f.allowed*f.read[month], Count: int64(open), Of: int64(f.read[month])})
	}
	if poor := f.poor[month]; len(poor) > 0 {
		all = append(all, pipelines.ClosingProblem{Code: pipelines.ClosingVillagesPoor, Subject: strings.Join(poor, "、"), Count: int64(len(poor)), Of: int64(f.villages[month])})
	}
	for _, u := range f.unread {
		if p, ok := u.problem(month); ok {
			all = append(all, p)
		}
	}
	all = append(all, f.general...)
	slices.SortStableFunc(all, func(x, y pipelines.ClosingProblem) int {
		switch {
		case x.Blocking == y.Blocking:
			return 0
		case x.Blocking:
			return -1
		default:
			return 1
		}
	})
	return all
}

// order warns of a month that is closed out of turn. A town that begins to close months does not go back to its first:
// the months before the first signed one are no omission, and while none is signed only the month just before is named.
func (f *facts) order(months []string, month string, earlier map[string]pipelines.ClosingState) []pipelines.ClosingProblem {
	var all []pipelines.ClosingProblem
	begun := false
	for i, m := range months {
		if m >= month {
			break
		}
		switch state := earlier[m]; {
		case state == pipelines.ClosingChanged:
			all, begun = append(all, pipelines.ClosingProblem{Code: pipelines.ClosingCorrectedSince, Subject: m}), true
		case state == pipelines.ClosingSigned, state == pipelines.ClosingDamaged:
			begun = true
		case begun, months[i+1] == month:
			all = append(all, pipelines.ClosingProblem{Code: pipelines.ClosingEarlierMonth, Subject: m})
		}
	}
	return all
}

// numbersOf reads every measure of every unit in a month, in order. Values are kept to twelve significant digits: what
// lies beyond is how a sum was added up.
func numbersOf(ctx context.Context, q pipelines.Querier, month string) ([]Number, error) {
	var all []Number
	reason := "null" // a snapshot of an older version does not say why something is not known
	if err := each(ctx, q, reasonsSQL, func(row []any) {
		if row[0] != int64(0) {
			reason = "reason"
		}
	}); err != nil {
		return nil, err
	}
	err := each(ctx, q, fmt.Sprintf(numbersSQL, reason), func(row []any) {
		n := Number{Measure: queries.IDOf(words(row[0])), Level: words(row[1]), UnitID: words(row[2])}
		if n.Level != string(queries.Member) {
			n.UnitName = words(row[3])
		}
		n.Numerator, n.Denominator, n.Value = rounded(row[4]), rounded(row[5]), rounded(row[6])
		n.Reason = words(row[7])
		all = append(all, n)
	}, month)
	return all, err
}

func numbersHash(numbers []Number) string {
	content, err := json.Marshal(numbers)
	if err != nil {
		panic("numbers hold what JSON has no form for: " + err.Error()) // rounded refuses it
	}
	return digest(content)
}

type cell struct{ measure, level, unit string }

func key(d pipelines.ClosingDifference) string {
	return d.Measure + "\x00" + d.Level + "\x00" + d.UnitID
}

// differences lists the values that are not what was signed, in the order of the signed numbers, new ones last. A measure of
// which nothing was signed is none that the program had then: it is no difference.
func differences(signed, now []Number, later bool) []pipelines.ClosingDifference {
	current := make(map[cell]*Number, len(now))
	for i := range now {
		current[cell{now[i].Measure, now[i].Level, now[i].UnitID}] = &now[i]
	}
	var all []pipelines.ClosingDifference
	add := func(n Number, was, is *pipelines.ClosingNumber) {
		m, _ := queries.MeasureOf(n.Measure)
		// Standing at another cut-off, a measure that ripens or pools open cases moves without any correction.
		ripened := later && was != nil && is != nil && (m.Ripens != "" || m.Series == queries.Rolling)
		all = append(all, pipelines.ClosingDifference{Measure: n.Measure, Level: n.Level, UnitID: n.UnitID, UnitName: n.UnitName, Signed: was, Now: is, Ripened: ripened})
	}
	had := map[string]bool{}
	for i := range signed {
		n := signed[i]
		n.Measure = queries.IDOf(n.Measure) // signed when it had another
		had[n.Measure] = true
		k := cell{n.Measure, n.Level, n.UnitID}
		c := current[k]
		delete(current, k)
		switch {
		case c == nil:
			add(n, &signed[i].ClosingNumber, nil)
		case !same(&n.ClosingNumber, &c.ClosingNumber):
			add(n, &signed[i].ClosingNumber, &c.ClosingNumber)
		}
	}
	for i := range now {
		if had[now[i].Measure] && current[cell{now[i].Measure, now[i].Level, now[i].UnitID}] != nil {
			add(now[i], nil, &now[i].ClosingNumber)
		}
	}
	return all
}

// same compares numbers. Of what is not known it makes no difference why.
func same(a, b *pipelines.ClosingNumber) bool {
	if a == nil || b == nil {
		return a == b
	}
	equal := func(x, y *float64) bool { return x == y || x != nil && y != nil && *x == *y }
	return equal(a.Numerator, b.Numerator) && equal(a.Denominator, b.Denominator) && equal(a.Value, b.Value)
}

func each(ctx context.Context, q pipelines.Querier, sql string, do func(row []any), args ...any) error {
	table, err := q.Query(ctx, sql, args...)
	if err != nil {
		return pipelines.Errorf("read what bears on closing a month: %w", err)
	}
	for _, row := range table.Rows {
		do(row)
	}
	return nil
}

func words(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	return ""
}

func figure(value any) float64 {
	switch v := value.(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	default:
		return 0
	}
}

func rounded(value any) *float64 {
	v, ok := value.(float64)
	if !ok {
		return nil
	}
	v, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	if err != nil || v-v != 0 { // NaN and infinities are no values
		return nil
	}
	return &v
}
