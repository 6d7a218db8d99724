package report

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"hulian/dashboards/language"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// Document is what is issued: a view that may leave, with what the file says of itself.
type Document struct {
	View      view.View // with a letterhead
	Language  language.Language
	Version   string      // of the program
	About     [][2]string // a name and what is said under it: month, place, cut-off, snapshot
	Watermark string      // for whom, by whom and when, on every page; empty: none
	Draw      Draw        // nil: the table behind a picture stands in its place
}

// Drawing is a picture as paper takes it. Width and Height are in CSS pixels, 96 to the inch; the PNG may hold more than that many.
type Drawing struct {
	PNG           func() ([]byte, error) // drawn when a format asks for it: that takes most of the time
	SVG           string                 // the same with its colours written out; empty: there is none
	Width, Height int
	Alt           string // what it shows, for those who cannot see it
}

// Draw draws a block. ErrNotDrawn: there is no picture of it, and its table stands in its place.
type Draw func(view.Block) (Drawing, error)

// ErrNotDrawn is returned for a block that no picture is made of.
var ErrNotDrawn = errors.New("no picture is made of the block")

// Paper is a document in the order of paper. What is numbered is numbered here, so that every format says the same of the same table.
type Paper struct {
	Document
	Title      string
	Letterhead view.Letterhead
	First      []Item // the first sheet: sentences, picture and table
	Rest       []Item // what follows; each part begins with a Heading of level 1
}

// Item is one thing on paper: Heading, Paragraph, Entry, Table or Picture.
type Item interface{ item() }

// Heading begins a part; level 1 is the highest of four. Its number is the format's to write: see Numeral.
type Heading struct {
	Level int
	Text  string
}

// Paragraph is running text.
type Paragraph struct {
	Lead string // its first words, set apart; empty: none
	Text string
	Note bool // said of the table or picture above it, and set smaller
}

// Entry is one line of a list.
type Entry struct{ Text string }

// Table is a table with its number in the document, from 1.
type Table struct {
	Number  int
	Caption string
	Of      *view.Table
}

// Picture is a picture with its number in the document, from 1.
type Picture struct {
	Number  int
	Caption string
	Drawing Drawing
}

func (Heading) item()   {}
func (Paragraph) item() {}
func (Entry) item()     {}
func (Table) item()     {}
func (Picture) item()   {}

// Dated is the day the paper is issued on, in words; without one, room for whoever signs to write it in.
func (p Paper) Dated() string {
	return cmp.Or(p.Letterhead.Date, p.Language.T("　　　　年　　月　　日", "            (date)"))
}

// Printed is what the imprint says of when it is printed: on the day it is issued where nobody says another.
func (p Paper) Printed() string {
	return p.Language.Tf("%s印发", "Printed on %s", cmp.Or(p.Letterhead.Imprint.Date, p.Dated()))
}

// Tables lists the tables of the paper in order.
func (p Paper) Tables() []Table {
	var all []Table
	for _, items := range [][]Item{p.First, p.Rest} {
		for _, i := range items {
			if t, is := i.(Table); is {
				all = append(all, t)
			}
		}
	}
	return all
}

// Lay puts a document in the order of paper. What only a screen can do, such as a form, is left out; a block of a kind that nobody has
// decided about is an error, for nothing may be dropped silently.
func Lay(d Document) (Paper, error) {
	if d.View.Letterhead == nil {
		return Paper{}, ErrNoLetterhead
	}
	p := Paper{Document: d, Title: d.View.Heading, Letterhead: *d.View.Letterhead}
	l := layer{d: d}
	for _, s := range d.View.Sentences {
		l.say(s)
	}
	for _, b := range d.View.Flat() {
		if s, heading := b.(view.Section); heading {
			if !l.annexed {
				p.First, l.items, l.annexed = l.items, nil, true
			}
			l.items = append(l.items, Heading{1, s.Title})
			l.say(s.Note)
			continue
		}
		if err := l.block(b); err != nil {
			return p, fmt.Errorf("report: %w", err)
		}
	}
	if !l.annexed {
		p.First, l.items = l.items, nil
	}
	p.Rest = l.items
	if basis := p.Letterhead.Basis; len(basis) > 0 {
		p.Rest = append(p.Rest, Heading{1, d.Language.T("数据依据", "What the figures stand on")})
		for _, line := range basis {
			p.Rest = append(p.Rest, Entry{line})
		}
	}
	return p, nil
}

