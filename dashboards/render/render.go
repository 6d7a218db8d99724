package render

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"sync"

	"hulian/dashboards/assets"
	"hulian/dashboards/page"
)

//go:embed templates/document.tmpl templates/blocks.tmpl templates/failure.tmpl templates/marks.tmpl templates/upload.tmpl templates/choices.tmpl
var templates embed.FS

// Document is a page with what surrounds it.
type Document struct {
	Request page.Request
	View    page.View
	Pages   []page.Page // those this visitor may see, for the navigation
	Version string      // of the program, for the foot of the page

	Accepted string // how much of what was handed in for the month was accepted
}

// Failure is a page that could not be built, or an address nobody knows.
type Failure struct {
	Lang    string
	Status  int
	Title   string
	Text    string
	Next    string
	Link    string // where to go on
	Caption string // of the link
}

// Option is one choice of a picker.
type Option struct {
	Value, Name string
	Chosen      bool
}

// Crumb is one step of the trail from town to branch.
type Crumb struct{ Name, Link string }

var sets = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, lang := range []string{page.Chinese, page.English} {
		set := template.New("hulian").Funcs(template.FuncMap{
			"asset": assets.URL,
			"lang":  func() string { return lang },
			"t": func(zh, en string) string {
				if lang == page.English {
					return en
				}
				return zh
			},
			"option": chartDocument,
			"cell":   shownCell,
			"table":  tableIn,
			"chart":  chartIn,
			"mark":   func(t page.Tone) string { return mark(t, lang) },
		})
		all[lang] = template.Must(set.ParseFS(templates, "templates/*.tmpl"))
	}
	return all
})

func set(lang string) *template.Template {
	if s, ok := sets()[lang]; ok {
		return s
	}
	return sets()[page.Chinese]
}

// mark is the sign and word that say a tone without colour.
func mark(t page.Tone, lang string) string {
	words := map[page.Tone][2]string{
		page.ToneBetter: {"▲ 好转", "▲ Better"},
		page.ToneWorse:  {"▼ 变差", "▼ Worse"},
		page.ToneQuiet:  {"○ 不作判断", "○ Not judged"},
	}
	if lang == page.English {
		return words[t][1]
	}
	return words[t][0]
}

// shownTable is a table with the address it can be downloaded from; in a report there is none.
type shownTable struct {
	*page.Table
	Download string
}

func tableIn(d any, t *page.Table) shownTable {
	if document, ok := d.(Document); ok {
		return shownTable{t, document.Download(t)}
	}
	return shownTable{Table: t}
}

// shownChart is a chart with the address its table can be downloaded from.
type shownChart struct {
	*page.Chart
	Download string
}

func chartIn(d any, c *page.Chart) shownChart { return shownChart{c, tableIn(d, &c.Table).Download} }

// shown is a cell with the kind of the column it stands in.
type shown struct {
	page.Cell
	Kind  page.ColumnKind
	Title string
}

func shownCell(columns []page.Column, i int, c page.Cell) (shown, error) {
	if i >= len(columns) {
		return shown{}, fmt.Errorf("a row has more cells than the table's %d columns", len(columns))
	}
	return shown{c, columns[i].Kind, columns[i].Title}, nil
}

// chartDocument is what the page's script reads: the option and where a click on an item leads. It reaches the page as
// a value the template marshals and escapes, whatever a village is called.
func chartDocument(c shownChart) map[string]any {
	document := map[string]any{"option": json.RawMessage(c.Option)}
	if len(c.Links) > 0 {
		document["links"] = c.Links
	}
	return document
}

// Page sets a whole page.
func Page(d Document) ([]byte, error) {
	return execute(d.Request.Lang, "document", d)
}

// Blocks sets the blocks of a view alone, for documents that bring their own frame.
func Blocks(lang string, blocks []page.Block) (template.HTML, error) {
	out, err := execute(lang, "blocks", blocks)
	return template.HTML(out), err
}

// Fail sets a page that says what went wrong and where to go on.
func Fail(f Failure) ([]byte, error) { return execute(f.Lang, "failure", f) }

