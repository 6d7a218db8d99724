package compare

import (
	"math"
	"strconv"
	"strings"

	"hulian/queries/reading"
	"hulian/queries/sentence"
	"hulian/queries/stats/power"
)

// Line is one thing said of a design, with what it is.
type Line struct{ ID, Name, Text string }

// laterLooks are the numbers of months since the start for which it is said what could be found.
var laterLooks = []int{3, 6, 12}

// Beforehand is what a pilot could find, line by line, before it begins. Smallest is the smallest effect worth having, in the measure's
// unit; NaN where nobody has said.
func Beforehand(p Panel, smallest float64, lang string) (lines []Line, d power.Design) {
	d = Checked(p)
	say := func(id string, values sentence.Values) {
		lines = append(lines, Line{ID: id, Name: book.Say(lang, "design_"+id, values), Text: book.Say(lang, "design_"+id+"_is", values)})
	}
	size := func(x float64) string { return strings.TrimLeft(reading.Difference(p.Measure, x, lang), "+") }
	number := strconv.Itoa
	say("villages", sentence.Values{"pilots": number(d.Pilots), "others": number(d.Comparison)})
	say("before", sentence.Values{"n": number(d.Before)})
	say("holes", sentence.Values{"n": number(len(d.Holes))})
	say("alike", sentence.Values{"n": number(len(d.Alike))})
	found, never := book.Say(lang, "answer_untold", nil), d.Floor.Or(0) > significant
	if x, known := d.Smallest.Get(); known {
		found = size(x)
	} else if never {
		found = book.Say(lang, "design_never", nil)
	}
	say("smallest", sentence.Values{"size": found})
	for _, months := range laterLooks {
		if x, known := CheckedAfter(p, months).Smallest.Get(); known {
			say("after", sentence.Values{"months": number(months), "size": size(x)})
		}
	}
	if x, known := d.Smallest.Get(); (known || never) && !math.IsNaN(smallest) {
		key := map[bool]string{true: "design_worth_found", false: "design_worth_missed"}[known && x <= smallest]
		lines = append(lines, Line{ID: "worth", Name: book.Say(lang, "design_worth", sentence.Values{"size": size(smallest)}), Text: book.Say(lang, key, nil)})
	}
	floor := reading.Missing
	if x, known := d.Floor.Get(); known {
		floor = reading.Percent(x)
	}
	say("floor", sentence.Values{"p": floor})
	return lines, d
}
