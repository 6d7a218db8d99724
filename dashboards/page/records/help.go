package records

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"hulian/dashboards/help"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries"
)

// BuildHelp shows the text about a page or the guide of a role, what a search finds, or the list of all texts.
func BuildHelp(_ context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("帮助", "Help")}
	if id := r.Params.Get("topic"); id != "" {
		return oneHelp(r, v, help.Pages, id)
	}
	if id := r.Params.Get("guide"); id != "" {
		return oneHelp(r, v, help.Guides, id)
	}
	search := r.Params.Get("q")
	v.Blocks = append(v.Blocks, view.Form{Method: "get", Address: r.Page.Path, Label: r.T("搜索", "Search"), Title: r.T("搜索页面说明、岗位指南和指标", "Search page texts, guides and measures"),
		Fields: slices.Concat([]view.Field{{Name: "q", Label: r.T("一两个词，如 超期、回访", "One or two words, such as overdue"), Value: search, Limit: 60}}, block.KeepLanguage(r))})
	if search != "" {
		found, err := helpFound(r, search)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, found, view.Callout{Next: r.T("回到全部说明", "Back to all texts"), Link: r.Link("help", noHelpParams)})
		return v, nil
	}
	v.Blocks = append(v.Blocks, helpGuides(r), helpPages(r))
	return v, nil
}

// noHelpParams takes out of a link to the help what it was asked for last.
func noHelpParams(v url.Values) {
	for _, name := range []string{"q", "topic", "guide"} {
		v.Del(name)
	}
}

// helpLink leads to a text.
func helpLink(r block.Request, kind help.Kind, id string) string {
	if kind == help.Guides {
		return r.Link("help", noHelpParams, question.With("guide", id))
	}
	return r.Link("help", noHelpParams, question.With("topic", id))
}

// helpGuides lists the guides, that of the visitor's own role first.
func helpGuides(r block.Request) *view.Table {
	t := &view.Table{ID: "guides", Title: r.T("岗位指南", "Guides by role"), Columns: []view.Column{view.Words(r.T("岗位", "Role")), view.Words("")}}
	roles := visitor.Roles()
	slices.SortStableFunc(roles, func(a, b visitor.Role) int { return own(r, b) - own(r, a) })
	for _, role := range roles {
		note := ""
		if own(r, role) == 1 {
			note = r.T("您的岗位", "your role")
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: language.Capital(role.Title().In(r.Lang)), Link: helpLink(r, help.Guides, string(role))}, {Text: note}})
	}
	return t
}

func own(r block.Request, role visitor.Role) int {
	if role == r.Visitor.Role {
		return 1
	}
	return 0
}

// helpPages lists the texts about the pages that the visitor may see.
func helpPages(r block.Request) *view.Table {
	t := &view.Table{ID: "pages", Stacked: true, Title: r.T("各页说明", "About the pages")}
	view.Fill(t, openPages(r),
		view.Of(view.Words(r.T("页面", "Page")), func(p question.Page) view.Cell {
			return view.Cell{Text: p.Title.In(r.Lang), Link: helpLink(r, help.Pages, p.ID)}
		}),
		view.Of(view.Words(r.T("回答什么", "What it answers")), func(p question.Page) view.Cell { return view.Plain(p.Question.In(r.Lang)) }))
	return t
}

func openPages(r block.Request) []question.Page {
	return slices.DeleteFunc(question.Pages(), func(p question.Page) bool { return !p.OpenTo(r.Visitor) })
}

// helpText is a text with the names of measures and pages.
func helpText(r block.Request, kind help.Kind, id string) (help.Text, error) {
	t, err := help.Of(kind, id, r.Lang)
	if err != nil {
		return t, errors.Join(question.ErrUnknownUnit, err)
	}
	return t.Named(
		func(id string) string {
			m, _ := queries.MeasureOf(id)
			return r.Tf("“%s”", `"%s"`, m.Name.In(r.Lang))
		},
		func(id string) string {
			p, _ := question.ByID(id)
			return p.Title.In(r.Lang)
		}), nil
}

// helpTitle is what a text is about.
func helpTitle(r block.Request, kind help.Kind, id string) string {
	if kind == help.Guides {
		return r.Tf("%s指南", "Guide: %s", visitor.Role(id).Title().In(r.Lang))
	}
	p, _ := question.ByID(id)
	return r.Tf("“%s”怎样看", "How to read: %s", p.Title.In(r.Lang))
}

