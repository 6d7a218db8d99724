package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/data"
	"hulian/data/sample"
	"hulian/data/trials"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// TestMeasuresAgreeWithSlowComputation builds small towns full of gaps, corrections and late snapshots, and compares
// every value of every measure with the reference.
func TestMeasuresAgreeWithSlowComputation(t *testing.T) {
	tried := map[string]bool{}
	for seed := range uint64(trials.Seeds(t, 6)) {
		t.Run(fmt.Sprint("town ", seed), func(t *testing.T) {
			w := open(t, "")
			cutOff := []time.Time{demoCutOff, time.Date(2018, 1, 20, 0, 0, 0, 0, time.UTC)}[seed%2]
			scatter(t, w, rand.New(rand.NewPCG(seed, 7)))
			rules := data.DefaultProgramme()
			rules.Linking.HouseholdsLimit = 2
			rules.DoubtfulVisits.DailyVisits = 2
			rules.DoubtfulVisits.SameTextRepeats = 3
			if seed%3 == 0 {
				rules.ProgrammeStart = "2017-06-10"
			}
			if _, err := Build(t.Context(), w, Config{CutOff: cutOff, Programme: rules}); err != nil {
				t.Fatal(err)
			}
			r := newReference(t, w, cutOff, rules)
			r.compute()
			for what, nonzero := range r.compare(w) {
				tried[what] = tried[what] || nonzero
			}
		})
	}
	for _, m := range queries.Measures() {
		for _, level := range m.Levels {
			if !tried[m.ID+" of a "+string(level)] {
				t.Errorf("%s of a %s was 0 in every town: nothing was compared", m.ID, level)
			}
		}
	}
}

// TestSampleTownAgreesWithSlowComputation does the same with a sample town as clerks write it, read from its files.
func TestSampleTownAgreesWithSlowComputation(t *testing.T) {
	w := loadSample(t, sample.Options{Scale: .1, Months: 9})
	rules := data.DefaultProgramme()
	if _, err := Build(t.Context(), w, Config{CutOff: demoCutOff, Programme: rules}); err != nil {
		t.Fatal(err)
	}
	r := newReference(t, w, demoCutOff, rules)
	r.compute()
	r.compare(w)
}

