package page

import (
	"hulian/queries/reading"
)

// readSeries reads the last value of a series: whether it changed beyond chance, and what to say of it.
func (r Request) readSeries(series []Value) reading.Reading {
	now := series[len(series)-1]
	rules := reading.RulesOf(now.Measure, r.Programme, r.CutOff, r.startOf(r.unit(now.Unit)))
	return reading.Read(now.Measure, seriesMonths(series), rules)
}

func seriesMonths(series []Value) []reading.Month {
	months := make([]reading.Month, len(series))
	for i, v := range series {
		months[i] = reading.Month{Month: v.Month, Numerator: v.Num, Denominator: v.Den, Value: v.Value}
	}
	return months
}

// unit finds a unit of any level by its ID.
func (r Request) unit(id string) Unit {
	if u, ok := r.Snapshot.Branch(id); ok {
		return u
	}
	if u, ok := r.Snapshot.Village(id); ok {
		return u
	}
	return r.Town
}

// toneOf is the tone of a reading: only a signal has a direction, and only what cannot be judged is grey.
func toneOf(read reading.Reading) Tone {
	switch read.Variation {
	case reading.Improving:
		return ToneBetter
	case reading.Worsening:
		return ToneWorse
	case reading.NotEnough:
		return ToneQuiet
	default:
		return ToneNone
	}
}

// readStat is a tile with the reading of its series.
func (r Request) readStat(own measured, id string) Stat {
	s := r.stat(own.at(id, r.Unit().ID, r.Month))
	read := r.readSeries(own.series(id, r.Unit().ID, r.MonthsUpTo()))
	s.Reading, s.Tone = read.Sentence(r.Lang), toneOf(read)
	return s
}
