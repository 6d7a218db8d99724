package analyze

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/queries/stats/did"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
)

// Reading is what a result says, in sentences.
type Reading struct{ zh, en []string }

func (r *Reading) say(zh, en string, args ...any) {
	r.zh, r.en = append(r.zh, fmt.Sprintf(zh, in("zh", args)...)), append(r.en, fmt.Sprintf(en, in("en", args)...))
}

// in gives differences in the words of a language.
func in(lang string, args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = a
		if d, ok := a.(difference); ok {
			out[i] = d.in(lang)
		}
	}
	return out
}

// difference is one of outcomes; of percentages it is in points.
type difference struct {
	value  float64
	points bool
}

func (d difference) in(lang string) string {
	switch {
	case d.points && lang == "zh":
		return fmt.Sprintf("%+.1f个百分点", 100*d.value)
	case d.points:
		return fmt.Sprintf("%+.1f percentage points", 100*d.value)
	}
	short := Shortened(d.value)
	if math.Abs(short) < 1e4 { // of an amount every digit counts, of others four
		short, _ = strconv.ParseFloat(strconv.FormatFloat(d.value, 'g', 4, 64), 64)
	}
	text := strconv.FormatFloat(short, 'f', -1, 64)
	if d.value > 0 {
		text = "+" + text
	}
	return text
}

// In joins the sentences in a language: zh, or English for any other.
func (r Reading) In(lang string) string {
	if lang == "zh" {
		return strings.Join(r.zh, "")
	}
	return strings.Join(r.en, " ")
}

// MarshalJSON writes both languages.
func (r Reading) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"zh": r.In("zh"), "en": r.In("en")})
}

// significant is the share up to which a difference is called more than chance.
const significant = 0.05

// amount is a difference of outcomes, in points where the column holds percentages.
func (c *Call) amount(role string, x float64) difference {
	column, ok, err := c.role(role)
	return difference{x, err == nil && ok && c.percentages(column)}
}

func (c *Call) percentages(column int) bool {
	return slices.ContainsFunc(c.Frame.Rows, func(row []string) bool { return strings.ContainsAny(row[column], "%％") })
}

// share writes a p-value.
func share(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return fmt.Sprintf("= %.3f", p)
}

// chance says what a permutation test found, and what it could have found at best.
func (r *Reading) chance(p estimate.Number, least float64) {
	v, ok := p.Get()
	switch {
	case !ok:
	case least > significant:
		r.say("单位太少：不论结果怎样，p都不会低于%.3f，不能下结论（置换检验 p %s）。", "There are too few units: whatever came out, p could not be below %.3f, and nothing can be concluded (permutation p %s).", least, share(v))
	case v <= significant:
		r.say("如果由随机决定谁在哪一边，很少会得出这么大的差（置换检验 p %s）。", "Were it by lot who stands on which side, a difference as large would be rare (permutation p %s).", share(v))
	default:
		r.say("如果由随机决定谁在哪一边，也常会得出这么大的差（置换检验 p %s）：现有数据不能下结论。", "Were it by lot who stands on which side, a difference as large would be common (permutation p %s): the data do not allow a conclusion.", share(v))
	}
}

// tests reads the permutation tests of one comparison: the rescaled one where sizes differ; else the plain one, which must
// agree with the studentised one before a difference is called rare.
func (r *Reading) tests(plain, studentised, rescaled *permutation.Test, how permutation.Rescaling) {
	if rescaled != nil {
		r.chance(rescaled.PTwoSided, rescaled.SmallestP())
		if how.BySize > 0 {
			r.say("检验考虑了小单位本来起伏就大。", "The test allows for small units varying more by themselves.")
		}
		return
	}
	if plain == nil {
		return
	}
	p, ok := plain.PTwoSided.Get()
	if studentised != nil && ok && p <= significant {
		if byT, ok := studentised.PTwoSided.Get(); ok && byT > significant {
			r.say("两种置换检验不一致：按平均值之差p %s，计入各组自身的起伏则p %s。现有数据不能下结论；单位大小不同时，请用 --size 写明规模。",
				"Two permutation tests disagree: p %s by the difference of means, p %s when each group's own spread is counted. The data do not allow a conclusion; where units differ in size, say so by --size.", share(p), share(byT))
			return
		}
	}
	r.chance(plain.PTwoSided, plain.SmallestP())
}

