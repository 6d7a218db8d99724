package work

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/queries/signals"
)

// drawnVisit is a visit on one of the lists of a month.
type drawnVisit struct {
	facts.DrawnVisit
	No             int  // on the call sheet, from 1
	Random, Prompt bool // on which list
	Result         facts.CallbackResult
}

// field names a visit in a form, without the IDs that its number may be made of.
func (d drawnVisit) field() string {
	sum := md5.Sum([]byte(d.VisitID))
	return hex.EncodeToString(sum[:6])
}

func (d drawnVisit) answered() bool { return d.Result.Answer != "" }

// from is the list in the words of the contract.
func (d drawnVisit) from() string {
	switch {
	case d.Random && d.Prompt:
		return "both"
	case d.Prompt:
		return "prompt"
	default:
		return "random"
	}
}

// drawing are the two lists of a month.
type drawing struct {
	Visits   []drawnVisit // in the order of the call sheet
	Strata   []stratum
	Prompted int // visits of the month with prompts
}

// stratum is a village with what it has and gives.
type stratum struct {
	Village     string
	Made, Drawn int
}

// of are the visits of one list.
func (d drawing) of(list func(drawnVisit) bool) []drawnVisit {
	return slices.DeleteFunc(slices.Clone(d.Visits), func(v drawnVisit) bool { return !list(v) })
}

func isRandom(v drawnVisit) bool { return v.Random }
func isPrompt(v drawnVisit) bool { return v.Prompt }

// draw draws the lists of the page's month: of all visits, village by village in proportion, and of those with prompts across the town.
func draw(ctx context.Context, r block.Request) (d drawing, err error) {
	size := r.Programme.DoubtfulVisits.CallbackSample
	rows, err := r.CallbackDraw(ctx, r.Visitor, r.Month, size)
	if err != nil {
		return d, err
	}
	results, err := r.CallbackResults(ctx, r.Visitor, r.Month, r.Month)
	if err != nil {
		return d, err
	}
	var holds []int
	at := map[string]int{}
	for _, v := range rows {
		d.Prompted = int(v.Prompted)
		if _, seen := at[v.VillageID]; !seen {
			at[v.VillageID] = len(holds)
			holds, d.Strata = append(holds, int(v.OfVillage)), append(d.Strata, stratum{Village: v.VillageID, Made: int(v.OfVillage)})
		}
	}
	for i, n := range signals.Allocate(holds, size) {
		d.Strata[i].Drawn = n
	}
	for _, v := range rows {
		one := drawnVisit{DrawnVisit: v, Random: int(v.Place) <= d.Strata[at[v.VillageID]].Drawn, Prompt: v.PromptPlace > 0 && int(v.PromptPlace) <= size}
		if !one.Random && !one.Prompt {
			continue
		}
		one.No = len(d.Visits) + 1
		if i := slices.IndexFunc(results, func(c facts.CallbackResult) bool { return c.VisitID == v.VisitID }); i >= 0 {
			one.Result = results[i]
		}
		d.Visits = append(d.Visits, one)
	}
	return d, nil
}

// tally counts what became of call-backs.
type tally struct{ confirmed, unconfirmed, unsaid, unreached int }

// known is how many of the visits households have said something of.
func (t tally) known() int { return t.confirmed + t.unconfirmed }

func (t tally) all() int { return t.known() + t.unsaid + t.unreached }

func tallied(results []facts.CallbackResult, counts func(facts.CallbackResult) bool) (t tally) {
	for _, c := range results {
		if !counts(c) {
			continue
		}
		switch facts.Answer(c.Answer) {
		case facts.Confirmed:
			t.confirmed++
		case facts.Unconfirmed:
			t.unconfirmed++
		case facts.Unsaid:
			t.unsaid++
		case facts.Unreached:
			t.unreached++
		}
	}
	return t
}

func ofRandom(c facts.CallbackResult) bool { return c.DrawnFrom != "prompt" }
func ofPrompt(c facts.CallbackResult) bool { return c.DrawnFrom != "random" }

// promptedBy reports whether a result is of the list of prompts and of a visit with one of them; of none in particular: with any.
func promptedBy(signal string) func(facts.CallbackResult) bool {
	return func(c facts.CallbackResult) bool {
		return ofPrompt(c) && (signal == "" || slices.Contains(strings.Fields(c.Signals), signal))
	}
}

// monthsVerified is of how many months results are counted together: of one month a village has one or two.
const monthsVerified = 12

// results are those of the months that are counted together.
func results(ctx context.Context, r block.Request) ([]facts.CallbackResult, error) {
	return r.CallbackResults(ctx, r.Visitor, facts.MonthAdd(r.Month, 1-monthsVerified), r.Month)
}

// freshCallbacks takes what the forms of the page said out of a link.
var freshCallbacks = []question.Change{question.With("sheet", ""), question.With("done", ""), question.With("refused", "")}
