package month

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// mostReasons is how many weak villages the first sentence gives the reasons of; the table below it has all.
const mostReasons = 3

// fiveSentences are what the first sheet says in words: who is weak, what changed beyond ordinary variation, what was visited and
// solved, what is asked of whom by when, what became of what was decided before. The rest stands in the sections.
func fiveSentences(ctx context.Context, r block.Request, own facts.Measured, assessed []signals.Assessment) ([]string, error) {
	_, _, readings := changes(r, own)
	decided, err := decisions.DecidedUpTo(ctx, r)
	if err != nil {
		return nil, err
	}
	first := weakSentence(r, own, assessed)
	if r.Unit().Level == facts.LevelBranch { // which has no tier: its stars, and where it stands among its like
		standing, err := branchStanding(ctx, r, own)
		if err != nil {
			return nil, err
		}
		first = block.Say(r, own, "weak_branch", "branch", r.Unit().Name, "village", r.Name(r.Village), "standing", standing)
	}
	return closed(first, changedSentence(r, own, readings), workSentence(r, own), askedSentence(r, own, assessed, readings), lastSentence(r, own, decided)), nil
}

// closed leaves empty sentences out, and the spaces that a document does without.
func closed(said ...string) []string {
	said = slices.DeleteFunc(said, func(s string) bool { return s == "" })
	for i := range said {
		said[i] = setClose.ReplaceAllString(setClose.ReplaceAllString(said[i], "$1$2$3$4"), "$1$2$3$4") // one character may end one match and begin the next
	}
	return said
}

// changedSentence names what worsened and what improved, each event by its first measure; what changed without being good or bad, and
// what did not change, stands below.
func changedSentence(r block.Request, own facts.Measured, readings []reading.Reading) string {
	var worse, better []string
	unknown := 0
	for _, event := range reading.ByEvent(readings) {
		switch name := event[0].Measure.Name.In(r.Lang); {
		case event[0].Rules.Unknown != "":
			unknown += len(event)
		case event[0].Variation == reading.Worsening:
			worse = append(worse, name)
		case event[0].Variation == reading.Improving:
			better = append(better, name)
		}
	}
	var parts []string
	if len(worse) > 0 {
		parts = append(parts, block.Say(r, own, "changed_worse", "count", strconv.Itoa(len(worse)), "measures", strings.Join(worse, r.T("、", ", "))))
	}
	if len(better) > 0 {
		parts = append(parts, block.Say(r, own, "changed_better", "count", strconv.Itoa(len(better)), "measures", strings.Join(better, r.T("、", ", "))))
	}
	if len(parts) == 0 {
		parts = append(parts, block.Say(r, own, "changed_none"))
	} else {
		parts = append(parts, block.Say(r, own, "changed_rest"))
	}
	if unknown > 0 {
		parts = append(parts, block.Say(r, own, "changed_unknown", "count", strconv.Itoa(unknown)))
	}
	if parts = filled(parts); len(parts) == 0 {
		return ""
	}
	return r.MonthName(r.Month) + r.T("", ": ") + strings.Join(parts, r.T("，", "; ")) + r.T("。", ".")
}

