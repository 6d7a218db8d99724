package cli

import (
	"slices"

	"hulian/cmd/internal/analyze"
	"hulian/data"
	"hulian/queries/compare"
	say "hulian/queries/reading"
)

// sides are the pilots and the villages beside them that the flags name, as the pickers of the page do.
func (o comparison) sides(villages []compare.Village) (s compare.Sides, err error) {
	var pilots, groups []string
	for _, v := range villages {
		start := unpadded(v.Start)
		switch {
		case start == "": // has not begun
		case v.Pilot:
			pilots = append(pilots, v.Name)
			if o.only == v.ID || o.only == v.Name {
				s.Pilot = v.ID
			}
		default:
			groups = append(groups, start)
			if o.with == start || o.with == v.Start {
				s.With = v.Start
			}
		}
	}
	if o.with == compare.Rollout {
		s.With = compare.Rollout
	}
	if o.only != "" && s.Pilot == "" {
		return s, unknown("pilot", o.only, pilots, "")
	}
	if o.with != "" && s.With == "" {
		slices.Sort(groups)
		return s, unknown("start group", o.with, append(slices.Compact(groups), compare.Rollout), "")
	}
	return s, nil
}

// against sets the pilots against villages of the rollout where sides name some.
func (t told) against(s compare.Sides) told {
	if t.sides, t.beside = s, s.With != ""; t.beside {
		t.Report, _ = t.Beside(s)
	}
	return t
}

// besideTables are the tables for pilots against villages of the rollout. Tables of the verdict are not among them.
var besideTables = []string{"result", "villages", "starts", "months", "said"}

// besideParts are those tables. Where the sides could not be compared the result has no numbers, and the others no rows.
func (w writer) besideParts() []part {
	waves := writer{told{Report: compare.Report{Result: compare.Result{Measure: w.Measure}}}, w.lang}
	result := part{id: "result", title: data.Text{Zh: "结果", En: "Result"}, columns: columnsOf("measure|指标|Measure", "difference|差|Difference", "low|下限|Low", "high|上限|High", "chance|偶然可能性|Chance",
		"pilots|试点村数|Pilots", "rollout|推开村数|Rollout", "months_since|启动后月数|Months since")}
	villages := part{id: "villages", title: data.Text{Zh: "两边各村", En: "The villages of both sides"}, columns: columnsOf("village|村|Village", "side|哪一边|Side", "start|启动|Began", "before|启动前|Before", "after|启动后|Since", "change|变化|Change")}
	none := partCell{nil, say.Missing}
	if w.Waves == nil {
		result.rows = [][]partCell{{textCell(w.Measure.ID), none, none, none, none, none, none, none}}
	} else {
		waves.Result = *w.Waves
		result.rows = [][]partCell{{textCell(w.Measure.ID), waves.change(waves.Effect), waves.change(waves.Low), waves.change(waves.High), percentCell(waves.P), number(float64(len(waves.Pilots))),
			number(float64(len(waves.Others))), number(float64(len(waves.Design.After)))}}
	}
	side := map[bool]partCell{true: {"pilot", w.t("试点", "pilot")}, false: {"rollout", w.t("推开", "rollout")}}
	for i, x := range slices.Concat(waves.Pilots, waves.Others) {
		villages.rows = append(villages.rows, []partCell{textCell(x.Name), side[i < len(waves.Pilots)], {unpadded(x.Start), say.MonthName(unpadded(x.Start), w.lang)}, waves.value(x.Before), waves.value(x.After), waves.change(x.Change())})
	}
	months := waves.months()
	months.title = data.Text{Zh: "按启动后月数逐月差距", En: "Pilots less rollout, by months since the start"}
	months.columns = columnsOf("month|启动后月数|Months since the start", "since|启动后月数|Months since", "pilots|试点平均|Pilots, mean", "others|推开平均|Rollout, mean", "difference|差|Difference", "low|下限|Low", "high|上限|High", "n_pilots|试点村数|Pilots", "n_others|推开村数|Rollout")
	return []part{result, villages, w.starts(), months}
}

// besideSaid are the sentences on pilots against villages of the rollout.
func (w writer) besideSaid() []string {
	if w.Waves == nil {
		return []string{w.WavesNone(w.lang)}
	}
	return []string{w.WavesSaid(w.lang)}
}

// besideDocument is what a program is told of pilots against villages of the rollout.
func (w writer) besideDocument() *analyze.Object {
	d := (&analyze.Object{}).Set("measure", w.Measure.ID).Set("name", both(func(l string) any { return w.Measure.Name.In(l) })).Set("unit", w.Measure.Unit).Set("seed", w.seed).Set("pilot", w.sides.Pilot).Set("with", unpadded(w.sides.With)).
		Set("headline", both(func(l string) any { return w.in(l).say(w.WavesHeadline(l)) })).Set("said", both(func(l string) any { return w.in(l).sentences(w.in(l).besideSaid()) }))
	for _, p := range w.besideParts() {
		rows := p.objects()
		if p.id != "result" {
			d.Set(p.id, rows)
			continue
		}
		for _, key := range rows[0].Keys() {
			if value, _ := rows[0].Get(key); key != "measure" {
				d.Set(key, value)
			}
		}
	}
	return d.Set("notes", both(func(l string) any { return w.noted(l) }))
}
