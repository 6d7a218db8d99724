package typing

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-strftime"

	"hulian/pipelines"
)

// Moment is a day, or a moment of it, as a text gives it.
type Moment struct {
	Year, Month, Day     int // Day is 0 where the text names a month alone
	Hour, Minute, Second int
	Micro                int
	HasTime              bool
	Zone                 *time.Location // where the text says it; nil: local
}

// In gives the wall clock of the zone, as a time without a zone (UTC). A day alone is a day everywhere.
func (m Moment) In(from, zone *time.Location) time.Time {
	day := max(m.Day, 1)
	wall := time.Date(m.Year, time.Month(m.Month), day, m.Hour, m.Minute, m.Second, m.Micro*1000, time.UTC)
	if m.Zone != nil {
		from = m.Zone
	}
	if !m.HasTime || from == nil || zone == nil || from == zone {
		return wall
	}
	at := time.Date(m.Year, time.Month(m.Month), day, m.Hour, m.Minute, m.Second, m.Micro*1000, from).In(zone)
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
}

// valid reports whether there is such a day and time.
func (m Moment) valid() bool {
	if m.Month < 1 || m.Month > 12 || m.Hour > 23 || m.Minute > 59 || m.Second > 59 || m.Day < 0 {
		return false
	}
	return m.Day <= 28 || m.Day <= 31 && time.Date(m.Year, time.Month(m.Month), m.Day, 0, 0, 0, 0, time.UTC).Day() == m.Day
}

// ParseMoment reads a day or moment in any form that arrives. Where it cannot be read, why may say more: the zero code
// says nothing beyond that.
//
//	2018-01-08  2018/1/8  2018.01.08  2018年1月8日  20180108  二〇一八年一月八日  8 Jan 2018  2018年1月  201801  2018.1
//	with a time behind it: 19:30  19:30:05.5  19时30分  19点半  下午7:30  7:30 PM, with an offset: Z  +08, and behind a T or
//	seconds -0500
func ParseMoment(text string) (m Moment, why pipelines.DetailCode, ok bool) {
	if m, ok := plainMoment(text); ok {
		return m, m.midnight(), m.valid()
	}
	text = strings.Join(strings.Fields(minus.Replace(half(text))), " ")
	if strings.ContainsAny(text, "年月") && strings.ContainsAny(text, numeralsOfDates) {
		text = chineseDigits(text)
	}
	if text != "" && text[0] > '9' || strings.ContainsAny(text, "期周拜") { // few texts name one
		text = strings.TrimSpace(weekday.ReplaceAllString(text, " "))
	}
	if m, why, ok = compact(text); ok || why != "" {
		return m, why, ok && m.valid()
	}
	s := &scanner{rest: text}
	if !s.day(&m) {
		if m, ok := english(text); ok {
			return m, "", true
		}
		return m, unclearDay(text), false
	}
	if s.rest == "" {
		return m, "", m.valid()
	}
	if m.Day == 0 || !m.valid() {
		return m, "", false
	}
	if why, ok = s.clock(&m); !ok {
		return m, why, false
	}
	return m, "", m.valid()
}

// midnight says why 24:00 is not read: it ends a day or begins it, as its writer likes.
func (m Moment) midnight() pipelines.DetailCode {
	if m.Hour == 24 {
		return pipelines.DetailHour24
	}
	return ""
}

// plainMoment reads what programs write: 2018-01-08  2018-01-08 19:30  2018-01-08 19:30:05.
func plainMoment(x string) (m Moment, ok bool) {
	if len(x) != 10 && len(x) != 16 && len(x) != 19 || x[4] != '-' || x[7] != '-' {
		return m, false
	}
	ok = true
	two := func(at int) int {
		a, b := x[at]-'0', x[at+1]-'0'
		ok = ok && a <= 9 && b <= 9
		return int(a)*10 + int(b)
	}
	m.Year, m.Month, m.Day = two(0)*100+two(2), two(5), two(8)
	if len(x) > 10 {
		ok = ok && (x[10] == ' ' || x[10] == 'T') && x[13] == ':'
		m.Hour, m.Minute, m.HasTime = two(11), two(14), true
	}
	if len(x) > 16 {
		ok = ok && x[16] == ':'
		m.Second = two(17)
	}
	return m, ok && m.Day > 0
}

var weekday = regexp.MustCompile(`(?i)[,，(（\[]?\s*(星期|周|礼拜)[一二三四五六日天]\s*[)）\]]?,?|^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?\.?,?\s+`)

