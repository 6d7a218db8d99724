package queries

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"hulian/data"
)

// Level names the kind of unit a value belongs to.
type Level string

// The levels of the long table, from the whole to the single person.
const (
	Town    Level = "town"
	Village Level = "village"
	Branch  Level = "branch"
	Member  Level = "member"
)

// Direction says which way is better.
type Direction string

// Directions of a measure.
const (
	Up      Direction = "up"
	Down    Direction = "down"
	Neutral Direction = "neutral"
)

// Series says how the values of successive months hang together, and so how they may be read over time.
type Series string

// Kinds of series.
const (
	Monthly  Series = ""         // each month counts anew
	Standing Series = "standing" // what stands at the month's end and turns over within months: read, but never summed over months
	Stock    Series = "stock"    // what stands at the month's end: last month's with what came and went
	Rolling  Series = "rolling"  // pooled over the programme's survival_months, so neighbouring months share their data
	Filling  Series = "filling"  // fills up over a half-year or year and starts anew: months differ by their place in it
)

// Measure is the definition of one measure.
type Measure struct {
	ID          string    `yaml:"id"`
	Was         []string  `yaml:"was"` // IDs it had before; they are understood wherever an ID is given
	Name        data.Text `yaml:"name"`
	Short       data.Text `yaml:"short"`       // where there is room for six characters; needed where the measure stands on the overview
	Stands      Stands    `yaml:"stands"`      // where on the overview it stands
	Group       string    `yaml:"group"`       // issues, visits, capacity, points, organisation, quality
	Unit        string    `yaml:"unit"`        // share, count, days, per_thousand, people, households, visits, points, ratio, stars, yuan, coefficient
	Direction   Direction `yaml:"direction"`   // which way is better
	Series      Series    `yaml:"series"`      // how successive months hang together; empty: each stands for itself
	Ripens      string    `yaml:"ripens"`      // what a month waits for before it compares: resolution, reopen, satisfaction, feedback
	Levels      []Level   `yaml:"levels"`      // where it is computed
	Numerator   data.Text `yaml:"numerator"`   // in words
	Denominator data.Text `yaml:"denominator"` // in words; empty for counts
	Word        string    `yaml:"word"`        // by which things of the unit count are counted in Chinese: 件
	Counted     Counted   `yaml:"counted"`     // of a measure whose numerator is no part of its denominator
	Scale       float64   `yaml:"scale"`       // value = scale × numerator ÷ denominator; 1 unless said otherwise
	Target      *float64  `yaml:"target"`      // in the value's own unit
	MinBase     float64   `yaml:"min_base"`    // under this denominator a value is shown, not judged
	Note        data.Text `yaml:"note"`
	Source      []string  `yaml:"source"`  // exports without which it has no rows; files stands for whatever was delivered
	Columns     []string  `yaml:"columns"` // export.column: nor without a value in each, for a blank in one row says no, and in all rows nothing
	Given       []string  `yaml:"given"`   // export.column that a row's file must give, if only to be empty: rows of other files are left out
	Dated       string    `yaml:"dated"`   // which day of a row counts it in a month: due, resolved, routed; empty: the day of the event itself, of an issue that of its report
	Reach       Reach     `yaml:"reach"`   // other months it looks at
	Sums        Sums      `yaml:"sums"`    // of a measure that adds up
	Model       string    `yaml:"model"`   // of a measure that does not: the relation that delivers its rows
}

// persons are the words by which a measure counts persons or households, or what single persons answered.
var persons = regexp.MustCompile(`户|党员|人口|居民|群众|干部|书记|委员|学生|回答|答复|[^责承经]人`)

// OfPersons reports whether a measure counts persons or households, of which a small number tells who they are. What it counts otherwise are
// things: issues, visits, meetings, branches.
func (m Measure) OfPersons() bool {
	return m.Unit == "people" || m.Unit == "households" || persons.MatchString(m.Numerator.Zh+"，"+m.Denominator.Zh)
}

// Stands says where on the overview a measure stands: its place from 1 among the tiles, and among the columns of the matrix of
// villages. 0: it stands not there.
type Stands struct {
	Tile   int `yaml:"tile"`
	Matrix int `yaml:"matrix"`
	// Per names the measure whose denominator is the size of a unit: by it counts of units of different size are compared.
	Per string `yaml:"per"`
}