// filled are the parts of a sentence that say something: a town may have emptied one, or its measure has no value.
func filled(parts []string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// workSentence is what was visited and solved.
func workSentence(r block.Request, own facts.Measured) string {
	parts := filled([]string{
		block.Say(r, own, "work_visited"), block.Say(r, own, "work_unvisited", "days", strconv.Itoa(r.Programme.Linking.UnvisitedDays)), block.Say(r, own, "work_solved"), block.Say(r, own, "work_overdue"),
	})
	if len(parts) == 0 {
		return ""
	}
	return language.Capital(strings.Join(parts, r.T("；", "; "))) + r.T("。", ".")
}

// askedSentence says of whom something is asked, and by when; the table below has it in full.
func askedSentence(r block.Request, own facts.Measured, assessed []signals.Assessment, readings []reading.Reading) string {
	var weak []string
	for _, a := range assessed {
		if a.IsWeak() && ofPlace(r, a) {
			weak = append(weak, a.Village.Name)
		}
	}
	var parts []string
	if len(weak) > 0 {
		if len(weak) > mostReasons {
			weak = append(weak[:mostReasons], r.T("等", "others"))
		}
		parts = append(parts, block.Say(r, own, "asked_help", "villages", strings.Join(weak, r.T("、", ", "))))
	}
	for _, event := range reading.ByEvent(readings) {
		if event[0].Signal() && event[0].Variation == reading.Worsening {
			if asked := strings.TrimRight(askedOf(r, own, event[0].Measure.Group), "。."); asked != "" {
				parts = append(parts, r.T("针对", "")+event[0].Measure.Name.In(r.Lang)+r.T("，", ": ")+asked)
			}
		}
	}
	if parts = filled(parts); len(parts) == 0 {
		return block.Say(r, own, "asked_none")
	}
	return block.Say(r, own, "asked", "month", r.MonthName(facts.MonthAdd(r.Month, 1)), "asked", strings.Join(parts, r.T("；", "; ")))
}

// lastSentence says what became of what was decided before.
func lastSentence(r block.Request, own facts.Measured, decided []decisions.Decided) string {
	before := decidedBefore(r, decided)
	if r.Village != "" {
		before = slices.DeleteFunc(before, func(d decisions.Decided) bool {
			return d.Village != r.Village || r.Unit().Level == facts.LevelBranch && d.Branch != r.Branch
		})
	}
	if len(before) == 0 {
		return block.Say(r, own, "last_none")
	}
	late, pending := 0, 0
	for _, d := range before {
		switch {
		case d.Standing == decisions.Overdue:
			late++
		case d.Pending():
			pending++
		}
	}
	return block.Say(r, own, "last", "count", strconv.Itoa(len(before)), "closed", strconv.Itoa(len(before)-late-pending), "open", strconv.Itoa(pending), "late", strconv.Itoa(late))
}

// setClose finds the spaces between Chinese characters and numbers, which a document does without.
var setClose = regexp.MustCompile(`(\p{Han}) +(\d)|(\d%?|）) +(\p{Han})`)

// weakSentence names the weak villages with the reason of each. In the report of a village its own tier stands first.
func weakSentence(r block.Request, own facts.Measured, assessed []signals.Assessment) string {
	if len(assessed) == 0 {
		return ""
	}
	say := func(id string, slots ...string) string { return block.Say(r, own, id, slots...) }
	var town string
	if said := signals.SummaryIn(say, assessed, r.Lang); len(said) > 0 {
		town = said[0]
	}
	at := slices.IndexFunc(assessed, func(a signals.Assessment) bool { return a.Village.ID == r.Village })
	if at < 0 {
		var reasons []string
		for _, a := range assessed {
			if a.IsWeak() {
				reasons = append(reasons, block.Say(r, own, "weak_reason", "village", a.Village.Name, "reasons", named(r, a)))
			}
		}
		if len(reasons) > mostReasons {
			reasons = append(reasons[:mostReasons], r.T("其余见下表", "the others stand in the table below"))
		}
		if len(reasons) > 0 {
			town += r.T("", " ") + strings.Join(reasons, r.T("；", "; ")) + r.T("。", ".")
		}
		return town
	}
	a := assessed[at]
	if a.IsWeak() {
		return block.Say(r, own, "weak_village_why", "village", a.Village.Name, "tier", a.Tier.Name(r.Lang), "reasons", reasonOf(r, a), "town", town)
	}
	return block.Say(r, own, "weak_village", "village", a.Village.Name, "tier", a.Tier.Name(r.Lang), "town", town)
}

// ofPlace reports whether what is asked of a weak village stands in the notice: of the town, and of that village itself; what its village is
// asked does not stand in a branch's.
func ofPlace(r block.Request, a signals.Assessment) bool {
	return r.Village == "" || a.Village.ID == r.Village && r.Unit().Level != facts.LevelBranch
}

// branchStanding is what stands in the place of a tier in the notice of a branch: its last rating, and the measures on which it is clearly
// behind or ahead of the other branches.
func branchStanding(ctx context.Context, r block.Request, own facts.Measured) (string, error) {
	last, err := work.LastRating(ctx, r)
	if err != nil {
		return "", err
	}
	var parts []string
	if last != "" {
		parts = append(parts, last)
	}
	places, err := block.OwnPositions(ctx, r, block.ByUnit...)
	if err != nil {
		return "", err
	}
	var behind, ahead []string
	known := false
	for _, id := range block.ByUnit {
		v := own.At(id, r.Unit().ID, r.Month)
		known = known || v.Known()
		switch places[id] {
		case view.Behind:
			behind = append(behind, v.Measure.Name.In(r.Lang))
		case view.Ahead:
			ahead = append(ahead, v.Measure.Name.In(r.Lang))
		default:
		}
	}
	if len(behind) > 0 {
		parts = append(parts, r.Tf("明显落后于其他支部：%s", "clearly behind the other branches on %s", strings.Join(behind, r.T("、", ", "))))
	}
	if len(ahead) > 0 {
		parts = append(parts, r.Tf("明显领先于其他支部：%s", "clearly ahead of the other branches on %s", strings.Join(ahead, r.T("、", ", "))))
	}
	switch {
	case !known:
		parts = append(parts, r.T("没有数据，暂不评价", "nothing is known, and nothing judged"))
	case len(behind)+len(ahead) == 0:
		parts = append(parts, r.T("主要指标与其他支部无明显差别", "no clear difference from the other branches on the main measures"))
	}
	return strings.Join(parts, r.T("；", "; ")), nil
}

// reasonOf is what a village is weak on, and the likely cause.
func reasonOf(r block.Request, a signals.Assessment) string {
	return strings.Join(slices.DeleteFunc([]string{weakOn(r, a), a.Cause.Name(r.Lang)}, func(s string) bool { return s == "" }), r.T("，", ", "))
}

// named is what a village is weak on without the figures, which stand once, in the table below the sentences: the first sheet is one page.
func named(r block.Request, a signals.Assessment) string {
	var said []string
	for _, signal := range a.Persistent() {
		said = append(said, signal[0].Measure.Name.In(r.Lang))
	}
	if len(said) == 0 {
		for _, c := range a.Criteria {
			said = append(said, a.Of(c.ID).Hard.Name.In(r.Lang))
		}
	}
	said = append(said[:min(len(said), 2)], a.Cause.Name(r.Lang))
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), r.T("，", ", "))
}

