package sample

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// mail sends one town's tables to the inbox, file by file, as they would arrive after the end of each month.
type mail struct {
	ctx     context.Context
	t       *town
	county  *countyOffice
	files   int
	pending map[month][]correction
}

// correction is a table of rows that a later drop sends again.
type correction struct {
	rows *table
	of   month
}

// part is one table of a file.
type part struct {
	sheet string
	style style
	rows  *table
}

var listExports = []string{"villages", "population", "branches", "members", "households", "cadres", "posts", "river_segments", "rectifications"}

func isList(export string) bool {
	return export != "population" && slices.Contains(listExports, export)
}

// lists are the months at whose end the full lists are made.
func (t *town) lists() []month {
	months := []month{t.first}
	for _, l := range listMonths {
		if l > t.first && l < t.last {
			months = append(months, l)
		}
	}
	if t.last > t.first {
		months = append(months, t.last)
	}
	return months
}

// month sends everything of one month.
func (o *mail) month(m month) error {
	t := o.t
	if slices.Contains(t.lists(), m) {
		if err := o.lists(m); err != nil {
			return err
		}
	}
	if err := o.census(m); err != nil {
		return err
	}
	for _, send := range []func(month) error{o.issues, o.meetings, o.ledger, o.decisions, o.yearly, o.visitsAndPoints, o.corrections} {
		if err := send(m); err != nil {
			return err
		}
	}
	return nil
}

// at is a time on a day after the month's end.
func at(m month, days, hour, min int) minute { return (m.last() + day(days)).at(60*hour + min) }

func (o *mail) lists(m month) error {
	t, n := o.t, slices.Index(o.t.lists(), m)
	s := listStyles[min(n, len(listStyles)-1)]
	if m == t.last {
		s = listStyles[len(listStyles)-1]
	}
	organisation := style{format: xlsxFile, title: t.name + "组织架构（" + m.zh() + "）", dates: s.organisation, notes: []string{"填报单位：" + t.name + "党建办"}}
	structure := []part{{"村名册", organisation, t.villageTable(m)}, {"干部名册", organisation, t.cadreTable(m)}, {"网格支部名册", organisation, t.branchTable(m)}}
	if m >= programmeMonth {
		structure = append(structure, part{"河段名册", organisation, t.segmentTable()})
	}
	if err := o.send(m, at(m, 1, 8, 30), t.name+"组织架构"+m.zh(), structure...); err != nil {
		return err
	}
	for k, list := range []part{{"党员名册", s.members, t.memberTable(m)}, {"农户名册", s.households, t.householdTable(m)}, {"岗位名册", s.posts, t.postTable(m)}} {
		if list.rows.len() == 0 {
			continue
		}
		if list.style.format == xlsxFile {
			list.style.title = t.name + list.sheet + "（" + m.zh() + "）"
		}
		if err := o.send(m, at(m, 1, 8, 40+10*k), list.sheet+"_"+m.String(), list); err != nil {
			return err
		}
	}
	return nil
}

// census sends the count made before the first month with that month, later ones in the month after.
func (o *mail) census(m month) error {
	t := o.t
	for _, asOf := range censusDays {
		if asOf.month()+1 != m && (m != t.first || asOf >= m.first() || asOf+190 <= m.first()) {
			continue
		}
		s := style{format: xlsxFile, headers: withUnit, dates: inWords, serial: true, total: true, title: t.name + "人口统计表",
			groups: []headerGroup{{"人口", "resident_population", "migrant_population"}},
			notes:  []string{"注：流动人口为登记在册的新居民。", "填表人：小样"}}
		if err := o.send(m, at(m, 1, 9, 30), t.name+"人口统计"+asOf.String(), part{"人口统计", s, t.populationTable(asOf)}); err != nil {
			return err
		}
	}
	return nil
}

func (o *mail) issues(m month) error {
	rows := o.t.issueTable(m)
	if rows.len() == 0 {
		return nil
	}
	s := issueStyle(m)
	s.title = o.t.name + m.zh() + "社情民意登记表"
	return o.send(m, at(m, 2, 9, 10), s.title, part{"社情民意", s, rows})
}

func (o *mail) meetings(m month) error {
	all := o.t.meetingTable(m)
	checks, others := newTable("meetings", 50, all.columns...), newTable("meetings", 50, all.columns...)
	for i := range all.len() {
		row := all.row(i)
		if row[1].s == "reconciliation" {
			checks.add(row...)
		} else {
			others.add(row...)
		}
	}
	s := style{format: xlsxFile, title: o.t.name + m.zh() + "支部会议统计表", total: true, headers: withUnit, dates: []dates{native, slashes, dashes, dots}[m%4]}
	parts := []part{}
	for _, p := range []part{{"对账交流会", s, checks}, {"其他会议", s, others}} {
		if p.rows.len() > 0 {
			parts = append(parts, p)
		}
	}
	return o.send(m, at(m, 3, 14, 20), o.t.name+"支部会议"+m.String(), parts...)
}

