package records

import (
	"context"
	"strconv"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/trail"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// trailRows is how many entries of the audit trail the page shows at once.
const trailRows = 100

// TrailQuestion reads off an address what of the trail is asked for.
func TrailQuestion(get func(string) string) trail.Question {
	before, _ := strconv.ParseInt(get("before"), 10, 64) // what is no number asks for the newest
	return trail.Question{Unit: get("unit"), Account: get("account"), Action: trail.Action(get("action")), Before: max(before, 0)}
}

// Trail shows who did what, the newest first. A place, an account and an action lead to all of theirs.
func Trail(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("操作记录", "Audit trail"), Sentences: []string{
		r.T("谁、何时、从哪里、做了什么，新的在前；被拒绝的也在内。记录逐条相连，不能修改或删除。", "Who did what, when and from where, the newest first; what was refused stands here too. Entries are chained: none can be changed or taken out unseen.")}}
	if r.Trail == nil {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Title: r.T("这里没有操作记录", "No trail is kept here")})
		return v, nil
	}
	q := TrailQuestion(r.Params.Get)
	q.Limit = trailRows
	entries, next, err := r.Trail(ctx, q)
	if err != nil {
		return v, err
	}
	v.Headline = trailHeadline(r, entries)
	v.Blocks = append(v.Blocks, view.Lead{})
	t := &view.Table{ID: "trail", Stacked: true, Part: true, Title: r.T("记录", "Entries"), Empty: r.T("没有符合条件的记录。", "There are no such entries.")}
	only := func(name, value string) string {
		if value == "" {
			return ""
		}
		return r.Link("trail", question.With(name, value), question.With("before", ""))
	}
	view.Fill(t, entries,
		view.Of(view.Day(r.T("时间", "Time")), func(e trail.Entry) view.Cell {
			return view.Cell{Text: r.Clock(e.Moment).Format("2006-01-02 15:04:05")}
		}),
		view.Of(view.Words(r.T("谁", "Who")), func(e trail.Entry) view.Cell {
			if e.Account == "" {
				return view.Cell{Text: reading.Missing}
			}
			return view.Cell{Text: e.Name, Note: e.Account + " · " + e.Role.Title().In(r.Lang), Link: only("account", e.Account)}
		}),
		view.Of(view.Words(r.T("做了什么", "What")), func(e trail.Entry) view.Cell {
			return view.Cell{Text: e.Sentence(r.Lang), Link: only("action", string(e.Action))}
		}),
		view.Of(view.Words(r.T("单位", "Place")), func(e trail.Entry) view.Cell { return trailPlace(r, e, only) }),
		view.Of(view.Words(r.T("结果", "Outcome")), func(e trail.Entry) view.Cell {
			c := view.Cell{Text: e.Outcome.Words().In(r.Lang)}
			if e.Outcome != trail.Done {
				c.Tone = view.ToneWorse
			}
			return c
		}),
		view.Of(view.Words(r.T("来自", "From")), func(e trail.Entry) view.Cell { return view.Cell{Text: e.Address, Note: e.Origin.Words().In(r.Lang)} }))
	if next > 0 {
		t.More = r.T("更早的记录", "Older entries")
		t.MoreLink = r.Link("trail", question.With("before", strconv.FormatInt(next, 10)))
	}
	v.Blocks = append(v.Blocks, t)
	if q.Unit+q.Account+string(q.Action) != "" || q.Before > 0 {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Next: r.T("回到全部记录", "Back to all entries"), Link: r.Link("trail", question.With("unit", ""), question.With("account", ""), question.With("action", ""), question.With("before", ""))})
	}
	return v, nil
}

// trailHeadline says first how many of the entries shown were denied or failed.
func trailHeadline(r block.Request, entries []trail.Entry) view.Headline {
	refused := 0
	for _, e := range entries {
		if e.Outcome != trail.Done {
			refused++
		}
	}
	switch {
	case len(entries) == 0:
		return view.Headline{Rest: r.T("没有符合条件的记录", "There are no such entries")}
	case refused > 0:
		return view.Headline{Weak: r.Tf("本页%[1]d条记录中%[2]d条没有办成", "Of the %[1]d entries shown %[2]d were denied or failed", len(entries), refused)}
	default:
		return view.Headline{Rest: r.Tf("本页%d条记录都已办成", "All %d entries shown were done", len(entries))}
	}
}

// trailPlace is the village or branch an entry is about.
func trailPlace(r block.Request, e trail.Entry, only func(name, value string) string) view.Cell {
	switch {
	case e.Place.Branch != "":
		return view.Cell{Text: r.Name(e.Place.Branch), Link: only("unit", e.Place.Branch)}
	case e.Place.Village != "":
		return view.Cell{Text: r.Name(e.Place.Village), Link: only("unit", e.Place.Village)}
	default:
		return view.Cell{Text: r.T("全镇", "the town")}
	}
}
