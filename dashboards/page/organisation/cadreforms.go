package organisation

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
	"hulian/data"
	"hulian/queries/signals"
)

// Exports of what is typed about reserve cadres: decisions, and what members contest of their record.
const (
	exportDecided  = "cadre_decided"
	exportContests = "cadre_contests"
)

// EntryForms read the forms of this package's pages.
var EntryForms = []block.EntryForm{
	{Export: exportDecided, Page: "cadres", Needs: visitor.SeeEvidence | visitor.Decide, Read: readDecided},
	{Export: exportContests, Page: "cadres", Needs: visitor.SeeEvidence | visitor.Decide, Read: readContest},
}

// Why a form about a member is not taken, beside the columns that are filled in wrongly.
const (
	refusedUnchanged = "unchanged"
	refusedGone      = "gone"
	refusedOrder     = "order"
)

// answered says what came of a form: a column that is filled in wrongly is one of decisions or of contests.
func answered(r block.Request) []view.Block {
	export := exportDecided
	if contract, known := data.ContractOf(exportContests); known {
		if _, is := contract.Column(r.Params.Get("refused")); is {
			export = exportContests
		}
	}
	return block.EntryAnswer(r, export, map[string]string{
		refusedUnchanged: r.T("移出只能用于已列入的人。", "Only who is listed can be removed."),
		refusedGone:      r.T("没有这项异议，或者已经了结。", "There is no such contest, or it is settled."),
		refusedOrder:     r.T("答复日期早于提出日期。", "The day of the answer lies before the day of the contest."),
	})
}

func freshCadre(v url.Values) {
	for _, name := range []string{"sheet", "done", "refused", "signal"} {
		v.Del(name)
	}
}

// forms enter a decision about the member, a contest of his, and the answers to those that are open, for whoever decides for the town.
func (m member) forms() []view.Block {
	r := m.r
	if !block.Decides(r) {
		return nil
	}
	hidden := func(more ...view.Field) []view.Field {
		return append(append(block.MonthHidden(r), view.Field{Name: "member_id", Value: m.person.ID, Hidden: true}), more...)
	}
	day := block.MeetingDay(r)
	blocks := []view.Block{view.Form{ID: "decide", Title: r.T("记录组织决定", "Record a decision"), Address: "/entries/" + exportDecided, Label: r.T("记下", "Keep"),
		Text: r.T("决定由人作出。先前的决定保留，以日期最新的为准；填写人和时间一并记下。", "People decide. Earlier decisions are kept, and the newest by its day stands. Your name and the time are kept."),
		Fields: hidden(view.Field{Name: "decision", Label: r.T("决定", "Decision"), Choices: block.Options(r, exportDecided, "decision", "")},
			view.Field{Name: "decided_on", Label: r.T("决定日期", "Decided on"), Date: true, Value: day, Required: true},
			view.Field{Name: "decided_by", Label: r.T("决定机构", "Decided by"), Value: r.Tf("%s党委", "Party committee of %s", r.Town.Name), Limit: 60, Required: true},
			view.Field{Name: "reason", Label: r.T("理由", "Reason"), Limit: 500, Required: true, Long: true})}}
	for _, c := range m.contests {
		if !c.Pending() {
			continue
		}
		blocks = append(blocks, view.Form{ID: "answer-" + c.ContestID, Title: r.Tf("答复异议：%[1]s（%[2]s）", "Answer the contest: %[1]s (%[2]s)", r.Word(exportContests, "evidence", c.Evidence), c.ContestedOn), Text: c.Said,
			Address: "/entries/" + exportContests, Label: r.T("答复", "Answer"), Fields: hidden(view.Field{Name: "contest_id", Value: c.ContestID, Hidden: true},
				view.Field{Name: "settled", Label: r.T("答复结论", "Outcome"), Choices: block.Options(r, exportContests, "settled", "", answers(c)...)},
				view.Field{Name: "answered_on", Label: r.T("答复日期", "Answered on"), Date: true, Value: max(day, c.ContestedOn), Required: true},
				view.Field{Name: "answer", Label: r.T("查了什么，怎样答复", "What was looked into and said"), Limit: 500, Required: true, Long: true})})
	}
	return append(blocks, view.Form{ID: "contest", Title: r.T("记录本人的异议", "Record what the member contests"), Address: "/entries/" + exportContests, Label: r.T("记下", "Keep"),
		Text: r.T("了结以前，所涉的一项不算依据。", "Until it is settled, what is contested is no evidence."),
		Fields: hidden(view.Field{Name: "evidence", Label: r.T("所涉依据", "Evidence"), Choices: block.Options(r, exportContests, "evidence", "")},
			view.Field{Name: "contested_on", Label: r.T("提出日期", "Contested on"), Date: true, Value: day, Required: true},
			view.Field{Name: "said", Label: r.T("本人怎么说", "What the member says"), Limit: 500, Required: true, Long: true})})
}

