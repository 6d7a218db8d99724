package work

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries/reading"
)

// What the rules ask for of a branch in last place, as the contract of talks calls it.
const (
	admonition     = "admonition"
	reorganisation = "reorganisation"
)

// dueTalk is what the rules ask for of one branch, and the day on which it was done; empty: nothing is on record, so that it is due. It is
// untold to whoever may not see what is decided about the village.
type dueTalk struct {
	branch, village, talk, held string
	owner, due                  string // as arranged; empty: nobody has
	untold                      bool
}

func (d dueTalk) open() bool { return d.held == "" && !d.untold }

// dueTalks are what the rules ask for of the branches alone in last place of the newest yearly rating, beside what was recorded for it.
// A place that is shared, and a half-year, ask for nothing.
func dueTalks(r block.Request, all []rating, twice map[string]bool, talks []facts.Talk) (due []dueTalk) {
	year := lastYear(r.Month)
	for _, x := range of(all, year) {
		if !x.last {
			continue
		}
		d := dueTalk{branch: x.branch, village: x.village, talk: admonition, untold: r.Visitor.Scope.Village != "" && r.Visitor.Scope.Village != x.village}
		if twice[x.branch] {
			d.talk = reorganisation
		}
		for _, t := range talks {
			if t.OfBranch == x.branch && t.RatedYear == year && t.Talk == d.talk {
				d.held, d.owner, d.due = t.HeldOn, t.Owner, t.DueOn
			}
		}
		due = append(due, d)
	}
	return due
}

// heldCell says when what is asked for was done, or that it is due.
func heldCell(r block.Request, due []dueTalk, branch string) view.Cell {
	i := slices.IndexFunc(due, func(d dueTalk) bool { return d.branch == branch })
	switch {
	case i < 0, due[i].untold:
		return view.Plain(reading.Missing)
	case due[i].held == "" && due[i].owner == "":
		return view.Cell{Text: r.T("没有记录，待落实", "not on record: due"), Tone: view.ToneWorse}
	case due[i].held == "":
		arranged := view.Cell{Text: r.Tf("待落实：%[1]s，%[2]s前", "due: %[1]s, by %[2]s", due[i].owner, due[i].due)}
		if due[i].due < r.AsOf(r.Month).Format(time.DateOnly) {
			arranged.Tone, arranged.Note = view.ToneWorse, r.T("已超期", "overdue")
		}
		return arranged
	}
	return view.Plain(due[i].held)
}

// talkSentence says how many of the talks and adjustments that the rules ask for are on record, and of which branches none is.
func talkSentence(r block.Request, due []dueTalk) string {
	due = slices.DeleteFunc(slices.Clone(due), func(d dueTalk) bool { return d.untold })
	if len(due) == 0 {
		return ""
	}
	var open []string
	for _, d := range due {
		if d.open() {
			open = append(open, r.Name(d.branch))
		}
	}
	said := r.Tf("按%[1]s年度评定应谈话或调整的支部%[2]d个，已落实%[3]d个", "By the yearly rating of %[1]s the rules ask for a talk or an adjustment in %[2]d branches; of %[3]d it is on record", lastYear(r.Month), len(due), len(due)-len(open))
	if len(open) == 0 {
		return said + r.T("。", ".")
	}
	return said + r.Tf("；待落实：%s。", "; due: %s.", strings.Join(open, r.T("、", ", ")))
}

