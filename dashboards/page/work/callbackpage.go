package work

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries/reading"
)

// Callbacks builds the page of call-backs: the lists of the month with a form for what households said, what that says of villages and of
// the prompts, or the sheet to call from (sheet).
func Callbacks(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.Tf("%s · 走访回访", "%s · Call-backs", r.Town.Name)}
	d, err := draw(ctx, r)
	if err != nil {
		return v, err
	}
	if r.Params.Get("sheet") != "" {
		v.Blocks = []view.Block{callSheet(r, d), view.Links{Links: []view.Link{{Text: r.T("回到走访回访", "Back to the call-backs"), Address: r.Link("callbacks", freshCallbacks...)}}}}
		return v, nil
	}
	all, err := results(ctx, r)
	if err != nil {
		return v, err
	}
	tile, _, err := VerifiedTile(ctx, r)
	if err != nil {
		return v, err
	}
	tile.Link = ""
	v.Headline, v.Sentences = callbackHeadline(r, d), howDrawn(r, d)
	v.Blocks = append(v.Blocks, block.EntryAnswer(r, exportCallbacks, map[string]string{refusedNothing: r.T("没有选新的结果，也没有改动。", "No result was chosen, and nothing was changed.")})...)
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{view.Stats{Tiles: []view.Stat{
		progress(r, r.T("随机名单已填", "Random list filled in"), d.of(isRandom)), progress(r, r.T("提示名单已填", "List of prompts filled in"), d.of(isPrompt)), tile, promptTile(r, all)}}}}}}, view.Lead{})
	if len(d.Visits) > 0 {
		v.Blocks = append(v.Blocks, view.Links{Links: []view.Link{{Text: r.T("打印回访单", "Print the call sheet"), Address: r.Link("callbacks", append(freshCallbacks, question.With("sheet", "1"))...)}}})
	}
	learned, err := learnedSoFar(ctx, r, all)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, learned...)
	v.Blocks = append(v.Blocks, answerForm(r, "random", r.T("随机名单", "The random list"), d.of(isRandom)), answerForm(r, "prompt", r.T("提示名单", "The list of prompts"), d.of(isPrompt)), strata(r, d))
	return v, nil
}

// learnedSoFar sets what the results say of villages beside what they say of the prompts; nothing where there is no result.
func learnedSoFar(ctx context.Context, r block.Request, all []facts.CallbackResult) ([]view.Block, error) {
	if len(all) == 0 {
		return nil, nil
	}
	verified, err := verifiedTable(ctx, r)
	if err != nil {
		return nil, err
	}
	verified.PageRows = loadRows
	return []view.Block{view.Row{Parts: []view.Part{{Span: 6, Blocks: []view.Block{verified}}, {Span: 6, Blocks: []view.Block{promptsLearned(r, all)}}}}}, nil
}

func answeredOf(all []drawnVisit) (n int) {
	for _, v := range all {
		if v.answered() {
			n++
		}
	}
	return n
}

func callbackHeadline(r block.Request, d drawing) view.Headline {
	if len(d.Visits) == 0 {
		return view.Headline{Rest: r.Tf("%s没有走访记录，无从回访", "%s has no visit on record to ask about", r.MonthName(r.Month))}
	}
	n := answeredOf(d.Visits)
	return view.Headline{Rest: r.Tf("%[1]s要回访%[2]d次走访，已填结果%[3]d次", "%[1]s: %[2]d visits to call back, %[3]d with a result", r.MonthName(r.Month), len(d.Visits), n)}
}

// howDrawn states the design of the two samples: sizes, strata, seed.
func howDrawn(r block.Request, d drawing) []string {
	if len(d.Visits) == 0 {
		return nil
	}
	made := 0
	for _, s := range d.Strata {
		made += s.Made
	}
	random, prompt := len(d.of(isRandom)), len(d.of(isPrompt))
	said := []string{r.Tf("随机名单：从当月全部%[1]s次走访中抽%[2]d次，不论是否存疑，按村分层，各村按走访次数分配，每村至少1次。", "Random list: %[2]d of all %[1]s visits of the month, doubtful or not, by village in proportion to its visits, at least one of each.", reading.Count(float64(made)), random),
		r.Tf("提示名单：另从%[1]s次有提示的走访中抽%[2]d次，不分村。", "List of prompts: apart from it, %[2]d of the %[1]s visits with prompts, across the town.", reading.Count(float64(d.Prompted)), prompt)}
	if both := random + prompt - len(d.Visits); both > 0 {
		said = append(said, r.Tf("%d次两份名单都有，只问一遍。", "On both lists: %d, asked once.", both))
	}
	return append(said, r.Tf("次序由种子“%[1]s”确定，谁抽都一样，不能挑选；迟到的走访不会打乱其余的次序。两份名单都是为了核对记录，问的是农户，不是指控任何党员。", "The seed “%[1]s” fixes the order: whoever draws gets the same, and nobody can choose; a visit that arrives late moves no other. Both lists check the record. Households are asked; no member is accused.", r.CallbackSeed(r.Month)))
}

