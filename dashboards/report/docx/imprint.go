package docx

import "hulian/dashboards/view"

// The lines of an imprint, in eighths of a point: 0.35 mm over the first part and under the last, 0.25 mm between them (GB/T 9704-2012, 7.4).
const (
	thickLine = 8
	thinLine  = 6
)

// oneCharacter is the width of a character of an imprint, in twips: size 4, 14 pt.
const oneCharacter = sizeNumber * 10

// imprint is the end of a paper: to whom copies go, who prints it and when. It stands at the foot of the text, on a page of even number: on the
// back of the last sheet, whatever is changed before it. That page and a blank one before it bear no number.
func (s *setter) imprint(i view.Imprint) {
	ends := el("w:pPr", nil, offGrid(), el("w:spacing", at("w:before", "0", "w:after", "0", "w:line", "20", "w:lineRule", "exact")), section(s.paper.Watermark != ""))
	s.add(el("w:p", nil, ends))
	line := func(name string, thick int) node {
		return el("w:"+name, at("w:val", "single", "w:sz", size(thick), "w:space", "0", "w:color", "auto"))
	}
	wide := size(s.width())
	properties := el("w:tblPr", nil, el("w:tblpPr", at("w:vertAnchor", "margin", "w:horzAnchor", "margin", "w:tblpXSpec", "left", "w:tblpYSpec", "bottom")), el("w:tblW", at("w:w", wide, "w:type", "dxa")),
		el("w:tblBorders", nil, line("top", thickLine), line("bottom", thickLine), line("insideH", thinLine)), el("w:tblLayout", at("w:type", "fixed")), margins(40, 0))
	parts := []node{properties, el("w:tblGrid", nil, el("w:gridCol", at("w:w", wide)))}
	row := func(p node) {
		parts = append(parts, el("w:tr", nil, el("w:trPr", nil, el("w:cantSplit", nil)), cell(s.width(), p)))
	}
	if i.CopyTo != "" { // what does not fit its line goes on below the first name
		lead := s.t("抄送：", "Copies to: ")
		hangs := width(lead) * oneCharacter / 2
		row(el("w:p", nil, el("w:pPr", nil, val("w:pStyle", styleImprint), el("w:ind", at("w:left", size(oneCharacter+hangs), "w:right", size(oneCharacter), "w:hanging", size(hangs)))), run(lead+i.CopyTo+s.t("。", "."))))
	}
	if i.Office != "" {
		stop := el("w:tabs", nil, el("w:tab", at("w:val", "right", "w:pos", size(s.width()-oneCharacter))))
		row(el("w:p", nil, el("w:pPr", nil, val("w:pStyle", styleImprint), stop, el("w:ind", at("w:left", size(oneCharacter), "w:right", "0"))), run(i.Office), el("w:r", nil, el("w:tab", nil)), run(s.paper.Printed())))
	}
	s.add(el("w:tbl", nil, parts...), empty(), imprintSection(sheetOfStandard()))
}

// imprintSection is the section of the imprint on a sheet: it begins on an even page, and nothing stands at its foot.
func imprintSection(sheet []node) node {
	parts := []node{}
	for _, sort := range []string{"default", "even"} {
		parts = append(parts, el("w:footerReference", at("w:type", sort, "r:id", "rIdFooterNone")))
	}
	return el("w:sectPr", nil, append(append(parts, val("w:type", "evenPage")), sheet...)...)
}
