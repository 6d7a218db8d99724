package month

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/parallel"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries/reading"
)

func yuan(sum float64) string { return reading.Count(sum) }

// decidedTable lists what was decided, with its state and, of actions, what their village did since.
func decidedTable(r block.Request, id, title string, all []decisions.Decided) *view.Table {
	t := &view.Table{ID: id, Stacked: true, Title: title, Empty: r.T("没有。", "None.")}
	columns := []view.ColumnOf[decisions.Decided]{
		view.Of(view.Words(r.T("议题", "Item")), func(d decisions.Decided) view.Cell {
			return view.Cell{Text: r.Word(exportResolutions, "item", d.Item), Note: r.MonthName(d.Month)}
		}),
		view.Of(view.Words(r.T("议定内容", "Decision")), func(d decisions.Decided) view.Cell { return view.Cell{Text: d.What, Link: d.Link, Note: about(r, d)} }),
		view.Of(view.Words(r.T("责任人", "Owner")), func(d decisions.Decided) view.Cell { return view.Plain(block.OrMissing(d.Owner)) }),
		view.Of(view.Day(r.T("期限", "Due")), func(d decisions.Decided) view.Cell { return view.Plain(block.OrMissing(d.DueOn)) }),
		view.Of(view.Words(r.T("状态", "State")), func(d decisions.Decided) view.Cell {
			return view.Cell{Text: d.Standing.Name(r), Tone: d.Standing.Tone(), Note: strings.TrimSpace(d.Ended + " " + d.Remark)}
		}),
	}
	if slices.ContainsFunc(all, func(d decisions.Decided) bool { return d.Action != nil || d.Since != "" }) {
		columns = append(columns, view.Of(view.Words(r.T("成效", "Effect")), func(d decisions.Decided) view.Cell {
			if d.Action == nil {
				return view.Plain(block.OrMissing(d.Since))
			}
			return view.Cell{Text: r.T("与其他村相比：", "Against others: ") + d.Action.Verdict(r), Note: r.T("本村自身：", "Own series: ") + d.Action.Own.Verdict(r.Lang), Tone: d.Action.Tone()}
		}))
	}
	view.Fill(t, all, columns...)
	return t
}

// about names the village of a resolution, where what is said of it does not.
func about(r block.Request, d decisions.Decided) string {
	if d.Village == "" || strings.HasPrefix(d.What, r.Name(d.Village)) {
		return ""
	}
	return r.Name(d.Village)
}

// minutesTable is what a meeting decided as it goes into its minutes.
func minutesTable(r block.Request, all []decisions.Decided) *view.Table {
	t := decidedTable(r, "resolutions", r.Tf("%s例会议定事项", "Decided at the meeting of %s", r.MonthName(r.Month)), all)
	t.Empty = r.T("本次会议还没有记录议定的事。", "Nothing is recorded of this meeting yet.")
	return t
}

// minutes is the meeting as a document: what was decided, what was looked at again, and under each item what was before the meeting.
func minutes(ctx context.Context, r block.Request, pages block.Builders, all []decisions.Decided) (view.View, error) {
	v := view.View{Heading: r.Tf("%s先锋户联工作例会纪要", "%s: minutes of the meeting on Pioneers linked to households", r.Town.Name), Letterhead: &view.Letterhead{Issuer: r.Tf("%s党委", "Party committee of %s", r.Town.Name), Period: r.MonthName(r.Month), Whole: true,
		Basis: []string{r.Tf("数据截至 %s；快照第 %d 版，校验码 %.16s。", "Data as of %s; snapshot %d, hash %.16s.", r.CutOff.Format("2006-01-02"), r.Generation, r.Hash)}}}
	say, err := block.Saying(ctx, r)
	if err != nil {
		return v, err
	}
	now := decisions.At(all, r.Month)
	if day := meetingDay(ctx, r); day != "" {
		v.Sentences = append(v.Sentences, say("minutes_day", "day", day))
	}
	v.Sentences = append(v.Sentences, say("minutes_decided", "before", strconv.Itoa(len(decidedBefore(r, all))), "now", strconv.Itoa(len(now))))
	v.Blocks = append(v.Blocks, minutesTable(r, now))
	of, err := lastDecisions(ctx, r, nil)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, of.Blocks...)
	said := make([]string, len(agenda))
	var parts []func(context.Context) error
	for i, item := range agenda {
		if item.id == "last" || item.id == "cadres" || item.id == "members" { // the first stands above; of persons minutes say what was decided alone
			continue
		}
		parts = append(parts, func(ctx context.Context) error {
			made, _, err := item.made(ctx, r, pages)
			said[i] = sentenceOf(made)
			return err
		})
	}
	if err := parallel.Do(ctx, parts...); err != nil {
		return v, err
	}
	t := &view.Table{ID: "before-the-meeting", Stacked: true, Title: r.T("各议题情况", "Before the meeting, item by item")}
	view.Fill(t, agenda,
		view.Of(view.Words(r.T("议题", "Item")), func(i agendaItem) view.Cell { return view.Plain(i.title(r)) }),
		view.Of(view.Words(r.T("情况", "State")), func(i agendaItem) view.Cell {
			return view.Plain(block.OrMissing(said[slices.IndexFunc(agenda, func(a agendaItem) bool { return a.id == i.id })]))
		}))
	t.Rows = slices.DeleteFunc(t.Rows, func(row []view.Cell) bool { return row[1].Text == reading.Missing })
	v.Blocks = append(v.Blocks, view.Section{ID: "items", Title: t.Title}, t)
	return v, nil
}

