package page

import (
	"context"
	"fmt"
	"math"
	"strings"

	"hulian/data"
	"hulian/queries/reading"
)

// Deliveries is what came of the exports expected of every village in every month.
type Deliveries struct {
	received map[delivery]bool
	inTime   map[delivery]bool
	exports  []string // expected, in alphabetical order
}

type delivery struct{ village, month, export string }

const deliveriesSQL = `
select c.village_id, c.month, c.export, c.received, c.in_time
from export_completeness c
order by c.export, c.village_id, c.month`

func (s *Snapshot) readDeliveries(ctx context.Context) error {
	table, err := s.Data.Query(ctx, deliveriesSQL)
	if err != nil {
		return fmt.Errorf("read which exports came: %w", err)
	}
	s.Deliveries.received, s.Deliveries.inTime = map[delivery]bool{}, map[delivery]bool{}
	for _, row := range read(table) {
		export := row.text("export")
		key := delivery{row.text("village_id"), row.text("month"), export}
		s.Deliveries.received[key], s.Deliveries.inTime[key] = row.count("received") > 0, row.count("in_time") > 0
		if n := len(s.Deliveries.exports); n == 0 || s.Deliveries.exports[n-1] != export {
			s.Deliveries.exports = append(s.Deliveries.exports, export)
		}
	}
	return nil
}

// villagesOf are the villages a unit's figures are made of: all of them for the town, its own for a branch.
func (s Snapshot) villagesOf(u Unit) []Unit {
	if u.Level == LevelTown {
		return s.Villages
	}
	if village, ok := s.Village(u.VillageID); ok {
		return []Unit{village}
	}
	return nil
}

// came counts what came of the given exports from a unit's villages in one month.
func (s Snapshot) came(u Unit, month string, exports ...string) reading.Month {
	sum := reading.Month{Month: month}
	for _, village := range s.villagesOf(u) {
		for _, export := range exports {
			received, expected := s.Deliveries.received[delivery{village.ID, month, export}]
			if expected {
				sum.Denominator++
			}
			if received {
				sum.Numerator++
			}
		}
	}
	if sum.Denominator > 0 {
		sum.Value = sum.Numerator / sum.Denominator
	}
	return sum
}

// complete is what came of all that was due in the months by which a village is judged, up to a month.
func (r Request) complete(u Unit, month string) reading.Month {
	periods := max(1, r.Programme.WeakVillages.Periods)
	var series []reading.Month
	for i := periods - 1; i >= 0; i-- {
		series = append(series, r.came(u, monthAdd(month, -i), r.Deliveries.exports...))
	}
	return reading.Completeness(series, periods)
}

// undelivered is the export a value is made of, where too little of it came for the month to judge by: the value is not
// known, or, of a town, known of fewer of its villages than the programme's threshold. Empty: enough came.
func (r Request) undelivered(v Value) string {
	if v.Reason == "" && !(v.Spoke < r.Programme.DataQuality.Threshold*v.Villages) {
		return ""
	}
	if v.Reason == "column" && len(v.Measure.Given) > 0 {
		export, _, _ := strings.Cut(v.Measure.Given[0], ".")
		return export
	}
	u, fewest, export := r.unit(v.Unit), math.Inf(1), ""
	for _, source := range v.Measure.Source {
		if c, ok := data.ContractOf(source); !ok || c.Kind != data.Event {
			continue
		}
		if c := r.came(u, v.Month, source); export == "" || c.Numerator < fewest {
			fewest, export = c.Numerator, source
		}
	}
	return export
}

// rules are what a value is judged by.
func (r Request) rules(v Value) reading.Rules {
	u := r.unit(v.Unit)
	rules := reading.RulesOf(v.Measure, r.Programme, r.CutOff, r.startOf(u))
	rules.Complete, rules.Missing, rules.Unknown = r.complete(u, v.Month), r.undelivered(v), v.Reason
	return rules
}

// tooPoor reports whether too few exports came for a unit's performance to be judged in the page's month.
func (r Request) tooPoor(u Unit) bool {
	return reading.Rules{Complete: r.complete(u, r.Month), Threshold: r.Programme.DataQuality.Threshold}.Poor()
}

// delivered are the months of a series without those of which the measure's export did not come: nobody is called weak
// by a file that is still on its way.
func (r Request) delivered(series []Value) []reading.Month {
	months := seriesMonths(series)
	for i, v := range series {
		if reading.Performance(v.Measure) && r.undelivered(v) != "" {
			months[i].Numerator, months[i].Denominator, months[i].Value = math.NaN(), math.NaN(), math.NaN()
		}
	}
	return months
}
