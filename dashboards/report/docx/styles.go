package docx

import "hulian/dashboards/language"

// The IDs of the styles that paragraphs name. A town's own file may give them its own look.
const (
	styleTitle     = "Title"
	styleSubtitle  = "Subtitle"
	styleRedHead   = "RedHead"
	styleNumber    = "DocumentNumber"
	styleTo        = "Addressee"
	styleBody      = "BodyText"
	styleEntry     = "ListParagraph"
	styleNote      = "TableNote"
	styleCaption   = "Caption"
	stylePicture   = "Picture"
	styleCell      = "TableText"
	styleCellHead  = "TableHead"
	styleCellSmall = "TableSmall"
	styleAnnex     = "AnnexMark"
	styleIssuer    = "Issuer"
	styleImprint   = "Imprint"
	styleTable     = "OfficialTable"
	styleFooter    = "Footer"
	styleHeader    = "Header"
)

// headings are the styles of heads by level.
var headings = [...]string{"Heading1", "Heading2", "Heading3", "Heading4"}

func offGrid() node { return el("w:snapToGrid", at("w:val", "0")) }

// onLines is the spacing of a line of the sheet: exact, so that 22 stand on a page whatever font is at hand.
func onLines() node {
	return el("w:spacing", at("w:before", "0", "w:after", "0", "w:line", size(linePitch), "w:lineRule", "exact"))
}

// tight is the spacing of lines that are off the grid: tables and pictures.
func tight(before, after int) node {
	return el("w:spacing", at("w:before", size(before), "w:after", size(after), "w:line", "240", "w:lineRule", "auto"))
}

// twoCharacters is the indent of a paragraph's first line.
func twoCharacters() node {
	return el("w:ind", at("w:firstLineChars", "200", "w:firstLine", "632"))
}

// style is one style of paragraphs. The order of its parts is the schema's.
func style(id, name, basedOn, next string, paragraph, run []node) node {
	parts := []node{val("w:name", name)}
	if basedOn != "" {
		parts = append(parts, val("w:basedOn", basedOn))
	}
	if next != "" {
		parts = append(parts, val("w:next", next))
	}
	parts = append(parts, el("w:qFormat", nil))
	if len(paragraph) > 0 {
		parts = append(parts, el("w:pPr", nil, paragraph...))
	}
	if len(run) > 0 {
		parts = append(parts, el("w:rPr", nil, run...))
	}
	attributes := at("w:type", "paragraph", "w:styleId", id)
	if basedOn == "" {
		attributes = at("w:type", "paragraph", "w:default", "1", "w:styleId", id)
	}
	return el("w:style", attributes, parts...)
}

func sized(n int) []node { return []node{val("w:sz", size(n)), val("w:szCs", size(n))} }

// smaller is a look of its own size, whose letters stand as far apart as their font has them.
func smaller(chinese string, bold bool, n int) []node {
	look := letters(chinese, bold, n)
	return append(look[:len(look)-2:len(look)-2], append([]node{val("w:spacing", "0")}, sized(n)...)...)
}

// letters is a run's look: fonts, whether bold, size.
func letters(chinese string, bold bool, n int) []node {
	all := []node{fonts(chinese, fontLatin)}
	if bold {
		all = append(all, el("w:b", nil))
	}
	return append(all, sized(n)...)
}

