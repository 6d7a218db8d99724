package signals

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/queries"
)

// ActionMeasure is the definition of a share that says how help itself is decided, judged and lasting. It is counted from what people typed
// and from who is weak, and so stands in no table of measures: a decision changes none of those.
type ActionMeasure struct {
	ID          string            `yaml:"id"`
	Name        data.Text         `yaml:"name"`
	Direction   queries.Direction `yaml:"direction"`
	Target      string            `yaml:"target"` // setting of the programme's support; empty: shown, not judged
	Numerator   data.Text         `yaml:"numerator"`
	Denominator data.Text         `yaml:"denominator"`
	Note        data.Text         `yaml:"note"`
	Untold      data.Text         `yaml:"untold"`  // how many are left out, of which nothing is known yet: {n}
	Without     data.Text         `yaml:"without"` // why it is not counted where a setting it needs is not laid down
	None        data.Text         `yaml:"none"`    // of an empty base
}

//go:embed actions.yaml
var actionMeasuresFile []byte

var actionMeasures = mustReadActionMeasures(actionMeasuresFile)

func mustReadActionMeasures(content []byte) (all []ActionMeasure) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&all); err != nil {
		panic("embedded measures of actions: " + err.Error()) // part of the binary: a test reads them
	}
	return all
}

// ActionMeasures are the measures of actions, in the order in which they are shown.
func ActionMeasures() []ActionMeasure { return slices.Clone(actionMeasures) }

// TargetIn is what the programme holds the measure against; 0 where it lays nothing down.
func (m ActionMeasure) TargetIn(p data.Programme) float64 {
	switch m.Target {
	case "answered_target":
		return p.Support.AnsweredTarget
	case "judged_target":
		return p.Support.JudgedTarget
	}
	return 0
}

// ActionCount is a measure of actions with what was counted.
type ActionCount struct {
	ActionMeasure
	Numerator, Denominator int
	Untold                 int  // left out because nothing is known of them yet
	Without                bool // the programme does not lay down what it needs: nothing was counted
}

// UntoldSaid says how many are left out; empty where none is.
func (c ActionCount) UntoldSaid(lang string) string {
	if c.Untold == 0 {
		return ""
	}
	return strings.ReplaceAll(c.ActionMeasure.Untold.In(lang), "{n}", fmt.Sprint(c.Untold))
}

// Action is an action as its measures see it: days are YYYY-MM-DD, empty where there is none.
type Action struct {
	Village  string
	State    string // of the contract of actions
	Begun    string // the day it starts
	FirstDue string // the day of its verdict, as it was written first
	Judged   string // the day of its first verdict
	Closed   string // the day it was closed, where it is
	Outcome  Outcome
	Followed bool // whether Outcome says anything
	Relapsed bool // accepted, and its village was weak again since
}

// CountActions counts the measures of the actions of a village, or of the town where none is named, as they stand on a day. First is the
// day on which the town's first action began, empty where it has none: before it nobody kept whether a signal was answered.
func CountActions(t Town, assessed []Assessment, actions []Action, village, first string, day time.Time) []ActionCount {
	here := slices.DeleteFunc(slices.Clone(actions), func(a Action) bool {
		return a.State == "withdrawn" || village != "" && a.Village != village
	})
	today := day.Format(time.DateOnly)
	counts := make([]ActionCount, len(actionMeasures))
	for i, m := range actionMeasures {
		c := ActionCount{ActionMeasure: m}
		tell := func(known, is bool) {
			switch {
			case !known:
				c.Untold++
			case is:
				c.Numerator, c.Denominator = c.Numerator+1, c.Denominator+1
			default:
				c.Denominator++
			}
		}
		switch m.ID {
		case "signals_answered":
			if c.Without = t.Programme.Support.AnswerDays == 0; !c.Without && first != "" {
				t.countAnswers(assessed, here, village, first, today, tell)
			}
		case "actions_judged":
			for _, a := range here {
				tell(a.FirstDue != "" && a.FirstDue < today, a.Judged != "" && a.Judged <= a.FirstDue)
			}
		case "actions_accepted":
			for _, a := range here {
				tell(a.State != "open", a.State == "accepted")
			}
		case "actions_relapsed":
			for _, a := range here {
				if a.State == "accepted" {
					tell(toldSince(assessed, a), a.Relapsed)
				}
			}
		case "actions_better":
			for _, a := range here {
				tell(a.Followed && a.Outcome.Judged, a.Outcome.Credited())
			}
		}
		counts[i] = c
	}
	return counts
}

// countAnswers tells of every signal of weakness whether help was there in time.
func (t Town) countAnswers(assessed []Assessment, actions []Action, village, first, today string, tell func(known, is bool)) {
	for _, a := range assessed {
		if village != "" && a.Village.ID != village {
			continue
		}
		for _, month := range a.Spells {
			end, err := time.Parse("2006-01", month)
			if err != nil {
				continue // the months are the program's own
			}
			last := end.AddDate(0, 1, -1).AddDate(0, 0, t.Programme.Support.AnswerDays).Format(time.DateOnly)
			if last < first {
				continue
			}
			running := func(place, began, ended string) bool {
				return place == a.Village.ID && began != "" && began <= last && (ended == "" || ended >= month)
			}
			answered := slices.ContainsFunc(actions, func(x Action) bool { return running(x.Village, x.Begun, x.Closed) }) ||
				slices.ContainsFunc(t.Supports, func(s Support) bool { return running(s.Village, s.Started, s.Ended) })
			tell(last < today, answered)
		}
	}
}

// toldSince reports whether the village of an action could be judged in any month after the one in which it was closed.
func toldSince(assessed []Assessment, a Action) bool {
	return len(a.Closed) >= len("2006-01") && slices.ContainsFunc(assessed, func(of Assessment) bool {
		return of.Village.ID == a.Village && slices.ContainsFunc(of.Told, func(month string) bool { return month > a.Closed[:len("2006-01")] })
	})
}