type layer struct {
	d                Document
	items            []Item
	annexed          bool
	tables, pictures int
}

func (l *layer) say(text string) {
	if text != "" {
		l.items = append(l.items, Paragraph{Text: text})
	}
}

func (l *layer) note(text string) {
	if text != "" {
		l.items = append(l.items, Paragraph{Text: text, Note: true})
	}
}

func (l *layer) block(b view.Block) error {
	switch b := b.(type) {
	case *view.Table:
		l.table(b)
	case *view.Chart:
		return l.chart(b)
	case view.Text:
		for _, text := range b.Paragraphs {
			l.say(text)
		}
	case view.Points:
		for _, line := range b.Lines {
			l.items = append(l.items, Entry{line})
		}
	case view.Callout:
		text := b.Text
		if b.Link == "" && b.Next != "" { // it leads nowhere: it says what to do
			text = strings.TrimSpace(text + l.d.Language.T("", " ") + b.Next)
		}
		l.items = append(l.items, Paragraph{Lead: b.Title, Text: text})
	case view.Stats:
		l.table(stats(b, l.d.Language))
	case view.Worked:
		l.table(worked(b, l.d.Language))
	case *view.Notice:
		l.items = append(l.items, Paragraph{Lead: b.Head(), Text: b.Reason})
	case view.Pictured:
		return l.pictured(b)
	case view.Lead, view.Links, view.Commands, view.Form, view.Choices, view.Upload, *view.Progress: // for a screen alone
	default:
		return fmt.Errorf("nobody has decided how a block of the kind %q stands on paper", b.Kind())
	}
	return nil
}

func (l *layer) table(t *view.Table) {
	if len(t.Rows) == 0 && len(t.Total) == 0 {
		l.items = append(l.items, Paragraph{Lead: t.Title, Text: cmp.Or(t.Empty, l.d.Language.T("没有记录。", "Nothing is on record."))})
		l.note(t.Note)
		return
	}
	shown := *t
	if t.PageRows > 0 && len(t.Rows) > t.PageRows { // a table of a whole district: its first page stands here, all of it in the annex of tables
		shown.Rows = t.Rows[:t.PageRows]
	}
	l.tables++
	l.items = append(l.items, Table{l.tables, t.Title, &shown})
	l.note(t.Note)
	if cut := len(t.Rows) - len(shown.Rows); cut > 0 {
		l.note(l.d.Language.Tf("共%d行，本表列前%d行，其余见数据附表。", "%d rows exist; the first %d stand here, all of them in the annex of tables.", len(t.Rows), len(shown.Rows)))
	}
	l.note(t.More)
}

func (l *layer) chart(c *view.Chart) error {
	if c.Blank() {
		l.items = append(l.items, Paragraph{Lead: c.Title, Text: l.d.Language.T("没有数据。", "There are no data.")})
		return nil
	}
	behind := c.Table
	behind.Title = cmp.Or(behind.Title, c.Title)
	drawn, err := l.draw(c, c.Title, c.Label, c.Note)
	if err != nil {
		return err
	}
	if !drawn || c.Open && !c.Alone {
		l.table(&behind)
	}
	return nil
}

func (l *layer) pictured(b view.Pictured) error {
	f := b.Framed()
	if f.State != view.Ready {
		l.items = append(l.items, Paragraph{Lead: f.Title, Text: cmp.Or(f.Reason, f.Head())})
		return nil
	}
	behind := b.Behind()
	drawn, err := l.draw(b, f.Title, "", f.Note)
	if err == nil && !drawn && behind != nil {
		l.table(behind)
	}
	return err
}

// draw sets a picture with what is said of it, and reports whether there is one.
func (l *layer) draw(b view.Block, title, label, note string) (bool, error) {
	if l.d.Draw == nil {
		return false, nil
	}
	drawing, err := l.d.Draw(b)
	if errors.Is(err, ErrNotDrawn) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("picture %q: %w", title, err)
	}
	drawing.Alt = cmp.Or(drawing.Alt, label, title)
	l.pictures++
	l.items = append(l.items, Picture{l.pictures, title, drawing})
	l.note(note)
	return true, nil
}