// readEffect says the effect, where there are few units the interval that the permutation test leaves, or why it leaves none, and the test.
func (c *Call) readEffect(e did.Effect, interval estimate.Interval, none did.WhyNone, confidence float64) Reading {
	var r Reading
	effect := e.Estimate
	if e.Panel {
		effect = e.ByChanges
	}
	b, ok := effect.Get()
	if !ok {
		r.say("无法估计：原因见下面的提示。", "Not estimable: the warnings below say why.")
		return r
	}
	m := e.Cells
	r.say("试点变化%s，对照变化%s，两者之差为%s。", "The treated changed by %s, the others by %s: a difference of %s.",
		c.amount("value", m[1][1].Mean.Value-m[1][0].Mean.Value), c.amount("value", m[0][1].Mean.Value-m[0][0].Mean.Value), c.amount("value", b))
	if e.Few && e.Panel {
		c.inverted(&r, interval, none, level(confidence))
	}
	r.tests(e.Permutation, e.Studentised, e.Rescaled, e.Rescaling)
	return r
}

// inverted says the interval that a permutation test leaves, in the words of the page that compares pilots with the others.
func (c *Call) inverted(r *Reading, interval estimate.Interval, none did.WhyNone, level string) {
	switch none {
	case did.HasInterval:
		r.say("%s%% 区间%s至%s：置换检验否定不了的差都在其中。单位少，区间由置换检验反推，不用标准误。", "%s%% interval %s to %s: the differences that the permutation test does not rule out. With few units it comes from that test and from no standard error.",
			level, c.amount("value", interval.Low.Value), c.amount("value", interval.High.Value))
	case did.NoSpread:
		r.say("试点各单位的变化都一样，对照各单位的变化也都一样，看不出单位之间的起伏，%s%% 区间无法估计。", "A %s%% interval is not estimable: the treated all changed by the same, and so did the others, so that nothing shows how much units vary.", level)
	case did.Unbounded:
		r.say("置换检验否定不了的差没有边界，给不出%s%% 区间。", "There is no %s%% interval: the differences that the permutation test does not rule out have no limit.", level)
	case did.TooFewWays:
		r.say("单位太少，置换检验的p最小也达不到所要的水平，给不出%s%% 区间。", "There are too few units for a %s%% interval: the permutation p cannot be low enough.", level)
	}
}

// readGain says the mean difference by starts with its interval; ok is false where there is none.
func (c *Call) readGain(r did.Result) (out Reading, ok bool) {
	att, ok := r.Simple.Att.Get()
	if !ok {
		out.say("无法估计：原因见下面的提示。", "Not estimable: the warnings below say why.")
		return out, false
	}
	out.say("各批启动以来与对照的平均差为%s。", "Since their starts the cohorts gained %s on the others on average.", c.amount("value", att))
	if ci := r.Simple.CI; ci.Known() {
		out.say("区间%s至%s。", "Interval %s to %s.", c.amount("value", ci.Low.Value), c.amount("value", ci.High.Value))
	}
	return out, true
}

func (c *Call) readStarts(r did.Result, p did.Randomisation, before did.Pretrend) Reading {
	out, ok := c.readGain(r)
	if !ok {
		return out
	}
	out.chance(p.PTwoSided, leastOfDeals(r))
	switch v, known := before.P.Get(); {
	case before.Draws == 0: // not asked for
	case !known:
		out.say("启动前的时期不足，平行趋势无从检验。", "There are too few periods before the first start to test for parallel trends.")
	case before.Statistic.Value == 0:
		out.say("启动之前各单位的变化完全一样，平行趋势无从检验。", "Before the start all units changed alike to the last digit: there is nothing to test parallel trends by.")
	case leastOfDeals(r) > significant:
		out.say("单位太少，启动之前即使不同步也检验不出来，平行趋势无从检验。", "There are too few units: no departure before the start could be told from chance, and parallel trends are not tested.")
	case v <= significant:
		out.say("启动之前两边就不同步（p %s），结论打折扣。", "The two sides did not move alike before the start (p %s), which weakens any conclusion.", share(v))
	default:
		out.say("启动之前没有看出不同步（p %s），但这不能证明平行。", "No departure before the start was found (p %s), which does not prove that trends are parallel.", share(v))
	}
	return out
}

// leastOfDeals is 1 ÷ the number of ways to deal the starts, twice that where the sides could change places.
func leastOfDeals(r did.Result) float64 {
	ways, left := 1.0, r.Units
	for _, g := range r.Groups {
		for i := range r.Sizes[g] {
			ways *= float64(left-i) / float64(i+1)
		}
		left -= r.Sizes[g]
	}
	if len(r.Groups) == 1 && r.Never == r.Sizes[r.Groups[0]] {
		return math.Min(1, 2/ways)
	}
	return 1 / ways
}
