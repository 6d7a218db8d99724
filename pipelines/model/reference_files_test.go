package model

import (
	"fmt"
	"slices"
	"time"
)

// received counts the rows of files as they were handed in last: accepted of those read, and the refused ones by what
// became of them. A refused row may have several problems and counts once.
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
	copyOf, newest := map[any]any{}, map[string]int64{} // newest: of a table of a family, the last whole copy
	for _, x := range r.tables["ops.copies"] {
		copyOf[x["file_no"]] = x["copy_of"]
	}
	family := func(x row) string {
		first, ok := copyOf[x["file_no"]]
		if !ok {
			first = x["file_no"]
		}
		return fmt.Sprint(first, x["sheet"], x["export"])
	}
	for _, x := range r.tables["ops.reconciliation"] {
		for _, c := range r.tables["ops.copies"] {
			if c["file_no"] == x["file_no"] && c["partial"] == false {
				newest[family(x)] = max(newest[family(x)], x["file_no"].(int64))
			}
		}
	}
	counts := map[string]bool{} // tables whose rows count where they are
	for _, x := range r.tables["ops.reconciliation"] {
		if x["file_no"].(int64) >= newest[family(x)] {
			counts[fmt.Sprint(x["file_no"], x["sheet"], x["export"])] = true
			r.add("validity", town, month(x), x.number("accepted"), x.number("rows_read")-x.number("ignored"))
		}
		for _, m := range []string{"quarantine_open", "quarantine_repaired", "quarantine_waived"} {
			r.add(m, town, month(x), 0, 0)
		}
	}
	order := []string{"repaired", "waived", "carried", "open"} // the last state any problem of a row is in is the row's
	states, rows := map[string]int{}, map[string]row{}
	for _, x := range r.tables["ops.problems"] {
		if x.text("severity") == "refuse" && x.number("row") > 0 {
			k := fmt.Sprint(x["file_no"], x["sheet"], x["export"], x["row"])
			states[k], rows[k] = max(states[k], slices.Index(order, x.text("state"))), x
		}
	}
	kept := map[string]bool{}
	for _, x := range r.tables["ops.quarantine"] {
		kept[fmt.Sprint(x["file_no"], x["sheet"], x["export"], x["row"])] = true
	}
	for k, x := range rows {
		state := order[states[k]]
		if state != "carried" {
			r.add("quarantine_"+state, town, month(x), 1, 0)
		}
		if (state == "carried" || state == "repaired") && kept[k] && counts[fmt.Sprint(x["file_no"], x["sheet"], x["export"])] {
			r.add("validity", town, month(x), 0, -1) // it counts where it came last
		}
	}
}

// deliveries invents what was read of files that speak for many months, with refused rows in every state.
func (s *scattered) deliveries() {
	problem := 0
	for f := range 12 {
		file := 10 + f
		s.exec("insert into ops.files values (%d, 'd%d', 'delivery %d', 'test', 1, timestamp '%s 09:00:00', %s, now(), 'loaded', null)",
			file, file, file, s.day().Format(time.DateOnly), s.one("null", s.date()))
		for _, sheet := range []string{"甲", "乙"} {
			read, ignored := 30+s.rng.IntN(100), s.rng.IntN(5)
			refused := s.rng.IntN(10)
			s.exec("insert into ops.reconciliation by name select %d as file_no, '%s' as sheet, 'visits' as export, %d as rows_read, %d as accepted, %d as quarantined, %d as ignored",
				file, sheet, read, read-ignored-refused, refused, ignored)
			if f > 4 && s.rng.IntN(3) == 0 {
				s.exec("insert into ops.copies select %d, %d, %s where not exists (select 1 from ops.copies where file_no = %[1]d)", file, 10+s.rng.IntN(3), s.one("true", "false"))
			}
			for n := range refused {
				if s.rng.IntN(5) > 0 { // the others were taken up by a registry that came later
					s.exec(`insert into ops.quarantine by name select %d as file_no, '%s' as sheet, 'visits' as export, %d as "row"`, file, sheet, n+2)
				}
				for range 1 + s.rng.IntN(2) {
					problem++
					state := s.one("'open'", "'repaired'", "'waived'", "'carried'")
					s.exec(`insert into ops.problems by name select %d as problem_no, %d as file_no, '%s' as sheet, 'visits' as export, %d as "row", 'refuse' as severity, %s as state, 'wrong_type' as code`,
						problem, file, sheet, n+2, state)
				}
			}
			problem++
			s.exec(`insert into ops.problems by name select %d as problem_no, %d as file_no, '%s' as sheet, 'visits' as export, 1 as "row", 'warn' as severity, 'open' as state, 'x' as code`, problem, file, sheet)
		}
	}
}