const (
	numerals        = "〇一二三四五六七八九"
	numeralsOfDates = numerals + "零十○元廿卅壹贰叁肆伍陆柒捌玖拾"
)

// otherNumerals are other ways to write numerals, on cheques among them. 元月 is January.
var otherNumerals = strings.NewReplacer("零", "〇", "○", "〇", "元年", "一年", "元月", "一月", "廿", "二十", "卅", "三十",
	"壹", "一", "贰", "二", "叁", "三", "肆", "四", "伍", "五", "陆", "六", "柒", "七", "捌", "八", "玖", "九", "拾", "十")

// roundLetter is the letter O where a zero is meant: 二O一八年.
var roundLetter = regexp.MustCompile(`([` + numerals + `])[Oo]`)

// chineseDigits writes the numerals of a date as digits: 二〇一八年十一月二十三日.
func chineseDigits(text string) string {
	var out strings.Builder
	runes := []rune(roundLetter.ReplaceAllString(otherNumerals.Replace(text), "${1}〇"))
	for i := 0; i < len(runes); {
		start := i
		for i < len(runes) && (strings.ContainsRune(numerals, runes[i]) || runes[i] == '十') {
			i++
		}
		if start == i {
			out.WriteRune(runes[i])
			i++
			continue
		}
		word := string(runes[start:i])
		out.WriteString(arabic(word))
	}
	return out.String()
}

