package facts

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"hulian/data"
	"hulian/queries/reading"
)

// StartOf is the day the programme began in a unit: its own, else its village's, else the town's. A village without a day
// among villages that have one has not begun; only where the list of villages tells no day at all is the town's theirs.
func (f Facts) StartOf(u Unit) string {
	if u.ProgrammeStart != "" {
		return u.ProgrammeStart
	}
	if village, ok := f.Village(u.VillageID); ok && village.ProgrammeStart != "" {
		return village.ProgrammeStart
	}
	if u.Level != LevelTown && slices.ContainsFunc(f.Villages, func(v Unit) bool { return v.ProgrammeStart != "" }) {
		return ""
	}
	return f.ProgrammeStart
}

// Complete is what came of all that was due in the months by which a village is judged, up to a month.
func (f Facts) Complete(u Unit, month string) reading.Month {
	periods := max(1, f.Programme.WeakVillages.Periods)
	var series []reading.Month
	for i := periods - 1; i >= 0; i-- {
		series = append(series, f.came(u, MonthAdd(month, -i), f.Deliveries.every()))
	}
	return reading.Completeness(series, periods)
}

// undelivered is the export a value is made of and why too little of it is known for the month to judge by, a reason of the long
// table: the value is not known, or, of a town, known of fewer of its villages than the programme's threshold. Both are empty where
// enough is known.
func (f Facts) undelivered(v Value) (export, why string) {
	if v.Reason == "" && !(v.Spoke < f.Programme.DataQuality.Threshold*v.Villages) {
		return "", ""
	}
	if why = v.Reason; why == "" {
		why = cmp.Or(f.unspoken[measureMonth{v.Measure.ID, v.Month}], "silent")
	}
	if (why == "column" || why == "blank") && len(v.Measure.Given) > 0 {
		export, _, _ = strings.Cut(v.Measure.Given[0], ".")
		return export, why
	}
	u, fewest := f.UnitOf(v.Unit), math.Inf(1)
	for _, source := range v.Measure.Source {
		if c, ok := data.ContractOf(source); !ok || c.Kind != data.Event {
			continue
		}
		if c := f.Came(u, v.Month, source); export == "" || c.Numerator < fewest {
			fewest, export = c.Numerator, source
		}
	}
	if export == "" && len(v.Measure.Source) > 0 { // of lists alone
		export = v.Measure.Source[0]
	}
	return export, why
}

// Rules are what a value is judged by.
func (f Facts) Rules(v Value) reading.Rules {
	u := f.UnitOf(v.Unit)
	rules := reading.RulesOf(*v.Measure, f.Programme, f.CutOff, f.StartOf(u))
	rules.Complete, rules.Unknown = f.Complete(u, v.Month), v.Reason
	rules.Missing, rules.Because = f.undelivered(v)
	return rules
}

// TooPoor reports whether too few exports came for a unit's performance to be judged in a month.
func (f Facts) TooPoor(u Unit, month string) bool {
	return reading.Rules{Complete: f.Complete(u, month), Threshold: f.Programme.DataQuality.Threshold}.Poor()
}

// Delivered are the months of a series without those of which the measure's export did not come: nobody is called weak
// by a file that is still on its way.
func (f Facts) Delivered(series []Value) []reading.Month {
	months := Months(series)
	for i, v := range series {
		if export, _ := f.undelivered(v); export != "" && reading.Performance(*v.Measure) {
			months[i].Numerator, months[i].Denominator, months[i].Value = math.NaN(), math.NaN(), math.NaN()
		}
	}
	return months
}

// Read reads the last value of a series: whether it changed beyond chance, and what to say of it.
func (f Facts) Read(series []Value) reading.Reading {
	now := series[len(series)-1]
	return reading.Read(*now.Measure, Months(series), f.Rules(now))
}

// Months are the values of a series as readings take them.
func Months(series []Value) []reading.Month {
	months := make([]reading.Month, len(series))
	for i, v := range series {
		months[i] = reading.Month{Month: v.Month, Numerator: v.Num, Denominator: v.Den, Value: v.Value}
	}
	return months
}

// UnitOf finds a unit of any level by its ID.
func (f Facts) UnitOf(id string) Unit {
	if u, ok := f.Branch(id); ok {
		return u
	}
	if u, ok := f.Village(id); ok {
		return u
	}
	return f.Town
}
