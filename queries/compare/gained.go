package compare

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Gained is one pilot village beside the villages it is compared with.
type Gained struct {
	Row
	More      float64 // its change less the mean change of the others
	Low, High float64 // 95%; NaN where there is none
	Small     bool    // a window's base lies below the measure's minimum: shown, not judged
}

// leastToPredict is the others an interval of one village needs: with two their spread is a guess.
const leastToPredict = 3

// ByVillage says what each pilot gained. Its interval is the range in which one more untouched village would lie around the others: mean
// ± t × s × √(1 + 1/n) with n − 1 degrees of freedom, s the spread of their changes (Hahn & Meeker 1991, Statistical Intervals, ch. 4).
// It takes changes to be normal and the village to vary as the others do, and is not given on a small base.
func (r Result) ByVillage() []Gained {
	others := changes(r.Others)
	half := math.NaN()
	if n := float64(len(others)); n >= leastToPredict {
		if s := stat.StdDev(others, nil); s > rounding*most(others) {
			half = distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(.975) * s * math.Sqrt(1+1/n)
		}
	}
	all := make([]Gained, len(r.Pilots))
	for i, row := range r.Pilots {
		g := Gained{Row: row, More: row.Change() - stat.Mean(others, nil), Low: math.NaN(), High: math.NaN(),
			Small: math.Min(row.Before.Denominator, row.After.Denominator) < r.Measure.MinBase}
		if !g.Small {
			g.Low, g.High = clamped(r.Measure, g.More-half), clamped(r.Measure, g.More+half)
		}
		all[i] = g
	}
	return all
}

func most(x []float64) (largest float64) {
	for _, v := range x {
		largest = math.Max(largest, math.Abs(v))
	}
	return largest
}

// Split is the comparison made twice, in the villages up to the middle of something known before the start, and in those above it.
type Split struct {
	By        Trait
	At        float64 // the middle: the median of all villages compared
	Low, High Result  // pilots against the others of the same half; without a verdict of their own
}

// Trait is what villages are split by.
type Trait string

// The traits.
const (
	ByHands Trait = "hands" // people a hand has to serve
	ByLevel Trait = "level" // the measure's own value before the start
)

// Splits compares within halves of the villages: by people per hand, where that is known of all of them, and by the level before the
// start. Villages are compared with their like, so that a low start alone makes no gain; of a half without both sides nothing is estimated.
func (r Result) Splits(p Panel, hands map[string]float64) (all []Split) {
	rows := slices.Concat(r.Pilots, r.Others)
	for _, by := range []Trait{ByHands, ByLevel} {
		of := map[string]float64{}
		for _, row := range rows {
			x, known := row.Before.Value, true
			if by == ByHands {
				x, known = hands[row.ID]
			}
			if known && !math.IsNaN(x) {
				of[row.ID] = x
			}
		}
		if len(of) < len(rows) || len(rows) == 0 {
			continue
		}
		var values []float64
		for _, x := range of {
			values = append(values, x)
		}
		slices.Sort(values)
		s := Split{By: by, At: stat.Quantile(.5, stat.Empirical, values, nil)}
		s.Low = r.within(p, func(id string) bool { return of[id] <= s.At })
		s.High = r.within(p, func(id string) bool { return of[id] > s.At })
		all = append(all, s)
	}
	return all
}

// within is the same comparison among some of the villages.
func (r Result) within(p Panel, keep func(id string) bool) Result {
	kept := func(rows []Row) (all []Village) {
		for _, row := range rows {
			if keep(row.ID) {
				all = append(all, row.Village)
			}
		}
		return all
	}
	d := r.Design
	d.Pilots, d.Others = kept(r.Pilots), kept(r.Others)
	return onSides(p, d)
}

// onSides estimates a design, with its interval.
func onSides(p Panel, d Design) Result {
	of := estimated(p, d, 0)
	if !math.IsNaN(of.Effect) {
		of.interval()
	}
	return of
}

// Gap is a village that lacks months of the comparison: their source did not speak.
type Gap struct {
	Village
	Months []string
}

// Gaps lists which months of the two windows are left out for want of a source, and of how many village-months.
func (r Result) Gaps(p Panel) (gaps []Gap, missing, of int) {
	window := slices.Concat(r.Design.Before, r.Design.After)
	for _, v := range slices.Concat(r.Design.Pilots, r.Design.Others) {
		g := Gap{Village: v}
		for i, month := range p.Months {
			if !slices.Contains(window, month) {
				continue
			}
			of++
			if series := p.Series[v.ID]; i >= len(series) || !known(series[i]) {
				g.Months = append(g.Months, month)
			}
		}
		if missing += len(g.Months); len(g.Months) > 0 {
			gaps = append(gaps, g)
		}
	}
	return gaps, missing, of
}
