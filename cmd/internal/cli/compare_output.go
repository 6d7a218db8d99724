package cli

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/analyze"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/compare"
	say "hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// comparisonTables are the tables of a comparison, as --table takes them.
var comparisonTables = []string{"result", "conditions", "villages", "halves", "starts", "outcomes", "months", "gaps", "said"}

// part is one table of a comparison: for programs by ID and as numbers, for people in words.
type part struct {
	id      string
	title   data.Text
	columns []partColumn
	rows    [][]partCell
}

type partColumn struct {
	id    string
	title data.Text
}

type partCell struct {
	raw   any // nil where it is not known
	shown string
}

func textCell(text string) partCell { return partCell{text, text} }

// figure is a number, or nothing where there is none: JSON has no NaN.
func figure(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}

func perhaps(x estimate.Number) any { return figure(x.Or(math.NaN())) }

// columnsOf reads "id|中文|English" for every column.
func columnsOf(all ...string) (columns []partColumn) {
	for _, text := range all {
		parts := strings.SplitN(text, "|", 3)
		columns = append(columns, partColumn{parts[0], data.Text{Zh: parts[1], En: parts[2]}})
	}
	return columns
}

// writer writes a comparison in one language.
type writer struct {
	told
	lang string
}

func (w writer) t(zh, en string) string { return data.Text{Zh: zh, En: en}.In(w.lang) }

// inPeriods says periods where a table's are no months: the sentences are a town's, which counts by the month.
var inPeriods = map[string][]string{
	"zh": {"比较月份", "比较时期", "村月", "村次", "个月", "期", "月份", "时期", "每月", "每期", "逐月", "逐期", "启动前一年", "启动前12期", "近一年", "近12期", "按月累计", "按期累计", "每月计一次", "每期计一次"},
	"en": {"village-months", "village-periods", "from month to month", "from period to period", "by the month", "by the period", "Months", "Periods", "months", "periods", "a month", "a period", "month", "period",
		"the year before", "the 12 periods before", "over the last year", "over the last 12 periods"},
}

// say turns a town's sentence into one of the table: whatever its programme is, it is not the town's, and its periods may be no months. What
// the table itself names, its units, columns and outcomes, stays as it stands there.
func (w writer) say(text string) string {
	if !w.table {
		return text
	}
	replaced := append(w.ownNames(), "先锋户联", "这一做法")
	if w.periods {
		replaced = append(replaced, inPeriods[w.lang]...)
	}
	return strings.NewReplacer(replaced...).Replace(text)
}

// ownNames are the words of the table, each as its own replacement.
func (w writer) ownNames() (pairs []string) {
	keep := func(name string) {
		if utf8.RuneCountInString(name) > 1 { // one letter alone would be found within words
			pairs = append(pairs, name, name)
		}
	}
	for _, v := range w.Panel.Villages {
		keep(v.Name)
	}
	for _, r := range w.All {
		for _, text := range []data.Text{r.Measure.Name, r.Measure.Numerator, r.Measure.Denominator} {
			keep(text.In(w.lang))
		}
	}
	for _, name := range w.Covariate {
		keep(name)
	}
	return pairs
}

func (w writer) value(x say.Month) partCell {
	return partCell{figure(x.Value), say.WithBase(w.Measure, x.Value, x.Numerator, x.Denominator, w.lang)}
}

func (w writer) change(x float64) partCell {
	return partCell{figure(x), say.Difference(w.Measure, x, w.lang)}
}

func percentCell(x estimate.Number) partCell {
	return partCell{perhaps(x), say.Percent(x.Or(math.NaN()))}
}

func number(x float64) partCell { return partCell{figure(x), say.Count(x)} }

// parts are the tables of the report.
func (w writer) parts() []part {
	all := []part{w.result(), w.conditions(), w.villages(), w.halves(), w.starts(), w.outcomes(), w.months(), w.gaps()}
	words := w.Said(w.lang)
	if w.beside {
		all, words = w.besideParts(), w.besideSaid()
	}
	said := part{id: "said", title: data.Text{Zh: "解读", En: "In words"}, columns: columnsOf("said|解读|In words")}
	for _, text := range words {
		said.rows = append(said.rows, []partCell{textCell(w.say(text))})
	}
	return append(all, said)
}