func progress(r block.Request, label string, all []drawnVisit) view.Stat {
	s := view.Stat{Label: label, Value: reading.Missing}
	if len(all) > 0 {
		n := answeredOf(all)
		s.Value, s.Base = reading.Percent(float64(n)/float64(len(all))), reading.Base(float64(n), float64(len(all)))
	} else {
		s.Reading = r.T("本月没有", "none this month")
	}
	return s
}

// promptTile is the share of prompted visits that could not be confirmed.
func promptTile(r block.Request, all []facts.CallbackResult) view.Stat {
	t := tallied(all, promptedBy(""))
	s := view.Stat{Label: r.Tf("有提示而未能证实（近%d个月）", "Prompted and not confirmed (the last %d months)", monthsVerified), Value: reading.Missing, Reading: unknownSaid(r, t)}
	if t.known() > 0 {
		c := share(r, t.unconfirmed, t.known())
		s.Value, s.Base, s.Interval = reading.Percent(float64(t.unconfirmed)/float64(t.known())), c.Base, r.Within(c.Interval)
		if c.Note != "" {
			s.Reading = strings.Trim(c.Note+r.T("；", "; ")+s.Reading, "； ;")
		}
	} else if t.all() == 0 {
		s.Reading = r.T("还没有结果，未知", "no result yet: unknown")
	}
	return s
}

// answerChoices are what a household may have said of a visit.
func answerChoices(r block.Request, chosen string) []view.Choice {
	all := []view.Choice{{Value: "", Name: r.T("（未填）", "(not filled in)")},
		{Value: string(facts.Confirmed), Name: r.T("农户证实", "Confirmed")}, {Value: string(facts.Unconfirmed), Name: r.T("未能证实", "Not confirmed")},
		{Value: string(facts.Unsaid), Name: r.T("说不清", "Cannot say")}, {Value: string(facts.Unreached), Name: r.T("没有联系上", "Not reached")}}
	if chosen != "" {
		all = all[1:] // what was said can be corrected, not unsaid
	}
	for i := range all {
		all[i].Chosen = all[i].Value == chosen
	}
	return all
}

// answerForm takes the results of one list, all that are known at once. What stands on both lists is asked once, in the random one.
func answerForm(r block.Request, id, title string, all []drawnVisit) view.Block {
	if len(all) == 0 {
		return view.Callout{Tone: view.ToneQuiet, Title: title, Text: r.T("本月没有可抽的走访。", "There is no visit to draw this month.")}
	}
	form := view.Choices{ID: id, Title: title, Text: r.Tf("序号与回访单一致，已填%[2]d次，共%[1]d次。可以分几次填，也可以改。", "Numbers are those of the call sheet. Filled in: %[2]d of %[1]d. It can be filled in bit by bit, and corrected.", len(all), answeredOf(all)),
		Method: "post", Address: "/entries/" + exportCallbacks, Heads: [3]string{r.T("农户", "Household"), r.T("记录的走访", "Visit as recorded"), r.T("农户怎么说", "What the household says")},
		Fields: append(block.MonthHidden(r), view.Field{Name: "list", Value: id, Hidden: true}), Label: r.T("记下结果", "Keep the results")}
	for _, v := range all {
		row := view.ChoiceRow{Subject: fmt.Sprintf("%d. %s", v.No, v.HouseholdID), Sub: r.Name(v.VillageID) + " " + v.HeadName, Examples: v.recorded(r)}
		if v.Random && v.Prompt && id == "prompt" {
			row.Hint = r.T("随机名单上也有，在那里填", "also on the random list: fill it in there")
		} else {
			row.Name, row.Options = "answer."+v.field(), answerChoices(r, v.Result.Answer)
			row.Remark = &view.Field{Name: "note." + v.field(), Label: r.T("备注（可不填）", "Note (may be empty)"), Value: v.Result.Note, Limit: 200}
		}
		form.Rows = append(form.Rows, row)
	}
	return form
}

// recorded is when and how the visit was made, as it is on record.
func (d drawnVisit) recorded(r block.Request) string {
	if d.Channel == "" {
		return d.VisitedAt
	}
	return d.VisitedAt + r.T("，", ", ") + r.Word("visits", "channel", d.Channel)
}