// compare holds the long table against the reference, both ways, and returns the measures and levels that were anywhere
// not 0.
func (r *reference) compare(w *warehouse.Warehouse) map[string]bool {
	r.t.Helper()
	seen := map[refKey]bool{}
	nonzero := map[string]bool{}
	wrong, unknown, silent := 0, r.unknown(), r.spoken()
	for _, x := range r.read(w, "select * from marts.measures order by measure, level, unit_id, month") {
		k := refKey{x.text("measure"), x.text("level"), x.text("unit_id"), x.text("month")}
		seen[k] = true
		want := r.sums[k]
		if want == nil {
			want = &refValue{}
		}
		m, _ := queries.MeasureOf(k.measure)
		reason, spoke := r.reasonOf(k, unknown)
		if reason == "" && m.Model != "" && !m.Rate() && want.value == nil {
			reason = "kind" // there is no count to be made, for instance without yearly ratings
		}
		if k.level == "town" && m.Model != "" && !m.Rate() {
			for village := range r.villages {
				answer := r.sums[refKey{k.measure, "village", village, k.month}]
				if _, already := unknown[unknownKey{k.measure, village, k.month}]; !already && (answer == nil || answer.value == nil) {
					spoke--
				}
			}
		}
		if reason != x.text("reason") || k.level == "town" && float64(spoke) != x.number("spoke") {
			r.t.Errorf("%v: %q, known of %v villages; the slow way gives %q, %d", k, x.text("reason"), x["spoke"], reason, spoke)
		}
		if reason != "" {
			if x["numerator"] != nil || x["denominator"] != nil || x["value"] != nil {
				r.t.Errorf("%v is not known and has numbers: %v", k, x)
			}
			continue
		}
		if reached, lacking, ok := r.reachOf(k, silent, unknown); ok && x["reached"] == nil || ok && (float64(reached) != x.number("reached") || float64(lacking) != x.number("lacking")) || !ok && x["reached"] != nil {
			r.t.Errorf("%v is made of %v months without %v; the slow way gives %d without %d", k, x["reached"], x["lacking"], reached, lacking)
		}
		of := r.ofThoseThatSpoke(k, m, *want, unknown)
		want = &of
		value := want.value
		if !want.own && want.value == nil {
			if !m.Rate() && m.Model == "" {
				v := m.Scale * want.num
				value = &v
			} else if want.den != 0 && m.Model == "" {
				v := m.Scale * want.num / want.den
				value = &v
			}
		}
		tried := k.measure + " of a " + k.level
		nonzero[tried] = nonzero[tried] || want.num != 0
		got, _ := x["value"].(float64)
		same := near(x.number("numerator"), want.num) && (!m.Rate() || near(x.number("denominator"), want.den)) &&
			(x["value"] == nil) == (value == nil) && (value == nil || near(got, *value)) && (x["denominator"] == nil) == !m.Rate()
		if !same {
			if wrong++; wrong <= 20 {
				text := "null"
				if value != nil {
					text = fmt.Sprint(*value)
				}
				r.t.Errorf("%v: %v/%v = %v, the slow way gives %v/%v = %s", k, x["numerator"], x["denominator"], x["value"], want.num, want.den, text)
			}
		}
	}
	if wrong > 20 {
		r.t.Errorf("… and %d more", wrong-20)
	}
	for k, v := range r.sums {
		empty := v.num == 0 && v.den == 0
		if reason, _ := r.reasonOf(k, unknown); reason != "" {
			continue
		}
		if !seen[k] && !empty && slices.Contains(r.months, k.month) && r.unitExists(k) {
			r.t.Errorf("%v: %v/%v is missing", k, v.num, v.den)
		}
	}
	return nonzero
}

func (r *reference) unitExists(k refKey) bool {
	if k.level != "member" {
		return true
	}
	_, ok := holding(r.versions("members", "member_id", "branch_id", "valid_from"), r.asOf(k.month))[k.unit]
	return ok
}

func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-6*math.Max(1, math.Max(math.Abs(a), math.Abs(b)))
}