// styles is the part styles.xml.
func styles(lang string) node {
	eastAsia := at("w:val", "en-US", "w:eastAsia", "zh-CN")
	numbered := func(level int) []node {
		return []node{el("w:keepNext", nil), el("w:numPr", nil, val("w:ilvl", size(level)), val("w:numId", "1")), val("w:outlineLvl", size(level))}
	}
	heading := func(level int, font string, bold bool) node {
		return style(headings[level], "heading "+size(level+1), "Normal", styleBody, numbered(level), letters(font, bold, sizeBody))
	}
	centred := val("w:jc", "center")
	body := styleBody
	title := letters(fontTitle, lang == language.English, sizeTitle)
	return el("w:styles", namespaces,
		el("w:docDefaults", nil,
			el("w:rPrDefault", nil, el("w:rPr", nil, fonts(fontBody, fontLatin), val("w:kern", "2"), val("w:sz", size(sizeBody)), val("w:szCs", size(sizeBody)), el("w:lang", eastAsia))),
			el("w:pPrDefault", nil, el("w:pPr", nil))),
		// Its size is what the grid is measured by. Word sets 28 characters by the grid of the sheet; LibreOffice gives a letter of 16 pt two
		// cells of 15.8, so the lines are taken off its grid, which Word keeps for characters all the same, and set 0.3 pt closer.
		style("Normal", "Normal", "", "", []node{el("w:widowControl", at("w:val", "0")), offGrid(), onLines(), val("w:jc", "both")},
			[]node{fonts(fontBody, fontLatin), val("w:spacing", size(closer)), val("w:sz", size(sizeBody)), val("w:szCs", size(sizeBody))}),
		el("w:style", at("w:type", "character", "w:default", "1", "w:styleId", "DefaultParagraphFont"), val("w:name", "Default Paragraph Font"), val("w:uiPriority", "1"), el("w:semiHidden", nil)),
		el("w:style", at("w:type", "table", "w:default", "1", "w:styleId", "TableNormal"), val("w:name", "Normal Table"), val("w:uiPriority", "99"), el("w:semiHidden", nil),
			el("w:tblPr", nil, el("w:tblInd", at("w:w", "0", "w:type", "dxa")), margins(0, 108))),
		style(styleBody, "Body Text", "Normal", "", []node{twoCharacters()}, nil),
		style(styleTitle, "Title", "Normal", styleBody, []node{el("w:keepNext", nil), centred}, title),
		style(styleSubtitle, "Subtitle", "Normal", styleBody, []node{centred}, letters(fontKai, false, sizeBody)),
		heading(0, fontHead, lang == language.English), heading(1, fontKai, lang == language.English), heading(2, fontBody, true), heading(3, fontBody, false),
		style(styleRedHead, "公文红头", "Normal", styleNumber, []node{tight(0, 0), centred}, append([]node{fonts(fontTitle, fontLatin), val("w:color", "FF0000")}, sized(sizeRedHead)...)),
		style(styleNumber, "公文发文字号", "Normal", styleTitle, []node{el("w:pBdr", nil, el("w:bottom", at("w:val", "single", "w:sz", "12", "w:space", "8", "w:color", "FF0000"))), centred}, nil),
		style(styleTo, "公文主送机关", "Normal", styleBody, nil, nil),
		style(styleEntry, "List Paragraph", "Normal", "", []node{twoCharacters(), val("w:jc", "left")}, nil),
		style(styleIssuer, "公文落款", "Normal", "", []node{el("w:keepNext", nil), val("w:jc", "right")}, nil),
		style(styleImprint, "公文版记", "Normal", "", []node{tight(0, 0), val("w:jc", "left")}, smaller(fontBody, false, sizeNumber)),
		style(styleAnnex, "公文附件标记", "Normal", styleTitle, []node{el("w:keepNext", nil), el("w:pageBreakBefore", nil)}, letters(fontHead, false, sizeBody)),
		style(styleCaption, "caption", "Normal", "", []node{el("w:keepNext", nil), tight(120, 60), centred}, smaller(fontHead, false, sizeCaption)),
		style(stylePicture, "公文图", "Normal", styleCaption, []node{el("w:keepNext", nil), tight(120, 0), centred}, nil),
		style(styleNote, "公文图表注", "Normal", body, []node{tight(40, 120)}, smaller(fontBody, false, sizeTable)),
		style(styleCell, "公文表格文字", "Normal", "", []node{tight(0, 0), val("w:jc", "left")}, smaller(fontBody, false, sizeTable)),
		style(styleCellHead, "公文表格表头", styleCell, "", []node{centred}, smaller(fontHead, lang == language.English, sizeTable)),
		style(styleCellSmall, "公文表格小字", styleCell, "", nil, sized(sizeSmall)),
		style(styleFooter, "footer", "Normal", "", []node{tight(0, 0)}, smaller(fontSong, false, sizeNumber)),
		style(styleHeader, "header", "Normal", "", []node{tight(0, 0), val("w:jc", "right")}, append([]node{fonts(fontSong, fontLatin), val("w:color", "7F7F7F"), val("w:spacing", "0")}, sized(sizeSmall)...)),
		el("w:style", at("w:type", "table", "w:customStyle", "1", "w:styleId", styleTable), val("w:name", "公文表格"), val("w:basedOn", "TableNormal"), el("w:qFormat", nil),
			el("w:tblPr", nil, borders(), margins(20, 60))))
}

