package decisions

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// Why a form about an action is not taken, beside the columns that are filled in wrongly.
const (
	refusedUnfit = "unfit" // the support does not fit the cause
	refusedOrder = "order" // it is due before it begins, or closed before that
	refusedOwn   = "own"   // who decided it may not accept it
	refusedGone  = "gone"  // there is no such action, or it is closed, or open, already
)

func refusals(r block.Request) map[string]string {
	return map[string]string{
		refusedUnfit: r.T("所选措施不适合所选原因。先选原因，再从列出的措施中选。", "The support does not fit the cause. Choose the cause first, then one of the supports offered."),
		refusedOrder: r.T("期限或验收日期早于开始日期。", "The day it is due, or closed, lies before the day it starts."),
		refusedOwn:   r.T("不能验收自己决定的措施。请由另一个账号验收。", "Nobody accepts what he has decided himself. Somebody with another account has to."),
		refusedGone:  r.T("没有这项措施，或者状态已经变了。", "There is no such action, or its state has changed meanwhile."),
	}
}

// chooser asks for which village help is to be decided.
func chooser(r block.Request, title, chosen string) view.Form {
	village := view.Field{Name: "decide", Label: r.T("村", "Village")}
	for _, u := range r.Villages {
		village.Choices = append(village.Choices, view.Choice{Value: u.ID, Name: u.Name, Chosen: u.ID == chosen})
	}
	return view.Form{Title: title, Address: "/actions#decide", Method: "get", Label: r.T("研究帮扶", "Decide help"), Fields: append(block.MonthHidden(r), village)}
}

// decideForms are the choice of the cause, and below it the form with the supports that fit it.
func decideForms(r block.Request, b Book, village string) []view.Block {
	u, known := r.Snapshot.Village(village)
	if !known {
		return nil
	}
	a, _ := b.Assessment(village)
	cause := r.Params.Get("cause")
	if !slices.Contains(signals.CauseIDs(), cause) {
		cause = a.CauseID()
	}
	blocks := []view.Block{view.Section{ID: "decide", Title: r.Tf("%s：研究帮扶", "%s: decide help", u.Name)}}
	if why := a.Explained(r.Lang); why != "" {
		blocks = append(blocks, view.Callout{Title: r.T("可能的原因与合适的帮扶", "Likely cause and support that fits"), Text: why + r.T("", " ") + strings.Join(a.Fitting(r.Lang), r.T("", " ")), Next: r.T("看依据", "See the evidence"), Link: weakLink(r, village)})
	} else {
		blocks = append(blocks, view.Callout{Tone: view.ToneQuiet, Text: r.Tf("%[1]s目前：%[2]s。没有信号也可以决定帮扶，请写明看到了什么。", "%[1]s at present: %[2]s. Help can be decided without a signal; say what was seen.", u.Name, a.Tier.Name(r.Lang)), Next: r.T("看依据", "See the evidence"), Link: weakLink(r, village)})
	}
	blocks = append(blocks, view.Form{Title: r.T("一、选定原因", "1. The cause"), Address: "/actions#decide", Method: "get", Label: r.T("列出适合的措施", "Offer what fits"),
		Fields: append(block.MonthHidden(r), view.Field{Name: "decide", Value: village, Hidden: true}, view.Field{Name: "cause", Label: r.T("原因", "Cause"), Choices: block.Options(r, exportActions, "cause", cause, signals.CauseIDs()...)})})
	from := block.MeetingDay(r)
	form := view.Form{Title: r.Tf("二、%s：措施、责任人、期限和验收标准", "2. %s: support, owner, day and acceptance rule", r.Word("actions", "cause", cause)), Address: "/entries/" + exportActions, Label: r.T("决定", "Decide"),
		Text: r.T("决定后记入措施清单和本月例会议程，跟踪到验收；填写人和时间一并记下。", "It enters the list of actions and the agenda of the month, and is followed until it is accepted; your name and the time are kept."),
		Fields: append(block.MonthHidden(r), view.Field{Name: "state", Value: "open", Hidden: true}, view.Field{Name: "of_village", Value: village, Hidden: true}, view.Field{Name: "cause", Value: cause, Hidden: true},
			view.Field{Name: "signal", Label: r.T("信号（看到了什么）", "Signal (what was seen)"), Value: signalOf(r, a), Limit: 500, Required: true, Long: true},
			view.Field{Name: "cause_note", Label: r.T("原因说明（可不填）", "Cause in words (may be empty)"), Limit: 500, Long: true},
			view.Field{Name: "support", Label: r.T("措施", "Support"), Choices: block.Options(r, exportActions, "support", "", signals.SupportsFor(cause, a.Criteria)...)},
			view.Field{Name: "support_note", Label: r.T("怎样做（可不填）", "How (may be empty)"), Limit: 500, Long: true},
			view.Field{Name: "owner", Label: r.T("责任人", "Owner"), Limit: 60, Required: true},
			view.Field{Name: "decided_on", Label: r.T("开始日期", "Starts on"), Date: true, Value: from, Required: true},
			view.Field{Name: "due_on", Label: r.T("期限", "Due on"), Date: true, Value: threeMonths(from), Required: true},
			view.Field{Name: "acceptance", Label: r.T("验收标准", "Acceptance rule"), Value: ruleOf(r, a), Limit: 500, Required: true, Long: true},
			view.Field{Name: "measure", Label: r.T("跟踪指标", "Measure followed"), Choices: measures(r, a)})}
	return append(blocks, form, allActions(r))
}