// ledger is one workbook with the small registers of the month.
func (o *mail) ledger(m month) error {
	t := o.t
	s := style{format: xlsxFile, serial: true, dates: []dates{dashes, native, inWords}[m%3], percent: m%3 == 2, notes: []string{"备注：以上情况属实。"}}
	var parts []part
	for _, p := range []part{{"认领事项", s, t.taskTable(m)}, {"权利行使", s, t.rightTable(m)}, {"清廉承诺", s, t.conductTable(m)}, {"帮扶", s, t.supportTable(m)}, {"村规民约", s, t.ruleTable(m)},
		{"整改清单", s, t.rectificationTable(m)}, {"圆桌夜谈", s, t.roundTableTable(m)}} {
		if p.rows.len() > 0 {
			p.style.title = t.name + p.sheet + "台账"
			parts = append(parts, p)
		}
	}
	return o.send(m, at(m, 4, 10, 5), t.name+"党建工作台账"+m.zh(), parts...)
}

func (o *mail) decisions(m month) error {
	return o.send(m, at(m, 4, 16, 0), "cadre_decisions_"+m.String(), part{"", style{format: ndjsonFile, headers: byID}, o.t.decisionTable(m)})
}

// yearly sends half-yearly and yearly ratings, yearly assessments and funds in the month after their period.
func (o *mail) yearly(m month) error {
	t := o.t
	if period, ends := halfYearEnding(m - 1); ends && m-1 >= t.first {
		s := style{format: xlsxFile, title: t.name + period + "支部星级评定结果", headers: withUnit, notes: []string{"注：本结果已公示五个工作日。"}}
		sheets := []part{{"星级评定", s, t.ratingTable(m - 1)}}
		if m.number() == 1 {
			s.title = fmt.Sprintf("%s%d年度支部星级评定结果", t.name, m.year()-1)
			sheets = append(sheets, part{"年度评定", s, t.yearRatingTable(m.year() - 1)})
		}
		if err := o.send(m, at(m, 2, 15, 0), t.name+"星级评定"+period, sheets...); err != nil {
			return err
		}
	}
	year := m.year() - 1
	if m.number() == 1 {
		s := style{format: csvFile, charset: "gb18030", comma: ';', other: true}
		if err := o.send(m, at(m, 2, 15, 30), "党员评定"+time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006"), part{"", s, t.memberRatingTable(year)}); err != nil {
			return err
		}
	}
	if m.number() == 1 {
		s := style{format: csvFile, charset: "utf-8"}
		if err := o.send(m, at(m, 2, 16, 0), "农户考评"+time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006"), part{"", s, t.appraisalTable(year)}); err != nil {
			return err
		}
	}
	if m.number() == 1 || m == t.first && m.number() < 6 {
		if year < 2015 || year > 2017 {
			return nil
		}
		s := style{format: xlsxFile, headers: withUnit, total: true, title: t.name + "村级奖学与慈善基金统计表", wide: year == 2016, commas: year == 2015}
		return o.send(m, at(m, 3, 9, 0), t.name+"基金统计"+time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006"), part{"基金", s, t.fundTable(year)})
	}
	return nil
}

// visitsAndPoints sends the two large exports; in one month both come in a bundle.
func (o *mail) visitsAndPoints(m month) error {
	t := o.t
	visits, slips := t.visitTable(m, t.round(m), m >= monthOf(2016, 7))
	points, wrong := t.pointTable(m)
	for _, c := range []correction{{slips, m}, {wrong, m}} {
		if c.rows.len() > 0 {
			if o.pending == nil {
				o.pending = map[month][]correction{}
			}
			o.pending[correctionDue(m)] = append(o.pending[correctionDue(m)], c)
		}
	}
	v, p := part{"走访记录", visitStyle(m), visits}, part{"党员积分", pointStyle(m), points}
	late := 4 // the fifth of the month is the deadline; a few months miss it
	if m%7 == 1 {
		late = 7
	}
	if m == monthOf(2017, 2) {
		return o.bundle(m, at(m, late, 17, 0), t.name+m.zh()+"数据", v, p)
	}
	if err := o.send(m, at(m, 3, 11, 30), "points_"+m.String(), p); err != nil {
		return err
	}
	name := "走访记录" + m.zh()
	if v.style.headers == byID {
		name = "visits_" + m.String()
	}
	return o.send(m, at(m, late, 17, 0), name, v)
}

// corrections sends what earlier months had wrong.
func (o *mail) corrections(m month) error {
	due := o.pending[m]
	delete(o.pending, m)
	for _, c := range due {
		c.rows.resent = c.rows.len()
		o.t.truth.correct(c.rows.export, c.rows.len())
		name, s := "走访记录更正"+c.of.zh(), visitStyle(c.of)
		if c.rows.export == "points" {
			name, s = "积分更正"+c.of.zh(), pointStyle(c.of)
		}
		if err := o.write(m, at(m, 6, 10, 0), name, part{"更正", s, c.rows}); err != nil {
			return err
		}
	}
	return nil
}

// send spoils the tables and writes them as one file; empty tables are left out, and so is a file of none.
func (o *mail) send(m month, arrives minute, name string, parts ...part) error {
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.rows.len() == 0 })
	if len(parts) == 0 {
		return nil
	}
	for _, p := range parts {
		o.t.spoil(p.rows, m)
	}
	return o.write(m, arrives, name, parts...)
}

