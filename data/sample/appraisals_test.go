package sample

import (
	"strings"
	"testing"
)

// The published facts about conduct and funds: three cornea donations, and funds in the villages that were named.
func TestTheSampleFollowsWhatWasPublished(t *testing.T) {
	town := demoTown(t)
	kinds := map[string]int{}
	for _, c := range town.events["conduct"] {
		kinds[c["kind"]]++
		if (c["line"] != "") != (c["kind"] == "red_line_breach") {
			t.Errorf("%s crosses the line %q", c["kind"], c["line"])
		}
	}
	if kinds["cornea_donation"] != 3 || kinds["organ_donation"] != 0 || kinds["frugality_pledge"] != 4 || kinds["family_conduct"] == 0 {
		t.Errorf("conduct: %v", kinds)
	}
	name := map[string]string{}
	for _, v := range town.last("villages") {
		name[v["village_id"]] = v["name"]
	}
	funds := map[string]map[string]bool{"scholarship": {}, "charity": {}}
	for _, f := range town.events["funds"] {
		funds[f["kind"]][name[f["village_id"]]] = true
	}
	for _, named := range []string{"振兴村", "福合院村", "林西村"} {
		if !funds["scholarship"][named] {
			t.Errorf("%s has no scholarship fund", named)
		}
	}
	if len(funds["scholarship"]) != 9 || len(funds["charity"]) != 3 || !funds["charity"]["水云浦村"] || !funds["charity"]["振兴村"] || !funds["charity"]["逍路沿村"] {
		t.Errorf("funds: %v", funds)
	}
}

// In the village that does not try fewer exemptions are decided, fewer households appraise their member, and they give less.
func TestThePlantedDifferencesOfMembersAreThere(t *testing.T) {
	town := demoTown(t)
	village, slack := map[string]string{}, ""
	for _, b := range town.last("branches") {
		village[b["branch_id"]] = b["village_id"]
	}
	for _, v := range town.truth.Villages {
		if v.Weak == weakByEffort {
			slack = v.VillageID
		}
	}
	type share struct{ num, den float64 }
	var decided, ended, appraised, score, approved [2]share // of the other villages, of the slack one
	at := func(branch string) int {
		if village[branch] == slack {
			return 1
		}
		return 0
	}
	add := func(s *share, yes bool) {
		s.den++
		if yes {
			s.num++
		}
	}
	of := map[string]int{}
	for _, m := range town.last("members") {
		of[m["member_id"]] = at(m["branch_id"])
		if m["duty_status"] != "exempt" {
			if m["exempt_decided_on"] != "" || m["exempt_until"] != "" {
				t.Errorf("%s is active and has an exemption", m["member_id"])
			}
			continue
		}
		add(&decided[at(m["branch_id"])], m["exempt_decided_on"] != "")
		if m["exempt_until"] != "" {
			add(&ended[0], m["exempt_until"] < "2018-01-31")
		}
	}
	given := map[string]string{}
	for _, a := range town.events["appraisals"] {
		given[a["household_id"]] = a["score"]
	}
	for _, h := range town.last("households") {
		k := at(h["branch_id"])
		add(&appraised[k], given[h["household_id"]] != "")
		if s := given[h["household_id"]]; s != "" {
			score[k].num += number(t, s)
			score[k].den++
		}
	}
	for _, p := range town.events["points"] {
		if p["awarded_on"] >= "2017-05" {
			add(&approved[of[p["member_id"]]], p["approved_by"] != "")
		} else if p["approved_by"]+p["reverses"] != "" {
			t.Errorf("%s was approved before the form asked", p["entry_id"])
		}
	}
	for what, pair := range map[string][2]share{"exemptions decided": decided, "households appraising": appraised, "mean score": score, "points approved": approved} {
		others, own := pair[0].num/pair[0].den, pair[1].num/pair[1].den
		if pair[1].den < 20 || own > .88*others {
			t.Errorf("%s: %.2f elsewhere, %.2f (of %g) in the village that does not try", what, others, own, pair[1].den)
		}
	}
	if ended[0].num < 5 || ended[0].num > .8*ended[0].den {
		t.Errorf("%g of %g exemptions with an end have ended", ended[0].num, ended[0].den)
	}
	warned, dealt := 0, 0
	for _, m := range town.events["member_ratings"] {
		if m["period"] == "2017" && strings.Contains("warned unqualified", m["result"]) {
			warned++
			if m["dealt_with"] != "" {
				dealt++
			}
		} else if m["dealt_with"] != "" {
			t.Errorf("%s of %s was %s and dealt with", m["member_id"], m["period"], m["result"])
		}
	}
	if dealt == 0 || dealt == warned {
		t.Errorf("%d of %d warned members were dealt with", dealt, warned)
	}
}