// signalOf is what speaks against a village in one line, to begin with.
func signalOf(r block.Request, a signals.Assessment) string {
	var said []string
	for _, h := range a.Held {
		if h.State == signals.Met {
			said = append(said, strings.TrimRight(h.Written(r.Lang), "。."))
		}
	}
	for _, signal := range a.Persistent() {
		e := signal[0]
		said = append(said, e.Measure.Name.In(r.Lang)+" "+reading.WithBase(e.Measure, e.Place.Rate(), e.Place.Events, e.Place.Total, r.Lang))
	}
	return strings.Join(said[:min(len(said), 4)], r.T("；", "; "))
}

// ruleOf proposes what must be reached: the middle village's level, or that the criteria are not met, three months running.
func ruleOf(r block.Request, a signals.Assessment) string {
	if len(a.Evidence) == 0 {
		var names []string
		for _, c := range a.Criteria {
			names = append(names, criterion(r, c.ID).Name.In(r.Lang))
		}
		if len(names) == 0 {
			return ""
		}
		return r.Tf("连续三个月不再触及：%s", "Not met three months running: %s", strings.Join(names, r.T("、", ", ")))
	}
	e := a.Evidence[0]
	return r.Tf("%[1]s连续三个月达到中位村水平（%[2]s）", "%[1]s at the median village's level (%[2]s) three months running", e.Measure.Name.In(r.Lang), reading.Text(e.Measure, e.Middle, r.Lang))
}

// measures are those that a village is judged by, the surest of what speaks against it chosen.
func measures(r block.Request, a signals.Assessment) (all []view.Choice) {
	chosen := "household_coverage"
	if len(a.Evidence) > 0 {
		chosen = a.Evidence[0].Measure.ID
	} else if len(a.Criteria) > 0 {
		switch h := criterion(r, a.Criteria[0].ID); {
		case h.Measure != "":
			chosen = h.Measure
		case h.Fact == data.FactWithoutReconciliation:
			chosen = "reconciliation_rate"
		}
	}
	for _, m := range signals.Judgeable() {
		all = append(all, view.Choice{Value: m.ID, Name: m.Name.In(r.Lang), Chosen: m.ID == chosen})
	}
	return all
}

// criterion is the town's definition of a hard criterion; none where it has none any more.
func criterion(r block.Request, id string) data.HardCriterion {
	for _, c := range r.Programme.HardCriteria {
		if c.ID == id {
			return c
		}
	}
	return data.HardCriterion{}
}

// changeForms close an action, move its day or owner, or open it again.
func changeForms(r block.Request, f Followed) []view.Block {
	fields := func(more ...view.Field) []view.Field {
		return append(append(block.MonthHidden(r), view.Field{Name: "action_id", Value: f.ActionID, Hidden: true}), more...)
	}
	reason := view.Field{Name: "result", Label: r.T("理由", "Reason"), Limit: 500, Required: true, Long: true}
	address := "/entries/" + exportActions
	if f.Closed() {
		return []view.Block{view.Form{Title: r.T("重新进行", "Open it again"), Address: address, Label: r.T("重新进行", "Open again"), Fields: fields(view.Field{Name: "state", Value: "open", Hidden: true},
			view.Field{Name: "due_on", Label: r.T("新的期限", "New day"), Date: true, Required: true}, reason)}}
	}
	text := r.T("对照验收标准和上面的成效填写。数据只供参考，是否通过由人决定。", "Set it against the acceptance rule and the effect above. The figures advise; people decide.")
	if block.SecondPerson(r) {
		text += r.T("须由决定人以外的账号验收。", " Somebody other than who decided it has to accept it.")
	}
	return []view.Block{
		view.Form{Title: r.T("验收", "Accept"), Text: text, Address: address, Label: r.T("记下结论", "Keep the verdict"), Fields: fields(
			view.Field{Name: "state", Label: r.T("结论", "Verdict"), Choices: block.Options(r, exportActions, "state", "", "accepted", "not_accepted", "withdrawn")},
			view.Field{Name: "closed_on", Label: r.T("日期", "Day"), Date: true, Value: block.MeetingDay(r), Required: true}, reason)},
		view.Form{Title: r.T("调整责任人或期限", "Change owner or day"), Address: address, Label: r.T("调整", "Change"), Fields: fields(view.Field{Name: "state", Value: "open", Hidden: true},
			view.Field{Name: "owner", Label: r.T("责任人", "Owner"), Value: f.Owner, Limit: 60, Required: true}, view.Field{Name: "due_on", Label: r.T("期限", "Due on"), Date: true, Value: f.DueOn, Required: true}, reason)},
	}
}