// Reach says which months beside its own a measure looks at.
type Reach struct {
	Back  string   `yaml:"back"`  // from when: a setting of the programme, half_year, year, start of the programme, or record: since the export's first rows
	Ahead string   `yaml:"ahead"` // until when: a setting of the programme
	Whole bool     `yaml:"whole"` // unknown unless all of these months are known; else it is made of those known, and says how many
	Given []string `yaml:"given"` // export.column that events of these months, its own among them, must give; empty: those of the measure
}

// None reports whether a measure looks at no month beside its own.
func (r Reach) None() bool { return r.Back == "" && r.Ahead == "" }

// Sums names the columns a measure is the sum of: relation.column, several joined by "+". Relations are models of
// schema intermediate with the columns month, town, village_id, and, for those levels, branch_id and member_id.
type Sums struct {
	Numerator   string `yaml:"numerator"`
	Denominator string `yaml:"denominator"` // empty for counts
}

// Counted says what the value of a measure stands on where a fraction would mean nothing: a spread of stars is of 50
// branches, not 39/49.
type Counted struct {
	Zh   string  `yaml:"zh"` // of what, behind the number: 个支部
	En   string  `yaml:"en"`
	More float64 `yaml:"more"` // added to the denominator
}

// At reports whether the measure is computed at the level.
func (m Measure) At(level Level) bool { return slices.Contains(m.Levels, level) }

// Rate reports whether the measure has a denominator, so that a value without one is no value.
func (m Measure) Rate() bool { return m.Denominator != (data.Text{}) }

// Register reports whether the measure counts what stands in a complete register, as the households linked to a member of all households
// registered. That is a count and no sample: it has no interval. A stock of what may still happen, as issues that may still be
// resolved, is none.
func (m Measure) Register() bool { return m.Series == Stock && m.Ripens == "" }

// BeyondDoubt reports whether the measure repeats another one without doubtful visits.
func (m Measure) BeyondDoubt() bool { return strings.HasPrefix(m.ID, "undoubted_") }

// Measures returns every definition, in the order of metrics.yaml. The returned values are shared: they must not be
// modified.
func Measures() []Measure { return measures() }

// MeasureOf returns the definition of one measure, by its ID or one it had before.
func MeasureOf(id string) (Measure, bool) {
	i, ok := positions()[id]
	if !ok {
		return Measure{}, false
	}
	return measures()[i], true
}

// IDOf returns the ID of a measure by one it had before; any other text as it is.
func IDOf(id string) string {
	if i, ok := positions()[id]; ok {
		return measures()[i].ID
	}
	return id
}

// positions are where the definitions stand, by every ID they have or had.
var positions = sync.OnceValue(func() map[string]int {
	at := map[string]int{}
	for i, m := range measures() {
		for _, id := range append([]string{m.ID}, m.Was...) {
			at[id] = i
		}
	}
	return at
})

var measures = sync.OnceValue(func() []Measure {
	content, err := files.ReadFile("metrics.yaml")
	if err == nil {
		var all []Measure
		if all, err = readMeasures(content); err == nil {
			return all
		}
	}
	panic("embedded measures: " + err.Error()) // part of the binary: a test reads them
})

var (
	backs     = []string{"", "repeat_days", "unvisited_days", "survival_months", "half_year", "year", "start", "record"}
	aheads    = []string{"", "reopen_days"}
	datings   = []string{"", "due", "resolved", "routed"}
	ripenings = []string{"", "resolution", "reopen", "satisfaction", "feedback"}
	groups    = []string{"issues", "visits", "capacity", "points", "organisation", "quality"}
	units     = []string{"share", "count", "days", "per_thousand", "people", "households", "visits", "points", "ratio", "stars", "yuan", "coefficient"}
	terms     = regexp.MustCompile(`^[a-z0-9_]+\.[a-z0-9_]+( \+ [a-z0-9_]+\.[a-z0-9_]+)*$`)
)

func readMeasures(content []byte) ([]Measure, error) {
	var all []Measure
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf("metrics.yaml: %w", err)
	}
	seen := map[string]bool{}
	for i := range all {
		m := &all[i]
		if m.Scale == 0 {
			m.Scale = 1
		}
		for _, id := range append([]string{m.ID}, m.Was...) {
			if seen[id] {
				return nil, fmt.Errorf("metrics.yaml: %s stands twice", id)
			}
			seen[id] = true
		}
		if err := m.check(); err != nil {
			return nil, fmt.Errorf("metrics.yaml: %s: %w", m.ID, err)
		}
	}
	for _, m := range all {
		if m.Stands.Per != "" && !slices.ContainsFunc(all, func(size Measure) bool { return size.ID == m.Stands.Per && size.Rate() }) {
			return nil, fmt.Errorf("metrics.yaml: %s: per %q names no measure with a denominator", m.ID, m.Stands.Per)
		}
	}
	for _, place := range []func(Stands) int{TileOf, MatrixOf} {
		for i, m := range inOrder(all, place) {
			if place(m.Stands) != i+1 {
				return nil, fmt.Errorf("metrics.yaml: %s: place %d on the overview is taken twice, or one before it is free", m.ID, place(m.Stands))
			}
		}
	}
	return all, nil
}