func (w writer) result() part {
	p := part{id: "result", title: data.Text{Zh: "结果", En: "Result"}, columns: columnsOf("measure|指标|Measure", "verdict|结论|Verdict", "difference|差|Difference", "low|下限|Low", "high|上限|High", "chance|偶然可能性|Chance",
		"corrected|校正后|Corrected", "pilots|试点村数|Pilots", "others|对照村数|Others", "before_from|启动前自|Before from", "before_to|启动前至|Before to", "after_from|启动后自|Since from", "after_to|启动后至|Since to", "standing|在方案中|In the plan", "obstacle|原因|Obstacle")}
	ends := func(months []string) (from, to partCell) {
		if len(months) == 0 {
			return partCell{nil, say.Missing}, partCell{nil, say.Missing}
		}
		return textCell(months[0]), textCell(months[len(months)-1])
	}
	bf, bt := ends(w.Design.Before)
	af, at := ends(w.Design.After)
	p.rows = [][]partCell{{textCell(w.Measure.ID), textCell(string(w.Verdict)), w.change(w.Effect), w.change(w.Low), w.change(w.High), percentCell(w.P), percentCell(w.Family.P),
		number(float64(len(w.Pilots))), number(float64(len(w.Others))), bf, bt, af, at, textCell(string(w.Family.Standing)), textCell(string(w.Design.Obstacle))}}
	return p
}

func (w writer) conditions() part {
	p := part{id: "conditions", title: data.Text{Zh: "结论成立的条件（✓数据支持 ?答不了，请核对 ✗数据不支持）", En: "What must hold (✓ the data agree, ? they cannot tell, please check, ✗ they do not)"},
		columns: columnsOf("state|成立|Holds", "id|编号|ID", "condition|条件|Condition", "answer|数据怎么说|What the data say")}
	mark := map[compare.Held]string{compare.Met: "✓", compare.Unanswered: "?", compare.Unmet: "✗"}
	for _, c := range w.Conditions(w.lang) {
		p.rows = append(p.rows, []partCell{{string(c.State), mark[c.State]}, {c.ID, ""}, textCell(c.Name), textCell(w.say(c.Answer))})
	}
	return p
}

func (w writer) villages() part {
	p := part{id: "villages", title: data.Text{Zh: "逐村变化：谁受益", En: "Village by village: who gained"}, columns: columnsOf("village|村|Village", "side|在本次比较中|Side", "before|启动前|Before", "after|启动后|After", "change|变化|Change",
		"more|比对照多|Over the others", "low|下限|Low", "high|上限|High", "small|基数小|Small base")}
	small := map[bool]string{true: w.t("是，不判", "yes, not judged"), false: ""}
	for _, g := range w.Gained {
		p.rows = append(p.rows, []partCell{textCell(g.Name), {"pilot", w.t("试点", "pilot")}, w.value(g.Before), w.value(g.After), w.change(g.Change()), w.change(g.More), w.change(g.Low), w.change(g.High), {g.Small, small[g.Small]}})
	}
	none := partCell{nil, say.Missing}
	for _, x := range w.Others {
		p.rows = append(p.rows, []partCell{textCell(x.Name), {"other", w.t("对照", "other")}, w.value(x.Before), w.value(x.After), w.change(x.Change()), none, none, none, {nil, ""}})
	}
	return p
}

func (w writer) halves() part {
	p := part{id: "halves", title: data.Text{Zh: "按人手和起点（只列出，不另作结论）", En: "By hands and by level (shown, not judged)"}, columns: columnsOf("half|哪些村|Which villages", "pilots|试点|Pilots", "others|对照|Others", "difference|差|Difference", "low|下限|Low", "high|上限|High")}
	for _, s := range w.Splits {
		for _, high := range []bool{false, true} {
			of := s.Low
			if high {
				of = s.High
			}
			p.rows = append(p.rows, []partCell{textCell(w.say(s.Name(high, w.lang))), number(float64(len(of.Pilots))), number(float64(len(of.Others))), w.change(of.Effect), w.change(of.Low), w.change(of.High)})
		}
	}
	return p
}