// exportActions keeps what help for villages was decided, and what became of it.
const exportActions = "actions"

// EntryForms read the forms of this package's pages.
var EntryForms = []block.EntryForm{{Export: exportActions, Page: "actions", Needs: visitor.Decide, Read: readAction}}

func readAction(ctx context.Context, r block.Request, said func(string) string) (block.Entry, error) {
	e := block.Entry{At: visitor.Place{Town: r.Town.ID}, Back: url.Values{"month": {r.Month}}, Retry: url.Values{"month": {r.Month}}}
	if said("action_id") != "" {
		return readChange(ctx, r, said, e)
	}
	e.Row = block.Said(said, "of_village", "signal", "measure", "cause", "cause_note", "support", "support_note", "owner", "decided_on", "due_on", "acceptance")
	id, village, cause := block.NewID("CS", r.Month), said("of_village"), said("cause")
	e.Row["action_id"], e.Row["state"], e.Row["of_month"] = id, "open", r.Month
	e.At.Village, e.Object = village, strings.Join([]string{exportActions, id, village, said("support")}, " ")
	e.Back.Set("action", id)
	e.Retry.Set("decide", village)
	e.Retry.Set("cause", cause)
	e.Anchor = "decide"
	_, known := r.Snapshot.Village(village)
	if !known {
		e.Refused, e.At.Village = "of_village", ""
		return e, nil
	}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return e, err
	}
	var met []signals.Criterion
	for _, a := range signals.Assess(town) {
		if a.Village.ID == village {
			met = a.Criteria
		}
	}
	m, _ := queries.MeasureOf(said("measure"))
	for _, needed := range []string{"signal", "owner", "decided_on", "due_on", "acceptance"} {
		if e.Row[needed] == nil {
			e.Refused = cmp.Or(e.Refused, needed)
		}
	}
	switch {
	case e.Refused != "":
	case !slices.Contains(signals.SupportsFor(cause, met), said("support")):
		e.Refused = refusedUnfit
	case !m.At(queries.Village):
		e.Refused = "measure"
	case said("due_on") < said("decided_on"):
		e.Refused = refusedOrder
	}
	return e, nil
}

// readChange reads a form about an action that there is.
func readChange(ctx context.Context, r block.Request, said func(string) string, e block.Entry) (block.Entry, error) {
	id, state := said("action_id"), said("state")
	e.Back.Set("action", id)
	e.Retry.Set("action", id)
	e.Row = block.Said(said, "action_id", "state", "result")
	e.Row["of_month"], e.Object = r.Month, strings.Join([]string{exportActions, id, state}, " ")
	rows, err := r.ActionRows(ctx, r.Visitor, r.LastMonth)
	if err != nil {
		return e, err
	}
	i := slices.IndexFunc(rows, func(a facts.Action) bool { return a.ActionID == id })
	all, err := r.Actions(ctx, r.Visitor, r.LastMonth)
	if err != nil {
		return e, err
	}
	k := slices.IndexFunc(all, func(a facts.Action) bool { return a.ActionID == id })
	if i < 0 || k < 0 {
		e.Refused, e.Back, e.Retry = refusedGone, url.Values{}, url.Values{}
		return e, nil
	}
	first, now := rows[i], all[k]
	e.At.Village = now.OfVillage
	if e.Row["result"] == nil {
		e.Refused = "result"
	}
	day := said("closed_on")
	if state == "open" {
		for column, value := range block.Said(said, "owner", "due_on") {
			e.Row[column] = value
		}
		day = said("due_on")
	} else {
		e.Row["closed_on"] = day
		if now.Closed() {
			e.Refused = refusedGone
		}
	}
	switch {
	case e.Refused != "":
	case !isDay(day):
		e.Refused = map[bool]string{true: "due_on", false: "closed_on"}[state == "open"]
	case day < now.DecidedOn && state != "withdrawn":
		e.Refused = refusedOrder
	case block.SecondPerson(r) && (state == "accepted" || state == "not_accepted") && first.EnteredBy == r.Visitor.Author():
		e.Refused = refusedOwn
	}
	return e, nil
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}
