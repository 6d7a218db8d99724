package sample

import (
	"fmt"
	"math/rand/v2"
)

// What the members' side of the programme leaves behind beside the older registers: exemptions decided by branch meetings, centre
// households, who approved points, what became of rights and of warned members, the households' appraisals, the village rules. Each draws
// from a stream of its own, so that the rest of the town stays as it was.

// exemption is when a branch meeting decided that a member need not link households, and until when; never: nobody wrote it down, or
// it has no end.
type exemption struct{ decided, until day }

// drawExemptions gives every exempt member a decision, of the old and the disabled without an end. In the village that does not try many
// were never decided.
func (t *town) drawExemptions() {
	t.exemptions = make([]exemption, len(t.members))
	r := stream(t.Seed, t.index, "exemptions")
	for i := range t.members {
		m := &t.members[i]
		e := exemption{never, never}
		since, told, ends, length := t.villages[m.village].start.first()+day(3+r.IntN(40)), r.Float64(), r.Float64(), day(150+r.IntN(420))
		if m.exemptFrom > 0 && m.exemptFrom != never {
			since = m.exemptFrom - day(1+r.IntN(6))
		}
		if m.exemptFrom != never && told < t.villages[m.village].decides() {
			e.decided = since
			if (m.reason == "ill" || m.reason == "away") && ends < .7 {
				e.until = since + length
			}
		}
		t.exemptions[i] = e
	}
}

// decides is the share of its exemptions that a village's branch meetings decided.
func (v *village) decides() float64 {
	if v.weak == weakByEffort {
		return .5
	}
	return .95
}

// exemptionOn is what the list made on a day says: before the programme it did not ask.
func (t *town) exemptionOn(i int, d day) exemption {
	e := t.exemptions[i]
	if d < programmeMonth.first() || e.decided > d || t.members[i].active(d) {
		return exemption{never, never}
	}
	return e
}

// centreSince is the day a member's home became a centre household.
func (t *town) centreSince(i int) day {
	m := &t.members[i]
	return t.villages[m.village].start.first() + day((i*7)%25)
}

// approval is who approved an entry of points, the days it was on display, and the entry it takes back.
type approval struct {
	by, reverses string
	from, until  day
}

// approve says it of an entry of the month m: since the programme a branch approves and publishes at the beginning of the next month.
// In the village that does not try most are neither.
func (t *town) approve(r *rand.Rand, e entry, m month) approval {
	a, share := approval{from: never, until: never}, t.villages[t.members[e.member].village].publishes()
	approved, shown, on := r.Float64(), r.Float64(), (m+1).first()+day(1+r.IntN(3))
	if m < programmeMonth || approved > share {
		return a
	}
	if a.by = "支部委员会"; approved < .05 {
		a.by = "支部党员大会"
	}
	if shown < .9 {
		a.from, a.until = on, on+6
	}
	return a
}

// taken finds for a deduction the earlier entry of the same member and month whose points it takes back; empty: none.
func taken(ids []string, earlier []entry, e entry) string {
	if e.points >= 0 {
		return ""
	}
	for k := range earlier {
		if earlier[k].member == e.member && earlier[k].points == -e.points {
			return ids[k]
		}
	}
	return ""
}

// lineCrossed is the bottom or red line of the n-th breach: three lines, one of them more often.
func lineCrossed(n int) string {
	return []string{"red_3", "bottom_must", "red_3", "red_7", "bottom_self"}[n%5]
}

// drawFamilyConduct adds the family conduct meetings that members held in their homes since the programme, one every other month.
func (t *town) drawFamilyConduct() []pledge {
	r := stream(t.Seed, t.index, "family conduct")
	var all []pledge
	for m := programmeMonth + 1; m <= lastMonth; m += 2 {
		for range 2 {
			i := r.IntN(len(t.members))
			if p := &t.members[i]; p.exemptFrom == never && p.appears == 0 && t.villages[p.village].start < m {
				all = append(all, pledge{member: i, kind: "family_conduct", signed: m.first() + day(r.IntN(m.days())), kept: never})
			}
		}
	}
	return all
}

