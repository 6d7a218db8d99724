package work

import (
	"context"
	"slices"

	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
)

// posted are the measures of points and tasks that a public notice shows by village or branch.
var posted = []string{"points_per_member", "members_with_points", "tasks_done", "tasks_overdue", "posts_rate"}

// PublicNotice is what is posted of points, tasks and star ratings. What the office looks into, such as points gained in a burst or
// stars that contradict results, is no part of it, and neither is anything of a single person.
func PublicNotice(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.Tf("%s积分、事项和星级公示", "%s: points, tasks and stars", r.Unit().Name), Letterhead: &view.Letterhead{Whole: true}}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), slices.Concat(pointMeasures, block.Spoken(r.Wording))...)
	if err != nil {
		return v, err
	}
	v.Sentences = slices.DeleteFunc(append(pointSentences(r, own), block.Say(r, own, "public_objections")), func(s string) bool { return s == "" })
	ratings, err := ratings(ctx, r)
	if err != nil {
		return v, err
	}
	if len(r.Below()) > 0 {
		units, err := block.UnitTable(ctx, r, "units", posted...)
		if err != nil {
			return v, err
		}
		units.Title, units.Note, units.Folded, units.PageRows = r.Tf("积分和事项 · %s", "Points and tasks · %s", r.MonthName(r.Month)), "", false, 0
		for _, row := range append(units.Rows[:len(units.Rows):len(units.Rows)], units.Total) { // the plain number and its base: nothing is judged here
			for i := range row {
				row[i].Interval, row[i].Mark, row[i].Tone, row[i].Note = "", nil, view.ToneNone, ""
			}
		}
		v.Blocks = append(v.Blocks, units)
	}
	v.Blocks = append(v.Blocks, view.Section{ID: "stars", Title: r.T("星级评定", "Star ratings"), Note: block.Say(r, own, "public_stars")})
	if len(ratings) == 0 {
		v.Blocks = append(v.Blocks, view.Text{Paragraphs: []string{block.Say(r, own, "public_unrated")}})
		return v, nil
	}
	v.Blocks = append(v.Blocks, postedStars(r, ratings))
	return v, nil
}

// postedStars is the star history of the branches, without the two columns that only the office acts on.
func postedStars(r block.Request, all []rating) *view.Table {
	t := starTable(r, all, nil)
	t.Cut(len(t.Columns)-2, len(t.Columns)-1)
	t.Folded, t.PageRows, t.Note, t.More = false, 0, "", ""
	for i := range t.Columns {
		t.Columns[i].Harmless = true // stars and ranks of branches
	}
	return t
}