// answers are the outcomes that may follow: what is upheld is to be corrected, and waits for that alone.
func answers(c facts.Contest) []string {
	if c.Settled == "upheld" {
		return []string{"corrected", "dismissed", "withdrawn"}
	}
	return []string{"upheld", "corrected", "dismissed", "withdrawn"}
}

// begun is an entry about a member of the town; it is refused where there is no such member.
func begun(ctx context.Context, r block.Request, said func(string) string) (e block.Entry, p signals.Person, err error) {
	e = block.Entry{At: visitor.Place{Town: r.Town.ID}, Back: url.Values{"month": {r.Month}}, Retry: url.Values{"month": {r.Month}}}
	people, err := r.CadrePeople(ctx, r.Visitor)
	if err != nil {
		return e, p, err
	}
	i := slices.IndexFunc(people, func(p signals.Person) bool { return p.ID == said("member_id") })
	if i < 0 {
		e.Refused = "member_id"
		return e, p, nil
	}
	p = people[i]
	e.Back.Set("member", p.ID)
	e.Retry.Set("member", p.ID)
	return e, p, nil
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

func readDecided(ctx context.Context, r block.Request, said func(string) string) (block.Entry, error) {
	e, p, err := begun(ctx, r, said)
	if err != nil || e.Refused != "" {
		return e, err
	}
	e.Row = block.Said(said, "member_id", "decision", "decided_on", "decided_by", "reason")
	e.Row["of_month"], e.Anchor = r.Month, "table-decisions"
	e.Object = strings.Join([]string{exportDecided, p.ID, said("decision")}, " ")
	switch {
	case !isDay(said("decided_on")):
		e.Refused = "decided_on"
	case said("decision") == "remove" && p.Decision != "list":
		e.Refused = refusedUnchanged
	}
	return e, nil
}

func readContest(ctx context.Context, r block.Request, said func(string) string) (block.Entry, error) {
	e, p, err := begun(ctx, r, said)
	if err != nil || e.Refused != "" {
		return e, err
	}
	e.Anchor = "table-contests"
	id := said("contest_id")
	if id == "" {
		e.Row = block.Said(said, "member_id", "evidence", "contested_on", "said")
		id = block.NewID("YY", r.Month)
		e.Row["contest_id"], e.Row["of_month"], e.Row["settled"] = id, r.Month, "open"
		e.Object = strings.Join([]string{exportContests, p.ID, id, "open"}, " ")
		switch {
		case !isDay(said("contested_on")):
			e.Refused = "contested_on"
		case e.Row["said"] == nil:
			e.Refused = "said"
		}
		return e, nil
	}
	all, err := r.Contests(ctx, r.Visitor)
	if err != nil {
		return e, err
	}
	i := slices.IndexFunc(all, func(c facts.Contest) bool { return c.ContestID == id && c.MemberID == p.ID && c.Pending() })
	if i < 0 {
		e.Refused = refusedGone
		return e, nil
	}
	e.Row = block.Said(said, "member_id", "contest_id", "settled", "answered_on", "answer")
	e.Row["of_month"], e.Row["evidence"] = r.Month, all[i].Evidence
	e.Object = strings.Join([]string{exportContests, p.ID, id, said("settled")}, " ")
	switch {
	case !slices.Contains(answers(all[i]), said("settled")):
		e.Refused = "settled"
	case !isDay(said("answered_on")):
		e.Refused = "answered_on"
	case e.Row["answer"] == nil:
		e.Refused = "answer"
	case said("answered_on") < all[i].ContestedOn:
		e.Refused = refusedOrder
	}
	return e, nil
}
