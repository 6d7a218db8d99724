package sample

import (
	"context"
	"maps"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"hulian/data/trials"
)

// households returns household → village of the newest list.
func (r townRead) villageOf() map[string]string {
	village := map[string]string{}
	for _, h := range r.last("households") {
		village[h["household_id"]] = h["village_id"]
	}
	return village
}

// The share of households visited must be the planted one, in every village and month, within its sampling error.
// Fabricated visits are left out; visits on which an issue was collected may add a little.
func TestPlantedEffectIsInTheVisits(t *testing.T) {
	town := demoTown(t)
	village := town.villageOf()
	households, fabricated := map[string]float64{}, map[string]bool{}
	for _, v := range village {
		households[v]++
	}
	for _, id := range town.truth.Fabricated {
		fabricated[id] = true
	}
	visited := map[string]map[string]bool{} // village and month → households
	for _, v := range town.events["visits"] {
		if fabricated[v["visit_id"]] || fabricated[v["member_id"]+"|"+v["household_id"]+"|"+v["visited_at"]] {
			continue
		}
		k := village[v["household_id"]] + v["visited_at"][:7]
		if visited[k] == nil {
			visited[k] = map[string]bool{}
		}
		visited[k][v["household_id"]] = true
	}
	sum, squares := 0.0, 0.0
	for _, e := range town.truth.Effects {
		n := households[e.VillageID]
		p := float64(len(visited[e.VillageID+e.Month])) / n
		z := (p - e.With) / math.Sqrt(e.With*(1-e.With)/n)
		sum, squares = sum+z, squares+z*z
		if z < -4.5 || z > 6 {
			t.Errorf("%s %s: %.3f visited, planted %.3f (z = %.1f)", e.VillageID, e.Month, p, e.With, z)
		}
		if (e.Since < 0) != (e.Effect == 0) {
			t.Errorf("%s %s: effect %g at %d months since the start", e.VillageID, e.Month, e.Effect, e.Since)
		}
	}
	n := float64(len(town.truth.Effects))
	if mean := sum / n; mean < -.3 || mean > .8 || squares/n > 2.5 {
		t.Errorf("over %g village-months z has mean %.2f and mean square %.2f", n, sum/n, squares/n)
	}
}

// What is planted about weak villages must show in what anybody can count.
func TestWeakVillagesAreWeak(t *testing.T) {
	town := demoTown(t)
	start, weak := map[string]string{}, map[string]string{}
	for _, v := range town.truth.Villages {
		start[v.VillageID], weak[v.VillageID] = v.Start, v.Weak
	}
	type tally struct{ due, onTime float64 }
	issues := map[string]*tally{}
	for _, i := range town.events["issues"] {
		v := i["village_id"]
		if i["due_on"] == "" || i["due_on"] > "2018-01-31" || i["reported_at"] < start[v] {
			continue
		}
		if issues[v] == nil {
			issues[v] = &tally{}
		}
		issues[v].due++
		if i["resolved_at"] != "" && i["resolved_at"][:10] <= i["due_on"] {
			issues[v].onTime++
		}
	}
	causes := map[string]int{}
	for v, c := range issues {
		rate := c.onTime / c.due
		if (weak[v] != "") != (rate < .45) {
			t.Errorf("%s (weak by %q): %.2f on time (%g of %g)", v, weak[v], rate, c.onTime, c.due)
		}
		causes[weak[v]]++
	}
	if causes[weakByCapacity] != 1 || causes[weakByEffort] != 1 {
		t.Errorf("weak villages by cause: %v", causes)
	}
	village := town.villageOf()
	households, members := map[string]float64{}, map[string]map[string]bool{}
	for _, h := range town.last("households") {
		v := village[h["household_id"]]
		households[v]++
		if members[v] == nil {
			members[v] = map[string]bool{}
		}
		members[v][h["linked_member_id"]] = true
	}
	for v := range households {
		load := households[v] / float64(len(members[v]))
		if (weak[v] == weakByCapacity) != (load > 14) {
			t.Errorf("%s (weak by %q): %.1f households a member", v, weak[v], load)
		}
	}
}

