package typing

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"hulian/data"
)

// half writes full-width forms as half-width ones, as Chinese input methods type them. Plain ASCII is left alone.
func half(text string) string {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return width.Fold.String(strings.ReplaceAll(text, "\u3000", " "))
		}
	}
	return text
}

// minus signs that people and programs write, beside the one of the keyboard.
var minus = strings.NewReplacer("−", "-", "–", "-", "—", "-", "‐", "-", "‑", "-", "﹣", "-", "－", "-", "➖", "-")

// spelledNumber is every other way to write a number: ¥1,161.50  36万  (2)  2-  25分钟  95%.
var spelledNumber = regexp.MustCompile(`^(\()?\s*[¥￥$]?\s*([+-])?\s*[¥￥$]?\s*(\d{1,3}(?:,\d{3})+|\d+|)(\.\d+)?\s*(千|万|亿)?\s*([^\d\s().,+-][^\d().,+]*)?\s*(\))?\s*(-)?$`)

var times = map[string]float64{"": 1, "千": 1e3, "万": 1e4, "亿": 1e8}

// NumberForm says which units may stand behind a number of a column, and what one per cent is divided by to be a value of
// it: 1 where the column itself counts per cent, 100 where it holds a share, 0 where it counts things: 95% of minutes is
// a slip.
type NumberForm struct {
	Units   []string
	Percent float64
}

// formOf gives the form of a column's numbers.
func formOf(column data.Column) NumberForm {
	f := NumberForm{Units: []string{"元"}}
	for _, unit := range []string{column.Unit.Zh, column.Unit.En} {
		if unit != "" && unit != "%" {
			f.Units = append(f.Units, unit)
		}
	}
	switch {
	case column.Unit.Zh == "%", column.Unit.En == "%", column.Max != nil && *column.Max == 100:
		f.Percent = 1
	case column.Unit.Zh == "":
		f.Percent = 100
	}
	return f
}

// ParseNumber reads a number in any form that arrives. ok is false for what is none: nothing is cut off, and infinity and
// not-a-number are no numbers.
func ParseNumber(text string, form NumberForm) (value float64, ok bool) {
	if plain, ok := plainNumber(text); ok {
		return plain, true
	}
	text = minus.Replace(half(text))
	if plain, ok := plainNumber(text); ok {
		return plain, true
	}
	m := spelledNumber.FindStringSubmatch(text)
	if m == nil || m[3]+m[4] == "" || (m[1] == "") != (m[7] == "") {
		return 0, false
	}
	value, err := strconv.ParseFloat(strings.ReplaceAll(m[3], ",", "")+m[4], 64)
	if err != nil {
		return 0, false
	}
	value *= times[m[5]]
	switch unit := strings.TrimSpace(m[6]); {
	case unit == "":
	case unit == "%" && form.Percent > 0:
		value /= form.Percent
	default:
		known := false
		for _, u := range form.Units {
			known = known || strings.EqualFold(u, unit)
		}
		if !known {
			return 0, false
		}
	}
	signs := 0
	for _, negative := range []bool{m[1] != "", m[2] == "-", m[8] != ""} { // (2)  -2  2-
		if negative {
			signs++
		}
	}
	switch signs {
	case 0:
		return value, true
	case 1:
		return -value, true
	}
	return 0, false
}

// plainNumber reads what a program writes: digits, a point, an exponent.
func plainNumber(text string) (float64, bool) {
	if text == "" || len(text) > 40 {
		return 0, false
	}
	for i := range len(text) {
		c := text[i]
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	value, err := strconv.ParseFloat(text, 64)
	return value, err == nil && !math.IsInf(value, 0) && !math.IsNaN(value)
}

// mostWhole is the largest number up to which a float tells every whole number from its neighbours.
const mostWhole = 1 << 53

// Whole gives the whole number that a value stands for: a spreadsheet program keeps fifteen digits, so that what it shows
// as 4863 may be stored as 4862.999999999999.
func Whole(value float64) (int64, bool) {
	nearest := math.Round(value)
	if math.Abs(nearest) >= mostWhole || math.Abs(value-nearest) > 1e-9*math.Max(1, math.Abs(value)/1e3) {
		return 0, false
	}
	return int64(nearest), true
}