// oneHelp shows one text, with the pages and measures it names.
func oneHelp(r block.Request, v view.View, kind help.Kind, id string) (view.View, error) {
	if p, ok := question.ByID(id); kind == help.Pages && ok && !p.OpenTo(r.Visitor) {
		return v, fmt.Errorf("%w: topic=%s", question.ErrUnknownUnit, id)
	}
	marked, err := help.Of(kind, id, r.Lang)
	if err != nil {
		return v, errors.Join(question.ErrUnknownUnit, err)
	}
	text, err := helpText(r, kind, id)
	if err != nil {
		return v, err
	}
	v.Heading = helpTitle(r, kind, id)
	for _, part := range text.Parts {
		if part.Heading != "" {
			v.Blocks = append(v.Blocks, view.Section{Title: part.Heading})
		}
		if len(part.Lines) > 0 {
			v.Blocks = append(v.Blocks, view.Text{Paragraphs: part.Lines})
		}
		if len(part.Points) > 0 {
			v.Blocks = append(v.Blocks, view.Points{Lines: part.Points})
		}
	}
	if t := helpPlaces(r, kind, id, marked.Pages()); len(t.Rows) > 0 {
		v.Blocks = append(v.Blocks, t)
	}
	if t := helpMeasures(r, marked.Measures()); len(t.Rows) > 0 {
		v.Blocks = append(v.Blocks, t)
	}
	v.Blocks = append(v.Blocks, view.Callout{Next: r.T("全部说明和搜索", "All texts, and search"), Link: r.Link("help", noHelpParams)})
	return v, nil
}

// helpPlaces lists the pages a text names, and the one it is about, as far as the visitor may see them.
func helpPlaces(r block.Request, kind help.Kind, id string, named []string) *view.Table {
	t := &view.Table{ID: "places", Title: r.T("打开页面", "Open the pages"), Columns: []view.Column{view.Words(r.T("页面", "Page")), view.Words(r.T("回答什么", "What it answers"))}}
	if kind == help.Pages {
		named = append([]string{id}, named...)
	}
	for _, name := range named {
		if p, ok := question.ByID(name); ok && p.OpenTo(r.Visitor) {
			t.Rows = append(t.Rows, []view.Cell{{Text: p.Title.In(r.Lang), Link: r.Link(p.ID)}, {Text: p.Question.In(r.Lang)}})
		}
	}
	return t
}

// helpMeasures lists the measures a text names with their definitions.
func helpMeasures(r block.Request, named []string) *view.Table {
	t := &view.Table{ID: "named-measures", Stacked: true, Title: r.T("提到的指标", "Measures named here"), Columns: []view.Column{view.Words(r.T("指标", "Measure")), view.Words(r.T("含义", "What it means"))}}
	for _, id := range named {
		if m, ok := queries.MeasureOf(id); ok {
			t.Rows = append(t.Rows, []view.Cell{{Text: m.Name.In(r.Lang), Link: r.Link("measures", question.With("measure", m.ID))}, {Text: m.Note.In(r.Lang), Note: r.MadeOf(m)}})
		}
	}
	return t
}

// helpFound lists the texts and measures in which every word of a search stands.
func helpFound(r block.Request, search string) (*view.Table, error) {
	t := &view.Table{ID: "found", Stacked: true, Title: r.Tf("“%s”的搜索结果", `Found for "%s"`, search), Empty: r.T("没有找到。换一个词，或少写一个词。", "Nothing was found. Try another word, or one word less."),
		Columns: []view.Column{view.Words(r.T("说明", "Text")), view.Words(r.T("类别", "Kind")), view.Words(r.T("内容", "What it says"))}}
	texts := map[help.Kind][]string{help.Guides: help.IDs(help.Guides)}
	for _, p := range openPages(r) {
		texts[help.Pages] = append(texts[help.Pages], p.ID)
	}
	for _, kind := range []help.Kind{help.Pages, help.Guides} {
		for _, id := range texts[kind] {
			text, err := helpText(r, kind, id)
			if err != nil {
				return t, err
			}
			title := helpTitle(r, kind, id)
			if line, ok := text.Found(title, search); ok {
				name := map[help.Kind]string{help.Pages: r.T("页面说明", "page"), help.Guides: r.T("岗位指南", "guide")}[kind]
				t.Rows = append(t.Rows, []view.Cell{{Text: title, Link: helpLink(r, kind, id)}, {Text: name}, {Text: line}})
			}
		}
	}
	for _, m := range queries.Measures() {
		if line, ok := help.Match(search, m.Name.In(r.Lang), m.Note.In(r.Lang), r.MadeOf(m)); ok {
			if line == "" {
				line = m.Note.In(r.Lang)
			}
			t.Rows = append(t.Rows, []view.Cell{{Text: m.Name.In(r.Lang), Link: r.Link("measures", question.With("measure", m.ID))}, {Text: r.T("指标", "measure")}, {Text: line}})
		}
	}
	return t, nil
}