// meetingDay is the day of the month's meeting, as the newest resolution of it says.
func meetingDay(ctx context.Context, r block.Request) (day string) {
	all, err := r.Resolutions(ctx, r.Visitor, r.Month)
	if err != nil {
		return ""
	}
	for _, x := range all {
		if x.OfMonth == r.Month && x.MeetingOn != "" {
			day = x.MeetingOn
		}
	}
	return day
}

// Why a form about a resolution is not taken, beside the columns that are filled in wrongly.
const (
	refusedGone  = "gone"
	refusedOrder = "order"
)

func resolutionRefusals(r block.Request) map[string]string {
	return map[string]string{
		refusedGone:  r.T("没有这件事，或者状态已经变了。", "There is no such resolution, or its state has changed meanwhile."),
		refusedOrder: r.T("期限早于会议日期，或者办结日期早于会议日期。", "The day it is due, or was done, lies before the day of the meeting."),
	}
}

// resolveForm records what is decided under an item; under none the item is chosen.
func resolveForm(r block.Request, item string) view.Form {
	village := view.Field{Name: "of_village", Label: r.T("所涉的村", "Village it is about"), Choices: []view.Choice{{Value: "", Name: r.T("全镇", "Whole town")}}}
	for _, u := range r.Villages {
		village.Choices = append(village.Choices, view.Choice{Value: u.ID, Name: u.Name})
	}
	under := view.Field{Name: "item", Value: item, Hidden: true}
	if item == "" {
		under = view.Field{Name: "item", Label: r.T("议题", "Item"), Choices: block.Options(r, exportResolutions, "item", "month")}
	}
	from := block.MeetingDay(r)
	due := ""
	if t, err := time.Parse(time.DateOnly, from); err == nil {
		due = t.AddDate(0, 0, 28).Format(time.DateOnly)
	}
	return view.Form{Title: r.T("记录议定的事", "Record what is decided"), Text: r.T("下次会议第一项回看。人名只写责任人。", "It comes back as item 1 of the next meeting. Name nobody but the owner."), Address: "/entries/" + exportResolutions, Label: r.T("记下", "Keep"),
		Fields: append(block.MonthHidden(r), view.Field{Name: "state", Value: "open", Hidden: true}, under,
			view.Field{Name: "decision", Label: r.T("议定内容", "Decision"), Limit: 500, Required: true, Long: true}, village,
			view.Field{Name: "owner", Label: r.T("责任人", "Owner"), Limit: 60, Required: true},
			view.Field{Name: "meeting_on", Label: r.T("会议日期", "Meeting on"), Date: true, Value: from, Required: true},
			view.Field{Name: "due_on", Label: r.T("期限", "Due on"), Date: true, Value: due, Required: true})}
}

