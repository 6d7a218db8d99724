package typing

import (
	"maps"
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
var minus = strings.NewReplacer("−", "-", "–", "-", "—", "-", "‐", "-", "‑", "-", "‒", "-", "―", "-", "﹣", "-", "－", "-", "➖", "-", "⁻", "-")

// spelledNumber is every other way to write a number: ¥1,161.50  36万  (2)  2-  25分钟  95%.
var spelledNumber = regexp.MustCompile(`^(\()?\s*[¥￥$]?\s*([+-])?\s*[¥￥$]?\s*(\d{1,3}(?:,\d{3})+|\d+|)(\.\d+)?\s*(千|万|亿)?\s*([^\d\s().,+-][^\d().,+]*)?\s*(\))?\s*(-)?$`)

// inWords is a number that is written in words, or whose sign is: 十二次  负2  扣3分.
var inWords = regexp.MustCompile(`^(负|减|扣|加)?([一二两三四五六七八九十百零〇]*)`)

// hundreds are numbers below a thousand in words. 一百二 is left to people: it is 120 to some.
var hundreds = regexp.MustCompile(`^(?:([一二两三四五六七八九])百)?(?:([一二三四五六七八九]?)(十))?(零|〇)?([一二两三四五六七八九])?$`)

var times = map[string]float64{"": 1, "千": 1e3, "万": 1e4, "亿": 1e8}

// NumberForm says which units may stand behind a number of a column, with what a number of each is in the column's own,
// and what one per cent is divided by to be a value of it: 1 where the column itself counts per cent, 100 where it holds
// a share, 0 where it counts things: 95% of minutes is a slip.
type NumberForm struct {
	Units   map[string]float64
	Percent float64
}

// otherUnits are what people write for the unit of a column, or count in its place.
var otherUnits = map[string]map[string]float64{
	"":   {"元": 1},
	"元":  {"元整": 1, "圆": 1, "块": 1},
	"分钟": {"分": 1, "分鐘": 1, "mins": 1, "minute": 1, "minutes": 1, "小时": 60, "个小时": 60, "h": 60, "hour": 60, "hours": 60},
	"人":  {"名": 1, "位": 1, "个": 1, "口": 1},
	"户":  {"家": 1, "个": 1},
	"项":  {"件": 1, "个": 1, "条": 1},
	"星":  {"星级": 1, "颗星": 1},
	"年":  {"年度": 1},
}

// formOf gives the form of a column's numbers.
func formOf(column data.Column) NumberForm {
	f := NumberForm{Units: map[string]float64{}}
	maps.Copy(f.Units, otherUnits[column.Unit.Zh])
	for _, unit := range []string{column.Unit.Zh, column.Unit.En} {
		if unit != "" && unit != "%" {
			f.Units[strings.ToLower(unit)] = 1
		}
	}
	switch {
	case column.Unit.Zh == "%", column.Unit.En == "%", column.Max != nil && *column.Max == 100 && column.Min != nil && *column.Min == 0:
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
	n, ok := spell(text, form)
	return n.size * n.unit * n.sign, ok
}

// spelled is a number as it is written out: how large, in what, above or below zero.
type spelled struct {
	size, unit float64 // unit: what one of what it counts is in the unit of the column
	sign       float64 // 1 or -1
}

// spell takes a number apart that is more than digits.
func spell(text string, form NumberForm) (n spelled, ok bool) {
	n.sign = 1
	signs := 0
	if words := inWords.FindStringSubmatch(text); words[0] != "" {
		if words[1] != "" && words[1] != "加" {
			signs++
		}
		digits := words[2]
		if digits != "" {
			if digits, ok = belowThousand(digits); !ok {
				return n, false
			}
		}
		rest := text[len(words[0]):]
		if digits != "" && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			return n, false // 一2 is no twelve: the stroke may be a minus
		}
		text = digits + rest
	}
	m := spelledNumber.FindStringSubmatch(text)
	if m == nil || m[3]+m[4] == "" || (m[1] == "") != (m[7] == "") {
		return n, false
	}
	var err error
	if n.size, err = strconv.ParseFloat(strings.ReplaceAll(m[3], ",", "")+m[4], 64); err != nil {
		return n, false
	}
	n.size *= times[m[5]]
	switch unit := strings.ToLower(strings.TrimSpace(m[6])); {
	case unit == "":
		n.unit = 1
	case unit == "%" && form.Percent > 0:
		n.unit = 1 / form.Percent
	default:
		if n.unit = form.Units[unit]; n.unit == 0 {
			return n, false
		}
	}
	for _, negative := range []bool{m[1] != "", m[2] == "-", m[8] != ""} { // (2)  -2  2-
		if negative {
			signs++
		}
	}
	if signs == 1 {
		n.sign = -1
	}
	return n, signs <= 1
}

// belowThousand writes a number in words as digits: 十二  一百零五.
func belowThousand(word string) (digits string, ok bool) {
	m := hundreds.FindStringSubmatch(word)
	if m == nil || m[1] != "" && m[3] == "" && (m[4] == "") != (m[5] == "") || m[4] != "" && (m[1] == "" || m[3] != "") {
		return "", false
	}
	value := 0
	for _, part := range []struct {
		word string
		of   int
	}{{m[1], 100}, {m[2], 10}, {m[5], 1}} {
		if part.word == "" {
			continue
		}
		digit := strings.Index("一二三四五六七八九", strings.Replace(part.word, "两", "二", 1))/len("一") + 1
		value += digit * part.of
	}
	if m[2] == "" && m[3] != "" {
		value += 10
	}
	return strconv.Itoa(value), true
}

// fifteen gives a number with the fifteen digits that spreadsheet programs keep: what they write as 19.999999999999996 is
// 20 to whoever sees it.
func fifteen(value float64) float64 {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'e', 14, 64), 64); err == nil {
		return rounded
	}
	return value
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