func TestPromisingMembersHaveTheEvidence(t *testing.T) {
	town := demoTown(t)
	hard, tasks, answers, pleased := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, i := range town.events["issues"] {
		m := i["reporter_member_id"]
		if i["difficulty"] == "hard" && i["resolved_at"] != "" {
			hard[m]++
		}
		if i["satisfaction"] != "" {
			answers[m]++
			if i["satisfaction"] == "satisfied" {
				pleased[m]++
			}
		}
	}
	for _, k := range town.events["tasks"] {
		if k["done_on"] != "" {
			tasks[k["responsible_member_id"]]++
		}
	}
	full, allAnswers, allPleased := 0, 0, 0
	for _, m := range town.truth.Promising {
		if hard[m] >= 3 && tasks[m] >= 2 {
			full++
		}
		allAnswers += answers[m]
		allPleased += pleased[m]
	}
	if len(town.truth.Promising) != 12 || full < 10 {
		t.Errorf("%d of %d promising members have three hard issues and two tasks behind them", full, len(town.truth.Promising))
	}
	if rate := float64(allPleased) / float64(allAnswers); rate < .9 || allAnswers < 60 {
		t.Errorf("their households are satisfied in %d of %d answers", allPleased, allAnswers)
	}
	others := 0
	for m, n := range hard {
		if m != "" && n >= 3 && tasks[m] >= 2 && !slices.Contains(town.truth.Promising, m) {
			others++
		}
	}
	if others > 3 {
		t.Errorf("%d other members look the same", others)
	}
}

// The planted branches gave most of the half-year's points within 30 days; no other branch did.
func TestBurstsArePlanted(t *testing.T) {
	town := demoTown(t)
	branch := map[string]string{}
	for _, m := range town.last("members") {
		branch[m["member_id"]] = m["branch_id"]
	}
	daily := map[string]map[string]float64{}
	total := map[string]float64{}
	for _, p := range town.events["points"] {
		if on := p["awarded_on"]; on >= "2017-07-01" && on <= "2017-12-31" {
			b := branch[p["member_id"]]
			if daily[b] == nil {
				daily[b] = map[string]float64{}
			}
			daily[b][on] += number(t, p["points"])
			total[b] += number(t, p["points"])
		}
	}
	planted := map[string]bool{}
	for _, b := range town.truth.Bursts {
		planted[b.BranchID] = true
	}
	for b, days := range daily {
		largest := 0.0
		for from := time.Date(2017, 7, 1, 0, 0, 0, 0, time.UTC); from.Before(time.Date(2017, 12, 3, 0, 0, 0, 0, time.UTC)); from = from.AddDate(0, 0, 1) {
			sum := 0.0
			for d := range 30 {
				sum += days[from.AddDate(0, 0, d).Format("2006-01-02")]
			}
			largest = max(largest, sum)
		}
		index := largest / total[b] / (30.0 / 184)
		if planted[b] != (index > 2.5) {
			t.Errorf("branch %s (planted %t): burst index %.2f", b, planted[b], index)
		}
	}
	if len(planted) != 4 {
		t.Errorf("%d bursts", len(planted))
	}
}

// A fabricated evening must show all three signs, and honest members none of the strongest.
func TestFabricatedVisitsShow(t *testing.T) {
	town := demoTown(t)
	fabricated := map[string]bool{}
	for _, id := range town.truth.Fabricated {
		fabricated[id] = true
	}
	if len(fabricated) < 300 {
		t.Errorf("only %d fabricated visits", len(fabricated))
	}
	minutes, evenings := map[string]int{}, map[string]int{}
	truth := map[string]bool{}
	for key, v := range town.events["visits"] {
		at := v["member_id"] + v["visited_at"]
		minutes[at]++
		evenings[at[:len(at)-6]]++
		if fabricated[key] || fabricated[v["visit_id"]] {
			truth[at], truth[at[:len(at)-6]] = true, true
		}
	}
	for at, n := range minutes {
		if n > 1 && !truth[at] {
			t.Errorf("%s: %d visits in one minute, not planted", at, n)
		}
	}
	var most []int
	for at, n := range evenings {
		if !truth[at] {
			most = append(most, n)
		} else if n < 25 {
			t.Errorf("%s: a fabricated evening of %d", at, n)
		}
	}
	sort.Ints(most)
	if n := most[len(most)-1]; n >= 25 {
		t.Errorf("an honest member makes %d visits in a day", n)
	}
}

