package reading

import (
	_ "embed"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/sentence"
	"hulian/queries/stats/spc"
)

//go:embed sentences.yaml
var sentences []byte

var book = sentence.MustRead(sentences)

// RuleNumbers gives the rules the numbers the sentences print.
var RuleNumbers = map[spc.Rule]int{spc.OutsideLimits: 1, spc.ShiftRule: 2, spc.TrendRule: 3, spc.TwoOfThreeRule: 4}

// Text is the value with its unit.
func (r Reading) Text(lang string) string { return Text(r.Measure, r.Value, lang) }

// WithBase is the value with its unit and base: "96.2 % (50/52)".
func (r Reading) WithBase(lang string) string {
	return WithBase(r.Measure, r.Value, r.Numerator, r.Denominator, lang)
}

// Finding is what the months say, without where the value stands: "连续7个月高于均值，属改善信号（XmR，规则2）".
func (r Reading) Finding(lang string) string {
	return r.join(lang, []string{r.said(lang)}, r.how(lang))
}

// Sentence is the whole reading in one sentence: the finding, where the value stands since the programme's start, and
// the target.
func (r Reading) Sentence(lang string) string {
	parts := []string{r.said(lang)}
	if r.Variation == Unread {
		parts = append(parts, r.assured(lang))
	} else if r.Signal() || r.Variation == Common {
		parts = append(parts, r.stands(lang), r.assured(lang), r.gap(lang))
	}
	return r.join(lang, parts, r.how(lang))
}

func (r Reading) join(lang string, parts []string, how string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	separator, open, end := "；", "（", "）"
	if lang == "en" {
		separator, open, end = "; ", " (", ")"
	}
	s := strings.Join(said, separator)
	if how != "" {
		s += open + how + end
	}
	return Sentence(s, lang)
}

// Sentence makes a sentence of a phrase.
func Sentence(phrase, lang string) string {
	if lang != "en" {
		return phrase + "。"
	}
	if phrase != "" {
		phrase = strings.ToUpper(phrase[:1]) + phrase[1:]
	}
	return phrase + "."
}

// said is the first part: why there is no judgement, or what was found and what it means.
func (r Reading) said(lang string) string {
	say := func(key string, v sentence.Values) string { return book.Say(lang, key, v) }
	switch {
	case r.Rules.Unknown != "":
		return Unknown(r.Rules.Unknown, r.Rules.Missing, lang)
	case r.Poor:
		c := r.Rules.Complete
		return say("poor", sentence.Values{"received": Count(c.Numerator), "expected": Count(c.Denominator), "share": Percent(c.Value), "threshold": Percent(r.Rules.Threshold)})
	case r.Missing:
		return say("missing", sentence.Values{"export": exportName(r.Rules.Missing, lang)})
	case !r.Known() && r.Measure.Unit == "days" && r.Denominator > 0:
		return say("not_reached", nil)
	case !r.Known():
		return say("no_value", nil)
	case r.SmallBase:
		return say("small_base", sentence.Values{"base": Count(r.Denominator), "minimum": Count(r.Rules.MinimumBase)})
	case r.Unripe:
		return say("unripe", sentence.Values{"days": strconv.Itoa(r.Rules.RipeDays)})
	}
	switch r.Variation {
	case Unread:
		if r.Measure.Series == queries.Filling {
			return say("filling", nil)
		}
		return r.stock(lang)
	case NotEnough:
		if len(r.Chart.Phases) > 1 {
			return say("too_few", sentence.Values{"points": strconv.Itoa(r.Points)})
		}
		return say("too_few_ever", sentence.Values{"points": strconv.Itoa(r.Points)})
	case Common:
		return say("common", nil)
	case Improving, Worsening, Shift: // a signal, below
	}
	side := "_high"
	if r.Sign < 0 {
		side = "_low"
	}
	key := string(r.Rule) + side
	if r.Heading == r.Sign && r.Rule != spc.TrendRule {
		key = "moving" + side // outside limits made of the movement itself says no more than that it moves
	}
	found := say(key, sentence.Values{"n": strconv.Itoa(r.Run), "span": r.span(lang)})
	return say(string(r.Variation), sentence.Values{"found": found})
}

// namedGaps is how many months without data are named before they are counted.
const namedGaps = 3

func (r Reading) gap(lang string) string {
	switch n := len(r.Gaps); {
	case n == 0:
		return ""
	case n <= namedGaps:
		separator := "、"
		if lang == "en" {
			separator = ", "
		}
		return book.Say(lang, "gap", sentence.Values{"months": strings.Join(r.Gaps, separator)})
	default:
		return book.Say(lang, "gap_many", sentence.Values{"n": strconv.Itoa(n)})
	}
}

// Unknown says why a value is not known: reason is the long table's, export the one that did not speak.
func Unknown(reason, export, lang string) string {
	return book.Say(lang, "unknown_"+reason, sentence.Values{"export": exportName(export, lang)})
}

func exportName(id, lang string) string {
	if c, ok := data.ContractOf(id); ok {
		return c.Name.In(lang)
	}
	return id
}

func (r Reading) stock(lang string) string {
	switch change := Difference(r.Measure, r.Change(), lang); {
	case change == Missing:
		return book.Say(lang, "stock_first", nil)
	case Same(r.Measure, r.Change()):
		return book.Say(lang, "stock_same", nil)
	default:
		return book.Say(lang, "stock", sentence.Values{"change": change})
	}
}

func (r Reading) span(lang string) string {
	if r.Measure.Series == queries.Rolling {
		return book.Say(lang, "periods", nil)
	}
	return book.Say(lang, "months", nil)
}

func (r Reading) stands(lang string) string {
	centre, ok := r.Centre.Get()
	if !ok {
		return ""
	}
	v := sentence.Values{"centre": Mean(r.Measure, centre, lang)}
	before, ok := r.Before.Get()
	if ok {
		v["before"] = Mean(r.Measure, before, lang)
	}
	if came, moves := r.Came.Get(); moves {
		moved := book.Say(lang, "moved", sentence.Values{"month": r.CameIn, "from": Text(r.Measure, came, lang), "to": r.Text(lang)})
		if ok {
			moved += book.Say(lang, "moved_before", v)
		}
		return moved
	}
	if ok {
		return book.Say(lang, "since", v)
	}
	return book.Say(lang, "centre", v)
}

func (r Reading) assured(lang string) string {
	if r.Assurance == NoTarget || r.Rules.Target == nil {
		return ""
	}
	key := string(r.Assurance)
	if r.Variation == Unread || r.Heading != 0 {
		key = map[Assurance]string{Met: "target_met", Missed: "target_missed"}[r.Assurance]
	}
	return book.Say(lang, key, sentence.Values{"target": Text(r.Measure, *r.Rules.Target, lang)})
}

// how names the chart, the rule that fired and, where limits are young, how many months they stand on.
func (r Reading) how(lang string) string {
	if r.Method == NoChart || !r.Signal() && r.Variation != Common {
		return ""
	}
	method := book.Say(lang, string(r.Method), nil)
	if r.Signal() {
		method = book.Say(lang, "rule", sentence.Values{"chart": method, "rule": strconv.Itoa(RuleNumbers[r.Rule])})
	}
	if r.Trial {
		return book.Say(lang, "trial", sentence.Values{"method": method, "points": strconv.Itoa(r.Points), "span": r.span(lang)})
	}
	return method
}