func (w writer) starts() part {
	p := part{id: "starts", title: data.Text{Zh: "各批启动前后（按启动后月数）", En: "Before and after by start group (by months since the start)"}, columns: columnsOf("group|批次|Group", "pilot|试点|Pilot", "villages|村数|Villages", "before|启动前|Before",
		"since_0_2|启动后0–2|Months 0–2", "since_3_5|3–5|3–5", "since_6_8|6–8|6–8", "since_9|9及以上|9 and more", "change|最近比启动前|Latest less before")}
	for _, g := range w.Groups {
		name, change := w.t("尚未启动", "not begun"), partCell{nil, say.Missing}
		if g.Start != "" {
			name, change = say.MonthName(g.Start, w.lang), w.change(g.Latest().Value-g.Before.Value)
		}
		row := []partCell{{g.Start, name}, {g.Pilot, map[bool]string{true: "✓"}[g.Pilot]}, number(float64(len(g.Villages))), w.value(g.Before)}
		for _, x := range g.Since {
			if g.Start == "" {
				x.Value = math.NaN()
			}
			row = append(row, w.value(x))
		}
		p.rows = append(p.rows, append(row, change))
	}
	return p
}

func (w writer) outcomes() part {
	p := part{id: "outcomes", title: data.Text{Zh: "一并看的指标", En: "Outcomes looked at together"}, columns: columnsOf("measure|编号|ID", "name|指标|Measure", "standing|在方案中|In the plan", "difference|差|Difference", "low|下限|Low", "high|上限|High", "chance|偶然可能性|Chance", "corrected|校正后|Corrected", "verdict|初看|At first sight")}
	for _, r := range w.All {
		standing := string(r.Family.Standing)
		own := writer{told{Report: compare.Report{Result: r}}, w.lang}
		p.rows = append(p.rows, []partCell{{r.Measure.ID, ""}, textCell(r.Measure.Name.In(w.lang)), {standing, w.t(map[string]string{"main": "主要", "secondary": "次要", "exploratory": "探索"}[standing], standing)},
			own.change(r.Effect), own.change(r.Low), own.change(r.High), percentCell(r.P), percentCell(r.Family.P), {string(r.Verdict), r.Short(w.lang)}})
	}
	return p
}

func (w writer) months() part {
	p := part{id: "months", title: data.Text{Zh: "启动前后逐月差距", En: "Pilots less others, month by month"}, columns: columnsOf("month|月份|Month", "since|启动后月数|Months since", "pilots|试点平均|Pilots, mean", "others|对照平均|Others, mean", "difference|差|Difference", "low|下限|Low", "high|上限|High", "n_pilots|试点村数|Pilots", "n_others|对照村数|Others")}
	for _, m := range w.Moments {
		mean := func(x float64) partCell { return partCell{figure(x), say.Text(w.Measure, x, w.lang)} }
		p.rows = append(p.rows, []partCell{textCell(m.Month), {m.Since, fmt.Sprint(m.Since)}, mean(m.Pilots), mean(m.Others), w.change(m.Effect), w.change(m.Low), w.change(m.High), number(float64(m.N1)), number(float64(m.N0))})
	}
	return p
}

func (w writer) gaps() part {
	p := part{id: "gaps", title: data.Text{Zh: "没有报表、未计入的月份", En: "Months without a source, left out"}, columns: columnsOf("village|村|Village", "month|月份|Month")}
	for _, g := range w.Gaps {
		for _, month := range g.Months {
			p.rows = append(p.rows, []partCell{textCell(g.Name), textCell(month)})
		}
	}
	return p
}

// raw is a table for programs.
func (p part) raw() pipelines.Table {
	var t pipelines.Table
	for _, c := range p.columns {
		t.Columns = append(t.Columns, c.id)
	}
	for _, row := range p.rows {
		out := make([]any, len(row))
		for i, cell := range row {
			out[i] = cell.raw
		}
		t.Rows = append(t.Rows, out)
	}
	return t
}

// objects are its rows for JSON.
func (p part) objects() (rows []*analyze.Object) {
	table := p.raw()
	for _, row := range table.Rows {
		o := &analyze.Object{}
		for i, column := range table.Columns {
			o.Set(column, row[i])
		}
		rows = append(rows, o)
	}
	return rows
}