// closeForms say of the resolution that the address names what became of it.
func closeForms(r block.Request, all []decisions.Decided) []view.Block {
	i := slices.IndexFunc(all, func(d decisions.Decided) bool { return d.ID == r.Params.Get("resolution") })
	if i < 0 {
		return nil
	}
	d := all[i]
	hidden := func(more ...view.Field) []view.Field {
		return append(append(block.MonthHidden(r), view.Field{Name: "resolution_id", Value: d.ID, Hidden: true}), more...)
	}
	address := "/entries/" + exportResolutions
	remark := view.Field{Name: "remark", Label: r.T("办理情况", "What came of it"), Limit: 500, Required: true, Long: true}
	blocks := []view.Block{view.Section{ID: "resolution", Title: d.What, Note: r.Tf("%[1]s · 责任人%[2]s · 期限%[3]s · %[4]s", "%[1]s · owner %[2]s · due %[3]s · %[4]s", r.MonthName(d.Month), d.Owner, block.OrMissing(d.DueOn), d.Standing.Name(r))}}
	if !d.Pending() {
		return append(blocks, view.Form{Title: r.T("重新列为待办", "Open it again"), Address: address, Label: r.T("重新列为待办", "Open again"), Fields: hidden(view.Field{Name: "state", Value: "open", Hidden: true},
			view.Field{Name: "due_on", Label: r.T("新的期限", "New day"), Date: true, Required: true}, remark)})
	}
	return append(blocks,
		view.Form{Title: r.T("办结或取消", "Done, or dropped"), Address: address, Label: r.T("记下", "Keep"), Fields: hidden(view.Field{Name: "state", Label: r.T("结果", "Result"), Choices: block.Options(r, exportResolutions, "state", "done", "done", "dropped")},
			view.Field{Name: "done_on", Label: r.T("日期", "Day"), Date: true, Value: block.MeetingDay(r), Required: true}, remark)},
		view.Form{Title: r.T("调整责任人或期限", "Change owner or day"), Address: address, Label: r.T("调整", "Change"), Fields: hidden(view.Field{Name: "state", Value: "open", Hidden: true},
			view.Field{Name: "owner", Label: r.T("责任人", "Owner"), Value: d.Owner, Limit: 60, Required: true}, view.Field{Name: "due_on", Label: r.T("期限", "Due on"), Date: true, Value: d.DueOn, Required: true}, remark)})
}

// exportResolutions keeps what meetings resolved.
const exportResolutions = "resolutions"

// EntryForms read the forms of this package's pages.
var EntryForms = []block.EntryForm{{Export: exportResolutions, Page: "meeting", Needs: visitor.Decide, Read: readResolution}}

func readResolution(ctx context.Context, r block.Request, said func(string) string) (block.Entry, error) {
	e := block.Entry{At: visitor.Place{Town: r.Town.ID}, Back: url.Values{"month": {r.Month}}, Retry: url.Values{"month": {r.Month}}}
	if said("resolution_id") != "" {
		return readResolved(ctx, r, said, e)
	}
	e.Row = block.Said(said, "item", "of_village", "decision", "owner", "meeting_on", "due_on")
	id, item := block.NewID("YD", r.Month), said("item")
	e.Row["resolution_id"], e.Row["state"], e.Row["of_month"] = id, "open", r.Month
	e.Object = strings.Join([]string{exportResolutions, id, item}, " ")
	e.Anchor = "item-" + item
	e.Retry.Set("item", item)
	for _, needed := range []string{"item", "decision", "owner", "meeting_on", "due_on"} {
		if e.Row[needed] == nil && e.Refused == "" {
			e.Refused = needed
		}
	}
	if village := said("of_village"); village != "" {
		if _, known := r.Snapshot.Village(village); known {
			e.At.Village = village
		} else {
			e.Refused = "of_village"
		}
	}
	if e.Refused == "" && said("due_on") < said("meeting_on") {
		e.Refused = refusedOrder
	}
	return e, nil
}

// readResolved reads a form about a resolution that there is.
func readResolved(ctx context.Context, r block.Request, said func(string) string, e block.Entry) (block.Entry, error) {
	id, state := said("resolution_id"), said("state")
	e.Row = block.Said(said, "resolution_id", "state", "remark")
	e.Row["of_month"], e.Object, e.Anchor = r.Month, strings.Join([]string{exportResolutions, id, state}, " "), "resolution"
	e.Retry.Set("resolution", id)
	all, err := r.Resolutions(ctx, r.Visitor, r.LastMonth)
	if err != nil {
		return e, err
	}
	i := slices.IndexFunc(all, func(x facts.Resolution) bool { return x.ResolutionID == id })
	if i < 0 {
		e.Refused, e.Retry = refusedGone, url.Values{}
		return e, nil
	}
	now := all[i]
	e.At.Village = now.OfVillage
	day := "due_on"
	if state == "open" {
		for column, value := range block.Said(said, "owner", "due_on") {
			e.Row[column] = value
		}
	} else {
		day = "done_on"
		e.Row["done_on"] = said("done_on")
		if now.State != "open" {
			e.Refused = refusedGone
		}
	}
	_, err = time.Parse(time.DateOnly, said(day))
	switch {
	case e.Refused != "":
	case e.Row["remark"] == nil:
		e.Refused = "remark"
	case err != nil:
		e.Refused = day
	case said(day) < now.MeetingOn:
		e.Refused = refusedOrder
	}
	return e, nil
}