// Towns without effect or weakness, for measuring false alarms, must have none.
func TestFlatAndEvenTowns(t *testing.T) {
	dir := t.TempDir()
	if _, err := Write(context.Background(), Options{Dir: dir, Scale: .2, Flat: true, Even: true, Clean: true}); err != nil {
		t.Fatal(err)
	}
	truth := readTruth(t, dir, "planted.json")
	for _, e := range truth.Effects {
		if e.Effect != 0 {
			t.Fatalf("a flat town has the effect %g", e.Effect)
		}
	}
	for _, v := range truth.Villages {
		if v.Weak != "" {
			t.Errorf("an even town has a weak village %s", v.Name)
		}
	}
	for export, c := range truth.Exports {
		if c.Refused > 0 {
			t.Errorf("a clean town has %d bad rows of %s", c.Refused, export)
		}
	}
	if len(truth.Promising)+len(truth.Fabricated)+len(truth.Bursts)+len(truth.VacantSecretaries) > 0 {
		t.Error("an even town has members who stand out")
	}
}

// The totals must hold for any seed, size and kind of town, not for the demo alone.
func TestTotalsHoldForAnyTown(t *testing.T) {
	for seed := range uint64(trials.Seeds(t, 6)) {
		for _, o := range []Options{{Scale: .1}, {Scale: .3, Flat: true}, {Scale: 1}, {Scale: .5, Even: true}, {Scale: .2, Months: 6, Start: "2017-03"}} {
			o.Dir, o.Seed = "unused", seed+1
			filled, err := o.filled()
			if err != nil {
				t.Fatal(err)
			}
			for index := range 3 {
				town, err := newTown(filled, index)
				if err != nil {
					t.Errorf("seed %d, %+v, town %d: %v", o.Seed, o, index, err)
					continue
				}
				want := town.targets
				got := want
				got.issues, got.resolved, got.cards, got.posts, got.active = 0, 0, 0, 0, 0
				for _, i := range town.issues {
					if i.reported.day() >= programmeMonth.first() {
						got.issues++
						if i.resolved.day() <= filled.last.last() {
							got.resolved++
						}
					}
				}
				linked := map[int]bool{}
				for _, h := range town.homes {
					linked[h.member] = true
					if h.card != never {
						got.cards++
					}
				}
				got.active = len(linked)
				for _, p := range town.posts {
					if p.released == never {
						got.posts++
					}
				}
				if got != want {
					t.Errorf("seed %d, %+v, town %d:\n got %+v\nwant %+v", o.Seed, o, index, got, want)
				}
			}
		}
	}
}

// Why households are linked, and how the links came about, stands in the lists since the programme began and not before; the branches
// of the village that does not try appoint most links themselves.
func TestLinksSayWhy(t *testing.T) {
	town := demoTown(t)
	for _, h := range town.lists["households"]["2016-02"] {
		if h["link_basis"]+h["link_origin"] != "" {
			t.Fatalf("before the programme it is said why household %s is linked", h["household_id"])
		}
	}
	told, appointed, linked := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, h := range town.last("households") {
		linked[h["village_id"]]++
		told[h["link_basis"]]++
		if h["link_origin"] == "appointed" {
			appointed[h["village_id"]]++
		}
	}
	for basis, want := range map[string]float64{"near": .55, "kin": .18, "convenient": .23, "": .04} {
		if got := told[basis] / float64(len(town.last("households"))); math.Abs(got-want) > .015 {
			t.Errorf("basis %q: %.3f of the links, planted %.2f", basis, got, want)
		}
	}
	for _, v := range town.truth.Villages {
		share := appointed[v.VillageID] / linked[v.VillageID]
		if allowed := 4.5 * math.Sqrt(v.Appointed*(1-v.Appointed)/linked[v.VillageID]); math.Abs(share-v.Appointed) > allowed {
			t.Errorf("%s: %.3f of the links appointed, planted %.2f", v.VillageID, share, v.Appointed)
		}
	}
}