// arabic writes one Chinese number: digit by digit, or with 十 for ten: 二〇一八  十一  二十  二十三.
func arabic(word string) string {
	digits := map[rune]int{'〇': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	tens, ones, hasTen := strings.Cut(word, "十")
	if !hasTen {
		var out strings.Builder
		for _, r := range word {
			out.WriteString(strconv.Itoa(digits[r]))
		}
		return out.String()
	}
	value := 10
	for _, r := range tens {
		value = digits[r] * 10
	}
	for _, r := range ones {
		value += digits[r]
	}
	return strconv.Itoa(value)
}

// compact reads digits without signs between them: 201801  20180108  201801081930  20180108193005, the last two with a
// blank or T in the middle too.
func compact(text string) (m Moment, why pipelines.DetailCode, ok bool) {
	day, clock, cut := strings.Cut(strings.Replace(text, "T", " ", 1), " ")
	if len(day) < 6 || !allDigits(day) || day[0] != '1' && day[0] != '2' {
		return m, "", false
	}
	n := func(from, to int) int { v, _ := strconv.Atoi(day[from:to]); return v }
	switch len(day) {
	case 6, 8, 12, 14:
		m.Year, m.Month = n(0, 4), n(4, 6)
	default:
		return m, "", false
	}
	if len(day) == 6 && cut {
		return m, "", false
	}
	if len(day) >= 8 {
		m.Day = n(6, 8)
	}
	if len(day) >= 12 {
		m.Hour, m.Minute, m.HasTime = n(8, 10), n(10, 12), true
	}
	if len(day) == 14 {
		m.Second = n(12, 14)
	}
	if !cut {
		return m, "", m.Month >= 1 && m.Month <= 12 && (len(day) == 6 || m.Day >= 1)
	}
	if len(day) != 8 || m.Day == 0 {
		return m, "", false
	}
	switch {
	case len(clock) == 4 && allDigits(clock):
		clock = clock[:2] + ":" + clock[2:]
	case len(clock) == 6 && allDigits(clock):
		clock = clock[:2] + ":" + clock[2:4] + ":" + clock[4:]
	}
	s := &scanner{rest: " " + clock}
	why, ok = s.clock(&m)
	return m, why, ok
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// scanner takes a text apart from its front.
type scanner struct{ rest string }

func (s *scanner) blanks() bool {
	trimmed := strings.TrimLeft(s.rest, " \t")
	found := len(trimmed) < len(s.rest)
	s.rest = trimmed
	return found
}

// number takes up to most digits.
func (s *scanner) number(most int) (value, digits int) {
	for digits < len(s.rest) && digits < most && s.rest[digits] >= '0' && s.rest[digits] <= '9' {
		value = value*10 + int(s.rest[digits]-'0')
		digits++
	}
	s.rest = s.rest[digits:]
	return value, digits
}

// word takes the first of the words that the text begins with; in any case of its letters.
func (s *scanner) word(words ...string) string {
	for _, w := range words {
		if len(s.rest) >= len(w) && strings.EqualFold(s.rest[:len(w)], w) {
			s.rest = s.rest[len(w):]
			return w
		}
	}
	return ""
}

// day takes 2018-1-8, 2018年1月8日 and 2018年1月.
func (s *scanner) day(m *Moment) bool {
	var digits int
	if m.Year, digits = s.number(4); digits != 4 {
		return false
	}
	s.blanks()
	if s.word("-", "/", ".", "年") == "" {
		return false
	}
	s.blanks()
	if m.Month, digits = s.number(2); digits == 0 {
		return false
	}
	s.blanks()
	between := s.word("-", "/", ".", "月")
	if between == "" {
		return s.rest == ""
	}
	s.blanks()
	if m.Day, digits = s.number(2); digits == 0 {
		return between == "月" && s.rest == ""
	}
	if m.Day == 0 {
		return false
	}
	s.blanks()
	s.word("日", "号")
	return true
}

// Parts of the day, and the hours of a twelve-hour clock that go with them. 中午1:20 is 13:20, 晚上12:10 could be two
// nights and so could 半夜1:00, 早上12 is no hour.
var halves = []struct {
	word string
	hour func(h int) (int, bool)
}{
	{"上午", morning}, {"早上", early}, {"早晨", early}, {"清晨", early}, {"凌晨", night}, {"中午", noon}, {"正午", noon},
	{"下午", afternoon}, {"午后", afternoon}, {"傍晚", evening}, {"晚上", evening}, {"夜里", evening}, {"夜间", evening}, {"深夜", evening}, {"半夜", midnight}, {"午夜", midnight}, {"晚", evening}, {"夜", evening}, {"早", early},
	{"AM", morning}, {"PM", behindNoon},
}

func morning(h int) (int, bool) { return h % 12, h <= 12 }
func early(h int) (int, bool)   { return h, h < 12 }
func night(h int) (int, bool)   { return h % 12, h <= 6 || h == 12 }
func noon(h int) (int, bool) {
	if h >= 1 && h <= 3 {
		return h + 12, true
	}
	return h, h >= 11 && h <= 15
}
func midnight(h int) (int, bool)   { return h%12 + 12, h == 11 || h == 23 }
func behindNoon(h int) (int, bool) { return h%12 + 12, h <= 12 }
func afternoon(h int) (int, bool) {
	if h < 12 {
		return h + 12, true
	}
	return h, h >= 12 && h <= 19
}
func evening(h int) (int, bool) {
	if h >= 5 && h < 12 {
		return h + 12, true
	}
	return h, h >= 17 && h <= 23
}

// clock takes the time of day that stands behind a day, to the end of the text.
func (s *scanner) clock(m *Moment) (why pipelines.DetailCode, ok bool) {
	s.word(",")
	s.blanks()
	program := s.word("T") != "" // people write no T, and no seconds
	s.blanks()
	var half func(int) (int, bool)
	for _, h := range halves {
		if s.word(h.word) != "" {
			half = h.hour
			break
		}
	}
	s.blanks()
	digits := 0
	if m.Hour, digits = s.number(2); digits == 0 {
		if half != nil && s.rest == "" {
			return pipelines.DetailHourMissing, false
		}
		return "", false
	}
	m.HasTime = true
	s.blanks()
	switch hourSign := s.word(":", "时", "点钟", "点", "h"); {
	case hourSign == "":
		return "", false
	case hourSign != ":" && s.word("半") != "":
		m.Minute = 30
	case hourSign != ":" && s.word("一刻", "1刻") != "":
		m.Minute = 15
	case hourSign != ":" && s.word("三刻", "3刻") != "":
		m.Minute = 45
	case hourSign != ":" && (s.word("整") != "" || s.rest == ""):
	default:
		s.blanks()
		if m.Minute, digits = s.number(2); digits == 0 && hourSign == ":" {
			return "", false
		}
		s.blanks()
		if digits > 0 && s.word(":", "分") != "" {
			s.blanks()
			m.Second, digits = s.number(2)
			program = program || digits == 2
			if digits > 0 && s.word(".", ",") != "" {
				fraction, places := s.number(6)
				for ; places < 6; places++ {
					fraction *= 10
				}
				m.Micro = fraction
				s.number(12) // finer than is kept
			}
			s.word("秒")
		}
	}
	s.blanks()
	switch s.word("AM", "PM", "a.m.", "p.m.") {
	case "AM", "a.m.":
		half = morning
	case "PM", "p.m.":
		half = behindNoon
	}
	if half != nil {
		if m.Hour, ok = half(m.Hour); !ok {
			return pipelines.DetailHourUnclear, false
		}
	}
	s.blanks()
	if strings.HasPrefix(s.rest, "-") && !program || strings.HasPrefix(s.rest, "~") || strings.HasPrefix(s.rest, "至") || strings.HasPrefix(s.rest, "到") {
		return pipelines.DetailTwoTimes, false // 9:00-10:00 is no offset
	}
	if !s.zone(m) {
		return "", false
	}
	return m.midnight(), s.rest == "" && m.Hour != 24
}

// zone takes Z, +08, +0800 and -05:00.
func (s *scanner) zone(m *Moment) bool {
	if s.word("Z", "UTC", "GMT") != "" && s.rest == "" {
		m.Zone = time.UTC
		return true
	}
	sign := s.word("+", "-")
	if sign == "" {
		return s.rest == ""
	}
	hours, digits := s.number(2)
	if digits != 2 || hours > 14 {
		return false
	}
	s.word(":")
	minutes, digits := s.number(2)
	if digits == 1 || minutes > 59 {
		return false
	}
	offset := hours*3600 + minutes*60
	if sign == "-" {
		offset = -offset
	}
	m.Zone = time.FixedZone("", offset)
	return true
}

// englishDays are the ways English texts name a month by its word, so that day and month cannot be exchanged.
var englishDays = []string{"2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006", "2-Jan-2006", "2006-Jan-2", "2006 Jan 2", "02-Jan-2006"}

func english(text string) (m Moment, ok bool) {
	for _, layout := range englishDays {
		for _, clock := range []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM"} {
			if at, err := time.Parse(layout+clock, text); err == nil {
				return Moment{Year: at.Year(), Month: int(at.Month()), Day: at.Day(), Hour: at.Hour(), Minute: at.Minute(), Second: at.Second(), HasTime: clock != ""}, true
			}
		}
	}
	return m, false
}

var (
	unclearOrder = regexp.MustCompile(`^\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{4}\b`)
	shortYear    = regexp.MustCompile(`^\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}([日号 T]|$)`)
)

// unclearDay says why a text that looks like a day is not read as one.
func unclearDay(text string) pipelines.DetailCode {
	switch {
	case unclearOrder.MatchString(text):
		return pipelines.DetailDayUnclear
	case shortYear.MatchString(text):
		return pipelines.DetailYearShort
	}
	return ""
}

// serial gives the day that a spreadsheet program keeps as a number: days since 1900, from 1905 to 2099. 1900 to 2100 may
// as well be a year: that is not guessed.
func serial(value float64) (Moment, bool) {
	if value <= 2100 || value >= 73051 {
		return Moment{}, false
	}
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(value*86400+0.5) * time.Second)
	return Moment{Year: at.Year(), Month: int(at.Month()), Day: at.Day(), Hour: at.Hour(), Minute: at.Minute(), Second: at.Second(), HasTime: at.Hour()+at.Minute()+at.Second() > 0}, true
}

