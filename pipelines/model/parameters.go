package model

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/queries"
)

// parameterTables returns, for each table the programme and the cut-off of a build fill, the SELECT that makes it. They
// are tables and not placeholders so that every model still runs by hand.
func parameterTables(c Config, result Result) map[string]string {
	p, start := c.Programme, "cast(null as date)"
	if day, ok := p.StartDate(); ok {
		start = date(day)
	}
	columns := []string{start + " as programme_start"}
	for _, n := range limits(p) {
		columns = append(columns, fmt.Sprintf("cast(%d as bigint) as %s", n.value, n.name))
	}
	return map[string]string{
		queries.CutOffTable:            "select " + date(result.CutOff) + " as cut_off",
		queries.ParameterTable:         "select " + strings.Join(columns, ", "),
		afterTable:                     rows([]string{"export varchar", "rows bigint", "last_on date", "cut_off_set boolean"}, afterRows(result.After, !c.CutOff.IsZero())),
		"staging.stg_programme":        rows([]string{"document varchar"}, [][]string{{text(p.Document())}}), // what a page says of a limit is what the figures were made by
		"staging.stg_expected_exports": rows([]string{"export varchar", "months integer"}, expectedRows(p)),
		"staging.stg_measure_settings": rows([]string{"measure varchar", "target double", "min_base double"}, settingRows(p)),
		"staging.stg_hard_criteria": rows([]string{"criterion varchar", "measure varchar", "fact varchar", "below double", "above double",
			"months bigint", "minimum_base double", "position bigint"}, criterionRows(p)),
	}
}

// limit is a whole number of the programme, by its column in the table of them.
type limit struct {
	name  string
	value int
}

func limits(p data.Programme) []limit {
	return []limit{
		{"due_days_easy", p.Issues.DueDays.Easy},
		{"due_days_medium", p.Issues.DueDays.Medium},
		{"due_days_hard", p.Issues.DueDays.Hard},
		{"feedback_days", p.Issues.FeedbackDays},
		{"reopen_days", p.Issues.ReopenDays},
		{"repeat_days", p.Issues.RepeatDays},
		{"survival_months", p.Issues.SurvivalMonths},
		{"households_limit", p.Linking.HouseholdsLimit},
		{"unvisited_days", p.Linking.UnvisitedDays},
		{"month_end_days", p.Linking.MonthEndDays},
		{"committee", p.Branch.Committee},
		{"groups", p.Branch.Groups},
		{"liaison_cadres", p.Branch.LiaisonCadres},
		{"minimum_base", p.Reading.MinimumBase},
		{"same_minute_visits", p.DoubtfulVisits.SameMinuteVisits},
		{"same_text_repeats", p.DoubtfulVisits.SameTextRepeats},
		{"same_text_min_length", p.DoubtfulVisits.SameTextMinLength},
		{"daily_visits", p.DoubtfulVisits.DailyVisits},
		{"burst_days", p.Points.BurstDays},
		{"peers", p.CadreSignals.Peers},
		{"hard_issues", p.CadreSignals.HardIssues},
		{"tasks", p.CadreSignals.Tasks},
		{"visit_months", p.CadreSignals.VisitMonths},
		{"satisfaction_answers", p.CadreSignals.SatisfactionAnswers},
		{"points_months", p.CadreSignals.PointsMonths},
		{"deadline_day", p.DataQuality.DeadlineDay},
		{"data_percent", int(math.Round(100 * p.DataQuality.Threshold))},
		{"last_place_years", p.LastPlace.Years},
		{"last_place_branches", p.LastPlace.Branches},
		{"many_stars", manyStars(p)},
		{"few_stars", fewStars(p)},
	}
}

// limitOf gives the number in a column of the table of limits.
func limitOf(p data.Programme, name string) (int, bool) {
	for _, l := range limits(p) {
		if l.name == name {
			return l.value, true
		}
	}
	return 0, false
}

// manyStars and fewStars bound the two highest tiers of the star rating and its lower half: the most stars there are, less
// one, and half of them.
func manyStars(p data.Programme) int { return mostStars(p) - 1 }

func fewStars(p data.Programme) int { return mostStars(p) / 2 }

func mostStars(p data.Programme) int {
	most := 0
	for _, tier := range p.Stars {
		most = max(most, tier.Stars)
	}
	return most
}

// rows is a SELECT of typed literal rows; it has the columns even where there is no row.
func rows(columns []string, values [][]string) string {
	var names, casts []string
	for _, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		names = append(names, name)
		casts = append(casts, fmt.Sprintf("cast(%s as %s) as %s", name, kind, name))
	}
	condition, lines := "", []string{}
	for _, v := range values {
		lines = append(lines, "("+strings.Join(v, ", ")+")")
	}
	if len(lines) == 0 {
		lines = []string{"(" + strings.TrimSuffix(strings.Repeat("null, ", len(columns)), ", ") + ")"}
		condition = " where false"
	}
	return fmt.Sprintf("select %s from (values %s) v (%s)%s", strings.Join(casts, ", "), strings.Join(lines, ", "), strings.Join(names, ", "), condition)
}

func expectedRows(p data.Programme) [][]string {
	var all [][]string
	for _, due := range p.DataQuality.All() {
		all = append(all, []string{text(due.Export), strconv.Itoa(due.Months)})
	}
	return all
}

func settingRows(p data.Programme) [][]string {
	var all [][]string
	for _, m := range queries.Measures() {
		target, targeted := p.Reading.Targets[m.ID]
		base, based := p.Reading.MinimumBases[m.ID]
		if targeted || based {
			all = append(all, []string{text(m.ID), optional(target, targeted), optional(float64(base), based)})
		}
	}
	return all
}

func criterionRows(p data.Programme) [][]string {
	var all [][]string
	for i, c := range p.HardCriteria {
		var below, above float64
		if c.Below != nil {
			below = *c.Below
		}
		if c.Above != nil {
			above = *c.Above
		}
		all = append(all, []string{text(c.ID), text(c.Measure), text(c.Fact), optional(below, c.Below != nil), optional(above, c.Above != nil),
			strconv.Itoa(c.Months), strconv.Itoa(c.MinimumBase), strconv.Itoa(i + 1)})
	}
	return all
}

func date(t time.Time) string { return "date '" + t.Format(time.DateOnly) + "'" }

func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func optional(v float64, ok bool) string {
	if !ok {
		return "null"
	}
	return strconv.FormatFloat(v, 'e', -1, 64)
}