// shown is a table for people: a column without words or values anywhere is left out.
func (w writer) shown(p part) pipelines.Table {
	var t pipelines.Table
	t.Rows = make([][]any, len(p.rows))
	for i, c := range p.columns {
		if !slices.ContainsFunc(p.rows, func(row []partCell) bool { return row[i].shown != "" && row[i].shown != say.Missing }) {
			continue
		}
		t.Columns = append(t.Columns, w.say(c.title.In(w.lang)))
		for k, row := range p.rows {
			t.Rows[k] = append(t.Rows[k], row[i].shown)
		}
	}
	return t
}

// in is the same report in another language.
func (w writer) in(lang string) writer { return writer{w.told, lang} }

// sentences puts sentences written for a town into the words for a table of one's own.
func (w writer) sentences(all []string) (said []string) {
	for _, text := range all {
		said = append(said, w.say(text))
	}
	return said
}

// both holds the same value in Chinese and in English, for programs that read the output.
func both(of func(lang string) any) *analyze.Object {
	return (&analyze.Object{}).Set("zh", of("zh")).Set("en", of("en"))
}

// document is the report for programs: numbers as they are, sentences in both languages.
func (w writer) document() *analyze.Object {
	d := (&analyze.Object{}).Set("measure", w.Measure.ID).Set("name", both(func(l string) any { return w.Measure.Name.In(l) })).Set("unit", w.Measure.Unit).Set("seed", w.seed).
		Set("verdict", string(w.Verdict)).Set("headline", both(func(l string) any { return w.Headline(l) })).Set("said", both(func(l string) any { return w.in(l).sentences(w.Said(l)) }))
	plan := any(nil)
	if w.Plan != nil {
		known, of := w.Plan.Known(w.Design)
		sure := estimate.Number{}
		if w.Plan.Main() == w.Measure.ID && w.Verdict != compare.NotEstimable {
			sure = w.Exceeds(w.Plan.Smallest)
		}
		plan = (&analyze.Object{}).Set("registered_on", w.PlannedOn).Set("came_first", known == 0 && of > 0).Set("months_known_then", known).Set("of_months", of).Set("outcomes", w.Plan.Outcomes).
			Set("smallest", figure(w.Plan.Smallest)).Set("sure_of_more", perhaps(sure)).Set("rule", w.Plan.Rule).Set("unmoved", w.Plan.Unmoved)
	}
	d.Set("plan", plan)
	for _, p := range w.parts() {
		if p.id == "said" {
			continue
		}
		rows := p.objects()
		if p.id == "result" {
			for _, key := range rows[0].Keys() {
				if key != "measure" && key != "verdict" {
					value, _ := rows[0].Get(key)
					d.Set(key, value)
				}
			}
			continue
		}
		d.Set(p.id, rows)
	}
	gain := any(nil)
	if g, counted := w.Gain(); counted && w.Verdict != compare.NotEstimable {
		gain = (&analyze.Object{}).Set("observed", g.Observed).Set("expected", g.Expected).Set("more", g.More).Set("low", figure(g.Low)).Set("high", figure(g.High))
	}
	e := w.Extension(w.Panel)
	var left []string
	for _, v := range e.Villages {
		left = append(left, v.Name)
	}
	extension := (&analyze.Object{}).Set("why_not", string(e.Why)).Set("villages", left).Set("low", nil).Set("high", nil)
	if e.Why == compare.Reached {
		extension.Set("low", figure(e.Low)).Set("high", figure(e.High))
	}
	waves := any(nil)
	if w.Waves != nil {
		waves = (&analyze.Object{}).Set("difference", figure(w.Waves.Effect)).Set("low", figure(w.Waves.Low)).Set("high", figure(w.Waves.High)).Set("chance", perhaps(w.Waves.P)).Set("pilots", len(w.Waves.Pilots)).Set("rollout", len(w.Waves.Others)).Set("months", len(w.Waves.Design.After))
	}
	d.Set("gain", gain).Set("course", string(w.Course())).Set("extension", extension).Set("pilots_against_rollout", waves).
		Set("cost", (&analyze.Object{}).Set("total", perhaps(w.Cost.Total)).Set("per", perhaps(w.Cost.Per)).Set("low", perhaps(w.Cost.Low)).Set("high", perhaps(w.Cost.High))).
		Set("notes", both(func(l string) any { return w.noted(l) }))
	return d
}

// flagged names the flags of these commands where the reader of tables names its own.
var flagged = strings.NewReplacer("--period", "--time", "--events", "--numerator", "--total", "--denominator")