// strata says what the random list draws of each village.
func strata(r block.Request, d drawing) *view.Table {
	t := &view.Table{ID: "strata", Folded: true, Title: r.T("随机名单各村抽几次", "What the random list draws of each village"), Empty: r.T("本月没有走访记录。", "No visit is on record this month.")}
	view.Fill(t, d.Strata,
		view.Of(view.Words(r.T("村", "Village")), func(s stratum) view.Cell { return block.UnitCell(r, s.Village) }),
		view.Of(view.Number(r.T("当月走访", "Visits in the month")), func(s stratum) view.Cell { return view.Count(float64(s.Made)) }),
		view.Of(view.Number(r.T("抽取", "Drawn")), func(s stratum) view.Cell { return view.Count(float64(s.Drawn)) }))
	return t
}

// callSheet is what somebody calls from: both lists in one order of places, without saying which list a visit is of and who made it, so
// that all households are asked alike.
func callSheet(r block.Request, d drawing) view.Block {
	p := &view.PrintList{Frame: view.Frame{ID: "sheet", Title: r.T("走访回访单", "Call sheet"), Language: r.Language, State: view.Ready}}
	if len(d.Visits) == 0 {
		p.State, p.Reason = view.Empty, r.T("本月没有走访记录。", "No visit is on record this month.")
		return p
	}
	s := view.Sheet{Title: r.Tf("%[1]s · %[2]s走访回访单", "%[1]s · call sheet for the visits of %[2]s", r.Town.Name, r.MonthName(r.Month)),
		Lines: append(howDrawn(r, d), r.T("怎样问：“这天前后，有没有党员上门或联系过您家？”先问有没有，再问谈了什么；不提党员姓名，不暗示答案。单上不分名单，各户一样问。结果写序号：1 农户证实，2 未能证实，3 说不清，4 没有联系上。",
			"How to ask: “Did a Party member visit or contact your household around that day?” Ask whether, then about what. Name no member and suggest no answer. The sheet does not say which list a visit is of: ask all alike. Write a number as the result: 1 confirmed, 2 not confirmed, 3 cannot say, 4 not reached.")),
		Write: []string{r.T("结果", "Result"), r.T("备注", "Note")},
		Foot:  r.T("结果填在“走访回访”页。单上有姓名，请妥善保管，用后销毁。", "Results are filled in on the page Call-backs. The sheet holds names: keep it safe, and destroy it afterwards.")}
	view.Fill(&s.Table, d.Visits,
		view.Of(view.Number(r.T("序号", "No.")), func(v drawnVisit) view.Cell { return view.Count(float64(v.No)) }),
		view.Of(view.Words(r.T("村", "Village")), func(v drawnVisit) view.Cell { return view.Plain(r.Name(v.VillageID)) }),
		view.Of(view.Words(r.T("农户", "Household")), func(v drawnVisit) view.Cell { return view.Plain(v.HouseholdID + " " + v.HeadName) }),
		view.Of(view.Day(r.T("记录的走访", "Visit as recorded")), func(v drawnVisit) view.Cell { return view.Plain(v.recorded(r)) }))
	p.Sheets = []view.Sheet{s}
	return p
}

// refusedNothing is why a form without anything new is not taken.
const refusedNothing = "nothing"

// exportCallbacks keeps what households said of visits.
const exportCallbacks = "callbacks"

// readAnswers reads what was filled in newly or otherwise than before, against the lists drawn anew: a visit that is on none is not asked about.
func readAnswers(ctx context.Context, r block.Request, said func(string) string) (block.Entry, error) {
	e := block.Entry{At: visitor.Place{Town: r.Town.ID}, Back: url.Values{"month": {r.Month}}, Retry: url.Values{"month": {r.Month}}}
	d, err := draw(ctx, r)
	if err != nil {
		return e, err
	}
	for _, v := range d.Visits {
		answer, note := said("answer."+v.field()), strings.Join(strings.Fields(said("note."+v.field())), " ")
		if answer == "" || answer == v.Result.Answer && note == v.Result.Note {
			continue
		}
		row := map[string]any{"visit_id": v.VisitID, "household_id": v.HouseholdID, "of_village": v.VillageID, "of_month": r.Month, "drawn_from": v.from(), "drawn_on": r.AsOf(r.Month).Format("2006-01-02"),
			"reached": answer != string(facts.Unreached)}
		if v.Signals != "" {
			row["signals"] = v.Signals
		}
		if note != "" {
			row["note"] = note
		}
		switch facts.Answer(answer) {
		case facts.Confirmed, facts.Unconfirmed:
			row["confirmed"] = answer == string(facts.Confirmed)
		case facts.Unsaid, facts.Unreached:
		default:
			e.Refused = "reached"
			return e, nil
		}
		e.Rows = append(e.Rows, row)
	}
	e.Object = fmt.Sprintf("%s %s %d", exportCallbacks, r.Month, len(e.Rows))
	if len(e.Rows) == 0 {
		e.Refused = refusedNothing
	}
	return e, nil
}
