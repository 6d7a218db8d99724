package pdf

// The sheet of GB/T 9704-2012, 5.2, in points: A4, margins of 37, 35, 28 and 26 mm, 22 lines of 28 characters.
const (
	millimetre = 72 / 25.4

	paperWidth  = 210 * millimetre
	paperHeight = 297 * millimetre
	top         = 37 * millimetre
	left        = 28 * millimetre
	textWidth   = 156 * millimetre
	pitch       = 29.0 // from one line to the next
	bottom      = top + 22*pitch
	right       = left + textWidth

	// The page's number stands 7 mm below the text.
	numberBelow = 7 * millimetre
)

// Sizes of letters, in points, by their Chinese names. 28 characters of the body fill a line.
const (
	sizeTitle   = 22.0           // 二号
	sizeBody    = textWidth / 28 // 三号
	sizeNumber  = 14.0           // 四号
	sizeCaption = 12.0           // 小四
	sizeTable   = 10.5           // 五号
	sizeLeast   = 7.5            // 六号: a table with many columns
	sizeRedHead = 42.0           // 初号
	sizeHeader  = 9.0            // 小五
)

// Colours.
const (
	ink   = "#000000"
	quiet = "#444444" // what stands small in a cell
	faint = "#8a8a8a" // for whom the file was made
	red   = "#ff0000"
	rule  = "#777777"
	shade = "#eef1f4" // under the head of a table
)
