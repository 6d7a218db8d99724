package records

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"hulian/data"
	"hulian/queries"
)

// Why a change of a standard is not read from a form; data.StandardRefusal holds the other reasons.
const (
	standardNumber = "number" // it is no number, or beyond what may be entered
	standardName   = "name"   // a name is missing in one of the languages
	standardDay    = "day"    // it is no day such as 2017-05-01
)

// seenOf marks what a setting says, so that it is found out when somebody else has changed it meanwhile.
func seenOf(written string) string {
	sum := sha256.Sum256([]byte(written))
	return hex.EncodeToString(sum[:8])
}

// ReadStandard reads from a form which setting is changed to what; why says that the form cannot be read, or that what it was made of has
// changed.
func ReadStandard(now data.Standards, get func(string) string) (c data.StandardChange, why string) {
	s, known := data.SettingOf(get("setting"))
	if !known {
		return c, string(data.StandardUnknown)
	}
	c = data.StandardChange{Setting: s.Path, From: now.Programme.Written(s.Path)}
	if get("seen") != seenOf(c.From) {
		return c, string(data.StandardMoved)
	}
	if get("default") != "" {
		c.To = data.DefaultProgramme().Written(s.Path)
		return c, ""
	}
	to := now.Programme
	if why = enter(&to, s, get); why == "" {
		c.To = to.Written(s.Path)
	}
	return c, why
}

// enter puts what a form says into a programme. Lists and maps are replaced, never written into: others hold them too.
func enter(p *data.Programme, s data.Setting, get func(string) string) string {
	switch s.Form {
	case data.FormRows, data.FormMeasures:
		return enterRow(p, s, get)
	case data.FormBoth:
		p.Town = data.Text{Zh: trimmed(get("zh")), En: trimmed(get("en"))}
		if (p.Town.Zh == "") != (p.Town.En == "") {
			return standardName
		}
		return ""
	case data.FormNames:
		var named []string
		for _, export := range datedExports() {
			if get("export_"+export) == "yes" {
				named = append(named, export)
			}
		}
		switch s.Path {
		case "data_quality.expected_quarterly":
			p.DataQuality.Quarterly = named
		case "data_quality.expected_half_yearly":
			p.DataQuality.HalfYearly = named
		case "data_quality.expected_yearly":
			p.DataQuality.Yearly = named
		default:
			p.DataQuality.Expected = named
		}
		return ""
	case data.FormWholes:
		var numbers []int
		for _, word := range strings.FieldsFunc(get("value"), func(c rune) bool { return !unicode.IsDigit(c) && c != '-' }) {
			n, err := strconv.Atoi(word)
			if err != nil {
				return standardNumber
			}
			numbers = append(numbers, n)
		}
		p.Issues.AgeBands = numbers
		return ""
	default:
		written, why := scalar(s, get("value"))
		if why != "" {
			return why
		}
		changed, err := p.With(s.Path, written)
		if err != nil {
			return standardNumber
		}
		*p = changed
		return ""
	}
}

// scalar is a value as a person types it, as Programme.Written gives it.
func scalar(s data.Setting, typed string) (written, why string) {
	typed = trimmed(typed)
	switch s.Form {
	case data.FormTruth:
		return strconv.FormatBool(typed == "yes"), ""
	case data.FormText:
		if typed == "" {
			return `""`, ""
		}
		return strconv.Quote(typed), ""
	default:
		x, ok := entered(typed, s.Unit)
		bounds, bounded := data.BoundsOf(s.Path)
		if !ok || bounded && !bounds.Holds(x) || s.Form == data.FormWhole && x != float64(int(x)) {
			return "", standardNumber
		}
		return data.Amount(x), ""
	}
}

// entered is a number as people type it: 80, 80%, 1,200.
func entered(typed, unit string) (float64, bool) {
	typed = strings.NewReplacer(",", "", "，", "", "%", "", "％", "", " ", "").Replace(typed)
	x, err := strconv.ParseFloat(typed, 64)
	if err != nil || x-x != 0 { // no number, or without end
		return 0, false
	}
	if unit == "share" {
		x, err = strconv.ParseFloat(fmt.Sprintf("%.6f", x/100), 64)
	}
	return x, err == nil
}

func trimmed(text string) string { return strings.Join(strings.Fields(text), " ") }

// enterRow changes one row of a list, adds one, or takes it out.
func enterRow(p *data.Programme, s data.Setting, get func(string) string) string {
	switch s.Path {
	case "reading.targets", "reading.minimum_bases":
		return enterMeasure(p, s, get)
	case "stars":
		tier, why := readTier(get)
		p.Stars = replaced(p.Stars, tier, get, func(t data.StarTier) string { return strconv.Itoa(t.Stars) })
		slices.SortStableFunc(p.Stars, func(a, b data.StarTier) int { return b.Stars - a.Stars })
		return unlessRemoved(why, get)
	case "hard_criteria":
		criterion, why := readCriterion(*p, get)
		p.HardCriteria = replaced(p.HardCriteria, criterion, get, func(c data.HardCriterion) string { return c.ID })
		return unlessRemoved(why, get)
	default:
		event, why := readEvent(get)
		p.Events = replaced(p.Events, event, get, func(e data.ProgrammeEvent) string { return eventKey(e) })
		slices.SortStableFunc(p.Events, func(a, b data.ProgrammeEvent) int { return strings.Compare(a.On, b.On) })
		return unlessRemoved(why, get)
	}
}

