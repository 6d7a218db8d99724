package model

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hulian/data"
	"hulian/pipelines/warehouse"
	"hulian/queries/signals"
	"hulian/queries/stats/rate"
)

// callbackMonths are the months of one drawn town.
var callbackMonths = []time.Month{time.November, time.December}

// drawVisits fills a town of eighty members with two months of visits as honest and other members write them down, and gives
// the numbers of those that were made up. Honest members are no cleaner than real ones: one in six writes the same words all
// month, one in four rounds the time to ten minutes or enters the evening's visits at one time, two neighbours are seen in
// one minute, somebody stands in for another. Those who make up visits do it in several ways: all households in three minutes in
// the same words, a few a minute in the same words, in one minute in other words, or spread over an evening in the same words.
func drawVisits(t testing.TB, w *warehouse.Warehouse, seed uint64) (madeUp map[string]bool) {
	s := &scattered{t: t, w: w, rng: rand.New(rand.NewPCG(seed, 20260103))}
	madeUp = map[string]bool{}
	s.exec("insert into ops.files values (1, 'f1', 'town.csv', 'test', 1, timestamp '2018-01-02 09:00:00', null, now(), 'loaded', null)")
	s.row("exports.villages", 1, "village_id", "'V0'", "name", "'村'", "town", "'试镇'", "programme_start", "date '2017-05-01'")
	for b := range 4 {
		s.row("exports.branches", 1, "branch_id", id("B", b), "village_id", "'V0'", "name", id("支部", b))
	}
	n := 0
	visit := func(member, household int, at time.Time, note string, invented bool) {
		n++
		number := fmt.Sprintf("X%05d", n)
		madeUp[number] = invented
		s.row("exports.visits", 1, "visit_id", "'"+number+"'", "household_id", id("H", household), "member_id", id("M", member), "visited_at", moment(at), "channel", "'home'", "note", "'"+note+"'")
	}
	for m := range 80 {
		s.row("exports.members", 1, "member_id", id("M", m), "branch_id", id("B", m%4), "name", id("党员", m), "duty_status", map[bool]string{true: "'exempt'", false: "'active'"}[m >= 76])
		for h := range 10 {
			s.row("exports.households", 1, "household_id", id("H", 10*m+h), "village_id", "'V0'", "branch_id", id("B", m%4), "linked_member_id", map[bool]string{true: "null", false: id("M", m)}[m >= 76])
		}
		lazy, rounds, invents := s.chance(.17), s.chance(.25), m < 76 && s.chance(.07)
		for _, month := range callbackMonths {
			first := time.Date(2017, month, 1, 0, 0, 0, 0, time.UTC)
			for h := range 10 {
				for range 1 + s.rng.IntN(2) {
					if s.chance(.25) || m >= 76 && s.chance(.9) {
						continue
					}
					at := first.AddDate(0, 0, s.rng.IntN(29)).Add(time.Duration(18*60+s.rng.IntN(180)) * time.Minute)
					note := fmt.Sprintf("家中情况正常，第%d次，谈了%d件事", n, s.rng.IntN(9))
					if lazy {
						note = "走访联系户，一切正常"
					}
					if rounds {
						at = at.Truncate(10 * time.Minute)
					}
					household := 10*m + h
					if s.chance(.02) { // stands in for another of the branch
						household = (household + 40) % 760
					}
					visit(m, household, at, note, false)
					if s.chance(.03) { // met the neighbours at the door
						visit(m, 10*m+(h+1)%10, at, note, false)
					}
				}
			}
			if invents && s.chance(.8) {
				s.invent(m, first, visit)
			}
		}
	}
	s.flush()
	return madeUp
}

func (s *scattered) invent(m int, first time.Time, visit func(member, household int, at time.Time, note string, invented bool)) {
	evening := first.AddDate(0, 0, 26+s.rng.IntN(3)).Add(time.Duration(20*60+s.rng.IntN(90)) * time.Minute)
	way, note := s.rng.IntN(4), s.one("入户走访，宣传政策，无意见建议", "上门宣传垃圾分类，群众表示满意")
	for k := range 20 {
		at, said := evening, note
		switch way {
		case 0: // three minutes
			at = at.Add(time.Duration(k%3) * time.Minute)
		case 1: // two or three a minute
			at = at.Add(time.Duration(k/3) * time.Minute)
		case 2: // one minute, other words
			said = fmt.Sprintf("%s%d", note, k)
		case 3: // spread over the evening
			at = at.Add(time.Duration(4*k) * time.Minute)
		}
		visit(m, 10*m+k%10, at, said, true)
	}
}

