package gate

import (
	"regexp"

	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
)

// held is a block whose table is looked at before it is known whether the picture may stay.
type held struct {
	view.Block
	table int
}

// sheet is the blocks and the tables of a paper for everybody.
type sheet struct {
	p      *passing
	tables []*view.Table
}

// public makes a view one for everybody: without what is no paper, without small numbers, without names and addresses of pages.
func (p *passing) public(v *view.View) error {
	s := &sheet{p: p}
	v.Pickers = nil
	v.Blocks = s.take(v.Blocks)
	var numbers paper
	for i, t := range s.tables {
		numbers.add(i, t)
	}
	numbers.withhold()
	said := sayings{fewer: p.language.T("少于5", "fewer than 5"), head: v.Heading}
	hit := map[int]bool{}
	for _, c := range numbers.cells {
		if c.withheld {
			said.about(c.row, c.total, c.at.Text, c.at.Value, c.at.Num, c.at.Den)
		}
	}
	for _, c := range numbers.cells {
		if c.withheld {
			hit[c.table] = true
			*c.at = view.Cell{Text: withheld}
			p.Withheld++
		}
	}
	v.Blocks = s.give(v.Blocks, hit)
	if p.Withheld > 0 {
		v.Blocks = append(v.Blocks, view.Text{Paragraphs: []string{p.note()}})
	}
	if len(numbers.cells) > 0 {
		v.Blocks = append(v.Blocks, view.Text{Paragraphs: []string{p.limit()}})
	}
	w := walk{
		text: func(at Place, text string, figure bool) string {
			if !figure || !figures.MatchString(text) {
				text = said.text(text, at.Row)
			}
			return p.names.Mask(text, visitor.MaskName)
		},
		address: func(Place, string, string) string { return "" },
	}
	if err := w.view(v); err != nil {
		return err
	}
	p.Withheld += said.withheld
	return nil
}

// figures are the numbers of a cell alone, which were looked at as numbers.
var figures = regexp.MustCompile(`^[-0-9.,/%+−–— ]*$`)

// note says what the sign means.
func (p *passing) note() string {
	return p.language.Tf("“%s”为不予公布的数：人数或户数少于5，或者可以由它推算出这样的数。", "“%s” stands for a number that is not given out: of fewer than 5 persons or households, or one from which such a number could be worked out.", withheld)
}

// limit says what the gate has not looked at, and why.
func (p *passing) limit() string {
	return p.language.T("本文件只在自身范围内核查过能否推算出少于5的人数、户数；没有与其他月份、其他种类的公开文件对照核查，两期数字相减，可能看出少于5的增减。若把变动很小的数都隐去，平常月份的公示就所剩无几，所以不隐去。",
		"Only this paper by itself was checked for numbers of fewer than 5 persons or households that could be worked out. It was not checked against papers of other months or kinds: the difference of two published numbers may be a change of fewer than 5. Withholding every number that hardly changed would leave next to nothing of the notice of a quiet month, so they stand.")
}

// take is the blocks of a paper, with their tables noted; forms, links and workings are none of it.
func (s *sheet) take(blocks []view.Block) []view.Block {
	var all []view.Block
	for _, b := range blocks {
		switch b := b.(type) {
		case view.Row:
			for i := range b.Parts {
				b.Parts[i].Blocks = s.take(b.Parts[i].Blocks)
			}
			all = append(all, b)
		case view.Grounds:
			b.Blocks = s.take(b.Blocks)
			all = append(all, b)
		case view.Section, view.Text, view.Points, view.Callout, *view.Notice, view.Lead:
			all = append(all, b)
		case view.Stats:
			all = append(all, s.hold(b, s.stats(b)))
		case *view.Table:
			all = append(all, s.hold(nil, b))
		case *view.Listing:
			all = append(all, s.hold(nil, b.Whole()))
		case *view.Tiles: // their courses hold numbers that no table does
			all = append(all, s.hold(nil, b.Behind()))
		case *view.Chart:
			all = append(all, s.hold(b, &b.Table))
		case view.Pictured:
			if t := b.Behind(); t != nil && b.Framed().State == view.Ready {
				all = append(all, s.hold(b, t))
				continue
			}
			s.p.LeftOut++
		default:
			s.p.LeftOut++
		}
	}
	return all
}

// hold keeps a block until its table was looked at; without a block the table stands for itself.
func (s *sheet) hold(b view.Block, t *view.Table) view.Block {
	s.tables = append(s.tables, t)
	if b == nil {
		b = t
	}
	return held{b, len(s.tables) - 1}
}

// stats are tiles as a table.
func (s *sheet) stats(b view.Stats) *view.Table {
	t := &view.Table{Columns: []view.Column{view.Words(""), view.Rate("", "")}}
	for _, tile := range b.Tiles {
		t.Rows = append(t.Rows, []view.Cell{{Text: tile.Label}, {Text: tile.Value, Base: tile.Base}})
	}
	return t
}

// give is the blocks with what was withheld: a picture of which a number is withheld gives way to its table.
func (s *sheet) give(blocks []view.Block, hit map[int]bool) []view.Block {
	var all []view.Block
	for _, b := range blocks {
		switch b := b.(type) {
		case view.Row:
			for i := range b.Parts {
				b.Parts[i].Blocks = s.give(b.Parts[i].Blocks, hit)
			}
			all = append(all, b)
		case view.Grounds:
			b.Blocks = s.give(b.Blocks, hit)
			all = append(all, b)
		case held:
			all = append(all, s.given(b, hit[b.table]))
		default:
			all = append(all, b)
		}
	}
	return all
}

func (s *sheet) given(h held, hit bool) view.Block {
	t := s.tables[h.table]
	if !hit {
		return h.Block
	}
	switch b := h.Block.(type) {
	case *view.Table:
		return b
	case view.Stats:
		for i := range b.Tiles {
			if t.Rows[i][1].Text == withheld {
				b.Tiles[i] = view.Stat{Label: b.Tiles[i].Label, Value: withheld}
			}
		}
		return b
	default:
		s.p.Pictures++
		return t
	}
}