// asked is the table of the first sheet: which villages are weak and why, which figures worsened beyond ordinary variation, and what is
// asked of whom by when. The evidence and the changes for which nothing is asked stand in their sections: they would take the sheet onto a second page.
func asked(ctx context.Context, r block.Request, own facts.Measured, town signals.Town, assessed []signals.Assessment) (*view.Table, error) {
	t := &view.Table{ID: "asked", Stacked: true, Title: r.T("本月要点和要求", "This month's points, and what is asked"), Empty: r.T("没有薄弱村，也没有变差的指标。", "No village is weak, and nothing worsened."),
		Columns: []view.Column{view.Words(r.T("单位", "Unit")), view.Words(r.T("情况", "What was seen")), view.Words(r.T("要求", "What is asked")), view.Words(r.T("责任人", "Of whom")), view.Words(r.T("时限", "By"))}}
	if r.Unit().Level == facts.LevelBranch {
		t.Empty = r.T("没有变差的指标。", "Nothing worsened.")
	}
	by := r.Tf("%s底前", "the end of %s", r.MonthName(facts.MonthAdd(r.Month, 1)))
	for _, a := range assessed {
		if !a.IsWeak() || !ofPlace(r, a) {
			continue
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: a.Village.Name, Link: r.Link("weak", question.In(a.Village.ID)), Note: a.Tier.Name(r.Lang), Tone: view.ToneWorse}, {Text: named(r, a)},
			{Text: strings.Join(a.Fitting(r.Lang), r.T("", " "))}, {Text: secretaries(r, town, a)}, {Text: by}})
	}
	answers := r.T("各支部书记", "the branch secretaries")
	if r.Unit().Level == facts.LevelBranch {
		answers = r.T("本支部书记", "the branch's secretary")
	}
	_, _, readings := changes(r, own)
	for _, event := range reading.ByEvent(readings) {
		read := event[0]
		if !read.Signal() || read.Variation != reading.Worsening {
			continue
		}
		found := eventName(r, event) + r.T("：", ": ") + strings.TrimRight(read.Finding(r.Lang), "。.")
		holder := ""
		if read.Measure.ID == "overdue_issues" && r.Month == r.LastMonth { // who holds an issue is known as of the cut-off alone
			var err error
			if holder, err = holders(ctx, r); err != nil {
				return nil, err
			}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: r.Unit().Name}, {Text: found, Tone: block.ToneOf(read)}, {Text: askedOf(r, own, read.Measure.Group)}, {Text: cmp.Or(holder, answers)}, {Text: by}})
	}
	return t, nil
}

// askedOf is what is asked where figures of a group worsen.
func askedOf(r block.Request, own facts.Measured, group string) string {
	switch group {
	case "issues", "visits":
		return block.Say(r, own, "ask_"+group)
	default:
		return block.Say(r, own, "ask_other")
	}
}

// onPaper is a table as a document sets it: values with their bases, signs in place of icons, no links but those of names, and
// all rows, of which the screen shows the first until asked. A list of which the page has read its first rows alone says so.
func onPaper(r block.Request, t *view.Table) *view.Table {
	set := *t
	set.Folded, set.Long, set.PageRows = false, true, 0
	if t.All() > len(t.Rows) {
		set.PageRows = len(t.Rows)
	}
	set.Rows = make([][]view.Cell, len(t.Rows))
	for i, row := range t.Rows {
		set.Rows[i] = cellsOnPaper(r, row)
	}
	set.Total = cellsOnPaper(r, t.Total)
	return &set
}

func cellsOnPaper(r block.Request, row []view.Cell) []view.Cell {
	set := slices.Clone(row)
	for i := range set {
		c := &set[i]
		if c.Rows, c.Interval = "", ""; i > 0 {
			c.Link = ""
		}
		if c.Mark == nil {
			continue
		}
		switch c.Mark.Variation {
		case reading.Improving:
			c.Text += "▲"
		case reading.Worsening:
			c.Text += "▼"
		default:
		}
		switch c.Mark.Position {
		case view.Behind:
			c.Note = r.T("明显落后", "clearly behind")
		case view.Ahead:
			c.Note = r.T("明显领先", "clearly ahead")
		default:
		}
		c.Mark = nil
	}
	return set
}