func (w writer) noted(lang string) (all []string) {
	for _, n := range w.notes {
		all = append(all, flagged.Replace(n.In(lang)))
	}
	return all
}

// printComparison writes a report in the format the command was given.
func (p *program) printComparison(cmd *cobra.Command, of told, lang, wanted string) error {
	format, err := outputFormat(cmd)
	if err != nil {
		return err
	}
	w := writer{of, lang}
	out := bufio.NewWriter(p.Out)
	switch {
	case format == "json" && of.beside:
		err = writeDocument(out, w.besideDocument())
	case format == "json":
		err = writeDocument(out, w.document())
	case format == "csv" || wanted != "":
		all := w.parts()
		chosen := all[max(0, slices.IndexFunc(all, func(x part) bool { return x.id == wanted }))]
		if format == "csv" {
			return p.print(cmd, chosen.raw())
		}
		return p.print(cmd, w.shown(chosen))
	default:
		err = w.text(out)
	}
	if err != nil {
		return pipelines.Errorf("write output: %w", err)
	}
	return out.Flush()
}

// text writes the report for people: the verdict and what it comes to, the conditions, who gained, then the grounds.
func (w writer) text(out io.Writer) error {
	line := func(text string) error { return writeWrapped(out, w.say(text)) }
	headline, said := w.Headline(w.lang), w.Plainly(w.lang)
	if w.beside {
		headline, said = w.WavesHeadline(w.lang), w.besideSaid()
	}
	if err := line(headline); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if w.Verdict != compare.NotEstimable && !w.beside {
		heading, between, why := w.Extended(w.lang)
		if heading != "" {
			heading += w.t("：", ": ") + between + w.t("。", ". ")
		}
		said = append(said, heading+why)
	}
	for _, text := range said {
		if err := line(text); err != nil {
			return err
		}
	}
	for _, p := range w.parts() {
		if len(p.rows) == 0 || slices.Contains([]string{"result", "months", "gaps", "said"}, p.id) || p.id == "outcomes" && len(p.rows) < 2 {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", w.say(p.title.In(w.lang)))
		if err := writeAligned(out, w.shown(p)); err != nil {
			return err
		}
	}
	grounds, noted := w.Grounds(w.lang), w.noted(w.lang)
	if w.Verdict == compare.NotEstimable || w.beside {
		grounds = nil
	}
	if len(grounds)+len(noted) > 0 {
		fmt.Fprintf(out, "\n%s\n", w.t("依据", "Grounds"))
	}
	for _, text := range grounds {
		if err := line(text); err != nil {
			return err
		}
	}
	for _, text := range noted { // of the table as it stands: nothing in it is a town's
		if err := writeWrapped(out, text); err != nil {
			return err
		}
	}
	return nil
}

// printBeforehand writes what a pilot could find.
func (p *program) printBeforehand(cmd *cobra.Command, of told, smallest float64, lang string) error {
	format, err := outputFormat(cmd)
	if err != nil {
		return err
	}
	w := writer{of, lang}
	lines, d := compare.Beforehand(of.Panel, smallest, lang)
	if format != "table" {
		table := pipelines.Table{Columns: []string{"measure", "pilots", "others", "months_before", "villages_with_holes", "alike", "sd", "rho", "smallest_found", "smallest_chance", "smallest_worth_having"}}
		table.Rows = [][]any{{of.Panel.Measure.ID, int64(d.Pilots), int64(d.Comparison), int64(d.Before), int64(len(d.Holes)), int64(len(d.Alike)), perhaps(d.SD), perhaps(d.Rho), perhaps(d.Smallest), perhaps(d.Floor), figure(smallest)}}
		return p.print(cmd, table)
	}
	table := pipelines.Table{Columns: []string{w.t("项目", "Item"), w.t("结果", "Result")}}
	for _, l := range lines {
		table.Rows = append(table.Rows, []any{w.say(l.Name), w.say(l.Text)})
	}
	if err := p.print(cmd, table); err != nil {
		return err
	}
	out := bufio.NewWriter(p.Out)
	fmt.Fprintln(out)
	for _, warning := range d.Warnings {
		if err := writeWrapped(out, w.say(warning.In(lang))); err != nil {
			return err
		}
	}
	for _, note := range w.noted(lang) {
		if err := writeWrapped(out, note); err != nil {
			return err
		}
	}
	return out.Flush()
}