// borders are the lines of a table.
func borders() node {
	var all []node
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		all = append(all, el("w:"+side, at("w:val", "single", "w:sz", "4", "w:space", "0", "w:color", "auto")))
	}
	return el("w:tblBorders", nil, all...)
}

// margins are the room around the text of a cell.
func margins(above, beside int) node {
	side := func(name string, n int) node { return el("w:"+name, at("w:w", size(n), "w:type", "dxa")) }
	return el("w:tblCellMar", nil, side("top", above), side("left", beside), side("bottom", above), side("right", beside))
}

// numbering is the part numbering.xml: heads 一、（一）1.（1） that Word numbers anew when somebody moves one.
func numbering(lang string) node {
	levels := [...]struct{ format, text string }{{"chineseCounting", "%1、"}, {"chineseCounting", "（%2）"}, {"decimal", "%3."}, {"decimal", "（%4）"}}
	if lang == language.English {
		levels = [...]struct{ format, text string }{{"decimal", "%1. "}, {"decimal", "(%2) "}, {"lowerLetter", "%3. "}, {"lowerLetter", "(%4) "}}
	}
	parts := []node{val("w:multiLevelType", "multilevel")}
	for i, l := range levels {
		parts = append(parts, el("w:lvl", at("w:ilvl", size(i)), val("w:start", "1"), val("w:numFmt", l.format), val("w:pStyle", headings[i]), val("w:suff", "nothing"),
			val("w:lvlText", l.text), val("w:lvlJc", "left"), el("w:pPr", nil, twoCharacters())))
	}
	return el("w:numbering", namespaces, el("w:abstractNum", at("w:abstractNumId", "0"), parts...), el("w:num", at("w:numId", "1"), val("w:abstractNumId", "0")))
}

// fontTable is the part fontTable.xml: what to take where a font is missing.
func fontTable() node {
	font := func(name, instead, family string) node {
		return el("w:font", at("w:name", name), val("w:altName", instead), val("w:charset", "86"), val("w:family", family), val("w:pitch", "variable"))
	}
	return el("w:fonts", namespaces,
		font(fontBody, "FangSong", "modern"), font(fontTitle, "宋体", "roman"), font(fontHead, "SimHei", "modern"),
		font(fontKai, "KaiTi", "modern"), font(fontSong, "SimSun", "roman"),
		el("w:font", at("w:name", fontLatin), val("w:charset", "00"), val("w:family", "roman"), val("w:pitch", "variable")))
}

// settings is the part settings.xml. Without evenAndOddHeaders Word shows the foot of odd pages on all.
func settings() node {
	return el("w:settings", namespaces,
		el("w:zoom", at("w:percent", "100")),
		el("w:bordersDoNotSurroundHeader", nil), el("w:bordersDoNotSurroundFooter", nil),
		val("w:defaultTabStop", "420"),
		el("w:evenAndOddHeaders", nil),
		val("w:drawingGridVerticalSpacing", size(linePitch/2)),
		val("w:characterSpacingControl", "compressPunctuation"),
		el("w:compat", nil, el("w:balanceSingleByteDoubleByteWidth", nil), el("w:doNotLeaveBackslashAlone", nil), el("w:ulTrailSpace", nil), el("w:adjustLineHeightInTable", nil),
			el("w:useFELayout", nil), el("w:compatSetting", at("w:name", "compatibilityMode", "w:uri", "http://schemas.microsoft.com/office/word", "w:val", "15"))),
		el("w:themeFontLang", at("w:val", "en-US", "w:eastAsia", "zh-CN")))
}