// scatter fills a town of three villages with rows that try every rule: missing values, events after the cut-off,
// registries in three snapshots with changed, new and retired rows, members with dates of their own.
func scatter(t testing.TB, w *warehouse.Warehouse, rng *rand.Rand) {
	s := &scattered{t: t, w: w, rng: rng}
	asOf := []string{"2017-03-31", "2017-08-15", "2017-12-31"}
	for i, d := range asOf {
		s.exec("insert into ops.files values (%d, 'f%d', 'file %d', 'test', 1, timestamp '%s 09:00:00', %s, now(), 'loaded', null)", i+1, i+1, i+1,
			[]string{"2017-04-02", "2017-08-20", "2018-01-03"}[i], map[bool]string{true: "null", false: "date '" + d + "'"}[i == 2 && rng.IntN(2) == 0])
	}
	for v := range 3 {
		s.row("exports.villages", 1, "village_id", id("V", v), "name", id("村", v), "town", "'试镇'", "programme_start",
			[]string{"date '2017-05-01'", "date '2017-07-15'", "null"}[v], "phase", []string{"'pilot'", "'rollout'", "null"}[v])
		for _, d := range []string{"2016-12-31", "2017-06-30", "2018-01-25"} {
			if s.chance(.8) {
				s.row("exports.population", 1, "village_id", id("V", v), "as_of", "date '"+d+"'", "resident_population", s.n(100, 900), "migrant_population", s.n(0, 900))
			}
		}
		s.row("exports.cadres", 1, "cadre_id", id("C", v), "village_id", id("V", v), "level", s.one("'village'", "'town'"), "full_time", s.one("true", "false", "null"))
	}
	for b := range 7 {
		values := func() []any {
			return []any{"branch_id", id("B", b), "village_id", id("V", b%3), "name", id("支部", b), "secretary_id", s.one("null", "'M1'"),
				"committee_count", s.one("3", "2", "null"), "group_count", "3", "town_cadre_id", s.one("'C0'", "null"), "village_cadre_id", "'C1'",
				"display_village", "true", "display_branch", s.one("true", "null"), "display_home", s.one("true", "false")}
		}
		s.registry("branches", values)
	}
	for m := range 40 {
		branch := id("B", m%7)
		values := func() []any {
			return []any{"member_id", id("M", m), "branch_id", s.one(branch, branch, branch, id("B", s.rng.IntN(7))), "name", id("党员", m), "duty_status", s.one("'active'", "'active'", "'exempt'"),
				"centre_household", s.one("true", "false"), "valid_from", s.one("null", "null", s.date()), "birth_date", "date '1970-05-05'",
				"exempt_decided_on", s.one("null", s.date()), "exempt_until", s.one("null", s.date())}
		}
		s.registry("members", values)
	}
	for h := range 120 {
		village := h % 3
		values := func() []any {
			return []any{"household_id", id("H", h), "village_id", id("V", village), "branch_id", id("B", village+3*s.rng.IntN(2)), "residents", "3", "migrants", "null",
				"vulnerable", s.one("null", "'none'", "'low_income'"), "linked_member_id", s.one("null", id("M", s.rng.IntN(40)), id("M", h%40)),
				"linked_since", s.one("null", s.date()), "card_issued_on", s.one("null", s.date()), "in_group", s.one("null", "true", "false"),
				"link_basis", s.one("null", "'near'", "'kin'", "'convenient'"), "link_origin", s.one("null", "'declared'", "'appointed'")}
		}
		s.registry("households", values)
	}
	for o := range 30 {
		values := func() []any {
			return []any{"post_id", id("P", o), "member_id", id("M", s.rng.IntN(40)), "kind", "'other'", "programme", "'environment'", "claimed_on", s.one("null", s.date()), "released_on", s.one("null", s.date())}
		}
		s.registry("posts", values)
	}
	s.happenings()
	s.deliveries()
	s.merged()
	s.flush()
	s.tieTogether()
	for _, column := range []string{"resolved_at", "due_on", "fed_back_at", "satisfaction", "routed_to", "reopened_from", "household_id", "supervised_at", "responsible_cadre_id", "supervisor_id"} {
		if s.chance(.3) { // the third file of issues does not give it
			s.exec("insert into ops.lacks (file_no, export, column_id) values (3, 'issues', '%s')", column)
			s.exec("update exports.issues set %s = null where _file = 3", column)
		}
	}
}

type scattered struct {
	t    testing.TB
	w    *warehouse.Warehouse
	rng  *rand.Rand
	rows map[string][]string
}

func id(prefix string, n int) string { return fmt.Sprintf("'%s%d'", prefix, n) }

func (s *scattered) exec(format string, args ...any) { exec(s.t, s.w, fmt.Sprintf(format, args...)) }

func (s *scattered) chance(p float64) bool { return s.rng.Float64() < p }

func (s *scattered) one(of ...string) string { return of[s.rng.IntN(len(of))] }

func (s *scattered) n(from, to int) string { return fmt.Sprint(from + s.rng.IntN(to-from)) }

func (s *scattered) day() time.Time {
	return time.Date(2017, 3, 5, 0, 0, 0, 0, time.UTC).AddDate(0, 0, s.rng.IntN(345))
}

func (s *scattered) date() string { return "date '" + s.day().Format(time.DateOnly) + "'" }

func moment(t time.Time) string { return "timestamp '" + t.Format(time.DateTime) + "'" }

