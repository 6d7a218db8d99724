package spreadsheet

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Number is a number as it is shown, without separators: "77.8", "-3". Its decimals are kept.
type Number string

// Percent is a number in per cent as it is shown, without its sign: "77.8" is kept as 0.778 and shown as 77.8%.
type Percent string

// Yuan is an amount of money as it is shown, without separators and sign.
type Yuan string

// Day is a day as YYYY-MM-DD.
type Day string

// Sheet is one sheet of a workbook. A cell is a text, a Number, a Percent, a Yuan, a Day, or nil where nothing is known.
type Sheet struct {
	Name  string
	Head  []string // stands still while the rows move and can be filtered by; nil: none
	Rows  [][]any
	Total bool // the last row adds up those before it: it is set apart, and a filter leaves it where it is
}

// widest and narrowest are how wide a column may be, in characters.
const narrowest, widest = 8, 48

// Write writes sheets as a workbook. Numbers and days are numbers and days, with formats of their own; a text is never a formula,
// whatever it begins with.
func Write(w io.Writer, sheets ...Sheet) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil {
			err = closed
		}
	}()
	p := pen{book: book, styles: map[string]int{}}
	for i, s := range sheets {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), s.Name)
		} else {
			_, err = book.NewSheet(s.Name)
		}
		if err == nil {
			err = p.sheet(s)
		}
		if err != nil {
			return fmt.Errorf("write the sheet %q: %w", s.Name, err)
		}
	}
	return book.Write(w)
}

// pen writes into a workbook and keeps the formats it has made.
type pen struct {
	book   *excelize.File
	styles map[string]int
}

func (p pen) sheet(s Sheet) error {
	if len(s.Head) > 0 {
		rows := len(s.Rows)
		if s.Total {
			rows--
		}
		last, err := excelize.CoordinatesToCellName(len(s.Head), rows+1)
		if err == nil {
			err = p.book.AutoFilter(s.Name, "A1:"+last, nil)
		}
		if err != nil {
			return err
		}
	}
	stream, err := p.book.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	for i, width := range widths(s) {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	next := 1
	if len(s.Head) > 0 {
		if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
		bold, err := p.style("head", false)
		if err != nil {
			return err
		}
		head := make([]any, len(s.Head))
		for i, title := range s.Head {
			head[i] = excelize.Cell{StyleID: bold, Value: title}
		}
		if err := stream.SetRow("A1", head); err != nil {
			return err
		}
		next = 2
	}
	for i, row := range s.Rows {
		cells, err := p.cells(row, s.Total && i == len(s.Rows)-1)
		if err == nil {
			err = stream.SetRow("A"+strconv.Itoa(next+i), cells)
		}
		if err != nil {
			return err
		}
	}
	return stream.Flush()
}

func (p pen) cells(row []any, total bool) ([]any, error) {
	cells := make([]any, len(row))
	for i, value := range row {
		shown, format, err := cellOf(value)
		if err != nil {
			return nil, err
		}
		if shown == nil {
			continue
		}
		style, err := p.style(format, total)
		if err != nil {
			return nil, err
		}
		cells[i] = excelize.Cell{StyleID: style, Value: shown}
	}
	return cells, nil
}

// cellOf is a value as a workbook holds it, and the code of its format: text, or one of numbers.
func cellOf(value any) (shown any, format string, err error) {
	numeric := func(kind, text, before, after, power string) (any, string, error) {
		x, err := strconv.ParseFloat(text+power, 64) // 77.8e-2 is the number nearest to 0.778, and 77.8 ÷ 100 may be its neighbour
		if err != nil {
			return nil, "", fmt.Errorf("the %s %q: %w", kind, text, err)
		}
		format := before
		if _, decimals, has := strings.Cut(text, "."); has {
			format += "." + strings.Repeat("0", len(decimals))
		}
		return x, format + after, nil
	}
	switch v := value.(type) {
	case Number:
		return numeric("number", string(v), "#,##0", "", "")
	case Percent:
		return numeric("share", string(v), "0", "%", "e-2")
	case Yuan:
		return numeric("amount", string(v), "¥#,##0", "", "")
	case Day:
		day, err := time.Parse(time.DateOnly, string(v))
		if err != nil {
			return nil, "", fmt.Errorf("the day %q: %w", v, err)
		}
		return day, "yyyy-mm-dd", nil
	default:
		return value, "text", nil
	}
}

// style is the format of a cell: head, text, or the code of a number format; bold in the row of totals.
func (p pen) style(format string, total bool) (int, error) {
	key := fmt.Sprint(format, total)
	if id, made := p.styles[key]; made {
		return id, nil
	}
	s := excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}}
	switch format {
	case "head":
		s.Font, s.Alignment.WrapText = &excelize.Font{Bold: true}, true
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EDF2"}}
	case "text":
		s.Alignment.WrapText = true
	default:
		s.CustomNumFmt = &format
	}
	if total {
		s.Font, s.Border = &excelize.Font{Bold: true}, []excelize.Border{{Type: "top", Style: 1, Color: "000000"}}
	}
	id, err := p.book.NewStyle(&s)
	p.styles[key] = id
	return id, err
}

// widths are those of the columns by their widest cells; a Chinese character takes the room of two.
func widths(s Sheet) []float64 {
	var all []float64
	measure := func(i int, text string) {
		for len(all) <= i {
			all = append(all, narrowest)
		}
		room := (len(text) + utf8.RuneCountInString(text)) / 2 // three bytes a Chinese character
		all[i] = max(all[i], min(float64(room+2), widest))
	}
	for i, title := range s.Head {
		measure(i, title)
	}
	for _, row := range s.Rows {
		for i, value := range row {
			if value != nil {
				measure(i, fmt.Sprint(value))
			}
		}
	}
	return all
}
