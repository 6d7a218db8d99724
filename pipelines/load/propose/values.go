package propose

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"hulian/data"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/typing"
)

// profile is what stands in one column below a header. Cells that hold nothing, or a word for nothing, are not counted.
type profile struct {
	filled   int
	moments  int // days, or days and times, in any form
	digits   int // of the moments: eight digits, which may be a number or an ID as well
	dotted   int // of the moments: day and month first, in figures, so that it must be said which is which
	dayFirst int // of them: the first figure is no month
	monFirst int // of them: the second figure is no month
	months   int // of the moments: no day
	clocks   int // times of day without a day
	numbers  int
	wholes   int
	zeros    int // of the numbers: written with a leading zero
	least    float64
	most     float64
	booleans int
	periods  int
	phones   int
	ids      int // one word with a figure in it, or a number
	letters  int // no figure at all
	parts    int // blanks, commas and full stops: a text, not a word
	length   int // characters of all values
	distinct map[string]int
	sign     string // between the figures of the dotted ones: / . or -
	short    bool   // a year of two digits among them
	told     string // one of them that can be read in one way alone
	example  string // one of them
}

// mostDistinct bounds how many different values are kept of a column.
const mostDistinct = 4000

var (
	dottedDay = regexp.MustCompile(`^(\d{1,2})([/.-])(\d{1,2})([/.-])(\d{4}|\d{2})(?:[ T,]+\d{1,2}:\d{2}.*)?$`)
	wordyDay  = regexp.MustCompile(`(?i)^(\d{1,2}[. ]+(de )?\p{L}{3,10}\.?,?( de)? \d{4}|\p{L}{3,10}\.? \d{1,2},? \d{4}|\d{4}[- ]\p{L}{3,10}[- ]\d{1,2}|\d{1,2}[- ]\p{L}{3}[- ]\d{2,4})( .*)?$`)
	eastDay   = regexp.MustCompile(`^(\d{4}년 ?\d{1,2}월 ?\d{1,2}일|(令和|平成|昭和|民國|民国)?\d{1,3}年\d{1,2}月\d{1,2}日?|\d{2,3}/\d{2}/\d{2}|[RH]\d{1,2}\.\d{1,2}\.\d{1,2})( .*)?$`)
	shortDay  = regexp.MustCompile(`^\d{2}[-/.]\d{1,2}[-/.]\d{1,2}( \d{1,2}:.*)?$`)
	dayClock  = regexp.MustCompile(`^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?( ?[AP]\.?M\.?)?$`)
	phone     = regexp.MustCompile(`^(\+?86[- ]?)?1[3-9]\d{9}$|^\+?\(?0\d{1,4}\)?[- ]\d{3,8}([- ]\d{2,8})?$|^\+\d{1,3}[- (]*\d{2,4}[-) ]*\d{3,4}[- ]?\d{3,4}$|^\(?\d{3}\)?[- ]\d{3}-\d{4}$`)
	idShape   = regexp.MustCompile(`^[\p{L}\d][\p{L}\d._/#:〔〕()（）-]{0,79}$`)
	eightDay  = regexp.MustCompile(`^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{4}|\d{6})?$`)
)

// add looks at one value.
func (p *profile) add(c decode.Cell, text string) {
	if p.distinct == nil {
		p.distinct = map[string]int{}
	}
	p.filled++
	p.length += utf8.RuneCountInString(text)
	if _, known := p.distinct[text]; known || len(p.distinct) < mostDistinct {
		p.distinct[text]++
	}
	p.addMoment(c, text)
	if value, ok := typing.ParseNumber(text, anyUnit); ok && c.Kind != decode.Moment {
		if p.numbers == 0 || value < p.least {
			p.least = value
		}
		if p.numbers == 0 || value > p.most {
			p.most = value
		}
		p.numbers++
		if _, whole := typing.Whole(value); whole {
			p.wholes++
		}
		if len(text) > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9' {
			p.zeros++
		}
	}
	if _, ok := typing.ParseBoolean(text); ok {
		p.booleans++
	}
	if _, ok := typing.ParsePeriod(text); ok {
		p.periods++
	}
	if phone.MatchString(text) {
		p.phones++
	}
	hasDigit := strings.ContainsFunc(text, unicode.IsDigit)
	if !hasDigit {
		p.letters++
	} else if idShape.MatchString(text) && !decimal.MatchString(text) {
		p.ids++
	}
	if strings.ContainsAny(text, " ,.;，。；、！？") && len(text) > 3 && !hasDigitsMostly(text) {
		p.parts++
	}
}

