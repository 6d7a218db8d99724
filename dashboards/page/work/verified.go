package work

import (
	"context"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// share is a share of call-backs as a cell: per cent, base and 95% interval by Wilson's method; a small base is said.
func share(r block.Request, events, base int) view.Cell {
	c := view.Share(float64(events), float64(base))
	c.Interval = reading.ShareRange(facts.Wilson(float64(events), float64(base), 0.95))
	if 0 < base && base < r.Programme.Reading.MinimumBase {
		c.Note = r.T("基数小，不作判断", "small base, not judged")
	}
	return c
}

// unknownSaid says how many call-backs nothing is known of; empty where there is none.
func unknownSaid(r block.Request, t tally) string {
	if t.unreached+t.unsaid == 0 {
		return ""
	}
	return r.Tf("另有%[1]d次没有联系上、%[2]d次农户说不清，不计入", "not counted: %[1]d not reached, %[2]d where the household cannot say", t.unreached, t.unsaid)
}

// VerifiedTile is the share of the visits of the page's town or village that households confirmed, of those drawn at random; of a branch there
// is none, for the sample is drawn by village.
func VerifiedTile(ctx context.Context, r block.Request) (s view.Stat, is bool, err error) {
	if r.Unit().Level == facts.LevelBranch {
		return s, false, nil
	}
	all, err := results(ctx, r)
	if err != nil {
		return s, false, err
	}
	t := tallied(all, func(c facts.CallbackResult) bool { return ofRandom(c) && (r.Village == "" || c.OfVillage == r.Village) })
	s = view.Stat{Label: r.Tf("回访核实率（近%d个月）", "Confirmed by call-backs (the last %d months)", monthsVerified), Value: reading.Missing}
	if block.Decides(r) {
		s.Link = r.Link("callbacks", freshCallbacks...)
	}
	switch {
	case t.all() == 0:
		s.Reading = r.T("还没有随机回访的结果，未知", "no random call-back has a result yet: unknown")
	case t.known() == 0:
		s.Reading = unknownSaid(r, t)
	default:
		s.Value, s.Base = reading.Percent(float64(t.confirmed)/float64(t.known())), reading.Base(float64(t.confirmed), float64(t.known()))
		s.Interval = r.Within(reading.ShareRange(facts.Wilson(float64(t.confirmed), float64(t.known()), 0.95)))
		s.Reading = unknownSaid(r, t)
		if t.known() < r.Programme.Reading.MinimumBase {
			s.Reading = strings.Trim(r.T("基数小，不作判断", "small base, not judged")+r.T("；", "; ")+s.Reading, "； ;")
		}
	}
	return s, true, nil
}

// verifiedTable sets what households confirmed of the visits drawn at random side by side, village by village; nil where nothing was asked.
func verifiedTable(ctx context.Context, r block.Request) (*view.Table, error) {
	all, err := results(ctx, r)
	if err != nil || len(all) == 0 || r.Unit().Level == facts.LevelBranch {
		return nil, err
	}
	type row struct {
		unit facts.Unit
		tally
	}
	var rows []row
	for _, u := range r.Villages {
		if r.Village == "" || r.Village == u.ID {
			rows = append(rows, row{u, tallied(all, func(c facts.CallbackResult) bool { return ofRandom(c) && c.OfVillage == u.ID })})
		}
	}
	t := &view.Table{ID: "verified", Stacked: true, Title: r.Tf("回访核实率 · 近%d个月", "Confirmed by call-backs · the last %d months", monthsVerified),
		Note: r.T("只算随机名单上的走访。核实率＝农户证实的÷农户作了答复的；没有联系上和说不清的是未知，不计入。未能证实不等于没有走访：人会忘，接电话的也可能不是当事人。",
			"Only visits that were drawn at random. The share is what households confirmed of what they answered; those not reached and those who cannot say are unknown and not counted. Not confirmed is not the same as not made: people forget, and somebody else may have answered the phone.")}
	view.Fill(t, rows,
		view.Of(view.Words(r.T("村", "Village")), func(x row) view.Cell { return block.UnitCell(r, x.unit.ID) }),
		view.Of(view.Rate(r.T("核实率", "Confirmed"), "%"), func(x row) view.Cell { return share(r, x.confirmed, x.known()) }),
		view.Of(view.Number(r.T("未能证实", "Not confirmed")), func(x row) view.Cell { return view.Count(float64(x.unconfirmed)) }),
		view.Of(view.Number(r.T("说不清", "Cannot say")), func(x row) view.Cell { return view.Count(float64(x.unsaid)) }),
		view.Of(view.Number(r.T("没有联系上", "Not reached")), func(x row) view.Cell { return view.Count(float64(x.unreached)) }))
	return t, nil
}

// promptsLearned says how often what a prompt asked about could not be confirmed, prompt by prompt, beside the visits drawn at random.
func promptsLearned(r block.Request, all []facts.CallbackResult) *view.Table {
	type row struct {
		name string
		tally
	}
	rows := []row{{r.T("全部提示", "All prompts"), tallied(all, promptedBy(""))}}
	for _, signal := range doubtOrder {
		rows = append(rows, row{doubts[signal].In(r.Lang), tallied(all, promptedBy(signal))})
	}
	rows = append(rows, row{r.T("对照：随机名单", "To compare: the random list"), tallied(all, ofRandom)})
	t := &view.Table{ID: "learned", Stacked: true, Title: r.Tf("提示准不准 · 近%d个月", "How often the prompts were right · the last %d months", monthsVerified),
		Note: r.T("提示名单从有提示的走访中随机抽取，未能证实的比例就是提示的准确程度；明显高于随机名单，提示才有用。一次走访可同时符合几条。",
			"The list of prompts is drawn at random from the visits with prompts: the share not confirmed is how often a prompt is right. A prompt is of use where that share clearly exceeds the one of the random list. A visit may match several.")}
	view.Fill(t, rows,
		view.Of(view.Words(r.T("提示", "Prompt")), func(x row) view.Cell { return view.Plain(x.name) }),
		view.Of(view.Rate(r.T("未能证实", "Not confirmed"), "%"), func(x row) view.Cell { return share(r, x.unconfirmed, x.known()) }),
		view.Of(view.Number(r.T("说不清", "Cannot say")), func(x row) view.Cell { return view.Count(float64(x.unsaid)) }),
		view.Of(view.Number(r.T("没有联系上", "Not reached")), func(x row) view.Cell { return view.Count(float64(x.unreached)) }))
	return t
}

// callbackLink leads whoever calls back to the lists; nil for others.
func callbackLink(r block.Request) view.Block {
	if !block.Decides(r) {
		return nil
	}
	return view.Links{Links: []view.Link{{Text: r.T("本月回访名单，填写结果", "The call-back lists of this month, to print and to fill in"), Address: r.Link("callbacks", append(freshCallbacks, question.In(""))...)}}}
}