func unlessRemoved(why string, get func(string) string) string {
	if get("remove") != "" {
		return ""
	}
	return why
}

// replaced is a list in which a row, named by its key, is another one or gone; a row without a key is new.
func replaced[T any](list []T, row T, get func(string) string, key func(T) string) []T {
	all, at := slices.Clone(list), get("row")
	i := slices.IndexFunc(all, func(t T) bool { return at != "" && key(t) == at })
	switch {
	case i >= 0 && get("remove") != "":
		return slices.Delete(all, i, i+1)
	case i >= 0:
		all[i] = row
		return all
	case get("remove") != "":
		return all
	default:
		return append(all, row)
	}
}

func eventKey(e data.ProgrammeEvent) string { return seenOf(e.On + e.Village + e.Name.Zh) }

func enterMeasure(p *data.Programme, s data.Setting, get func(string) string) string {
	m, known := queries.MeasureOf(get("row"))
	if !known {
		m, known = queries.MeasureOf(get("measure"))
	}
	if !known {
		return string(data.StandardUnknown)
	}
	unit := ""
	if s.Path == "reading.targets" {
		unit = measureUnit(m)
	}
	x, ok := entered(trimmed(get("value")), unit)
	removes := get("remove") != ""
	if !ok && !removes || s.Path == "reading.minimum_bases" && (x < 0 || x != float64(int(x))) {
		return standardNumber
	}
	if s.Path == "reading.targets" {
		p.Reading.Targets = maps.Clone(p.Reading.Targets)
		if p.Reading.Targets == nil {
			p.Reading.Targets = map[string]float64{}
		}
		p.Reading.Targets[m.ID] = x
		if removes {
			delete(p.Reading.Targets, m.ID)
		}
		return ""
	}
	p.Reading.MinimumBases = maps.Clone(p.Reading.MinimumBases)
	if p.Reading.MinimumBases == nil {
		p.Reading.MinimumBases = map[string]int{}
	}
	p.Reading.MinimumBases[m.ID] = int(x)
	if removes {
		delete(p.Reading.MinimumBases, m.ID)
	}
	return ""
}

func readNames(get func(string) string) (names data.Text, why string) {
	names = data.Text{Zh: trimmed(get("zh")), En: trimmed(get("en"))}
	if names.Zh == "" || names.En == "" {
		why = standardName
	}
	return names, why
}

func readTier(get func(string) string) (t data.StarTier, why string) {
	t.Name, why = readNames(get)
	stars, err := strconv.Atoi(trimmed(get("stars")))
	funding, ok := entered(trimmed(get("funding")), "")
	floor, told := entered(cmp.Or(trimmed(get("floor")), "0"), "")
	if err != nil || stars < 0 || stars > 10 || !ok || funding < 0 || !told || floor < 0 || floor > 100 {
		return t, standardNumber
	}
	t.Stars, t.Funding, t.Floor = stars, funding, floor
	return t, why
}

func readEvent(get func(string) string) (e data.ProgrammeEvent, why string) {
	e.Name, why = readNames(get)
	e.On, e.Village = trimmed(get("on")), get("village")
	if !validDay(e.On) {
		return e, standardDay
	}
	return e, why
}

func readCriterion(p data.Programme, get func(string) string) (c data.HardCriterion, why string) {
	if c.Name, why = readNames(get); why != "" {
		return c, why
	}
	c.ID = get("row")
	for n := len(p.HardCriteria) + 1; c.ID == ""; n++ {
		id := fmt.Sprintf("criterion_%d", n)
		if !slices.ContainsFunc(p.HardCriteria, func(other data.HardCriterion) bool { return other.ID == id }) {
			c.ID = id
		}
	}
	subject, unit := get("reads"), ""
	if fact, ok := criterionFacts[subject]; ok {
		c.Fact, unit = subject, fact.unit
	} else if m, known := queries.MeasureOf(subject); known {
		c.Measure, unit = m.ID, measureUnit(m)
	} else {
		return c, string(data.StandardUnknown)
	}
	limit, ok := entered(trimmed(get("limit")), unit)
	months, err := strconv.Atoi(trimmed(get("months")))
	if !ok || err != nil || months < 1 || months > 60 {
		return c, standardNumber
	}
	if c.Months = months; get("way") == "above" {
		c.Above = &limit
	} else {
		c.Below = &limit
	}
	if typed := trimmed(get("base")); typed != "" {
		if c.MinimumBase, err = strconv.Atoi(typed); err != nil || c.MinimumBase < 0 {
			return c, standardNumber
		}
	}
	return c, ""
}
