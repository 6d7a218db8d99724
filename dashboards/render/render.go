package render

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"sync"

	"hulian/dashboards/assets"
	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

//go:embed templates/document.tmpl templates/blocks.tmpl templates/failure.tmpl templates/marks.tmpl templates/upload.tmpl templates/choices.tmpl
var templates embed.FS

// Document is a page with what surrounds it.
type Document struct {
	Request block.Request
	View    view.View
	Pages   []question.Page // those this visitor may see, for the navigation
	Version string          // of the program, for the foot of the page

	Watermark string // of a paper that leaves: for whom, by whom and when; it bears no navigation then

	Papers *Papers // what may be made of it; nil: nothing

	Accepted string // how much of what was handed in for the month was accepted
}

// Papers are the files that a visitor may have made of a page, and for whom.
type Papers struct {
	Kind             string
	Versions         string // where the versions that are kept are listed; empty: none are
	Readers, Formats []view.Choice
	Kept             []view.Choice // what the address says beside month, place and language, by name
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

	Progress *view.Progress // of the run that will bring what is asked for; nil: none is at work
	Upload   *view.Upload   // where the visitor may hand in what is missing; nil: nowhere
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
	for _, lang := range []string{language.Chinese, language.English} {
		set := template.New("hulian").Funcs(template.FuncMap{
			"asset": assets.URL,
			"lang":  func() string { return lang },
			"t": func(zh, en string) string {
				if lang == language.English {
					return en
				}
				return zh
			},
			"month":  func(text string) string { return reading.MonthName(text, lang) },
			"option": chartDocument,
			"cell":   shownCell,
			"table":  tableIn,
			"chart":  chartIn,
			"within": func(d Document, b view.Block) placed { return placed{d, b} },
			"mark":   func(t view.Tone) string { return mark(t, lang) },
		})
		set.Funcs(componentFuncs(set))
		template.Must(set.ParseFS(templates, "templates/*.tmpl"))
		all[lang] = template.Must(set.ParseFS(componentTemplates, "templates/*.tmpl"))
	}
	return all
})

func set(lang string) *template.Template {
	if s, ok := sets()[lang]; ok {
		return s
	}
	return sets()[language.Chinese]
}

// mark is the sign and word that say a tone without colour.
func mark(t view.Tone, lang string) string {
	words := map[view.Tone][2]string{
		view.ToneBetter: {"▲ 好转", "▲ Better"},
		view.ToneWorse:  {"▼ 变差", "▼ Worse"},
		view.ToneQuiet:  {"○ 不作判断", "○ Not judged"},
	}
	if lang == language.English {
		return words[t][1]
	}
	return words[t][0]
}

// shownTable is a table as its template sees it. In a document the address says how it is searched, sorted and paged, and it can be
// taken away as a file; on paper stand the rows of its first page.
type shownTable struct {
	*view.Table
	List      *view.Listing
	Downloads []view.Export
	Cut       int // how many rows there are where not all stand on paper
}

// Asked reports whether the address says something of the table, which must then not be folded away.
func (t shownTable) Asked() bool { return t.List != nil && t.List.Asked }

// listed is a table with its links leading to an anchor of the page.
func listed(d any, t *view.Table, anchor string) shownTable {
	document, is := d.(Document)
	if !is {
		if all := t.All(); t.PageRows > 0 && all > t.PageRows {
			first := *t
			first.Rows = t.Rows[:min(t.PageRows, len(t.Rows))]
			return shownTable{Table: &first, Cut: all}
		}
		return shownTable{Table: t}
	}
	shown := shownTable{Table: t, Downloads: document.Downloads(t)}
	if !t.Part {
		l := document.list(t).At(anchor)
		l.Exports, shown.List = shown.Downloads, &l
	}
	return shown
}

// placed is a block with the document it stands in.
type placed struct {
	Document Document
	Block    view.Block
}

func tableIn(d any, t *view.Table) shownTable { return listed(d, t, "table-"+t.ID) }

// shownChart is a chart with its table as its template sees it.
type shownChart struct {
	*view.Chart
	Lines shownTable
}