// talkForm records a talk or an adjustment of a branch of which it is due, for whoever decides for the town.
func talkForm(r block.Request, due []dueTalk) []view.Block {
	branch := view.Field{Name: "of_branch", Label: r.T("支部", "Branch")}
	for _, d := range due {
		if d.open() {
			branch.Choices = append(branch.Choices, view.Choice{Value: d.branch, Name: r.Tf("%[1]s（%[2]s）", "%[1]s (%[2]s)", r.Name(d.branch), r.Word(exportTalks, "talk", d.talk))})
		}
	}
	if len(branch.Choices) == 0 || !block.Decides(r) {
		return nil
	}
	return []view.Block{view.Form{Title: r.T("安排或记录谈话、组织调整", "Arrange or record a talk or an adjustment"), Address: "/entries/" + exportTalks, Label: r.T("记下", "Keep"),
		Text: r.T("安排时填责任人和期限；落实后再填落实日期。被谈的只记支部，不写人名。填写人和时间一并记下。", "To arrange it, name an owner and a deadline; once it is done, the day it was held. Of whom it is about it names the branch and nobody. Your name and the time are kept."),
		Fields: append(block.MonthHidden(r), branch, view.Field{Name: "owner", Label: r.T("责任人", "Owner"), Limit: 60}, view.Field{Name: "due_on", Label: r.T("期限", "Due on"), Date: true},
			view.Field{Name: "held_on", Label: r.T("落实日期（没有落实的不填）", "Held on (empty: it is not held yet)"), Date: true},
			view.Field{Name: "note", Label: r.T("说明（可不填）", "Remark (may be empty)"), Limit: 500, Long: true})}}
}

// Why a form about a talk is not taken, beside the columns that are filled in wrongly.
const (
	refusedNotDue = "not_due" // the rules ask for nothing of the branch, or it is on record
	refusedDay    = "day"     // it would have been held before the year was over, or lies ahead
	refusedEmpty  = "empty"   // it says neither who is to see to it by when, nor when it was held
)

func talkRefusals(r block.Request) map[string]string {
	return map[string]string{
		refusedNotDue: r.T("按办法该支部没有待落实的谈话或调整，或者已经记过。", "The rules ask for nothing of this branch, or it is on record already."),
		refusedDay:    r.T("落实日期须在评定年度结束之后、数据截止日以前；期限须在评定年度结束之后。", "The day it was held must lie after the end of the rated year and not after the cut-off; the deadline after the end of the year."),
		refusedEmpty:  r.T("安排要填责任人和期限，落实要填落实日期，至少填一样。", "Name an owner and a deadline, or the day it was held."),
	}
}

// exportTalks keeps talks with branches in last place, and that branches were reorganised.
const exportTalks = "talks"

// readTalk reads the form of the page of points and stars. What was due decides which of the two it is.
func readTalk(ctx context.Context, r block.Request, said func(string) string) (block.Entry, error) {
	e := block.Entry{At: visitor.Place{Town: r.Town.ID}, Back: url.Values{"month": {r.Month}}, Retry: url.Values{"month": {r.Month}}, Anchor: "table-last"}
	all, err := ratings(ctx, r)
	if err != nil {
		return e, err
	}
	twice, err := twiceLast(ctx, r)
	if err != nil {
		return e, err
	}
	talks, err := r.Talks(ctx, r.Visitor, r.Month)
	if err != nil {
		return e, err
	}
	due := dueTalks(r, all, twice, talks)
	i := slices.IndexFunc(due, func(d dueTalk) bool { return d.branch == said("of_branch") && d.open() })
	if i < 0 {
		e.Refused = refusedNotDue
		return e, nil
	}
	e.At.Village = due[i].village
	e.Row = block.Said(said, "of_branch", "owner", "due_on", "held_on", "note")
	e.Row["talk"], e.Row["rated_year"] = due[i].talk, lastYear(r.Month)
	e.Object = strings.Join([]string{exportTalks, due[i].branch, due[i].talk, lastYear(r.Month)}, " ")
	owner, by, held := said("owner"), said("due_on"), said("held_on")
	switch {
	case held != "" && !isDay(held):
		e.Refused = "held_on"
	case by != "" && !isDay(by):
		e.Refused = "due_on"
	case held == "" && by == "" && owner == "":
		e.Refused = refusedEmpty
	case owner == "" && by != "", held == "" && owner == "":
		e.Refused = "owner"
	case owner != "" && by == "":
		e.Refused = "due_on"
	case held != "" && (held <= lastYear(r.Month)+"-12-31" || held > r.CutOff.Format(time.DateOnly)), by != "" && by <= lastYear(r.Month)+"-12-31":
		e.Refused = refusedDay
	}
	if owner != "" {
		e.Row["arranged_on"] = block.MeetingDay(r)
	}
	return e, nil
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}