var (
	decimal = regexp.MustCompile(`^-?\d+[.,]\d+$`)
	anyUnit = typing.NumberForm{Units: map[string]float64{"元": 1, "人": 1, "户": 1, "分": 1, "分钟": 1, "个": 1, "项": 1, "星": 1, "次": 1, "%": 1}, Percent: 1}
)

func hasDigitsMostly(text string) bool {
	n := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n*2 > utf8.RuneCountInString(text)
}

// longestDay is from how many bytes on a text is no day.
const longestDay = 60

// addMoment tells whether a value is a day, whoever wrote it: one that loading cannot read is no number either.
func (p *profile) addMoment(c decode.Cell, text string) {
	if len(text) > longestDay || !hasFigure(text) && !strings.ContainsAny(text, "年月") {
		return
	}
	if m := dottedDay.FindStringSubmatch(text); m != nil && m[2] == m[4] {
		first, second := figure(m[1]), figure(m[3])
		if first > 31 || second > 31 || first > 12 && second > 12 || first == 0 || second == 0 {
			return
		}
		p.moments++
		p.dotted++
		p.sign, p.example = m[2], text
		p.short = p.short || len(m[5]) == len("18")
		if first > 12 {
			p.dayFirst++
			p.told = text
		}
		if second > 12 {
			p.monFirst++
			p.told = text
		}
		return
	}
	if dayClock.MatchString(text) {
		p.clocks++
		return
	}
	m, _, ok := typing.ParseMoment(text)
	switch {
	case c.Kind == decode.Moment, wordyDay.MatchString(text) && hasFigure(text), eastDay.MatchString(text), shortDay.MatchString(text):
		p.moments++
	case !ok:
	default:
		p.moments++
		if m.Day == 0 {
			p.months++
		}
		if eightDay.MatchString(text) || m.Day == 0 && !strings.ContainsAny(text, "-/年") {
			p.digits++
		}
	}
}

func hasFigure(text string) bool { return strings.ContainsFunc(text, unicode.IsDigit) }

func figure(text string) (n int) {
	for _, r := range text {
		n = n*10 + int(r-'0')
	}
	return n
}

// isNothing reports whether a value stands for none.
func isNothing(text string) bool { return nothings[match.Folded(text)] }

var nothings = func() map[string]bool {
	all := map[string]bool{}
	for _, word := range append(data.NothingWritten(), "N/A", "NA", "-", "--", "—", "——", "/") {
		all[match.Folded(word)] = true
	}
	return all
}()

// share of the values that are something.
func (p *profile) share(n int) float64 {
	if p.filled == 0 {
		return 0
	}
	return float64(n) / float64(p.filled)
}

// telling are moments that cannot be anything else.
func (p *profile) telling() int { return p.moments - p.digits }

// repeats is the share of the values that stood there before.
func (p *profile) repeats() float64 { return 1 - p.share(len(p.distinct)) }

// mean is the mean length of a value, in characters.
func (p *profile) mean() float64 { return p.share(p.length) }

// Kinds of values that are more than texts.
const (
	phoneKind  = "phone"
	momentKind = "moment"
	clockKind  = "clock"
	numberKind = "number"
	idKind     = "id"
)

// kind is what nearly all values are; empty where they are no more than texts.
func (p *profile) kind() string {
	switch {
	case p.filled == 0:
		return ""
	case p.share(p.phones) >= 0.8:
		return phoneKind
	case p.share(p.telling()) >= 0.8, p.share(p.moments) >= 0.9:
		return momentKind
	case p.share(p.clocks) >= 0.8:
		return clockKind
	case p.share(p.numbers) >= 0.9:
		return numberKind
	case p.share(p.ids) >= 0.9:
		return idKind
	}
	return ""
}