func chartIn(d any, c *view.Chart) shownChart {
	return shownChart{c, listed(d, &c.Table, "figure-"+c.ID)}
}

// shown is a cell with the kind of the column it stands in.
type shown struct {
	view.Cell
	Kind  view.ColumnKind
	Title string
}

// shownCell gives a cell the title of its column where a phone shows it beside the cell: in a stacked table, but for the first column.
func shownCell(columns []view.Column, i int, c view.Cell, stacked bool) (shown, error) {
	if i >= len(columns) {
		return shown{}, fmt.Errorf("a row has more cells than the table's %d columns", len(columns))
	}
	s := shown{Cell: c, Kind: columns[i].Kind}
	if stacked && i > 0 {
		s.Title = columns[i].Title
		if unit := columns[i].Unit; unit != "" && s.Title != "" { // a card shows no head that names it
			s.Title += " (" + unit + ")"
		}
	}
	return s, nil
}

// chartDocument is what the page's script reads: the option and where a click on an item leads. It reaches the page as
// a value the template marshals and escapes, whatever a village is called.
func chartDocument(c shownChart) map[string]any {
	document := map[string]any{"option": json.RawMessage(c.Option)}
	if len(c.Map) > 0 {
		document["map"] = c.Map
	}
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
func Blocks(lang string, blocks []view.Block) (template.HTML, error) {
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

// Visitor says as what somebody is signed in: the role, and the village or branch it is held for. Who it is stands on no page,
// so that a page made for one serves every other of his kind.
func (d Document) Visitor() string {
	v := d.Request.Visitor
	said := v.Role.Title().In(d.Request.Lang)
	for _, unit := range []string{v.Scope.Village, v.Scope.Branch} {
		if unit != "" {
			said += " · " + d.Request.Name(unit)
		}
	}
	return said
}

// Takes reports whether the page takes a filter: month, village or branch.
func (d Document) Takes(filter string) bool {
	takes := d.Request.Page.Takes
	switch filter {
	case "month":
		return takes.Has(question.ByMonth)
	case "village":
		return takes.Has(question.ByVillage)
	default:
		return takes.Has(question.ByBranch)
	}
}

// Trail leads from the town to the unit the page is about; on a page about the town there is none.
func (d Document) Trail() []Crumb {
	r := d.Request
	if r.Unit().Level == facts.LevelTown {
		return nil
	}
	trail := []Crumb{{r.Town.Name, r.Link(r.Page.ID, question.In(""))}}
	if v, ok := r.Snapshot.Village(r.Village); ok && r.Village != "" {
		link := r.Link(r.Page.ID, question.In(v.ID))
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

// OtherLanguage links to the same page in the other language.
func (d Document) OtherLanguage() Crumb {
	r := d.Request
	if r.Lang == language.English {
		return Crumb{"中文", r.Link(r.Page.ID, question.Choosing(language.Chinese))}
	}
	return Crumb{"English", r.Link(r.Page.ID, question.Choosing(language.English))}
}

// Home links to the first page.
func (d Document) Home() string { return d.Request.Link(d.Pages[0].ID) }

// Markings explains the icons of readings; none where the page shows none.
func (d Document) Markings() []view.Mark {
	if !d.View.Marked() {
		return nil
	}
	return block.Markings(d.Request)
}

// Downloads are the files that a table can be taken away as.
func (d Document) Downloads(t *view.Table) []view.Export {
	if !d.Request.Page.TakenBy(d.Request.Visitor) || len(t.Rows) == 0 {
		return nil
	}
	link := func(format string) string {
		return d.Request.Link(d.Request.Page.ID, question.Downloading(format, t.ID))
	}
	all := []view.Export{{Format: "Excel", Link: link("xlsx")}, {Format: "CSV", Link: link("csv")}}
	if t.Part { // only line by line
		all = all[1:]
	}
	return all
}

// list is a table as the address asks for it.
func (d Document) list(t *view.Table) view.Listing { return block.List(d.Request, t) }

// State links to what became of the files of the month.
func (d Document) State() string {
	return d.Request.Link("data", question.At(d.Request.Month)) + "#table-acceptance"
}