// write writes one file, or hands the tables to the county where several towns share its files.
func (o *mail) write(m month, arrives minute, name string, parts ...part) (err error) {
	if o.t.Towns > 1 {
		shared := o.t.index > 0 || slices.Contains(listExports, parts[0].rows.export)
		if shared {
			return o.share(m, arrives, parts)
		}
	}
	s := parts[0].style
	name += s.format.extension(s.comma)
	path := filepath.Join("inbox", m.String(), name)
	f, err := create(filepath.Join(o.t.Dir, path))
	if err != nil {
		return err
	}
	planted := PlantedFile{Path: filepath.ToSlash(path), Month: m.String(), Format: string(s.format)}
	if err := errors.Join(o.fill(f, planted, parts), f.Close()); err != nil {
		return err
	}
	o.files++
	return finish(f.Name(), arrives)
}

// fill writes the tables into a file that is open, and notes where their rows lie.
func (o *mail) fill(f *os.File, planted PlantedFile, parts []part) (err error) {
	p := parts[0]
	first := 0
	switch p.style.format {
	case xlsxFile:
		return o.fillWorkbook(f, planted, parts)
	case ndjsonFile:
		first, err = writeNDJSON(f, planOf(p.style, p.rows), p.rows)
	case parquetFile:
		first, err = writeParquet(o.ctx, f.Name(), planOf(p.style, p.rows), p.rows)
	default:
		first, err = writeText(f, planOf(p.style, p.rows), p.rows)
	}
	if err == nil {
		o.t.truth.delivered(planted, p.rows, first)
	}
	return err
}

func (o *mail) fillWorkbook(f *os.File, planted PlantedFile, parts []part) (err error) {
	w, err := newWorkbook()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.f.Close()) }()
	for _, p := range parts {
		first, err := w.sheet(p.sheet, planOf(p.style, p.rows), p.rows)
		if err != nil {
			return err
		}
		planted.Sheet = p.sheet
		o.t.truth.delivered(planted, p.rows, first)
	}
	return w.f.Write(f)
}

// writeText writes one table as a whole CSV file.
func writeText(f io.Writer, p plan, rows *table) (first int, err error) {
	w, err := newTextWriter(f, p)
	if err != nil {
		return 0, err
	}
	if first, err = w.write(rows); err != nil {
		return 0, err
	}
	return first, w.close()
}

// bundle writes tables as CSV files in one zip.
func (o *mail) bundle(m month, arrives minute, name string, parts ...part) error {
	if o.t.Towns > 1 && o.t.index > 0 {
		for _, p := range parts {
			if err := o.send(m, arrives, p.sheet, p); err != nil {
				return err
			}
		}
		return nil
	}
	path := filepath.Join("inbox", m.String(), name+".zip")
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, p := range parts {
		o.t.spoil(p.rows, m)
		member := p.sheet + m.zh() + p.style.format.extension(p.style.comma)
		w, err := z.CreateHeader(&zip.FileHeader{Name: member, Method: zip.Deflate, Modified: arrives.instant()})
		if err != nil {
			return err
		}
		first, err := writeText(w, planOf(p.style, p.rows), p.rows)
		if err != nil {
			return err
		}
		o.t.truth.delivered(PlantedFile{Path: filepath.ToSlash(path), Member: member, Month: m.String(), Format: "zip/csv"}, p.rows, first)
	}
	if err := z.Close(); err != nil {
		return err
	}
	f, err := create(filepath.Join(o.t.Dir, path))
	if err != nil {
		return err
	}
	_, err = f.Write(packed.Bytes())
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	o.files++
	return finish(f.Name(), arrives)
}
