package decode

import (
	"archive/zip"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"github.com/xuri/nfp"
)

// formats are the number formats of a workbook: they decide what a person sees of a number.
type formats struct {
	of     []int          // by style of a cell, the id of its format
	codes  map[int]string // of the workbook's own formats
	shapes map[int]shapeOf
	pen    *pen
}

// shapeOf is what a format makes of a number.
type shapeOf int

const (
	general  shapeOf = iota // as many digits as there are
	moment                  // a day, a time, or both
	month                   // a year and month
	year                    // a year
	elapsed                 // hours that do not end with the day: 33:00:00
	percent                 // times a hundred
	padded                  // digits and decimals of a fixed number: 000000, 0.00
	composed                // anything else: 1,161  ¥25.00  "V"000
)

// read takes the formats from the part of styles.
func (f *formats) read(c container, part *zip.File) error {
	var parsed struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Styles []struct {
			ID int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := c.read(part, &parsed); err != nil {
		return err
	}
	f.codes = map[int]string{}
	for _, own := range parsed.Formats {
		f.codes[own.ID] = own.Code
	}
	for _, style := range parsed.Styles {
		f.of = append(f.of, style.ID)
	}
	return nil
}

// Formats that workbooks name by number alone (ECMA-376, part 1, 18.8.30), those of Chinese programs among them.
var (
	builtInMoments = []int{14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58}
	builtInMonths  = []int{17, 27, 36, 50, 52, 57}
	builtInCodes   = map[int]string{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0 ;(#,##0)", 38: "#,##0 ;(#,##0)",
		39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 11: "0.00E+00", 48: "##0.0E+0"}
)

// shape says what a format makes of numbers.
func (f *formats) shape(id int) shapeOf {
	if known, ok := f.shapes[id]; ok {
		return known
	}
	if f.shapes == nil {
		f.shapes = map[int]shapeOf{}
	}
	f.shapes[id] = f.tell(id)
	return f.shapes[id]
}

func (f *formats) code(id int) string {
	if own, ok := f.codes[id]; ok {
		return strings.ReplaceAll(own, "G/通用格式", "General") // as Chinese programs name it
	}
	return builtInCodes[id]
}

func (f *formats) tell(id int) shapeOf {
	own, isOwn := f.codes[id]
	switch {
	case !isOwn && id == 46:
		return elapsed
	case !isOwn && slices.Contains(builtInMonths, id):
		return month
	case !isOwn && slices.Contains(builtInMoments, id):
		return moment
	}
	code := f.code(id)
	if !isOwn && code == "" || strings.EqualFold(own, "general") || code == "@" {
		return general
	}
	parser := nfp.NumberFormatParser()
	sections := parser.Parse(code)
	if len(sections) == 0 {
		return general
	}
	plain := len(sections) == 1
	for _, item := range sections[0].Items {
		switch item.TType {
		case nfp.TokenTypeElapsedDateTimes:
			return elapsed
		case nfp.TokenTypeDateTimes:
			return dated(sections[0].Items)
		case nfp.TokenTypePercent:
			return percent
		case nfp.TokenTypeZeroPlaceHolder, nfp.TokenTypeDecimalPoint:
		case nfp.TokenTypeGeneral, nfp.TokenTypeTextPlaceHolder:
			return general
		default:
			plain = false
		}
	}
	if plain {
		return padded
	}
	return composed
}

// dated says what a format of days shows of one.
func dated(items []nfp.Token) shapeOf {
	shown := ""
	for _, item := range items {
		switch item.TType {
		case nfp.TokenTypeDateTimes:
			shown += strings.ToLower(item.TValue)
		case nfp.TokenTypeElapsedDateTimes:
			return elapsed
		}
	}
	switch {
	case strings.ContainsAny(shown, "dhsa/上"): // a day, a weekday, a time of day
		return moment
	case strings.ContainsAny(shown, "ye") && strings.Contains(shown, "m"):
		return month
	case strings.ContainsAny(shown, "ye"):
		return year
	}
	return moment
}

// shown gives a stored number as a person sees it. from is added to days.
func (f *formats) shown(stored string, style, from int) Cell {
	value, err := strconv.ParseFloat(strings.TrimSpace(stored), 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return Cell{Text: stored}
	}
	id := 0
	if style >= 0 && style < len(f.of) {
		id = f.of[style]
	}
	plain := plainNumber(value)
	shape := f.shape(id)
	switch shape {
	case moment, month, year:
		if text, ok := momentOf(value, from); ok {
			// Whoever types 2018年1月 gets the first of January: nobody named the day. Another day was named, and is not shown.
			switch first := strings.HasSuffix(text, "-01"); {
			case shape == month && first:
				text = strings.TrimSuffix(text, "-01")
			case shape == year && strings.HasSuffix(text, "-01-01"):
				text = strings.TrimSuffix(text, "-01-01")
			}
			return Cell{Text: text, Raw: plain, Kind: Moment}
		}
	case elapsed:
		second := int64(math.Round(math.Abs(value) * 86400)) // beyond thirty years it is a day all the same
		if second < 1e9 {
			return Cell{Text: fmt.Sprintf("%d:%02d:%02d", second/3600, second/60%60, second%60), Raw: plain, Kind: Moment}
		}
	case percent:
		return Cell{Text: plainNumber(value*100) + "%", Raw: plain, Kind: Number}
	case padded:
		if text := pad(value, f.code(id)); text != plain && math.Abs(value) < mostDigits {
			return Cell{Text: text, Raw: plain, Kind: Number}
		}
	case composed:
		if text := f.draw(stored, id); text != "" && text != plain && math.Abs(value) < mostDigits {
			return Cell{Text: text, Raw: plain, Kind: Number}
		}
	case general: // the number itself
	}
	return Cell{Text: plain, Kind: Number}
}

// mostDigits is where a number has more digits than a spreadsheet program keeps: those that a format shows behind them are
// made up.
const mostDigits = 1e15

// plainNumber writes a number with the fifteen digits a spreadsheet program keeps: 4862.999999999999 was 4863. A whole
// number of more digits has lost some, which its form goes on to say: 1.23456789012345E+17.
func plainNumber(value float64) string {
	if value == 0 {
		return "0"
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'e', 14, 64), 64)
	if err != nil {
		rounded = value
	}
	switch size := math.Abs(rounded); {
	case size >= mostDigits:
		return strings.Replace(strconv.FormatFloat(rounded, 'E', -1, 64), "E+0", "E+", 1)
	case size < 1e-9:
		return strconv.FormatFloat(rounded, 'E', -1, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// pad writes a number by a format of zeros and a decimal point alone.
func pad(value float64, code string) string {
	before, after, _ := strings.Cut(code, ".")
	whole, decimals := strings.Count(before, "0"), strings.Count(after, "0")
	text := strconv.FormatFloat(math.Abs(value), 'f', decimals, 64)
	if short := whole - len(strings.SplitN(text, ".", 2)[0]); short > 0 {
		text = strings.Repeat("0", short) + text
	}
	if value < 0 && strings.Trim(text, "0.") != "" {
		text = "-" + text
	}
	return text
}

// momentOf writes a serial number as a day or a moment. ok is false for numbers that are none: people format other
// numbers as dates by mistake too.
func momentOf(value float64, from int) (text string, ok bool) {
	if value < 0 || value+float64(from) >= 2958466 { // the year 10000
		return "", false
	}
	days, seconds := math.Modf(value)
	second := int64(math.Round(seconds * 86400))
	if days < 1 && from == 0 { // a time of day alone
		return time.Unix(second, 0).UTC().Format(time.TimeOnly), true
	}
	day := int64(days) + int64(from)
	if day < 60 && from == 0 { // the first of January 1900 is 1, and 1900 has a 29th of February there
		day++
	}
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(day)*24*time.Hour + time.Duration(second)*time.Second)
	if second == 0 {
		return at.Format(time.DateOnly), true
	}
	return at.Format(time.DateTime), true
}

// isoMoment reads a cell that holds a moment as text, as the strict form of the standard has it.
func isoMoment(value string) Cell {
	text := strings.TrimSuffix(strings.Replace(value, "T", " ", 1), "Z")
	text = strings.TrimSuffix(text, " 00:00:00")
	return Cell{Text: text, Kind: Moment}
}

// pen draws numbers by the formats that take more than digits, with the library that knows them all.
type pen struct {
	book  *excelize.File
	cells map[int]string // by format, the cell that has it
	drawn map[drawing]string
}

type drawing struct {
	stored string
	id     int
}

// mostDrawn is how many drawings are kept: the numbers of a list often come again.
const mostDrawn = 100_000

// draw gives what a format makes of a number; empty where it makes nothing of it.
func (f *formats) draw(stored string, id int) string {
	if f.pen == nil {
		f.pen = &pen{book: excelize.NewFile(), cells: map[int]string{}, drawn: map[drawing]string{}}
	}
	p := f.pen
	if text, ok := p.drawn[drawing{stored, id}]; ok {
		return text
	}
	const sheet = "Sheet1"
	cell, ok := p.cells[id]
	if !ok {
		code := f.code(id)
		style, err := p.book.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err != nil {
			return ""
		}
		cell = "A" + strconv.Itoa(len(p.cells)+1)
		if p.book.SetCellStyle(sheet, cell, cell, style) != nil {
			return ""
		}
		p.cells[id] = cell
	}
	value, err := strconv.ParseFloat(stored, 64)
	if err != nil || p.book.SetCellFloat(sheet, cell, value, -1, 64) != nil {
		return ""
	}
	text, err := p.book.GetCellValue(sheet, cell)
	if err != nil {
		return ""
	}
	text = Trim(text)
	if len(p.drawn) < mostDrawn {
		p.drawn[drawing{stored, id}] = text
	}
	return text
}
