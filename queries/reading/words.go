package reading

import (
	_ "embed"
	"math"
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

// WithBase is the value with its unit and base: "96.2% (50/52)".
func (r Reading) WithBase(lang string) string {
	return WithBase(r.Measure, r.Value, r.Numerator, r.Denominator, lang)
}

// Finding is what the months say, without where the value stands: "连续7个月高于均值，改善超出正常波动". How it was found is for whoever asks: How.
func (r Reading) Finding(lang string) string {
	return r.join(lang, []string{r.said(lang)})
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
	return r.join(lang, parts)
}

func (r Reading) join(lang string, parts []string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	separator := "；"
	if lang == "en" {
		separator = "; "
	}
	return Sentence(strings.Join(said, separator), lang)
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
		return Partly(r.Rules.Because, r.Rules.Missing, lang)
	case !r.Known() && r.Measure.Unit == "days" && r.Denominator > 0:
		return say("not_reached", nil)
	case !r.Known():
		return say("no_value", nil)
	case r.SmallBase:
		return say("small_base", sentence.Values{"base": Count(r.Denominator + r.Measure.Counted.More), "minimum": Count(r.Rules.MinimumBase)})
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
		if r.Method == RunChart {
			return say("too_few_run", sentence.Values{"points": strconv.Itoa(r.Points), "span": r.span(lang), "centre": Mean(r.Measure, r.Centre.Or(math.NaN()), lang)})
		}
		few := "too_few"
		if len(r.Chart.Phases) <= 1 {
			few = "too_few_ever"
		}
		if r.Points == 1 {
			few += "_one"
		}
		return say(few, sentence.Values{"points": strconv.Itoa(r.Points)})
	case Common:
		if r.Method == RunChart {
			return say("common_run", nil)
		}
		return say("common", nil)
	case Improving, Worsening, Shift: // a signal, below
	}
	side := "_high"
	if r.Method == RunChart && r.Rule != spc.TrendRule {
		side = "_run_high"
	}
	if r.Sign < 0 {
		side = strings.Replace(side, "high", "low", 1)
	}
	key := string(r.Rule) + side
	if r.Heading == r.Sign && r.Rule != spc.TrendRule {
		key = "moving" + side // outside limits made of the movement itself says no more than that it moves
	}
	return say(string(r.Variation), sentence.Values{"found": say(key, r.figures(lang)) + r.against(lang)})
}

// figures are the numbers a finding prints: since when, from what to what, and what it is held against.
func (r Reading) figures(lang string) sentence.Values {
	last, _ := r.Chart.Last()
	limit := last.Upper
	if r.Sign < 0 {
		limit = last.Lower
	}
	began, trend := r.since(), "trend_unbroken"
	if r.Level > 0 {
		trend = "trend_level"
	}
	way := "rose"
	if r.Sign < 0 {
		way = "fell"
	}
	counted := sentence.Values{"n": strconv.Itoa(r.Run), "level": strconv.Itoa(r.Level), "span": r.span(lang), "way": book.Say(lang, way, nil)}
	return sentence.Values{"n": strconv.Itoa(r.Run), "trend": book.Say(lang, trend, counted), "span": r.span(lang), "centre": Mean(r.Measure, r.Centre.Or(math.NaN()), lang),
		"limit": Mean(r.Measure, limit.Or(math.NaN()), lang), "since": MonthName(began.Month, lang), "from": Text(r.Measure, began.Value, lang), "to": r.Text(lang)}
}

// since is the month a finding began: of a level that moves the first of its phase, else the first of the run.
func (r Reading) since() Month {
	if came, moves := r.Came.Get(); moves && r.Heading == r.Sign && r.Rule != spc.TrendRule {
		return Month{Month: r.CameIn, Value: came}
	}
	return Month{Month: r.Months[r.began], Value: r.Chart.Points[r.began].Value.Or(math.NaN())}
}

// Since is the month the finding began: the first of a run, of a trend the month from which it rose or fell; empty where there is none.
func (r Reading) Since() string {
	if !r.Signal() {
		return ""
	}
	return r.since().Month
}

// against says that the newest month moved the other way than the finding, so that the sentence does not contradict the two figures
// beside it.
func (r Reading) against(lang string) string {
	change := r.Change()
	if !(change*float64(r.Sign) < 0) || Same(r.Measure, change) || r.Rule == spc.TrendRule {
		return ""
	}
	return book.Say(lang, "against", sentence.Values{"change": Difference(r.Measure, change, lang)})
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
		named := make([]string, n)
		for i, month := range r.Gaps {
			named[i] = MonthName(month, lang)
		}
		return book.Say(lang, "gap", sentence.Values{"months": strings.Join(named, separator)})
	default:
		return book.Say(lang, "gap_many", sentence.Values{"n": strconv.Itoa(n)})
	}
}

// Unknown says why a value is not known: reason is the long table's, export the one that did not speak.
func Unknown(reason, export, lang string) string {
	return book.Say(lang, "unknown_"+reason, sentence.Values{"export": exportName(export, lang)})
}

// Partly says why a value that is known of some villages is not judged: reason and export are those of the villages it is not
// known of.
func Partly(reason, export, lang string) string {
	key := "missing"
	switch reason {
	case "column", "blank", "kind", "reach":
		key += "_" + reason
	}
	return book.Say(lang, key, sentence.Values{"export": exportName(export, lang)})
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
		key := map[bool]string{true: "stock_up", false: "stock_down"}[r.Change() > 0]
		if r.Measure.Unit == "count" {
			key = map[bool]string{true: "stock_more", false: "stock_fewer"}[r.Change() > 0]
		}
		return book.Say(lang, "stock", sentence.Values{"moved": book.Say(lang, key, nil), "by": strings.TrimLeft(change, "+−")})
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
	if r.Method == RunChart && r.Variation == Common && !ok {
		return book.Say(lang, "middle", v)
	}
	if ok {
		v["before"] = Mean(r.Measure, before, lang)
	}
	if r.Came.Known {
		moved := book.Say(lang, "moved", nil)
		if ok {
			moved += book.Say(lang, "moved_before", v)
		}
		return moved
	}
	switch {
	case ok && r.Method == RunChart:
		return book.Say(lang, "middle_since", v)
	case ok:
		return book.Say(lang, "since", v)
	case r.Signal() && r.Rule != spc.TrendRule:
		return "" // the finding names the mean already
	}
	return book.Say(lang, "centre", v)
}

func (r Reading) assured(lang string) string {
	if r.Assurance == NoTarget || r.Rules.Target == nil {
		return ""
	}
	key := string(r.Assurance)
	if r.Variation == Unread || r.Heading != 0 || r.Method == RunChart {
		key = map[Assurance]string{Met: "target_met", Missed: "target_missed"}[r.Assurance]
	}
	return book.Say(lang, key, sentence.Values{"target": Text(r.Measure, *r.Rules.Target, lang)})
}

// How names the chart and the rule that fired; of a run chart, how few months it stands on. It is empty where the months were not read.
func (r Reading) How(lang string) string {
	if r.Method == NoChart || !r.Signal() && r.Variation != Common {
		return ""
	}
	if r.Method == RunChart {
		return book.Say(lang, "run", sentence.Values{"points": strconv.Itoa(r.Points), "span": r.span(lang)})
	}
	method := book.Say(lang, string(r.Method), nil)
	if r.Signal() {
		method = book.Say(lang, "rule", sentence.Values{"chart": method, "rule": strconv.Itoa(RuleNumbers[r.Rule])})
	}
	return method
}
