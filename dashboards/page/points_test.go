package page

import (
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

func built(t *testing.T, town *pagetest.Town, id, query string) view.View {
	t.Helper()
	return builtFor(t, asktest.Analyst, town, id, query)
}

// builtFor is built for a visitor.
func builtFor(t *testing.T, who visitor.Visitor, town *pagetest.Town, id, query string) view.View {
	t.Helper()
	v, err := Build(t.Context(), asktest.AskedBy(t, who, asktest.OpenedOf(t, town), id, query))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// tableIn returns a table's rows as text, cells joined by " | ".
func tableIn(t *testing.T, v view.View, id string) []string {
	t.Helper()
	for _, table := range v.Tables() {
		if table.ID != id {
			continue
		}
		rows := table.Rows
		if table.Total != nil {
			rows = append(rows[:len(rows):len(rows)], table.Total)
		}
		var all []string
		for _, row := range rows {
			var cells []string
			for _, c := range row {
				cells = append(cells, strings.TrimSpace(c.Text+" "+c.Base))
			}
			all = append(all, strings.Join(cells, " | "))
		}
		return all
	}
	t.Fatalf("no table %s", id)
	return nil
}

func TestBurstsArePromptsOfEndedHalfYears(t *testing.T) {
	town := pagetest.New(t)
	v := built(t, town, "points", "")
	history := tableIn(t, v, "burst-history")
	if len(history) != 1 || history[0] != "2017年下半年 | 50.0 3/6 | 3.1 | 4.9" {
		t.Errorf("half-years: %q; 2018H1 still runs and must not be judged", history)
	}
	rows := tableIn(t, v, "bursts")
	if len(rows) != 6 || !strings.Contains(rows[0], "80.0 400/500") || !strings.Contains(rows[0], "2017-12-02") || !strings.Contains(rows[0], "核实") {
		t.Errorf("bursts: %q", rows)
	}
	if strings.Contains(rows[5], "核实") {
		t.Errorf("an even branch is prompted for: %q", rows[5])
	}
	if said := strings.Join(v.Sentences, ""); !strings.Contains(said, "6 个支部中有 3 个") || !strings.Contains(said, "不是结论") {
		t.Errorf("sentences: %q", v.Sentences)
	}
	// Seen from a month before the half-year's end, it has not happened yet.
	if rows := tableIn(t, built(t, town, "points", "month=2017-11"), "burst-history"); len(rows) != 0 {
		t.Errorf("in November 2017 the page knows %q", rows)
	}
	if rows := tableIn(t, built(t, town, "points", "branch=B12"), "bursts"); len(rows) != 1 {
		t.Errorf("a branch sees %q", rows)
	}
	// A town that starts with December's file has half-years of one month: thirty days hold all of them, and nobody is accused.
	town.Exec(t, "update measures set numerator = null, denominator = null, value = null, reason = 'before' where measure = 'members_with_points' and month < '2017-12'")
	v = built(t, town, "points", "")
	if rows := tableIn(t, v, "bursts"); len(rows) != 0 || strings.Contains(strings.Join(v.Sentences, ""), "超过界限") {
		t.Errorf("with five months unknown the page says %q, %q", rows, v.Sentences)
	}
}

func TestFewBranchesConcludeNothing(t *testing.T) {
	town := pagetest.New(t)
	rows := tableIn(t, built(t, town, "points", ""), "periods")
	if len(rows) != 2 || !strings.Contains(rows[1], "6 个支部") || !strings.Contains(rows[1], "不能下结论") {
		t.Fatalf("six branches: %q", rows)
	}
	// Forty more branches whose stars follow their results, then the same turned round.
	for _, c := range []struct {
		sign float64
		want string
	}{{1, "两者一致"}, {-1, "两者相反"}} {
		town := pagetest.New(t)
		for i := range 40 {
			stars := 1 + i%5
			town.Exec(t, "insert into star_history (branch_id, village_id, period, stars, rank, branches_ranked, funding, operation, effect, cooperation, grid_cadre_score, villager_score, measured_result, measured_rank, measured_low, measured_high, middle_result, contradiction, complete, is_last) values (?, 'V1', '2017H2', ?, 1, 40, null, null, null, null, null, null, ?, 1, null, null, null, null, true, false)",
				"X"+strings.Repeat("x", i), stars, 0.5+c.sign*(0.08*float64(stars)+0.002*float64(i)))
		}
		if rows := tableIn(t, built(t, town, "points", ""), "periods"); !strings.Contains(rows[1], c.want) || !strings.Contains(rows[1], "46 个支部") {
			t.Errorf("want %s: %q", c.want, rows[1])
		}
	}
}

// yearly rates every branch for 2017: B12 is last of its village for the second year, B22 for the first, and in V3 two share the place.
func yearly(t *testing.T, town *pagetest.Town) {
	t.Helper()
	for _, branch := range []string{"B11", "B12", "B21", "B22", "B31", "B32"} {
		last := strings.HasSuffix(branch, "2") && branch != "B32" // in V3 two share the place
		town.Exec(t, "insert into star_history (branch_id, village_id, period, stars, rank, branches_ranked, funding, operation, effect, cooperation, grid_cadre_score, villager_score, measured_result, measured_rank, measured_low, measured_high, middle_result, contradiction, complete, is_last) values (?, ?, '2017', 3, ?, 2, null, null, null, null, null, null, 0.6, 1, 0.5, 0.7, 0.6, null, true, ?)",
			branch, "V"+branch[1:2], map[bool]int{true: 2, false: 1}[last], last)
	}
	town.Exec(t, "update measures set numerator = 1, value = 1 where measure = 'bottom_twice' and unit_id = 'B12' and month = '2018-01'")
}

// A talk is recorded of a branch of which it is due, as what the rules ask for, on a day after the rated year; of no other branch.
func TestATalkIsRecordedWhereItIsDue(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 0, value = 0 where measure = 'bottom_twice'")
	yearly(t, town)
	r := asktest.AskedBy(t, asktest.Office, asktest.OpenedOf(t, town), "points", "month=2018-01")
	form, _ := EntryFormOf("talks")
	for _, c := range []struct{ branch, owner, due, day, talk, refused string }{
		{"B22", "", "", "2018-01-20", "admonition", ""},
		{"B12", "", "", "2018-01-20", "reorganisation", ""},
		{"B32", "", "", "2018-01-20", "", "not_due"},
		{"B11", "", "", "2018-01-20", "", "not_due"},
		{"B22", "", "", "2017-12-31", "admonition", "day"},
		{"B22", "", "", "2018-02-20", "admonition", "day"},
		{"B22", "", "", "bald", "admonition", "held_on"},
		{"B22", "镇党委副书记", "2018-03-01", "", "admonition", ""},
		{"B22", "镇党委副书记", "2018-01-15", "2018-01-20", "admonition", ""},
		{"B22", "镇党委副书记", "", "", "admonition", "due_on"},
		{"B22", "", "2018-03-01", "", "admonition", "owner"},
		{"B22", "镇党委副书记", "2017-12-30", "", "admonition", "day"},
		{"B22", "", "", "", "admonition", "empty"},
	} {
		e, err := form.Read(t.Context(), r, func(name string) string {
			return map[string]string{"of_branch": c.branch, "owner": c.owner, "due_on": c.due, "held_on": c.day}[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		if talk, _ := e.Row["talk"].(string); talk != c.talk || e.Refused != c.refused {
			t.Errorf("%s on %s: %q, refused for %q", c.branch, c.day, talk, e.Refused)
		}
	}
}

// Half-yearly ratings have no consequence; the yearly one has: an admonition talk, and organisational adjustment for whoever
// was last in as many years running as the town's rule says.
func TestLastPlacesAskOnlyByTheYearlyRating(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 0, value = 0 where measure = 'bottom_twice'")
	v := built(t, town, "points", "")
	if rows := tableIn(t, v, "last"); len(rows) != 0 {
		t.Errorf("half-years alone, and the page asks for %q", rows)
	}
	if empty := tableOf(t, v, "last").Empty; !strings.Contains(empty, "没有收到2017年度评定") || !strings.Contains(empty, "半年评选的末位不能代替") {
		t.Errorf("it says %q", empty)
	}
	for _, row := range tableOf(t, v, "stars").Rows {
		if times := row[len(row)-2]; times.Text != reading.Missing || !strings.Contains(times.Note, "没有完整的年度评定") {
			t.Errorf("no yearly rating was received, and a branch was last %s times: %s", times.Text, times.Note)
		}
	}
	if text := viewText(v); strings.Contains(text, "整顿") || strings.Contains(text, "约谈") {
		t.Error("the words of the rules are 诫勉谈话 and 组织调整")
	}
	yearly(t, town)
	v = built(t, town, "points", "")
	if row := tableOf(t, v, "stars").Rows[0]; row[len(row)-2].Text != "0" || row[len(row)-2].Note != "1次年度评定中" {
		t.Errorf("once rated and not last: %+v", row[len(row)-2])
	}
	last := strings.Join(tableIn(t, v, "last"), "\n")
	if !strings.Contains(last, "福合院二支部 | 3 | 2/2 | 60.0 | 连续2年末位：组织调整") || !strings.Contains(last, "新园二支部 | 3 | 2/2 | 60.0 | 诫勉谈话") || strings.Count(last, "\n") != 1 {
		t.Errorf("last places:\n%s", last)
	}
	if note := tableOf(t, v, "last").Note; !strings.Contains(note, "末位并列、不作认定的村："+pagetest.Hostile) {
		t.Errorf("nobody says why V3 has no last branch: %s", note)
	}
	if en := strings.Join(tableIn(t, built(t, town, "points", "lang=en"), "last"), "\n"); !strings.Contains(en, "an admonition talk (诫勉谈话)") || !strings.Contains(en, "organisational adjustment (组织调整)") {
		t.Errorf("in English:\n%s", en)
	}
	if note := tableOf(t, v, "last").Note; !strings.Contains(note, "应谈话或调整的支部2个，已落实0个；待落实：福合院二支部、新园二支部。") || strings.Count(last, "没有记录，待落实") != 2 {
		t.Errorf("what is due is not said: %s\n%s", note, last)
	}
	// A talk that was held is no adjustment, one of another year none of this, and one after the month lies ahead of it.
	town.Exec(t, "insert into talks (entry_id, of_branch, talk, rated_year, held_on) values ('1', 'B22', 'admonition', '2017', '2018-01-20'), ('2', 'B12', 'admonition', '2017', '2018-01-20'), ('3', 'B12', 'reorganisation', '2016', '2018-01-21'), ('4', 'B12', 'reorganisation', '2017', '2018-02-03')")
	v = built(t, town, "points", "")
	if rows := strings.Join(tableIn(t, v, "last"), "\n"); !strings.Contains(rows, "诫勉谈话 | 2018-01-20") || !strings.Contains(rows, "组织调整 | 没有记录，待落实") {
		t.Errorf("one talk was held: %s", rows)
	}
	if note := tableOf(t, v, "last").Note; !strings.Contains(note, "已落实1个；待落实：福合院二支部。") {
		t.Errorf("one talk was held, and the page says %s", note)
	}
	// An arranged talk says who sees to it by when, and is overdue after that; the row that says it was held needs no owner again.
	town.Exec(t, "delete from talks")
	town.Exec(t, "insert into talks (entry_id, of_branch, talk, rated_year, arranged_on, owner, due_on, held_on, entered_at) values ('1', 'B22', 'admonition', '2017', '2018-01-10', '镇党委副书记', '2018-01-25', null, '2018-01-10 08:00'), ('2', 'B12', 'reorganisation', '2017', '2018-01-11', '组织委员', '2018-03-31', null, '2018-01-11 08:00')")
	rows := tableOf(t, built(t, town, "points", ""), "last").Rows
	if b12, b22 := rows[0][len(rows[0])-1], rows[1][len(rows[1])-1]; b12.Text != "待落实：组织委员，2018-03-31前" || b12.Note != "" || b22.Text != "待落实：镇党委副书记，2018-01-25前" || b22.Note != "已超期" {
		t.Errorf("arranged and overdue: %+v %+v", b12, b22)
	}
	town.Exec(t, "insert into talks (entry_id, of_branch, talk, rated_year, held_on, entered_at) values ('3', 'B22', 'admonition', '2017', '2018-01-28', '2018-01-29 08:00')")
	v = built(t, town, "points", "")
	if rows := strings.Join(tableIn(t, v, "last"), "\n"); !strings.Contains(rows, "诫勉谈话 | 2018-01-28") {
		t.Errorf("it was held: %s", rows)
	}
	if t2 := tableOf(t, built(t, town, "points", "branch=B12"), "stars"); !strings.Contains(t2.More, "组织调整") {
		t.Errorf("the branch's own page says %q", t2.More)
	}
}

// viewText is all a view says.
func viewText(v view.View) string {
	said := strings.Join(v.Sentences, "\n")
	for _, t := range v.Tables() {
		said += "\n" + t.Title + t.Note + t.More + t.Empty
		for _, row := range t.Rows {
			for _, c := range row {
				said += " " + c.Text + " " + c.Note
			}
		}
	}
	return said
}

func TestContradictionsAreNamedBranchByBranch(t *testing.T) {
	town := pagetest.New(t)
	v := built(t, town, "points", "")
	if rows := tableIn(t, v, "contradictions"); len(rows) != 0 {
		t.Errorf("nothing contradicts, and the page lists %q", rows)
	}
	town.Exec(t, "update star_history set contradiction = 'high_stars', measured_result = 0.277, measured_low = 0.2, measured_high = 0.35, middle_result = 0.682 where branch_id = 'B11' and period = '2017H2'")
	for _, village := range []string{"", "village=V1"} {
		v = built(t, town, "points", village)
		if rows := tableIn(t, v, "contradictions"); len(rows) != 1 || !strings.Contains(rows[0], "福合院一支部 | 五星 | 1/2 | 27.7 | 68.2 | 星级高，实绩明显低") {
			t.Errorf("contradictions: %q", rows)
		}
		if said := strings.Join(v.Sentences, ""); !strings.Contains(said, "1 个支部的星级与同期实绩相反：福合院一支部（五星，实绩 27.7%）") {
			t.Errorf("sentences: %s", said)
		}
	}
}

func TestScores(t *testing.T) {
	town := pagetest.New(t)
	v := built(t, town, "points", "")
	scores := tableIn(t, v, "scores")
	if got := scores[len(scores)-1]; got != "试镇 | 6 | 75.0 | 90.0 | −15.0 | 6" {
		t.Errorf("scores of the town: %q", got)
	}
	if rows := tableIn(t, built(t, town, "points", "village=V1"), "stars"); len(rows) != 2 || !strings.Contains(rows[0], "五星 1/2") {
		t.Errorf("star history: %q", rows)
	}
}

// A period counts the ratings that stand on a board by the day the page is told as of; where no branch tells a day it is not known.
func TestPublishedRatingsAreCounted(t *testing.T) {
	town := pagetest.New(t)
	published := func() map[string]string {
		t.Helper()
		found := map[string]string{}
		for _, row := range tableIn(t, built(t, town, "points", ""), "periods") {
			cells := strings.Split(row, " | ")
			found[cells[0]] = cells[4]
		}
		return found
	}
	for period, said := range published() {
		if said != reading.Missing {
			t.Errorf("nobody tells when %s was published, and the page says %s", period, said)
		}
	}
	town.Exec(t, "update star_history set published_on = '2018-01-10' where period = '2017H2' and branch_id in ('B11', 'B12')")
	town.Exec(t, "update star_history set published_on = '2018-02-10' where period = '2017H2' and branch_id = 'B21'")
	if said := published(); said["2017年下半年"] != "33.3 2/6" || said["2017年上半年"] != reading.Missing {
		t.Errorf("two of six branches published in January: %v", said)
	}
}

// ruledBy builds a page for a town that has laid down how stars follow from scores: of the same weight, five stars from 86.
func ruledBy(t *testing.T, town *pagetest.Town, query string) view.View {
	t.Helper()
	r := asktest.AskedBy(t, asktest.Office, asktest.OpenedOf(t, town), "points", query)
	r.Programme.Rating = data.RatingRules{Operation: .2, Effect: .2, Cooperation: .2, GridCadres: .2, Villagers: .2}
	r.Programme.Stars = slices.Clone(r.Programme.Stars)
	for i, floor := range []float64{86, 84, 82, 80, 60, 0} {
		r.Programme.Stars[i].Floor = floor
	}
	v, err := Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// In the town of the test every branch has scores of 80, 81, 82, 90 and 75 in 2017H2, which make 81.6 and two stars: the first branch of each
// village has five all the same. Without a rule, and with a score missing, nobody says so.
func TestPublishedStarsAreHeldAgainstTheRule(t *testing.T) {
	town := pagetest.New(t)
	for _, table := range built(t, town, "points", "").Tables() {
		if table.ID == "rule" {
			t.Error("a town without a rule holds its stars against one")
		}
	}
	town.Exec(t, "update star_history set villager_score = null where branch_id = 'B31' and period = '2017H2'")
	v := ruledBy(t, town, "")
	rows := tableIn(t, v, "rule")
	if len(rows) != 2 || !strings.Contains(rows[0], "2017年下半年") || !strings.Contains(rows[0], "81.60 | 二星 | 五星 | 多3星") {
		t.Errorf("against the rule: %q", rows)
	}
	if note := tableOf(t, v, "rule").Note; !strings.Contains(note, "12次评定中11次各部分得分齐全，可以核对，其中2次不同") || !strings.Contains(note, "规范运行 × 20%") || !strings.Contains(note, "五星86分起") {
		t.Errorf("the rule is told as %s", note)
	}
	own := tableOf(t, ruledBy(t, town, "branch=B11"), "stars")
	if got := tableIn(t, ruledBy(t, town, "branch=B11"), "stars"); !strings.Contains(got[1], "80.0 | 81.0 | 82.0 | 90.0 | 75.0 | 81.60 | 二星") || !strings.Contains(own.Rows[1][len(own.Rows[1])-2].Note, "请核对") {
		t.Errorf("the branch's parts, total and stars: %q", got)
	}
	if got := tableIn(t, ruledBy(t, town, "branch=B31"), "stars"); !strings.Contains(got[1], "| "+reading.Missing+" | "+reading.Missing+" |") {
		t.Errorf("with a score missing the total is told: %q", got)
	}
	if en := tableOf(t, ruledBy(t, town, "lang=en"), "rule"); !strings.Contains(en.Note, "Operation × 20%") || !strings.Contains(en.Note, "Of 12 ratings 11 have all their scores") {
		t.Errorf("in English: %s", en.Note)
	}
}

// A tier is paid what the standards give it by the yearly rating: what was paid otherwise is named, what nobody told is unknown, and a half-year is
// not asked for.
func TestSumsPaidStandBesideTheirTier(t *testing.T) {
	town := pagetest.New(t)
	for _, table := range built(t, town, "points", "").Tables() {
		if table.ID == "paid" {
			t.Error("half-years alone are held against what a year is paid")
		}
	}
	yearly(t, town)
	town.Exec(t, "update star_history set funding = 6000 where period = '2017' and branch_id in ('B11', 'B12')")
	town.Exec(t, "update star_history set funding = 5000 where period = '2017' and branch_id = 'B21'")
	v := built(t, town, "points", "")
	if rows := tableIn(t, v, "paid"); len(rows) != 1 || rows[0] != "2017 | 三星 | 6 | 6,000 | 36,000 | 17,000 | 1" {
		t.Errorf("paid: %q", rows)
	}
	if note := tableOf(t, v, "paid").Rows[0][5].Note; !strings.Contains(note, "3个支部没有填报") {
		t.Errorf("three sums nobody told, and the page says %q", note)
	}
	if rows := tableIn(t, v, "paid-otherwise"); len(rows) != 1 || !strings.Contains(rows[0], "新园一支部 | 三星 | 6,000 | 5,000") {
		t.Errorf("paid otherwise: %q", rows)
	}
	town.Exec(t, "update star_history set funding = null where period = '2017'")
	if rows := tableIn(t, built(t, town, "points", ""), "paid"); !strings.Contains(rows[0], "| 未知 | "+reading.Missing) {
		t.Errorf("no sum was told, and the page says %q", rows)
	}
}

// A branch's secretary sees of his own branch how its stars follow from parts and weights; of every other place measures alone, and no row, sentence
// or heading names another branch's rating, prompt or talk. His village and the town see all.
func TestABranchSecretarySeesHisOwnRatings(t *testing.T) {
	town := pagetest.New(t)
	yearly(t, town)
	town.Exec(t, "update star_history set operation = 90, effect = 80, cooperation = 70, grid_cadre_score = 60, villager_score = 50 where branch_id = 'B11' and period = '2017H2'")
	town.Exec(t, "update star_history set contradiction = 'high_stars', measured_result = 0.277, measured_low = 0.2, measured_high = 0.35, middle_result = 0.682 where branch_id = 'B21' and period = '2017H2'")
	of := visitor.Visitor{Role: visitor.BranchSecretary, Scope: visitor.Scope{Towns: []string{pagetest.Name}, Village: "V1", Branch: "B11"}}
	own := strings.Join(tableIn(t, builtFor(t, of, town, "points", "branch=B11"), "stars"), "\n")
	if !strings.Contains(own, "| 90.0 | 80.0 | 70.0 | 60.0 | 50.0 |") { // what weights make of them: TestPublishedStarsAreHeldAgainstTheRule
		t.Errorf("the parts of the own branch:\n%s", own)
	}
	rated := []string{"stars", "last", "contradictions", "rule", "scores", "paid", "paid-otherwise", "periods", "agreement", "stars-results", "bursts", "burst-history"}
	for _, place := range []string{"", "village=V1", "village=V2", "branch=B12", "branch=B21"} {
		v := builtFor(t, of, town, "points", place)
		for _, table := range v.Tables() {
			if slices.Contains(rated, table.ID) {
				t.Errorf("%q shows the table %s", place, table.ID)
			}
		}
		if said := viewText(v) + v.Headline.Weak + v.Headline.Rest; strings.Contains(said, "诫勉谈话") || strings.Contains(said, "组织调整") || strings.Contains(said, "星级高，实绩明显低") {
			t.Errorf("%q says what is asked of others: %s", place, said)
		}
	}
	// The rows behind a figure of stars are the ratings themselves.
	for branch, of := range map[string]string{"B11": "V1", "B12": "V1", "B21": "V2", "B22": "V2"} {
		town.Exec(t, "insert into branches (branch_id, village_id, name) values (?, ?, ?)", branch, of, branch)
		town.Exec(t, "insert into ratings (branch_id, period, stars, operation, published_on) values (?, '2017H2', 3, 47, date '2018-01-10'), (?, '2017', 3, 47, date '2018-01-10')", branch, branch)
	}
	for _, measure := range []string{"stars_mean", "ratings_published", "rating_agreement", "bottom_twice"} {
		for _, part := range []string{"", "&part=denominator"} {
			behind := func(who visitor.Visitor, place string) string {
				var said []string
				for _, table := range builtFor(t, who, town, "behind", "measure="+measure+part+place).Tables() {
					for _, row := range table.Rows {
						for _, c := range row {
							said = append(said, c.Text)
						}
					}
				}
				return strings.Join(said, " | ")
			}
			for _, place := range []string{"", "&village=V1", "&village=V2", "&branch=B12", "&branch=B21"} {
				if said := behind(of, place); strings.Contains(said, "47") {
					t.Errorf("%s%s%s lists ratings of others: %s", measure, part, place, said)
				}
			}
			m, _ := queries.MeasureOf(measure)
			if m.At(facts.LevelBranch) && measure != "rating_agreement" && measure != "bottom_twice" && !strings.Contains(behind(of, "&branch=B11"), "47") {
				t.Errorf("%s%s: his own rating is not listed: %s", measure, part, behind(of, "&branch=B11"))
			}
			if measure == "stars_mean" && !strings.Contains(behind(asktest.Analyst, "&village=V2"), "47") {
				t.Errorf("%s%s lists no rating for the town either: %s", measure, part, behind(asktest.Analyst, "&village=V2"))
			}
		}
	}
	s := asktest.AskedBy(t, of, asktest.OpenedOf(t, town), "points", "")
	for id, mine := range map[string]int{"ratings": 2, "star_history": 3} {
		table, err := s.Table(t.Context(), of, id)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := s.TablePage(t.Context(), of, table, facts.TableFilter{}, 0, 100)
		if err != nil || len(rows.Rows) != mine {
			t.Errorf("of the table %s the branch's secretary reads %d rows of %d: %v", id, len(rows.Rows), mine, err)
		}
	}
	village := visitor.Visitor{Role: visitor.VillageSecretary, Scope: visitor.Scope{Towns: []string{pagetest.Name}, Village: "V1"}}
	if rows := tableIn(t, builtFor(t, village, town, "points", "village=V1"), "last"); len(rows) != 1 {
		t.Errorf("the village's secretary sees %q", rows)
	}
}
