package docx

// The sheet of GB/T 9704-2012, 5.2, in twips (1/20 pt, 56.7 to the millimetre). Margins of 37 and 35 mm leave 12,756 twips, in which 22
// lines of 580 do not stand; they are made 4 twips smaller, 0.07 mm, which the standard allows (37 ± 1 mm).
const (
	paperWidth   = 11906
	paperHeight  = 16838
	marginTop    = 2096
	marginBottom = 1982
	marginLeft   = 1587
	marginRight  = 1474
	textWidth    = paperWidth - marginLeft - marginRight // 156 mm

	linePitch = 580  // 29 pt: 225 mm hold 22 lines
	charSpace = -848 // in 4096ths of a point beside the 16 pt of a character: 156 mm hold 28

	closer = -6 // twentieths of a point between characters of the text

	// The page's number stands 7 mm below the text: 35 − 7 mm less the 14 pt of its own line.
	footerDistance = 1307
)

// Sizes of letters in half-points, by their Chinese names.
const (
	sizeTitle   = 44 // 二号
	sizeBody    = 32 // 三号
	sizeNumber  = 28 // 四号
	sizeCaption = 24 // 小四
	sizeTable   = 21 // 五号
	sizeSmall   = 18 // 小五
	sizeRedHead = 84 // 初号
)

// The fonts that the standard names. None is embedded: where one is missing, Word takes the next of its alternatives.
const (
	fontBody  = "仿宋"
	fontTitle = "方正小标宋简体"
	fontHead  = "黑体"
	fontKai   = "楷体"
	fontSong  = "宋体"
	fontLatin = "Times New Roman"
)

// namespaces are declared once, on the root of each part.
var namespaces = []string{
	"xmlns:w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
	"xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
	"xmlns:wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
	"xmlns:a", "http://schemas.openxmlformats.org/drawingml/2006/main",
	"xmlns:pic", "http://schemas.openxmlformats.org/drawingml/2006/picture",
}

const declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// section ends the text: the sheet, its grid and what stands at its foot.
func section(header bool) node {
	parts := []node{}
	if header {
		for _, kind := range []string{"default", "even"} {
			parts = append(parts, el("w:headerReference", at("w:type", kind, "r:id", "rIdHeader")))
		}
	}
	parts = append(parts,
		el("w:footerReference", at("w:type", "default", "r:id", "rIdFooterOdd")),
		el("w:footerReference", at("w:type", "even", "r:id", "rIdFooterEven")))
	return el("w:sectPr", nil, append(parts, sheetOfStandard(footerDistance)...)...)
}

// sheetOfStandard is size, margins and grid of the sheet, whose foot ends so far from its edge.
func sheetOfStandard(foot int) []node {
	return []node{
		el("w:pgSz", at("w:w", size(paperWidth), "w:h", size(paperHeight))),
		el("w:pgMar", at("w:top", size(marginTop), "w:right", size(marginRight), "w:bottom", size(marginBottom), "w:left", size(marginLeft),
			"w:header", "851", "w:footer", size(foot), "w:gutter", "0")),
		el("w:docGrid", at("w:type", "linesAndChars", "w:linePitch", size(linePitch), "w:charSpace", size(charSpace))),
	}
}

// fonts names the fonts of a run: one for Chinese characters and one for the rest.
func fonts(chinese, latin string) node {
	return el("w:rFonts", at("w:ascii", latin, "w:hAnsi", latin, "w:eastAsia", chinese, "w:cs", latin))
}
