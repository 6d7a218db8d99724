package propose

import (
	"strconv"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/typing"
)

// verdict is what the values of a column say to an offer.
type verdict struct {
	against bool    // they are something else
	speaks  float64 // how much they speak for it, from 0 to 1
	doubt   bool    // they are not what the column should hold, but may have to do
	why     pipelines.Detail
}

// middling is what values say that speak neither for nor against: none are there, or anything goes.
const middling = 0.4

// judge says whether values may stand in a column of a contract. keyed: no value may stand there twice.
func judge(column *meantColumn, p *profile, keyed bool) verdict {
	if p.filled == 0 {
		if keyed {
			return verdict{against: true}
		}
		return verdict{speaks: middling}
	}
	switch column.nature {
	case moments:
		return p.asMoments(column)
	case numbers:
		return p.asNumbers(column)
	case booleans:
		return p.known(p.booleans, 0.5, pipelines.DetailValuesYesNo)
	case choices:
		return p.asChoices(column)
	case periods:
		if column.Type != data.TypePeriod && p.share(p.numbers) < 1 {
			return verdict{against: true}
		}
		return p.known(p.periods, 0.5, pipelines.DetailValuesPeriods)
	case ids:
		return p.asIDs(column, keyed)
	case names:
		return p.asNames(column)
	case texts:
		return p.asTexts(column)
	}
	return verdict{}
}

// of is the detail that says how many of the values are something.
func (p *profile) of(code pipelines.DetailCode, n int, more ...any) pipelines.Detail {
	return pipelines.NewDetail(code, append([]any{n, p.filled}, more...)...)
}

// known judges by a share that speaks for itself.
func (p *profile) known(n int, least float64, code pipelines.DetailCode) verdict {
	return verdict{against: p.share(n) < least, speaks: p.share(n), why: p.of(code, n)}
}

func (p *profile) asMoments(column *meantColumn) verdict {
	v := p.known(p.moments, 0.6, pipelines.DetailValuesMoments)
	if p.moments > 0 && p.digits == p.moments {
		v.speaks /= 2
	}
	if p.months*2 > p.moments && !column.MonthOnly {
		v.speaks /= 4
	}
	return v
}

func (p *profile) asNumbers(column *meantColumn) verdict {
	v := verdict{why: p.of(pipelines.DetailValuesNumbers, p.numbers), speaks: 0.6}
	outside := 0
	for text, n := range p.distinct {
		if value, ok := typing.ParseNumber(text, anyUnit); ok && (column.Min != nil && value < *column.Min || column.Max != nil && value > *column.Max) {
			outside += n
		}
	}
	v.against = p.share(p.numbers) < 0.8 || p.share(p.phones) > 0.5 || p.share(p.telling()) > 0.3 || p.share(p.zeros) > 0.2 || p.share(outside) > 0.2
	if column.Type == data.TypeInteger && p.wholes < p.numbers {
		v.speaks = 0.2
		v.against = v.against || p.wholes*2 < p.numbers
	}
	if column.Max != nil && *column.Max <= 10 && outside == 0 {
		v.speaks = 1
	}
	return v
}

// fewRows is below how many values it says nothing that none of them stands there twice.
const fewRows = 8

func (p *profile) asChoices(column *meantColumn) verdict {
	allowed, known := allowedWords(column.Column), 0
	for text, n := range p.distinct {
		if allowed[match.Folded(text)] {
			known += n
		}
	}
	v := verdict{why: p.of(pipelines.DetailValuesWords, known)}
	if share := p.share(known); share > 0 {
		v.speaks = 0.5 + share/2
		if column.Open || share >= 0.5 || len(p.distinct) <= len(column.Values)+mostWordsMore {
			return v
		}
	}
	v.doubt = !column.Open && known == 0
	v.why = pipelines.NewDetail(pipelines.DetailValuesFew, len(p.distinct), p.filled)
	v.speaks = 0.2 + 0.4*p.repeats()
	other := p.share(p.moments) > 0.3 || p.share(p.phones) > 0.3 || p.share(p.clocks) > 0.3
	if column.Open {
		v.speaks = 0.2 + 0.4*min(p.repeats(), float64(len(p.distinct))/manyKinds)
		if len(p.distinct) == 1 && p.filled >= fewRows { // it tells nothing apart
			v.speaks, v.doubt = 0, true
		}
		v.against = other || p.mean() > 60 || p.filled >= fewRows && p.repeats() < 0.1 || p.share(p.numbers) > 0.5 && p.repeats() < 0.5
		return v
	}
	v.against = other || p.mean() > 20 || p.share(p.parts) > 0.5 || len(p.distinct) > 2*len(column.Values)+mostWordsMore || p.filled >= fewRows && p.repeats() < 0.3 || p.share(p.numbers) > 0.8
	return v
}

