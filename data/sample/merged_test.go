package sample

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The party grids are the governance grids but where it is planted: a branch has none, a grid has none, and in the village that does not
// try many households live in another grid than their branch's.
func TestGridsAreMerged(t *testing.T) {
	town := demoTown(t)
	grid, named, none := map[string]string{}, map[string]bool{}, []string{}
	for _, b := range town.last("branches") {
		grid[b["branch_id"]] = b["governance_grid_id"]
		named[b["governance_grid_id"]] = true
		if b["governance_grid_id"] == "" {
			none = append(none, b["branch_id"])
		}
	}
	if !slices.Equal(none, town.truth.BranchesWithoutGrid) || len(none) != 1 {
		t.Errorf("branches without a grid %v, planted %v", none, town.truth.BranchesWithoutGrid)
	}
	bare := map[string]bool{}
	told, apart := map[string]float64{}, map[string]float64{}
	for _, h := range town.last("households") {
		own := h["governance_grid_id"]
		if own != "" && !named[own] {
			bare[own] = true
		}
		if own != "" && grid[h["branch_id"]] != "" {
			told[h["village_id"]]++
			if own != grid[h["branch_id"]] {
				apart[h["village_id"]]++
			}
		}
	}
	if want := town.truth.GridsWithoutBranch; len(want) != 1 || len(bare) != 1 || !bare[want[0]] {
		t.Errorf("grids without a branch %v, planted %v", bare, want)
	}
	for _, v := range town.truth.Villages {
		share := apart[v.VillageID] / told[v.VillageID]
		least, most := 0.0, .03
		switch v.Weak {
		case weakByEffort:
			least, most = .08, .16
		case weakByCapacity:
			least, most = .04, .12
		}
		if share < least || share > most {
			t.Errorf("%s: %.3f of the households in another grid, want %g to %g", v.Name, share, least, most)
		}
	}
}

// Every metre of a river that nobody looks after is planted, every post on a river lies on a stretch of its village, and a river has one chief.
func TestRiversAreLookedAfter(t *testing.T) {
	town := demoTown(t)
	branch, village := map[string]string{}, map[string]string{}
	for _, b := range town.last("branches") {
		branch[b["branch_id"]] = b["village_id"]
	}
	for _, m := range town.last("members") {
		village[m["member_id"]] = branch[m["branch_id"]]
	}
	metre := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	looked := map[string]bool{}
	for _, p := range town.last("posts") {
		if p["river"] == "" {
			continue
		}
		for at := metre(p["segment_from"]); at < metre(p["segment_to"]); at += bit {
			looked[fmt.Sprint(village[p["member_id"]], p["river"], at)] = true
		}
	}
	gaps, chiefs, found := map[string]int{}, map[string]string{}, 0
	for _, s := range town.last("river_segments") {
		if chief, known := chiefs[s["river"]]; known && chief != s["chief"] || s["chief"] == "" {
			t.Errorf("%s has the chiefs %q and %q", s["river"], chief, s["chief"])
		}
		chiefs[s["river"]] = s["chief"]
		for at := range metre(s["length_m"]) / bit {
			if looked[fmt.Sprint(s["village_id"], s["river"], metre(s["from_m"])+at*bit)] {
				found++
			} else {
				gaps[s["village_id"]] += bit
			}
		}
	}
	if found != len(looked) || len(chiefs) != len(rivers) {
		t.Errorf("%d of %d places looked after lie on a stretch; %d rivers", found, len(looked), len(chiefs))
	}
	for id, want := range town.truth.RiverGaps {
		if gaps[id] != want {
			t.Errorf("%s: %d m that nobody looks after, planted %d", id, gaps[id], want)
		}
	}
}

// What a round-table brought was reported in its village on its day or the next; and the published village of eight zones has them, two a
// branch.
func TestRoundTablesAndZones(t *testing.T) {
	town := demoTown(t)
	held := map[string]bool{}
	for _, s := range town.events["round_tables"] {
		held[s["village_id"]+s["held_on"]] = true
	}
	brought := 0
	for _, i := range town.events["issues"] {
		if i["at_round_table"] != "true" {
			continue
		}
		brought++
		d, _ := strconv.Atoi(i["reported_at"][8:10])
		if on := i["reported_at"][:10]; !held[i["village_id"]+on] && !held[i["village_id"]+fmt.Sprintf("%s%02d", on[:8], d-1)] && d > 1 {
			t.Errorf("%s reported on %s came from no round-table", i["issue_id"], on)
		}
	}
	if brought < 30 || len(held) < 30 {
		t.Errorf("%d issues of %d round-tables", brought, len(held))
	}
	zones := map[string][]string{}
	for _, k := range town.events["tasks"] {
		if strings.HasPrefix(k["title"], "新园村第") {
			zones[k["branch_id"]] = append(zones[k["branch_id"]], k["zone"])
		}
	}
	if len(zones) != 4 {
		t.Errorf("%d branches of the village with zones", len(zones))
	}
	for b, own := range zones {
		if slices.Sort(own); len(slices.Compact(own)) != 2 {
			t.Errorf("%s has the zones %v", b, own)
		}
	}
}