// firstCalls counts, month by month, the households offered first and those of them of whom a visit was made up, where at
// least as many had one.
func firstCalls(t testing.TB, seed uint64) (found signals.Trial) {
	w := open(t, "")
	madeUp := drawVisits(t, w, seed)
	rules := data.DefaultProgramme()
	buildFor(t, w, Config{CutOff: time.Date(2017, 12, 31, 0, 0, 0, 0, time.UTC), Programme: rules}, "marts.callback_visits")
	for _, month := range callbackMonths {
		in := fmt.Sprintf("2017-%02d", month)
		table, err := w.Query(t.Context(), "select household_id, visit_id from marts.callback_visits where month = ? order by step, turn, visited_at, visit_id", in)
		if err != nil {
			t.Fatal(err)
		}
		var households []string // each stands where the first of its visits stands
		invented := map[string]bool{}
		for _, row := range table.Rows {
			household := row[0].(string)
			if _, seen := invented[household]; !seen {
				households = append(households, household)
			}
			invented[household] = invented[household] || madeUp[row[1].(string)]
		}
		planted := 0
		for _, household := range households {
			if invented[household] {
				planted++
			}
		}
		first := min(rules.DoubtfulVisits.CallbackSample, len(households))
		if planted < first {
			continue
		}
		found.Towns, found.Shown, found.Planted = found.Towns+1, found.Shown+first, found.Planted+planted
		for _, household := range households[:first] {
			if invented[household] {
				found.Rightly++
			}
		}
	}
	return found
}

func add(a, b signals.Trial) signals.Trial {
	return signals.Trial{Towns: a.Towns + b.Towns, Shown: a.Shown + b.Shown, Rightly: a.Rightly + b.Rightly, Planted: a.Planted + b.Planted}
}

// TestTheFirstCallsFindWhatWasMadeUp: of the households offered first at least eight of ten have a visit that was made up, and what the page says of it is so.
func TestTheFirstCallsFindWhatWasMadeUp(t *testing.T) {
	var found signals.Trial
	for seed := range uint64(4) {
		found = add(found, firstCalls(t, 900+seed))
	}
	w := rate.Wilson(float64(found.Rightly), float64(found.Shown), .999)
	if said := signals.CallbackTrial.Precision(); found.Shown < 90 || w.High.Value < .8 || said < w.Low.Value-.1 || said > w.High.Value+.1 {
		t.Errorf("%d of the first %d had a visit that was made up, in %d months; the page says %.3f", found.Rightly, found.Shown, found.Towns, said)
	}
}

// TestTheSameWordsAloneComeLast: who writes the same words all month is asked about after everybody else.
func TestTheSameWordsAloneComeLast(t *testing.T) {
	w := open(t, "")
	drawVisits(t, w, 7)
	buildFor(t, w, Config{CutOff: demoCutOff, Programme: data.DefaultProgramme()}, "marts.callback_visits")
	table, err := w.Query(t.Context(), "select max(case when same_text is null then step end) as others, min(case when signals = 1 and same_text is not null then step end) as words from marts.callback_visits")
	if err != nil {
		t.Fatal(err)
	}
	if others, words := table.Rows[0][0].(int64), table.Rows[0][1].(int64); words <= others {
		t.Errorf("the same words alone are of step %d, others of %d", words, others)
	}
}

// BenchmarkCallbacks prints how many of the households offered first had a visit that was made up, for signals.CallbackTrial.
func BenchmarkCallbacks(b *testing.B) {
	for range b.N {
		var found signals.Trial
		for seed := range uint64(40) {
			found = add(found, firstCalls(b, seed))
		}
		fmt.Println(strings.TrimSpace(fmt.Sprintf("%+v: %.3f", found, found.Precision())))
	}
}
