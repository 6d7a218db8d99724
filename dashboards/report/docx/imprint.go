package docx

import "hulian/dashboards/view"

// The lines of an imprint, in eighths of a point: 0.35 mm over the first part and under the last, 0.25 mm between them (GB/T 9704-2012, 7.4).
const (
	thickLine = 8
	thinLine  = 6
)

// oneCharacter is the width of a character of an imprint, in twips: size 4, 14 pt.
const oneCharacter = sizeNumber * 10

// imprint ends the text and begins the page of the imprint: one of even number, the back of the last sheet, whatever is changed before it.
// That page and a blank one before it bear no number.
func (s *setter) imprint() {
	s.add(el("w:p", nil, el("w:pPr", nil, offGrid(), hairline(), section(s.paper.Watermark != ""))), empty(), imprintSection(sheetOfStandard(marginBottom)))
}

// hairline is the spacing of a paragraph without words.
func hairline() node {
	return el("w:spacing", at("w:before", "0", "w:after", "0", "w:line", "20", "w:lineRule", "exact"))
}

// imprintSection is the section of the imprint on a sheet.
func imprintSection(sheet []node) node {
	parts := []node{}
	for _, sort := range []string{"default", "even"} {
		parts = append(parts, el("w:footerReference", at("w:type", sort, "r:id", "rIdImprint")))
	}
	return el("w:sectPr", nil, append(append(parts, val("w:type", "evenPage")), sheet...)...)
}

// imprinted is the foot of that page, which ends where the text of others does: to whom copies go, who prints it and when. A foot stays on the last
// lines in every program, which a frame does not.
func (s *setter) imprinted(i view.Imprint) node {
	line := func(name string, thick int) node {
		return el("w:"+name, at("w:val", "single", "w:sz", size(thick), "w:space", "0", "w:color", "auto"))
	}
	wide := size(s.width())
	parts := []node{
		el("w:tblPr", nil, el("w:tblW", at("w:w", wide, "w:type", "dxa")), el("w:tblBorders", nil, line("top", thickLine), line("bottom", thickLine), line("insideH", thinLine)), el("w:tblLayout", at("w:type", "fixed")), margins(40, 0)),
		el("w:tblGrid", nil, el("w:gridCol", at("w:w", wide))),
	}
	row := func(properties []node, runs ...node) {
		p := el("w:p", nil, append([]node{el("w:pPr", nil, append([]node{val("w:pStyle", styleImprint)}, properties...)...)}, runs...)...)
		parts = append(parts, el("w:tr", nil, cell(s.width(), p)))
	}
	if i.CopyTo != "" { // what does not fit its line goes on below the first name
		lead := s.t("抄送：", "Copies to: ")
		hangs := width(lead) * oneCharacter / 2
		row([]node{el("w:ind", at("w:left", size(oneCharacter+hangs), "w:right", size(oneCharacter), "w:hanging", size(hangs)))}, run(lead+i.CopyTo+s.t("。", ".")))
	}
	if i.Office != "" {
		stop := el("w:tabs", nil, el("w:tab", at("w:val", "right", "w:pos", size(s.width()-oneCharacter))))
		row([]node{stop, el("w:ind", at("w:left", size(oneCharacter)))}, run(i.Office), el("w:r", nil, el("w:tab", nil)), run(s.paper.Printed()))
	}
	return el("w:ftr", namespaces, el("w:tbl", nil, parts...), el("w:p", nil, el("w:pPr", nil, offGrid(), hairline())))
}