// layoutOf turns a format as strftime has it into one of the standard library, in which numbers may lack a leading zero.
func layoutOf(format string) (string, error) {
	layout, err := strftime.Layout(format)
	return strings.NewReplacer("01", "1", "02", "2", "03", "3").Replace(layout), err
}

// parseLayout reads a moment in a pinned form.
func parseLayout(layout, text string) (m Moment, ok bool) {
	at, err := time.Parse(layout, text)
	if err != nil {
		return m, false
	}
	return Moment{Year: at.Year(), Month: int(at.Month()), Day: at.Day(), Hour: at.Hour(), Minute: at.Minute(), Second: at.Second(), Micro: at.Nanosecond() / 1000,
		HasTime: at.Hour()+at.Minute()+at.Second()+at.Nanosecond() > 0 || strings.Contains(layout, "15") || strings.Contains(layout, "04")}, true
}

// parseLaidOut reads a moment in a pinned form. A form of days alone stands for days with a time behind them too: a register
// has both. why is empty where the text is not in that form at all.
func parseLaidOut(layout, text string) (m Moment, why pipelines.DetailCode, ok bool) {
	if m, ok = parseLayout(layout, text); ok {
		return m, "", true
	}
	end := strings.IndexAny(text, " T,")
	if end < 0 {
		return m, "", false
	}
	if m, ok = parseLayout(layout, text[:end]); !ok || m.HasTime {
		return m, "", false
	}
	s := &scanner{rest: strings.TrimPrefix(text[end:], "T")}
	if why, ok = s.clock(&m); ok {
		return m, "", m.valid()
	}
	return Moment{}, why, false
}
