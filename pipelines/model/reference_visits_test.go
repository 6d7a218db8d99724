package model

import "slices"

func (r *reference) doubtful(households, members map[string][]version) map[string]bool {
	rules := r.rules.DoubtfulVisits
	minutes, days, texts := map[string]map[string]bool{}, map[string]int{}, map[string]int{}
	alone := func(v row) bool {
		return !slices.Contains([]string{"event", "round_table", "wechat"}, v.text("channel"))
	}
	var known []row
	for _, v := range r.tables["exports.visits"] {
		if at, _ := v.when("visited_at"); !day(at).After(r.cutOff) {
			known = append(known, v)
		}
	}
	minute := func(v row) string {
		at, _ := v.when("visited_at")
		return v.text("member_id") + at.Format("200601021504")
	}
	dayOf := func(v row) string { at, _ := v.when("visited_at"); return v.text("member_id") + at.Format("20060102") }
	noteOf := func(v row) string {
		at, _ := v.when("visited_at")
		return v.text("member_id") + at.Format("200601") + v.text("note")
	}
	timed := func(v row) bool { at, _ := v.when("visited_at"); return !at.Equal(day(at)) }
	for _, v := range known {
		if alone(v) {
			days[dayOf(v)]++
			if timed(v) {
				if minutes[minute(v)] == nil {
					minutes[minute(v)] = map[string]bool{}
				}
				minutes[minute(v)][v.text("household_id")] = true
			}
		}
		texts[noteOf(v)]++
	}
	doubts := map[string]bool{}
	for _, v := range known {
		at, _ := v.when("visited_at")
		end := r.asOf(monthOf(at))
		d := alone(v) && (timed(v) && len(minutes[minute(v)]) >= rules.SameMinuteVisits || days[dayOf(v)] > rules.DailyVisits)
		d = d || len([]rune(v.text("note"))) >= rules.SameTextMinLength && texts[noteOf(v)] >= rules.SameTextRepeats
		for _, m := range members[v.text("member_id")] {
			if !end.Before(m.from) && end.Before(m.until) {
				d = d || m.text("duty_status") != "active"
			}
		}
		for _, h := range households[v.text("household_id")] {
			if !end.Before(h.from) && end.Before(h.until) && alone(v) {
				since, dated := h.when("linked_since")
				other := h.text("linked_member_id")
				d = d || other != "" && other != v.text("member_id") && (!dated || !since.After(end))
			}
		}
		doubts[v.text("visit_id")] = d
	}
	return doubts
}