// reviewed is whether a use of a right was upheld, which the form asks since the programme: mostly so; of a few the review is still open.
func reviewed(r *rand.Rand, m month, outcome string) cell {
	x := r.Float64()
	switch {
	case m < programmeMonth, x > .94:
		return cell{}
	case outcome == "提名未通过", outcome == "整改后恢复":
		return flagCell(x < .2)
	}
	return flagCell(x < .88)
}

// dealing is what a branch did about a member assessed as warned or unqualified; before 2017 the form did not ask.
func dealing(r *rand.Rand, year int, result string) string {
	x := r.Float64()
	switch {
	case year < 2017, result != "warned" && result != "unqualified", x > .75:
		return ""
	case result == "unqualified":
		return "支部大会讨论，限期改正，半年后复评"
	case x < .4:
		return "支部书记谈话提醒，限期整改"
	}
	return "党小组结对帮教"
}

// appraises is the share of a village's linked households that appraised their member for 2017, and scores the mean of what they gave.
func (v *village) appraises() (share, score float64) {
	if v.weak == weakByEffort {
		return .22, 74
	}
	return .35 + .03*float64(lastMonth-v.start), 88
}

// appraisalTable is what households said of their member for a year; only 2017 was asked for.
func (t *town) appraisalTable(year int) *table {
	rows := newTable("appraisals", len(t.homes)/2, "household_id", "member_id", "period", "score")
	if year != 2017 {
		return rows
	}
	r, end := stream(t.Seed, t.index, "appraisals", year), dayOf(year, 12, 31)
	for i := range t.homes {
		h := &t.homes[i]
		share, mean := t.villages[h.village].appraises()
		asked, noise := r.Float64(), r.NormFloat64()
		linked, _ := h.linkedAt(end)
		if linked < 0 || asked > share || !t.members[linked].present(end) {
			continue
		}
		m := &t.members[linked]
		if mean += 30 * m.zeal; m.promising {
			mean += 4
		}
		rows.add(textCell(h.id), textCell(m.id), textCell(fmt.Sprint(year)), numberCell(int(max(20, min(100, mean+6*noise)))))
	}
	return rows
}

// ruleArticles are the articles of the village rules that give members footing.
var ruleArticles = []struct{ article, text string }{
	{"第六条", "办酒从简，党员带头并劝导邻里"},
	{"第九条", "党员对违章搭建有劝阻和报告的责任"},
	{"第十二条", "垃圾分类和门前三包由联户党员监督"},
}

// revisedRules is the day a village last revised its rules: most since it joined, some long ago, of the last nobody says.
func (t *town) revisedRules(i int) day {
	switch v := &t.villages[i]; {
	case i == len(t.villages)-2:
		return never
	case v.weak != "" || i%4 == 3:
		return dayOf(2012+i%3, 3, 12)
	default:
		return v.start.first() + day(20+7*i%40)
	}
}

// ruleTable lists the articles of a village when it joins, or begins to report, and each use in a month.
func (t *town) ruleTable(m month) *table {
	rows := newTable("rules", 8, "village_id", "article", "wording", "revised_on", "used_on")
	r := stream(t.Seed, t.index, "rules", int(m))
	for i := range t.villages {
		v := &t.villages[i]
		revised := t.revisedRules(i)
		if revised > m.last() {
			revised = never
		}
		for k, a := range ruleArticles {
			row := func(used day) {
				rows.add(textCell(v.code), textCell(a.article), textCell(a.text), dayCell(revised), dayCell(used))
			}
			if m == v.start || m == v.start+2 && t.revisedRules(i) > v.start.last() && t.revisedRules(i) != never {
				row(never)
				if m > v.start && v.start >= t.first {
					rows.resent++ // with the day they were revised, which was not known
				}
			}
			if x, on := r.Float64(), m.first()+day(r.IntN(m.days())); m > v.start && revised != never && x < .1*v.effort*float64(k+1)/2 {
				row(on)
			}
		}
	}
	return rows
}
