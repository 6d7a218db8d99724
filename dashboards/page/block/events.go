package block

import (
	"slices"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
)

// event is what happened to the programme in a place on a day.
type event struct{ month, name string }

// events are what happened to a unit up to the page's month, in order of time: when the programme began there (for the
// town: pilots first, then the villages of the rollout), supports it was given, and what the town's settings name.
func events(r Request, u facts.Unit) []event {
	var all []event
	add := func(on, name string) {
		if month := facts.FirstSeven(on); month >= r.FirstMonth && month <= r.Month {
			all = append(all, event{month, name})
		}
	}
	if u.Level == facts.LevelTown {
		for _, start := range starts(r) {
			add(start.month, start.name)
		}
	} else {
		add(r.StartOf(u), r.T("启动", "start"))
		for _, s := range r.Supports {
			if s.Village == u.VillageID {
				add(s.Started, r.Word("supports", "kind", s.Kind))
			}
		}
	}
	for _, e := range r.Programme.Events {
		if e.Village == "" || e.Village == u.VillageID {
			add(e.On, e.Name.In(r.Lang))
		}
	}
	slices.SortStableFunc(all, func(a, b event) int { return strings.Compare(a.month, b.month) })
	return slices.Compact(all)
}

// starts are the months in which the programme began in villages, with how many there were.
func starts(r Request) []event {
	count := map[string]int{}
	var months []string
	for _, v := range r.Villages {
		if month := facts.FirstSeven(v.ProgrammeStart); month != "" {
			if count[month]++; count[month] == 1 {
				months = append(months, month)
			}
		}
	}
	slices.Sort(months)
	if len(months) == 0 && r.ProgrammeStart != "" {
		return []event{{facts.FirstSeven(r.ProgrammeStart), r.T("启动", "start")}}
	}
	all := make([]event, len(months))
	for i, month := range months {
		n, villages := count[month], "villages"
		if n == 1 {
			villages = "village"
		}
		all[i] = event{month, r.Tf("推开%d村", "+%d "+villages, n)}
		if i == 0 {
			all[i].name = r.Tf("启动%d村", "start in %d "+villages, n)
		}
	}
	return all
}

// Marks puts the events of a unit on a time axis: those of one month together.
func Marks(r Request, u facts.Unit) []chart.Mark {
	var all []chart.Mark
	for _, e := range events(r, u) {
		if n := len(all); n > 0 && all[n-1].Month == e.month {
			all[n-1].Name += r.T("、", ", ") + e.name
			continue
		}
		all = append(all, chart.Mark{Month: e.month, Name: e.name})
	}
	return all
}

// MarkNote says in words what the dotted lines of a chart mark.
func MarkNote(r Request, u facts.Unit) string {
	var said []string
	for _, m := range Marks(r, u) {
		said = append(said, r.MonthName(m.Month)+" "+m.Name)
	}
	if len(said) == 0 {
		return ""
	}
	return r.T("竖线：", "Upright lines: ") + strings.Join(said, r.T("；", "; ")) + r.T("。", ".")
}