func stats(s view.Stats, l language.Language) *view.Table {
	t := &view.Table{ID: "stats", Title: l.T("主要指标", "Main figures")}
	view.Fill(t, s.Tiles,
		view.Of(view.Words(l.T("指标", "Measure")), func(s view.Stat) view.Cell { return view.Plain(s.Label) }),
		view.Of(view.Words(l.T("数值", "Value")), func(s view.Stat) view.Cell { return view.Cell{Text: s.Value, Base: s.Base, Interval: s.Interval} }),
		view.Of(view.Words(l.T("变化", "Change")), func(s view.Stat) view.Cell { return view.Plain(s.Change) }),
		view.Of(view.Words(l.T("研判", "Verdict")), func(s view.Stat) view.Cell { return view.Plain(s.Reading) }))
	return t
}

func worked(w view.Worked, l language.Language) *view.Table {
	t := &view.Table{ID: "worked", Title: w.Title}
	view.Fill(t, w.Figures,
		view.Of(view.Words(l.T("指标", "Measure")), func(f view.Figure) view.Cell { return view.Cell{Text: f.Name, Note: f.Note} }),
		view.Of(view.Words(l.T("算式", "Formula")), func(f view.Figure) view.Cell { return view.Cell{Text: f.Formula, Note: f.Sum} }),
		view.Of(view.Words(l.T("结果", "Result")), func(f view.Figure) view.Cell { return view.Plain(f.Value) }),
		view.Of(view.Words(l.T("研判", "Verdict")), func(f view.Figure) view.Cell { return view.Plain(f.Reading) }))
	return t
}

// notJudged is the sign of a value that is shown and not judged.
const notJudged = "○"

// Lines are what stands in a cell on paper, from top to bottom: the value with the sign of its reading, its base, its interval, what is
// said of it.
func Lines(c view.Cell, l language.Language) []string {
	first := c.Text
	if c.Mark != nil {
		switch c.Mark.Variation {
		case reading.Improving:
			first += "▲"
		case reading.Worsening:
			first += "▼"
		case reading.NotEnough:
			first += notJudged
		default:
		}
		switch {
		case c.Note != "":
		case c.Mark.Position == view.Behind:
			c.Note = l.T("明显落后", "clearly behind")
		case c.Mark.Position == view.Ahead:
			c.Note = l.T("明显领先", "clearly ahead")
		}
	}
	if _, err := strconv.ParseFloat(c.Value, 64); err == nil && c.Mark == nil && c.Tone == view.ToneQuiet { // a number that pages show in grey
		first += notJudged
	}
	lines := []string{first}
	for _, small := range []string{c.Base, c.Interval, c.Note} {
		if small != "" {
			lines = append(lines, small)
		}
	}
	return lines
}

// Head is what stands over a column: its title with the unit.
func Head(c view.Column, lang string) string {
	if c.Unit == "" || strings.Contains(c.Title, c.Unit) {
		return c.Title
	}
	if lang == language.English {
		return c.Title + " (" + strings.TrimSpace(c.Unit) + ")"
	}
	return c.Title + "（" + strings.TrimSpace(c.Unit) + "）"
}

// Numeral is the number before a heading as GB/T 9704 has it: 一、 then （一） then 1. then （1）. In English it is 1. (1) a. (a).
func Numeral(level, n int, lang string) string {
	if lang == language.English {
		return [...]string{fmt.Sprintf("%d. ", n), fmt.Sprintf("(%d) ", n), string(rune('a'+(n-1)%26)) + ". ", "(" + string(rune('a'+(n-1)%26)) + ") "}[min(max(level, 1), 4)-1]
	}
	return [...]string{ordinal(n) + "、", "（" + ordinal(n) + "）", fmt.Sprintf("%d.", n), fmt.Sprintf("（%d）", n)}[min(max(level, 1), 4)-1]
}

// ordinal is a number below 100 as headings have it: 一, 十二, 二十.
func ordinal(n int) string {
	digits := []rune("〇一二三四五六七八九")
	switch {
	case n < 1 || n > 99:
		return fmt.Sprint(n)
	case n < 10:
		return string(digits[n])
	}
	text := "十"
	if n >= 20 {
		text = string(digits[n/10]) + text
	}
	if n%10 > 0 {
		text += string(digits[n%10])
	}
	return text
}