func (m Measure) check() error {
	switch {
	case !nameForm.MatchString(m.ID):
		return fmt.Errorf("%q is no id", m.ID)
	case m.Name.Zh == "" || m.Name.En == "" || m.Note.Zh == "" || m.Note.En == "" || m.Numerator.Zh == "" || m.Numerator.En == "":
		return fmt.Errorf("name, note and numerator are needed in both languages")
	case (m.Stands != Stands{}) && (m.Short.Zh == "" || m.Short.En == ""):
		return fmt.Errorf("what stands on the overview needs a short name in both languages")
	case (m.Unit == "count") != (m.Word != ""):
		return fmt.Errorf("a count, and nothing else, needs the measure word by which it is counted in Chinese")
	case (m.Counted.Zh == "") != (m.Counted.En == ""):
		return fmt.Errorf("what is counted is needed in both languages")
	case (m.Denominator.Zh == "") != (m.Denominator.En == ""):
		return fmt.Errorf("the denominator is needed in both languages")
	case !slices.Contains(groups, m.Group):
		return fmt.Errorf("no group %q; there are %s", m.Group, strings.Join(groups, ", "))
	case !slices.Contains(units, m.Unit):
		return fmt.Errorf("no unit %q; there are %s", m.Unit, strings.Join(units, ", "))
	case !slices.Contains([]Series{Monthly, Standing, Stock, Rolling, Filling}, m.Series):
		return fmt.Errorf("no series %q; there are standing, stock, rolling, filling, or none for monthly", m.Series)
	case !slices.Contains(ripenings, m.Ripens):
		return fmt.Errorf("nothing ripens by %q; there are %s", m.Ripens, strings.Join(ripenings[1:], ", "))
	case !slices.Contains([]Direction{Up, Down, Neutral}, m.Direction):
		return fmt.Errorf("no direction %q", m.Direction)
	case len(m.Levels) == 0:
		return fmt.Errorf("no level")
	case (m.Model == "") == (m.Sums.Numerator == ""):
		return fmt.Errorf("either sums or model says where the numbers come from")
	case m.Model == "" && m.Rate() != (m.Sums.Denominator != ""):
		return fmt.Errorf("a denominator needs words and a column")
	case !slices.Contains(datings, m.Dated):
		return fmt.Errorf("no day %q counts a row; there are %s, or none for the event's own", m.Dated, strings.Join(datings[1:], ", "))
	case m.Dated != "" && !m.Reach.None() && len(m.Reach.Given) == 0:
		return fmt.Errorf("other months hold events of other days: reach needs the columns these must give")
	}
	for _, sum := range []string{m.Sums.Numerator, m.Sums.Denominator} {
		if sum != "" && !terms.MatchString(sum) {
			return fmt.Errorf("%q is not relation.column, joined by \" + \"", sum)
		}
	}
	for _, level := range m.Levels {
		if !slices.Contains([]Level{Town, Village, Branch, Member}, level) {
			return fmt.Errorf("no level %q", level)
		}
	}
	for _, export := range m.Source {
		if _, ok := data.ContractOf(export); !ok && export != "files" {
			return fmt.Errorf("no export %q", export)
		}
	}
	if !slices.Contains(backs, m.Reach.Back) || !slices.Contains(aheads, m.Reach.Ahead) {
		return fmt.Errorf("no reach back %q, ahead %q; there are %s; %s", m.Reach.Back, m.Reach.Ahead, strings.Join(backs[1:], ", "), strings.Join(aheads[1:], ", "))
	}
	for _, name := range slices.Concat(m.Columns, m.Given, m.Reach.Given) {
		export, column, _ := strings.Cut(name, ".")
		c, _ := data.ContractOf(export)
		if _, ok := c.Column(column); !ok {
			return fmt.Errorf("no column %q", name)
		}
	}
	return nil
}
