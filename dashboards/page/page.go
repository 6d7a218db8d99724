package page

import (
	"context"
	"fmt"
	"slices"

	"hulian/dashboards/gate"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/page/dictionary"
	"hulian/dashboards/page/month"
	"hulian/dashboards/page/organisation"
	"hulian/dashboards/page/places"
	"hulian/dashboards/page/records"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// View builds a page as it is shown: without the numbers of persons in its texts.
func View(ctx context.Context, r block.Request) (view.View, error) {
	v, err := stated(ctx, r)
	if err != nil {
		return v, err
	}
	if err := gate.Texts(&v, visitor.FreeText); err != nil {
		return v, fmt.Errorf("mask the numbers of persons: %w", err)
	}
	return v, nil
}

// stated builds a page. What a page shows of a month that was corrected since it was signed does not stand there as if it
// were what was signed: a notice says so first, and leads to the differences.
func stated(ctx context.Context, r block.Request) (view.View, error) {
	v, err := Build(ctx, r)
	if err == nil && r.Wording.Unread {
		v = inUsualWords(r, v)
	}
	if err != nil || r.Page.ID == "closing" || !r.Page.Takes.Has(question.ByMonth) || r.Closings == nil || v.Letterhead != nil {
		return v, err
	}
	all, err := r.Closings(ctx)
	if err != nil {
		v.Blocks = append([]view.Block{view.Callout{Tone: view.ToneWorse, Text: r.T("月结记录无法读取。", "The closed months cannot be read."), Next: r.T("见月结页", "See the page on closing"), Link: r.Link("closing")}}, v.Blocks...)
		return v, nil
	}
	switch m := month.ClosingOf(all, r.Month); m.State {
	case pipelines.ClosingDamaged:
		v.Blocks = append([]view.Block{view.Callout{Tone: view.ToneWorse, Text: month.ClosingLine(r, m), Next: r.T("见月结页", "See the page on closing"), Link: r.Link("closing")}}, v.Blocks...)
	case pipelines.ClosingChanged:
		v.Blocks = append([]view.Block{view.Callout{Tone: view.ToneWorse, Text: month.ClosingLine(r, m), Next: r.T("逐项查看签发时与现在的数值", "See each value as signed and as it is now"), Link: r.Link("closing") + "#table-differences"}}, v.Blocks...)
	case pipelines.ClosingDraft, pipelines.ClosingChecked, pipelines.ClosingSigned: // nothing to warn of
	}
	return v, nil
}

// inUsualWords says on a page or paper that the town's own sentences could not be read and do not stand in it.
func inUsualWords(r block.Request, v view.View) view.View {
	said := r.T("本镇改写的文件用语无法读取，这里用的是通用的句子。", "The town's own sentences cannot be read: the usual ones stand here.")
	if v.Letterhead == nil {
		v.Blocks = append([]view.Block{view.Callout{Tone: view.ToneWorse, Text: said, Next: r.T("见“文件用语”页", "See the page Sentences"), Link: r.Link("sentences")}}, v.Blocks...)
		return v
	}
	l := *v.Letterhead
	l.Basis = append(slices.Clip(l.Basis), said)
	v.Letterhead = &l
	return v
}

// builders make the views of the pages, by their IDs.
var builders block.Builders

func init() { // the report is made of other pages
	builders = block.Builders{
		"overview":     month.Overview,
		"todo":         month.ToDo,
		"meeting":      func(ctx context.Context, r block.Request) (view.View, error) { return month.Meeting(ctx, r, builders) },
		"actions":      decisions.Actions,
		"issues":       work.Issues,
		"visits":       work.Visits,
		"callbacks":    work.Callbacks,
		"report":       func(ctx context.Context, r block.Request) (view.View, error) { return month.Report(ctx, r, builders) },
		"village":      places.Village,
		"capacity":     places.Capacity,
		"weak":         places.Weak,
		"relink":       places.Relink,
		"compare":      places.Compare,
		"points":       work.Points,
		"organisation": organisation.Organisation,
		"members":      organisation.Members,
		"cadres":       organisation.Cadres,
		"measures":     dictionary.Measures,
		"behind":       dictionary.BuildBehind,
		"burden":       dictionary.Burden,
		"closing":      month.Closing,
		"papers":       month.Papers,
		"data":         records.Data,
		"upload":       records.Upload,
		"runs":         records.Runs,
		"standards":    records.BuildStandards,
		"sentences":    records.BuildSentences,
		"search":       records.BuildSearch,
		"help":         records.BuildHelp,
		"alerts":       records.Alerts,
		"trail":        records.Trail,
		"accounts":     records.Accounts,
	}
}

// EntryForms read what people fill in on pages: the packages of the pages keep them, one of an export.
var EntryForms = slices.Concat(decisions.EntryForms, month.EntryForms, work.EntryForms, places.EntryForms, organisation.EntryForms)

// EntryFormOf is the form that enters rows of an export, and whether there is one.
func EntryFormOf(export string) (block.EntryForm, bool) {
	i := slices.IndexFunc(EntryForms, func(f block.EntryForm) bool { return f.Export == export })
	if i < 0 {
		return block.EntryForm{}, false
	}
	return EntryForms[i], true
}

// Build makes a page. What it says of units that have changed or of a place whose data are too poor stands first.
func Build(ctx context.Context, r block.Request) (view.View, error) {
	build, ok := builders[r.Page.ID]
	if !ok {
		return view.View{}, fmt.Errorf("page %q has no function that builds it", r.Page.ID)
	}
	if made, is, err := paperOf(ctx, r); is || err != nil {
		return made, err
	}
	v, err := build(ctx, r)
	if err == nil {
		v = offered(r, v)
	}
	if err != nil || !r.Page.Takes.Has(question.ByVillage) {
		return v, err
	}
	return block.BySuccession(r, records.Cautioned(r, v)), nil
}
