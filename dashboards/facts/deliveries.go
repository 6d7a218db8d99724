package facts

import (
	"context"
	"math/bits"
	"slices"

	"hulian/queries/reading"
)

// Deliveries is what came of the exports expected of every village in every month.
type Deliveries struct {
	Exports []string // expected, in alphabetical order
	came    map[villageMonth]came
}

type villageMonth struct{ village, month string }

// came says of a village's exports in a month which were expected, which came, and which in time: one bit an export, in the
// order of Exports.
type came struct{ expected, received, inTime uint64 }

const deliveriesSQL = `
select c.village_id, c.month, c.export, c.received, c.in_time
from export_completeness c
order by c.export, c.village_id, c.month`

// InTime reports whether an export came from a village by its deadline.
func (d Deliveries) InTime(village, month, export string) bool {
	return d.came[villageMonth{village, month}].inTime&d.bits(export) != 0
}

// Missing lists the exports that were expected of a village for a month and have not come.
func (d Deliveries) Missing(village, month string) (exports []string) {
	c := d.came[villageMonth{village, month}]
	for i, export := range d.Exports {
		if bit := uint64(1) << i; c.expected&bit != 0 && c.received&bit == 0 {
			exports = append(exports, export)
		}
	}
	return exports
}

func (d Deliveries) bits(exports ...string) (bits uint64) {
	for _, export := range exports {
		if i, known := slices.BinarySearch(d.Exports, export); known {
			bits |= 1 << i
		}
	}
	return bits
}

// every are the bits of all exports.
func (d Deliveries) every() uint64 { return 1<<len(d.Exports) - 1 }

type exportCame struct {
	VillageID, Month, Export string
	Received, InTime         int64
}

func (s *Snapshot) readDeliveries(ctx context.Context) error {
	rows, err := read[exportCame](ctx, s.Data, "which exports came", deliveriesSQL)
	s.Deliveries.came = map[villageMonth]came{}
	for _, row := range rows {
		if n := len(s.Deliveries.Exports); n == 0 || s.Deliveries.Exports[n-1] != row.Export {
			s.Deliveries.Exports = append(s.Deliveries.Exports, row.Export)
		}
		key, bit := villageMonth{row.VillageID, row.Month}, uint64(1)<<(len(s.Deliveries.Exports)-1)
		c := s.Deliveries.came[key]
		c.expected |= bit
		if row.Received > 0 {
			c.received |= bit
		}
		if row.InTime > 0 {
			c.inTime |= bit
		}
		s.Deliveries.came[key] = c
	}
	return err
}

type measureMonth struct{ measure, month string }

// unspokenSQL asks of every measure and month that is known of some villages only why the others are not: the first row of each
// tells of most of them.
const unspokenSQL = `
select m.measure, m.month, m.reason
from measures m
join measures t on t.measure = m.measure and t.month = m.month
where m.level = 'village' and m.reason is not null and t.level = 'town' and t.reason is null and t.spoke < t.villages
group by m.measure, m.month, m.reason
order by m.measure, m.month, count(*) desc, m.reason`

func (s *Snapshot) readUnspoken(ctx context.Context) error {
	rows, err := read[struct{ Measure, Month, Reason string }](ctx, s.Data, "why measures are not known of some villages", unspokenSQL)
	s.unspoken = map[measureMonth]string{}
	for _, row := range rows {
		if key := (measureMonth{row.Measure, row.Month}); s.unspoken[key] == "" {
			s.unspoken[key] = row.Reason
		}
	}
	return err
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

// Came counts what came of the given exports from a unit's villages in one month.
func (s Snapshot) Came(u Unit, month string, exports ...string) reading.Month {
	return s.came(u, month, s.Deliveries.bits(exports...))
}

func (s Snapshot) came(u Unit, month string, asked uint64) reading.Month {
	sum := reading.Month{Month: month}
	for _, village := range s.villagesOf(u) {
		c := s.Deliveries.came[villageMonth{village.ID, month}]
		sum.Denominator += float64(bits.OnesCount64(c.expected & asked))
		sum.Numerator += float64(bits.OnesCount64(c.received & asked))
	}
	if sum.Denominator > 0 {
		sum.Value = sum.Numerator / sum.Denominator
	}
	return sum
}