// The committee names three villages when the programme begins; the list says of the others nothing.
func TestTheCommitteeNamesVillages(t *testing.T) {
	town := demoTown(t)
	planted, named, before := map[string]string{}, map[string]string{}, 0
	for _, v := range town.truth.Villages {
		if v.Kind != "" {
			planted[v.VillageID] = v.Kind
		}
	}
	for _, v := range town.last("villages") {
		if v["kind"] != "" {
			named[v["village_id"]] = v["kind"]
		}
	}
	for _, v := range town.lists["villages"]["2016-02"] {
		before += len(v["kind"])
	}
	want := map[string]string{"330282111207": "complicated", "330282111208": "weak"}
	for id, kind := range planted {
		if kind == "dispute_prone" {
			want[id] = kind
		}
	}
	if len(want) != 3 || !maps.Equal(planted, want) || !maps.Equal(named, want) || before > 0 {
		t.Errorf("planted %v, in the list %v, before the programme %d letters", planted, named, before)
	}
}

// Since the programme most ratings of a half-year stand on the board in the month after it, before the file arrives; before it the form did
// not ask for a day.
func TestRatingsArePublished(t *testing.T) {
	town := demoTown(t)
	shown, all := map[string]int{}, map[string]int{}
	for _, r := range town.events["ratings"] {
		all[r["period"]]++
		on := r["published_on"]
		if on == "" {
			continue
		}
		shown[r["period"]]++
		if month := map[string]string{"2017H1": "2017-07", "2017H2": "2018-01", "2017": "2018-01"}[r["period"]]; month == "" || on[:7] != month {
			t.Errorf("the rating of %s was published on %s", r["period"], on)
		}
	}
	for _, period := range []string{"2017H1", "2017H2"} {
		if share := float64(shown[period]) / float64(all[period]); share < .75 || share > .98 {
			t.Errorf("%s: %d of %d published", period, shown[period], all[period])
		}
	}
}

// The yearly ratings follow the town's own rule, but for the stars that were raised; each is paid its tier, but for the one paid short, and one
// branch a village stands last. Half-years are paid nothing.
func TestYearlyRatingsFollowTheRuleButForWhatIsPlanted(t *testing.T) {
	town := demoTown(t)
	var raised, short []string
	last, rated := map[string]int{}, map[string]int{}
	for _, r := range town.events["ratings"] {
		period := r["period"]
		rated[period]++
		if len(period) > 4 {
			if r["funding"] != "" {
				t.Errorf("%s is paid %s for %s", r["branch_id"], r["funding"], period)
			}
			continue
		}
		total := 0.0
		for k, part := range []string{"operation", "effect", "cooperation", "grid_cadre_score", "villager_score"} {
			score, err := strconv.ParseFloat(r[part], 64)
			if err != nil {
				t.Fatal(err)
			}
			total += ratingWeights[k] * score
		}
		stars, _ := strconv.Atoi(r["stars"])
		yuan, _ := strconv.ParseFloat(r["funding"], 64)
		if stars != starsOf(round(total)) {
			raised = append(raised, r["branch_id"])
		}
		if yuan != float64(2000*stars) {
			short = append(short, r["branch_id"])
		}
		if slices.Contains(town.truth.LastOfYear[period], r["branch_id"]) {
			last[period]++
		}
	}
	slices.Sort(raised)
	planted := slices.Sorted(slices.Values(town.truth.StarsRaised))
	if len(planted) != 2 || !slices.Equal(raised, planted) || len(short) != 1 || !slices.Equal(short, town.truth.PaidShort) {
		t.Errorf("raised %v, planted %v; paid short %v, planted %v", raised, planted, short, town.truth.PaidShort)
	}
	if rated["2016"] != publishedBranches || rated["2017"] != publishedBranches || last["2016"] != 11 || last["2017"] != 11 {
		t.Errorf("rated %v, last %v", rated, last)
	}
}

// The published village has eight zones, and claims work in no others.
func TestTheExampleClaimsWorkInItsZones(t *testing.T) {
	zones := map[string]bool{}
	for _, r := range demoTown(t).events["tasks"] {
		if strings.HasPrefix(r["branch_id"], "B10") && r["zone"] != "" {
			zones[r["zone"]] = true
		}
	}
	if len(zones) != exampleZones || !zones["第8片区"] || zones["第9片区"] {
		t.Errorf("zones %v", slices.Sorted(maps.Keys(zones)))
	}
}