func execute(lang, name string, value any) ([]byte, error) {
	var b bytes.Buffer
	if err := set(lang).ExecuteTemplate(&b, name, value); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// Months are the choices of the month picker, newest first.
func (d Document) Months() []Option {
	var all []Option
	for _, m := range d.Request.Months() {
		all = append(all, Option{Value: m, Name: m, Chosen: m == d.Request.Month})
	}
	return all
}

// Villages are the choices of the village picker; the first is the whole town.
func (d Document) Villages() []Option {
	all := []Option{{Name: d.Request.T("全镇", "Whole town"), Chosen: d.Request.Village == ""}}
	for _, u := range d.Request.Villages {
		all = append(all, Option{Value: u.ID, Name: u.Name, Chosen: u.ID == d.Request.Village})
	}
	return all
}

// Branches are the choices of the branch picker: those of the chosen village.
func (d Document) Branches() []Option {
	if d.Request.Village == "" {
		return nil
	}
	all := []Option{{Name: d.Request.T("全村", "Whole village"), Chosen: d.Request.Branch == ""}}
	for _, u := range d.Request.BranchesOf(d.Request.Village) {
		all = append(all, Option{Value: u.ID, Name: u.Name, Chosen: u.ID == d.Request.Branch})
	}
	return all
}

// Takes reports whether the page takes a filter: month, village or branch.
func (d Document) Takes(filter string) bool {
	takes := d.Request.Page().Takes
	switch filter {
	case "month":
		return takes.Has(page.ByMonth)
	case "village":
		return takes.Has(page.ByVillage)
	default:
		return takes.Has(page.ByBranch)
	}
}

// Trail leads from the town to the unit the page is about; on a page about the town there is none.
func (d Document) Trail() []Crumb {
	r := d.Request
	if r.Unit().Level == page.LevelTown {
		return nil
	}
	trail := []Crumb{{r.Town.Name, r.Link(r.Page().ID, page.In(""))}}
	if v, ok := r.Snapshot.Village(r.Village); ok && r.Village != "" {
		link := r.Link(r.Page().ID, page.In(v.ID))
		if r.Branch == "" {
			link = "" // one is there already
		}
		trail = append(trail, Crumb{v.Name, link})
	}
	if b, ok := r.Snapshot.Branch(r.Branch); ok && r.Branch != "" {
		trail = append(trail, Crumb{b.Name, ""})
	}
	return trail
}

// Nav is one entry of the navigation.
type Nav struct {
	Name, Question, Link string
	Current, Break       bool
}

// Navigation lists the pages this visitor may see.
func (d Document) Navigation() []Nav {
	var all []Nav
	for i, p := range d.Pages {
		all = append(all, Nav{Name: p.Title.In(d.Request.Lang), Question: p.Question.In(d.Request.Lang), Link: d.Request.Link(p.ID),
			Current: p.ID == d.Request.Page().ID, Break: i > 0 && p.Group != d.Pages[i-1].Group})
	}
	return all
}

// OtherLanguage links to the same page in the other language.
func (d Document) OtherLanguage() Crumb {
	r := d.Request
	if r.Lang == page.English {
		return Crumb{"中文", r.Link(r.Page().ID, page.Speaking(page.Chinese))}
	}
	return Crumb{"English", r.Link(r.Page().ID, page.Speaking(page.English))}
}

// Home links to the first page.
func (d Document) Home() string { return d.Request.Link(d.Pages[0].ID) }

// Markings explains the icons of readings; none where the page shows none.
func (d Document) Markings() []page.Mark {
	if !d.View.Marked() {
		return nil
	}
	return d.Request.Markings()
}

// Download is the address of a table as CSV.
func (d Document) Download(t *page.Table) string {
	return d.Request.Link(d.Request.Page().ID, page.Downloading(t.ID))
}

// State links to what became of the files of the month.
func (d Document) State() string {
	return d.Request.Link("data", page.At(d.Request.Month)) + "#table-acceptance"
}
