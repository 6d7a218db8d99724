package model

import (
	"fmt"
	"time"
)

// received counts the rows of files: accepted of those read, and the refused ones by what became of them. A refused row
// may have several problems and counts once.
func (r *reference) received() {
	month := func(x row) string {
		on := r.speaksFor(x["file_no"])
		if first := monthStart(r.months[0]); on.Before(first) {
			on = first
		}
		return monthOf(on)
	}
	var town place
	for village := range r.villages {
		town.town = r.town(village) // a refused row names no village; these towns are one
	}
	for _, x := range r.tables["ops.reconciliation"] {
		r.add("validity", town, month(x), x.number("accepted"), x.number("rows_read")-x.number("ignored"))
		for _, m := range []string{"quarantine_open", "quarantine_repaired", "quarantine_waived"} {
			r.add(m, town, month(x), 0, 0)
		}
	}
	counted := map[string]bool{}
	for _, x := range r.tables["ops.problems"] {
		k := fmt.Sprint(x["file_no"], x["sheet"], x["row"], x["state"])
		if x.text("severity") != "refuse" || x.number("row") == 0 || counted[k] {
			continue
		}
		counted[k] = true
		r.add("quarantine_"+x.text("state"), town, month(x), 1, 0)
	}
}

// deliveries invents what was read of files that speak for many months, with refused rows in every state.
func (s *scattered) deliveries() {
	problem := 0
	for f := range 12 {
		file := 10 + f
		s.exec("insert into ops.files values (%d, 'd%d', 'delivery %d', 'test', 1, timestamp '%s 09:00:00', %s, now(), 'loaded')",
			file, file, file, s.day().Format(time.DateOnly), s.one("null", s.date()))
		for _, sheet := range []string{"甲", "乙"} {
			read, ignored := 30+s.rng.IntN(100), s.rng.IntN(5)
			refused := s.rng.IntN(10)
			s.exec("insert into ops.reconciliation by name select %d as file_no, '%s' as sheet, 'visits' as export, %d as rows_read, %d as accepted, %d as quarantined, %d as ignored",
				file, sheet, read, read-ignored-refused, refused, ignored)
			for n := range refused {
				state := s.one("'open'", "'repaired'", "'waived'")
				for range 1 + s.rng.IntN(2) {
					problem++
					s.exec(`insert into ops.problems by name select %d as problem_no, %d as file_no, '%s' as sheet, 'visits' as export, %d as "row", 'refuse' as severity, %s as state, 'wrong_type' as code`,
						problem, file, sheet, n+2, state)
				}
			}
			problem++
			s.exec(`insert into ops.problems by name select %d as problem_no, %d as file_no, '%s' as sheet, 'visits' as export, 1 as "row", 'warn' as severity, 'open' as state, 'x' as code`, problem, file, sheet)
		}
	}
}
