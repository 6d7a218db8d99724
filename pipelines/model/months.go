package model

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// monthly holds a fingerprint by month; rows without a month stand under the empty one.
type monthly map[string]string

func (m monthly) sum() string {
	var parts []string
	for _, month := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, month, m[month])
	}
	return fingerprint(parts...)
}

// between sums up the months from one to another. From the empty one on are the rows without a month too.
func (m monthly) between(first, last string) string {
	some := monthly{}
	for month, print := range m {
		if first <= month && month <= last {
			some[month] = print
		}
	}
	return some.sum()
}

// firstMonth is the first month whose rows of a history a month looks back to; empty: it looks back to all.
func (b *build) firstMonth(source queries.MonthSource, month string) string {
	days, limited := limitOf(b.config.Programme, source.Within)
	first, err := time.Parse("2006-01", month)
	if !limited || err != nil {
		return ""
	}
	return first.AddDate(0, 0, -days).Format("2006-01")
}

// lookedBack lists the months of a history that some months look back to; nil: all.
func (b *build) lookedBack(source queries.MonthSource, months []string) []string {
	var all []string
	for _, month := range months {
		first := b.firstMonth(source, month)
		if first == "" {
			return nil
		}
		for at, _ := time.Parse("2006-01", first); at.Format("2006-01") <= month; at = at.AddDate(0, 1, 0) {
			all = append(all, at.Format("2006-01"))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (m monthly) text() string {
	content, _ := json.Marshal(m) // strings only: it cannot fail
	return string(content)
}

// monthlyOf reads what text wrote; nil for anything else, so that everything is rebuilt.
func monthlyOf(text string) monthly {
	var m monthly
	if json.Unmarshal([]byte(text), &m) != nil {
		return nil
	}
	return m
}

// monthBy is the month in which a column puts a row: text, or the first day of it.
func monthBy(column string) string {
	if column == "month" {
		return column
	}
	return "date_trunc('month', " + column + ")"
}

// contentByMonth sums up the rows of each month as ContentOf does those of a table, for this warehouse alone.
func contentByMonth(ctx context.Context, q pipelines.Querier, source queries.MonthSource, where string) (monthly, error) {
	if where != "" {
		where = " where " + where
	}
	// Rows are hashed once, and months become text once they are few: "2018-01-01" is cut to the month.
	const sums = "count(*) || ':' || coalesce(sum(h), 0) || ':' || coalesce(bit_xor(hash(h)), 0)"
	table, err := q.Query(ctx, "select coalesce(substr(cast(month as varchar), 1, 7), ''), content from (select month, "+sums+" as content from (select "+
		monthBy(source.Column)+" as month, hash(t) as h from "+source.Table+" t"+where+") group by month)")
	if err != nil {
		return nil, err
	}
	all := monthly{}
	for _, row := range table.Rows {
		all[row[0].(string)] = fmt.Sprint(row[1])
	}
	return all, nil
}

// InMonths is the condition that a column puts a row into one of the months; an empty one are the rows without a month.
func InMonths(column string, months []string) string {
	var parts []string
	for _, month := range months {
		switch {
		case month == "":
			parts = append(parts, column+" is null")
		case column == "month":
			parts = append(parts, "month = '"+month+"'")
		default:
			first, err := time.Parse("2006-01", month)
			if err != nil { // no month of ours, so that no row has it
				continue
			}
			parts = append(parts, fmt.Sprintf("(%s >= %s and %s < %s)", column, date(first), column, date(first.AddDate(0, 1, 0))))
		}
	}
	if len(parts) == 0 {
		return "(false)"
	}
	return "(" + strings.Join(parts, " or ") + ")"
}

// restricted is the model's SELECT over the rows that belong to some months, and over those of the past they look back to.
func (b *build) restricted(m queries.Model, months []string) string {
	sql := m.SQL
	only := func(source queries.MonthSource, months []string) {
		name := regexp.MustCompile(`\b` + regexp.QuoteMeta(source.Table) + `\b`)
		sql = name.ReplaceAllLiteralString(sql, "(select * from "+source.Table+" where "+InMonths(source.Column, months)+")")
	}
	for _, source := range m.Header.Months {
		only(source, months)
	}
	for _, source := range m.Header.History {
		if past := b.lookedBack(source, months); past != nil {
			only(source, past)
		}
	}
	return sql
}

// monthsOf returns the fingerprints of a source's months: those of a model that is built by months, or of its rows.
func (b *build) monthsOf(ctx context.Context, tx *warehouse.Tx, source queries.MonthSource) (monthly, error) {
	if known, ok := b.months[source.Table]; ok { // a model's months are months whatever column tells them
		return known, nil
	}
	key := source.Table + "." + source.Column
	if known, ok := b.months[key]; ok {
		return known, nil
	}
	found := monthlyOf(b.previous[key+monthSuffix])
	if found == nil || b.prints[source.Table] != b.previous[source.Table] {
		var err error
		if found, err = contentByMonth(ctx, tx, source, ""); err != nil {
			return nil, err
		}
	}
	b.months[key] = found
	b.recipes[key+monthSuffix] = found.text()
	return found, nil
}

// monthRecipes returns the recipe of every month of a model: its SQL, the macros, the fingerprints of what it reads whole
// and those of the months it is made of.
func (b *build) monthRecipes(ctx context.Context, tx *warehouse.Tx, m queries.Model) (monthly, error) {
	parts := append([]string{"model", m.SQL}, queries.Macros()...)
	months := map[string]bool{}
	var own, past []monthly
	for _, source := range m.Header.Months {
		found, err := b.monthsOf(ctx, tx, source)
		if err != nil {
			return nil, err
		}
		own = append(own, found)
		for month := range found {
			months[month] = true
		}
	}
	for _, source := range m.Header.History {
		found, err := b.monthsOf(ctx, tx, source)
		if err != nil {
			return nil, err
		}
		past = append(past, found)
	}
	for _, read := range b.reads[m.Name] {
		inPart := func(s queries.MonthSource) bool { return s.Table == read }
		if !slices.ContainsFunc(m.Header.Months, inPart) && !slices.ContainsFunc(m.Header.History, inPart) && !slices.Contains(m.Header.Standing, read) {
			parts = append(parts, read, b.prints[read])
		}
	}
	standing, err := b.standing(ctx, tx, m.Header.Standing, months)
	if err != nil {
		return nil, err
	}
	whole, recipes := fingerprint(parts...), monthly{}
	for month := range months {
		parts := []string{whole}
		for _, found := range standing {
			parts = append(parts, found[b.lastDay(month)])
		}
		for _, source := range own {
			parts = append(parts, source[month])
		}
		for i, source := range past {
			parts = append(parts, source.between(b.firstMonth(m.Header.History[i], month), month))
		}
		recipes[month] = fingerprint(parts...)[:20]
	}
	return recipes, nil
}

// modelByMonth brings the months of a model up to date whose recipe is another one than that of the last build. Where
// these are more than two thirds, the model is made anew: a list of a whole year, such as that of the funds, which comes
// in January, changes thirteen months of two years.
func (b *build) modelByMonth(ctx context.Context, tx *warehouse.Tx, m queries.Model) error {
	recipes, err := b.monthRecipes(ctx, tx, m)
	if err != nil {
		return fault("fingerprint what is read by", m.Path, 0, err)
	}
	b.recipes[m.Name+monthRecipeSuffix] = recipes.text()
	before, prints := monthlyOf(b.previous[m.Name+monthRecipeSuffix]), monthlyOf(b.previous[m.Name+monthSuffix])
	var stale []string
	for month := range before {
		if recipes[month] != before[month] {
			stale = append(stale, month)
		}
	}
	for month := range recipes {
		if _, ok := before[month]; !ok {
			stale = append(stale, month)
		}
	}
	slices.Sort(stale)
	switch standing := before != nil && prints != nil && b.present[m.Name] == b.wanted(m); {
	case standing && len(stale) == 0:
		b.result.Kept = append(b.result.Kept, m.Name)
	case standing && len(stale)*3 <= len(recipes)*2 && !m.Header.View:
		if prints, err = b.rebuildMonths(ctx, tx, m, stale, prints, recipes); err != nil {
			return err
		}
	default:
		if prints, err = b.rebuildWhole(ctx, tx, m, prints, recipes, standing); err != nil {
			return err
		}
	}
	b.months[m.Name] = prints
	b.recipes[m.Name+monthSuffix] = prints.text()
	b.prints[m.Name] = prints.sum()
	return nil
}

// rebuildWhole makes all months of a model anew and returns their fingerprints. Where the model stood before and is not large, a
// month whose rows are what they were keeps the old one, so that the change ends there.
func (b *build) rebuildWhole(ctx context.Context, tx *warehouse.Tx, m queries.Model, prints, recipes monthly, stood bool) (monthly, error) {
	own := queries.MonthSource{Table: m.Name, Column: "month"}
	compare := stood && !m.Header.View && b.rows[m.Name] <= comparedRows
	var old, fresh monthly
	var err error
	if compare && b.filled[m.Name] {
		if old, err = contentByMonth(ctx, tx, own, ""); err != nil {
			return nil, fault("fingerprint", m.Name, 0, err)
		}
	}
	rows, err := b.rebuild(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(recipes)
	if !compare {
		return all, nil
	}
	if rows > 0 {
		if fresh, err = contentByMonth(ctx, tx, own, ""); err != nil {
			return nil, fault("fingerprint", m.Name, 0, err)
		}
	}
	for month := range all {
		if prints[month] != "" && old[month] == fresh[month] {
			all[month] = prints[month]
		}
	}
	return all, nil
}

// rebuildMonths replaces the rows of some months and returns the fingerprints of all: of a month whose rows are what they
// were the old one, so that the change ends there.
func (b *build) rebuildMonths(ctx context.Context, tx *warehouse.Tx, m queries.Model, stale []string, prints, recipes monthly) (monthly, error) {
	started := time.Now()
	own := queries.MonthSource{Table: m.Name, Column: "month"}
	where := InMonths(own.Column, stale)
	old, err := contentByMonth(ctx, tx, own, where)
	if err != nil {
		return nil, fault("fingerprint", m.Name, 0, err)
	}
	if _, err := tx.Exec(ctx, "delete from "+m.Name+" where "+where); err != nil {
		return nil, fault("replace months of model", m.Path, 0, err)
	}
	if _, err := tx.Exec(ctx, "insert into "+m.Name+"\n"+b.restricted(m, stale)); err != nil {
		return nil, fault("build months of model", m.Path, 0, located(err, 1))
	}
	fresh, err := contentByMonth(ctx, tx, own, where)
	if err != nil {
		return nil, fault("fingerprint", m.Name, 0, err)
	}
	all := maps.Clone(prints)
	for _, month := range stale {
		print, ok := recipes[month]
		switch {
		case !ok:
			delete(all, month)
		case all[month] == "" || old[month] != fresh[month]:
			all[month] = print
		}
	}
	rows, err := b.claims(ctx, tx, m, where)
	if err != nil {
		return nil, err
	}
	b.result.Built = append(b.result.Built, Built{Name: m.Name, Rows: rows, Months: stale, Duration: time.Since(started)})
	return all, nil
}
