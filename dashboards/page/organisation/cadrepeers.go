package organisation

import (
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// mostBesidePeers is how many members stand in the picture: the list below holds all.
const mostBesidePeers = 14

// cadreHeadline says how many members have evidence of two kinds, and of a town without a list of active members that nobody knows. It names nobody: the order of a list is no order of merit.
func cadreHeadline(r block.Request, people []signals.Person, sheets []signals.Sheet) view.Headline {
	listed := 0
	for _, s := range sheets {
		if s.Listed {
			listed++
		}
	}
	if len(people) == 0 {
		return view.Headline{Rest: r.T("没有可动员党员的名册，有没有表现依据未知", "There is no list of active members: whether any shows evidence is not known")}
	}
	if listed == 0 {
		return view.Headline{Rest: r.T("没有党员有两项以上依据明显高于本支部同伴", "No member shows two kinds of evidence clearly above the branch")}
	}
	return view.Headline{Rest: r.Tf("%d名党员有两项以上依据明显高于本支部同伴，供研究，不排名", "%d members show two kinds of evidence clearly above their branch: for discussion, without ranks", listed)}
}

// trusted says how far the list can be trusted.
func trusted(r block.Request) view.Stats {
	trial := signals.CadreTrial
	return view.Stats{Tiles: []view.Stat{{Label: r.T("列出的人中真正突出（模拟镇）", "Of those listed, proven (simulated towns)"), Value: reading.Percent(trial.Precision()), Base: reading.Base(float64(trial.Rightly), float64(trial.Shown)),
		Reading: r.T("真实的镇可能不如模拟的镇", "a real town may do worse")}}}
}

// besidePeers is the evidence of the listed members as a matrix: their own number, and the median of their branch below it. It
// follows the list: by village, branch and number.
func besidePeers(r block.Request, sheets []signals.Sheet) *view.Heat {
	h := &view.Heat{Frame: view.Frame{ID: "peers", Language: r.Language, Title: r.T("各项依据与支部同伴", "The evidence beside the branch"), Note: r.Tf("数字：本人 / 支部中位数；截至%s", "Number: member / branch median; as of %s", r.CutOff.Format("2006-01-02"))}, Corner: r.T("党员", "Member"),
		Means: &view.Meaning{Colour: r.T("颜色：", "Colour:"), Places: map[view.Place]string{view.FarAhead: r.T("明显高于本支部同伴", "clearly above the branch")}, Absent: r.T("不明显高于本支部", "not clearly above the branch")}}
	for _, kind := range signals.SignalKinds {
		h.Columns = append(h.Columns, view.HeatColumn{Title: signNames[kind].In(r.Lang)})
	}
	for _, s := range sheets {
		if !s.Listed {
			continue
		}
		row := view.HeatRow{Name: s.Name + " " + s.ID, Badge: r.Name(s.Branch), Link: r.Link("cadres", question.With("member", s.ID), question.With("signal", ""))}
		for _, kind := range signals.SignalKinds {
			row.Cells = append(row.Cells, evidenceCell(r, s, kind))
		}
		if len(h.Rows) < mostBesidePeers {
			h.Rows = append(h.Rows, row)
		} else {
			h.Rest = append(h.Rest, row)
		}
	}
	if len(h.Rest) > 0 {
		h.More, h.MoreLink = r.Tf("按村和编号的前%[1]d名，共%[2]d名，不分先后。", "The first %[1]d of %[2]d by village and number: no order of merit.", len(h.Rows), len(h.Rows)+len(h.Rest)), "#table-members"
	}
	if len(h.Rows) == 0 {
		h.State, h.Reason = view.Empty, r.T("没有党员有两项以上依据。", "No member shows two kinds of evidence.")
	}
	return h
}

// evidenceCell is one kind of evidence of a member beside the median of the branch; where it does not stand out it says so.
func evidenceCell(r block.Request, s signals.Sheet, kind string) view.HeatCell {
	for _, sign := range s.Signs {
		if sign.Signal != kind {
			continue
		}
		own, peers := reading.Count(sign.Numerator), reading.Decimal(sign.PeerMedian, 1)
		c := view.HeatCell{Place: view.FarAhead, Value: view.Value{X: sign.Value}}
		if !signals.Counted(kind) {
			own, peers = reading.Decimal(sign.Value*100, 0)+"%", reading.Decimal(sign.PeerMedian*100, 0)+"%"
			c.Value.X, c.Value.Numerator, c.Value.Denominator = sign.Value*100, sign.Numerator, sign.Denominator
		}
		c.Value.Text = own + " / " + peers
		return c
	}
	return view.HeatCell{Value: view.Value{Unknown: r.T("不明显高于支部", "not clearly above the branch")}}
}