// row keeps one row: column, value, column, value …; values are SQL.
func (s *scattered) row(table string, file int, pairs ...any) {
	if s.rows == nil {
		s.rows = map[string][]string{}
	}
	var columns, values []string
	for i := 0; i < len(pairs); i += 2 {
		columns = append(columns, pairs[i].(string))
		values = append(values, pairs[i+1].(string))
	}
	key := table + " (" + strings.Join(columns, ", ") + ", _file, _row)"
	s.rows[key] = append(s.rows[key], fmt.Sprintf("(%s, %d, %d)", strings.Join(values, ", "), file, len(s.rows[key])+2))
}

func (s *scattered) flush() {
	for key, values := range s.rows {
		s.exec("insert into %s values %s", key, strings.Join(values, ", "))
	}
}

// registry gives one key between one and three versions, and sometimes retires it.
func (s *scattered) registry(export string, values func() []any) {
	file := 1
	if s.chance(.1) {
		file = 2
	}
	for {
		next := file + 1
		if next > 3 || s.chance(.6) {
			break
		}
		s.row("history."+export, file, append(values(), "_until_file", fmt.Sprint(next))...)
		if s.chance(.1) {
			return // retired
		}
		file = next
	}
	s.row("exports."+export, file, values()...)
}

// assessments are what members were assessed as and appraised at, and uses of the village rules; of one village nobody appraised.
func (s *scattered) assessments() {
	for _, p := range []string{"2016", "2017", "2017H1", "2017H2"} {
		for m := range 41 { // one that no registry knows
			if s.chance(.8) {
				s.row("exports.member_ratings", 1, "member_id", id("M", m), "period", "'"+p+"'", "result", s.one("'pioneer'", "'qualified'", "'qualified'", "'warned'", "'unqualified'"),
					"dealt_with", s.one("null", "null", "'谈话'"))
			}
		}
		for h := range 121 {
			if h%3 != 2 && s.chance(.5) {
				s.row("exports.appraisals", 1, "household_id", id("H", h), "member_id", id("M", s.rng.IntN(40)), "period", "'"+p+"'", "score", s.n(50, 100))
			}
		}
	}
	for v := range 2 {
		for range 6 {
			s.row("exports.rules", 1, "village_id", id("V", v), "article", s.one("'第六条'", "'第九条'"), "revised_on", s.one("null", s.date()), "used_on", s.one("null", s.date()))
		}
	}
}

