package month

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// mostReasons is how many weak villages the first sentence gives the reasons of; the table below it has all.
const mostReasons = 3

// fiveSentences are what the first sheet says in words: who is weak, visited, solved, what changed, what the branches did. A
// sentence without data is left out.
func fiveSentences(ctx context.Context, r block.Request, own facts.Measured, assessed []signals.Assessment) ([]string, error) {
	said := []string{weakSentence(r, assessed)}
	if s := work.VisitSentences(r, own); len(s) > 0 {
		said = append(said, strings.Join(s, r.T("", " ")))
	}
	var solved []string
	if s := overviewSentences(r, own, postCounts{}); len(s) > 0 {
		solved = append(solved, s[0])
	}
	if s := onTimeSentence(r, own); s != "" {
		solved = append(solved, s)
	}
	if len(solved) > 0 {
		said = append(said, strings.Join(solved, r.T("", " ")))
	}
	_, _, readings := changes(r, own)
	if s := signalSentence(r, readings); s != "" {
		said = append(said, s)
	}
	bursts, err := work.Bursts(ctx, r)
	if err != nil {
		return nil, err
	}
	if s := branchSentence(r, own, bursts); s != "" {
		said = append(said, s)
	}
	said = slices.DeleteFunc(said, func(s string) bool { return s == "" })
	for i := range said {
		said[i] = setClose.ReplaceAllString(setClose.ReplaceAllString(said[i], "$1$2$3$4"), "$1$2$3$4") // one character may end one match and begin the next
	}
	return said, nil
}

// setClose finds the spaces between Chinese characters and numbers, which a document does without.
var setClose = regexp.MustCompile(`(\p{Han}) +(\d)|(\d%?|）) +(\p{Han})`)

// weakSentence names the weak villages with the reason of each. In the report of a village its own tier stands first.
func weakSentence(r block.Request, assessed []signals.Assessment) string {
	if len(assessed) == 0 {
		return ""
	}
	town := signals.Summary(assessed, r.Lang)[0]
	at := slices.IndexFunc(assessed, func(a signals.Assessment) bool { return a.Village.ID == r.Village })
	if at < 0 {
		var reasons []string
		for _, a := range assessed {
			if a.IsWeak() {
				reasons = append(reasons, r.Tf("%[1]s：%[2]s", "%[1]s: %[2]s", a.Village.Name, named(r, a)))
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
	mine := r.Tf("%[1]s：%[2]s", "%[1]s: %[2]s", a.Village.Name, a.Tier.Name(r.Lang))
	if a.IsWeak() {
		mine = r.Tf("%[1]s为%[2]s：%[3]s", "%[1]s is %[2]s: %[3]s", a.Village.Name, a.Tier.Name(r.Lang), reasonOf(r, a))
	}
	return mine + r.T("。全镇：", ". The town: ") + town
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
// asked of whom by when. Changes for which nothing is asked are its note: a row for each would take the sheet onto a second page.
func asked(ctx context.Context, r block.Request, own facts.Measured, town signals.Town, assessed []signals.Assessment) (*view.Table, error) {
	t := &view.Table{ID: "asked", Stacked: true, Title: r.T("本月要点和要求", "This month's points, and what is asked"), Empty: r.T("没有薄弱村，也没有超出正常波动的变化。", "No village is weak, and nothing changed beyond ordinary variation."),
		Columns: []view.Column{view.Words(r.T("单位", "Unit")), view.Words(r.T("情况", "What was seen")), view.Words(r.T("要求", "What is asked")), view.Words(r.T("责任人", "Of whom")), view.Words(r.T("时限", "By"))}}
	by := r.Tf("%s底前", "the end of %s", r.MonthName(facts.MonthAdd(r.Month, 1)))
	for _, a := range assessed {
		if !a.IsWeak() || r.Village != "" && a.Village.ID != r.Village {
			continue
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: a.Village.Name, Link: r.Link("weak", question.In(a.Village.ID)), Note: a.Tier.Name(r.Lang), Tone: view.ToneWorse}, {Text: reasonOf(r, a), Note: a.Spell(r.Lang)},
			{Text: strings.Join(a.Fitting(r.Lang), r.T("", " "))}, {Text: secretaries(r, town, a)}, {Text: by}})
	}
	_, _, readings := changes(r, own)
	var others []string
	for _, event := range reading.ByEvent(readings) {
		read := event[0]
		if !read.Signal() {
			continue
		}
		found := eventName(r, event) + r.T("：", ": ") + strings.TrimRight(read.Finding(r.Lang), "。.")
		if read.Variation != reading.Worsening {
			others = append(others, found)
			continue
		}
		holder := ""
		if read.Measure.ID == "overdue_issues" && r.Month == r.LastMonth { // who holds an issue is known as of the cut-off alone
			var err error
			if holder, err = holders(ctx, r); err != nil {
				return nil, err
			}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: r.Unit().Name}, {Text: found, Tone: block.ToneOf(read)}, {Text: askedOf(r, read.Measure.Group)}, {Text: cmp.Or(holder, r.T("各支部书记", "the branch secretaries"))}, {Text: by}})
	}
	if len(others) > 0 {
		t.Note = r.Tf("其他变化，不需布置。%s。", "Other changes, for which nothing is asked. %s.", strings.Join(others, r.T("；", "; ")))
		if len(t.Rows) == 0 {
			t.Empty = r.T("没有薄弱村，也没有变差的指标。", "No village is weak, and nothing worsened.")
		}
	}
	return t, nil
}

// askedOf is what is asked where figures of a group worsen.
func askedOf(r block.Request, group string) string {
	switch group {
	case "issues":
		return r.T("逐件督办，明确承办人和期限。", "Press for each issue, with a name and a date.")
	case "visits":
		return r.T("按未走访名单逐户上门。", "Visit the households on the list one by one.")
	default:
		return r.T("查明原因，下月通报时说明。", "Find out why, and say so in the next report.")
	}
}

// onPaper is a table as a document sets it: values with their bases, signs in place of icons, no links but those of names, and
// all rows, of which the screen shows the first until asked.
func onPaper(r block.Request, t *view.Table) *view.Table {
	set := *t
	set.Folded, set.Long, set.PageRows = false, true, 0
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