// manyKinds is how many kinds of a thing say as much as more do: of two columns of kinds the one that tells more apart is
// meant.
const manyKinds = 10

// mostWordsMore is how many words more than the contract's an exporter may have.
const mostWordsMore = 8

func allowedWords(column data.Column) map[string]bool {
	all := map[string]bool{}
	for _, v := range column.Values {
		for _, word := range append([]string{v.ID, v.Name.Zh, v.Name.En}, v.Words...) {
			all[match.Folded(word)] = true
		}
	}
	return all
}

func (p *profile) asIDs(column *meantColumn, keyed bool) verdict {
	v := verdict{why: p.of(pipelines.DetailValuesIDs, p.ids), speaks: 0.4 + 0.6*p.share(p.ids)}
	v.against = p.share(p.telling()) > 0.5 || p.share(p.phones) > 0.5 || p.share(p.clocks) > 0.5 || p.mean() > 45 || p.share(p.numbers) > 0.8 && p.wholes*10 < p.numbers*9 ||
		p.share(p.parts) > 0.7 && p.mean() > 25 || p.letters == p.filled && p.booleans == p.filled
	if v.doubt = p.share(p.letters) > 0.5; v.doubt { // names in place of IDs
		v.speaks, v.why = max(v.speaks, 0.7), pipelines.NewDetail(pipelines.DetailValuesNames, p.filled)
		v.against = v.against || column.ofPeople
	}
	if !keyed {
		return v
	}
	if p.share(p.ids) < 0.5 {
		v.speaks = 0.2
	}
	v.why = pipelines.NewDetail(pipelines.DetailValuesOnce, p.filled)
	switch {
	case len(p.distinct) < p.filled && len(p.distinct) < mostDistinct:
		v.against = p.filled >= 5 && p.repeats() > mostRepeats
		v.speaks /= 2
		v.why = pipelines.NewDetail(pipelines.DetailValuesDistinct, len(p.distinct), p.filled)
	case p.counts():
		v.speaks = 0.3 // the rows are numbered
	}
	return v
}

// mostRepeats is how large a share of rows may have an ID that stood there before: a few slips.
const mostRepeats = 0.1

// counts reports whether the values are 1, 2, 3 and so on.
func (p *profile) counts() bool {
	return p.wholes == p.filled && p.least == 1 && int(p.most) == len(p.distinct) && len(p.distinct) == p.filled && p.distinct[strconv.Itoa(p.filled)] == 1
}

func (p *profile) asNames(column *meantColumn) verdict {
	v := verdict{why: pipelines.NewDetail(pipelines.DetailValuesDistinct, len(p.distinct), p.filled), speaks: 0.6}
	v.against = p.share(p.numbers) > 0.3 || p.share(p.moments) > 0.3 || p.share(p.phones) > 0.3 || p.share(p.booleans) > 0.8 || p.mean() > 60 || column.listed && p.filled >= fewRows && p.share(len(p.distinct)) < 0.1
	v.doubt = column.listed && p.filled >= fewRows && p.repeats() > 0.5
	if p.share(p.ids) > 0.7 {
		v.speaks = 0.2
	}
	return v
}

// longText is from how many characters on a column holds what people tell in their own words, and manyRows of how many
// values some must differ then.
const longText, manyRows = 500, 20

func (p *profile) asTexts(column *meantColumn) verdict {
	v := verdict{why: pipelines.NewDetail(pipelines.DetailValuesTexts, p.filled), speaks: middling + 0.6*min(p.mean()/12, 1)}
	short := column.MaxLength > 0 && column.MaxLength <= 40
	v.against = p.share(p.telling()) > 0.5 || p.share(p.phones) > 0.5 || !short && (p.share(p.numbers) > 0.7 || p.share(p.booleans) > 0.8) || p.share(p.clocks) > 0.5
	if short {
		v.speaks = middling
	} else if p.filled >= fewRows {
		v.speaks *= 1 - p.repeats()*p.repeats() // what is told again and again is a kind
		v.against = v.against || column.MaxLength >= longText && p.filled >= manyRows && p.repeats() > 0.9
	}
	return v
}
