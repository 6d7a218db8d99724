package report

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"sync"

	"hulian/dashboards/assets"
	"hulian/dashboards/language"
	"hulian/dashboards/parallel"
	"hulian/dashboards/question"
	"hulian/dashboards/render"
	"hulian/dashboards/view"
)

//go:embed templates/report.tmpl
var templates embed.FS

// ErrNoLetterhead is returned for a view that is not issued as a document.
var ErrNoLetterhead = errors.New("the view has no letterhead")

// sheet is what the template sets.
type sheet struct {
	render.Document
	First        template.HTML // picture and table of the first sheet
	Sections     []section
	TakesVillage bool // another village may be chosen
}

// section is one part of the annex.
type section struct {
	Number      int
	Title, Note string
	Body        template.HTML
}

var sets = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, lang := range []string{language.Chinese, language.English} {
		all[lang] = template.Must(template.New("report").Funcs(template.FuncMap{
			"asset": assets.URL,
			"t": func(zh, en string) string {
				if lang == language.English {
					return en
				}
				return zh
			},
		}).ParseFS(templates, "templates/report.tmpl"))
	}
	return all
})

// HTML sets a view as a printable document. What stands before the view's first section is the first sheet; every
// section after it belongs to the annex.
func HTML(d render.Document) ([]byte, error) {
	if d.View.Letterhead == nil {
		return nil, ErrNoLetterhead
	}
	lang := d.Request.Lang
	first, sections := parts(d.View.Blocks)
	s := sheet{Document: d, TakesVillage: d.Request.Page.Takes.Has(question.ByVillage)}
	set := []func(context.Context) error{func(context.Context) (err error) { s.First, err = render.Blocks(lang, first); return err }}
	s.Sections = make([]section, len(sections))
	for i, blocks := range sections {
		head, ok := blocks[0].(view.Section)
		if !ok {
			return nil, fmt.Errorf("report: part %d of the annex does not begin with its heading", i+1)
		}
		set = append(set, func(context.Context) error {
			body, err := render.Blocks(lang, blocks[1:])
			s.Sections[i] = section{Number: i + 1, Title: head.Title, Note: head.Note, Body: body}
			if err != nil {
				return fmt.Errorf("%s: %w", head.Title, err)
			}
			return nil
		})
	}
	if err := parallel.Do(context.Background(), set...); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var b bytes.Buffer
	if err := sets()[lang].ExecuteTemplate(&b, "report", s); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}

// parts splits blocks before each section; the first part has no section.
func parts(blocks []view.Block) (first []view.Block, sections [][]view.Block) {
	for _, b := range blocks {
		if _, heading := b.(view.Section); heading {
			sections = append(sections, nil)
		}
		if len(sections) == 0 {
			first = append(first, b)
			continue
		}
		last := len(sections) - 1
		sections[last] = append(sections[last], b)
	}
	return first, sections
}