func (s *scattered) happenings() {
	for v := range 900 {
		at := s.day().Add(time.Duration(s.rng.IntN(1440)) * time.Minute)
		if s.chance(.1) {
			at = day(at)
		}
		note := s.one("null", "'好'", "'反映村道路灯不亮'", fmt.Sprintf("'第%d次走访记录'", v))
		household, member := s.rng.IntN(121), s.rng.IntN(41) // one of each that no registry knows
		s.row("exports.visits", 1+s.rng.IntN(3), "visit_id", id("X", v), "household_id", id("H", household), "member_id", id("M", member), "visited_at", moment(at),
			"channel", s.one("null", "'home'", "'phone'", "'wechat'", "'event'"), "note", note, "duty", s.one("null", "'policy'", "'opinion'", "'dispute'", "'service'", "'governance'"))
		if s.chance(.2) { // and the neighbours in the same minute
			s.row("exports.visits", 1, "visit_id", id("Y", v), "household_id", id("H", (household+1)%120), "member_id", id("M", member), "visited_at", moment(at), "channel", "'home'", "note", note)
		}
	}
	for i := range 260 {
		at := s.day().Add(time.Duration(8*60+s.rng.IntN(600)) * time.Minute)
		step := func(p float64, from time.Time, hours int) (string, time.Time) {
			if !s.chance(p) {
				return "null", from
			}
			t := from.Add(time.Duration(1+s.rng.IntN(hours)) * time.Hour)
			return moment(t), t
		}
		classified, t := step(.8, at, 72)
		routed, t := step(.8, t, 96)
		resolved, t := step(.7, t, 900)
		told := "null"
		if resolved != "null" {
			told, _ = step(.7, t, 400)
		}
		supervised, _ := step(.3, at, 2000)
		village, file := s.rng.IntN(3), 1+s.rng.IntN(3)
		if village == 2 && at.Month() >= time.September { // whole months of a village from one file
			file = 3
		}
		s.row("exports.issues", file, "issue_id", id("I", i), "reported_at", moment(at), "village_id", id("V", village), "branch_id", s.one("null", id("B", s.rng.IntN(7))),
			"household_id", s.one("null", id("H", s.rng.IntN(15))), "reporter_member_id", s.one("null", id("M", s.rng.IntN(40))), "category", s.one("'roads'", "'water'"),
			"difficulty", s.one("null", "'easy'", "'hard'"), "on_the_spot", s.one("null", "true", "false"), "classified_at", classified, "routed_at", routed,
			"routed_to", s.one("null", "'member'", "'village'", "'town'"), "due_on", s.one("null", "date '"+at.AddDate(0, 0, s.rng.IntN(40)).Format(time.DateOnly)+"'", moment(at.Add(time.Duration(s.rng.IntN(900))*time.Hour))),
			"supervised_at", supervised, "resolved_at", resolved, "fed_back_at", told, "satisfaction", s.one("null", "'satisfied'", "'neutral'"),
			"reopened_from", s.one("null", "null", "null", id("I", s.rng.IntN(260))))
	}
	for e := range 700 {
		s.row("exports.points", 1+s.rng.IntN(3), "entry_id", id("E", e), "member_id", id("M", s.rng.IntN(40)), "awarded_on", s.date(), "points", s.one("1", "2", "2.5", "10", "-3"),
			"approved_by", s.one("null", "null", "'支部委员会'"), "published_from", s.one("null", "null", s.date()))
	}
	for b := range 7 {
		for range 14 {
			s.row("exports.meetings", 1, "branch_id", id("B", b), "kind", s.one("'reconciliation'", "'reconciliation'", "'organisation_life'"), "held_on", s.date(),
				"expected", s.one("null", "20"), "present", s.one("null", "17"), "items_checked", s.one("null", "9"), "items_done", s.one("null", "5"))
		}
	}
	for _, p := range []string{"2015H2", "2015", "2016H1", "2016", "2017H1", "2017H2", "2017Q3", "2017", "2017-12", "2018H1"} {
		ranked := s.chance(.7)
		for b := range 7 {
			if s.chance(.05) {
				continue
			}
			rank, stars := s.one("null", s.n(1, 4)), s.n(2, 6)
			if ranked {
				rank = s.n(1, 4)
			}
			if b == 6 { // last wherever it is rated
				stars = "0"
				if ranked {
					rank = "9"
				}
			}
			s.row("exports.ratings", 1, "branch_id", id("B", b), "period", "'"+p+"'", "stars", stars, "rank", rank,
				"published_on", s.one("null", "null", s.date()), "operation", s.n(60, 99), "effect", s.n(60, 99), "cooperation", s.one("null", s.n(60, 99), s.n(60, 99)))
		}
	}
	for k := range 60 {
		s.row("exports.tasks", 1, "task_id", id("T", k), "branch_id", id("B", s.rng.IntN(7)), "title", "'认领'", "claimed_on", s.date(), "due_on", s.one("null", s.date()),
			"progress", s.one("null", "40", "100"), "done_on", s.one("null", s.date()))
	}
	for k := range 25 {
		s.row("exports.conduct", 1, "member_id", id("M", k), "kind", s.one("'frugality_pledge'", "'red_line_breach'", "'organ_donation'", "'cornea_donation'", "'family_conduct'"), "signed_on", s.date(), "kept_on", s.one("null", s.date()))
		s.row("exports.rights", 1, "member_id", id("M", k), "kind", "'veto'", "used_on", s.date(), "upheld", s.one("null", "true", "false"))
	}
	s.assessments()
	for v := range 3 {
		for _, year := range []string{"2016", "2017", "2018"} {
			s.row("exports.funds", 1, "village_id", id("V", v), "kind", s.one("'scholarship'", "'charity'"), "year", year, "beneficiaries", s.one("null", "12"), "amount_yuan", s.one("null", "20000.5"))
		}
	}
}
