package page

import (
	"context"
	"maps"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/month"
	"hulian/dashboards/page/places"
	"hulian/dashboards/page/records"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
)

// papers make of a page what is issued of it, by the page's ID, where the address asks for its paper.
var papers = block.Builders{
	"weak":    places.SupportList,
	"village": places.VillageSheet,
	"compare": places.ComparisonPaper,
	"points":  work.PublicNotice,
}

// onPaper is the parameter of an address that asks for the paper of a page.
const onPaper = "paper"

// issues reports whether a paper is made of the page at its place: of the village sheet there is one of each village, and none of the town.
func issues(r block.Request) bool {
	return papers[r.Page.ID] != nil && (r.Page.ID != "village" || r.Unit().Level != facts.LevelTown)
}

// paperOf makes the paper of a page, where its address asks for it.
func paperOf(ctx context.Context, r block.Request) (v view.View, is bool, err error) {
	if r.Params.Get(onPaper) == "" || !issues(r) {
		return v, false, nil
	}
	r.Params = maps.Clone(r.Params)
	r.Params.Del(onPaper) // what the paper leads to are pages
	if v, err = papers[r.Page.ID](ctx, r); err != nil {
		return v, true, err
	}
	month.Issued(ctx, r, v)
	if r.Page.Takes.Has(question.ByVillage) {
		v = block.BySuccession(r, records.Cautioned(r, v))
	}
	return v, true, nil
}

// offered leads from a page to its paper, above what is read after the first screen.
func offered(r block.Request, v view.View) view.View {
	if !issues(r) {
		return v
	}
	leads := view.Links{Links: []view.Link{{Text: r.T("做成文件（Word、PDF、Excel、网页）", "Make a paper of it (Word, PDF, Excel, HTML)"), Address: r.Link(r.Page.ID, question.With(onPaper, "1"))}}}
	at := slices.IndexFunc(v.Blocks, func(b view.Block) bool { _, lead := b.(view.Lead); return lead })
	if at < 0 {
		at = len(v.Blocks)
	}
	v.Blocks = slices.Insert(v.Blocks, at, view.Block(leads))
	return v
}
