package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/refusal"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries"
)

// Value is one value of a measure, with what it is made of.
type Value struct {
	Measure     string   `json:"measure"`
	Level       string   `json:"level"`
	UnitID      string   `json:"unit_id"`
	UnitName    string   `json:"unit_name"`
	Month       string   `json:"month" doc:"2018-01"`
	Unit        string   `json:"unit" doc:"of the value: share (0 to 1), count, days, …"`
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator" doc:"null for a count"`
	Value       *float64 `json:"value" doc:"null: unknown, which is never zero; reason says why"`
	Reason      string   `json:"reason" doc:"why there is no value, or why it is not of all it should be of; empty otherwise"`
	Spoke       *float64 `json:"spoke" doc:"of a town: villages it is known of"`
	Villages    *float64 `json:"villages" doc:"of a town: villages there were"`
	Reached     *float64 `json:"reached" doc:"months it is made of, where it is made of several"`
	Lacking     *float64 `json:"lacking" doc:"of those, not known"`
	Partly      *float64 `json:"partly" doc:"of a town: villages of which more of these months are not known"`
}

// Values are values of measures.
type Values struct {
	List[Value]
	ChangedSinceSigned []string `json:"changed_since_signed" nullable:"false" doc:"months among them that were corrected since they were signed"`
}

// ValuesAsked is what a request for values may say.
type ValuesAsked struct {
	Paged
	Measure  []string `query:"measure" minItems:"1" maxItems:"50" doc:"IDs, joined by commas; all measures where none is named"`
	Level    string   `query:"level" enum:"town,village,branch,member" default:"town" doc:"member: for those who see the persons of the whole town"`
	Unit     string   `query:"unit" minLength:"1" maxLength:"60" doc:"ID of one unit; all of the level where none is named"`
	Month    string   `query:"month" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" maxLength:"7" doc:"one month, 2018-01; the last one where neither a month, from, to nor a measure is named"`
	From     string   `query:"from" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" maxLength:"7" doc:"first month"`
	To       string   `query:"to" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" maxLength:"7" doc:"last month"`
	Restated bool     `query:"restated" doc:"past months for the units of today"`
}

func (a *API) registerMeasures() {
	register(a, operation("list-measures", http.MethodGet, "/measures", "Values of measures",
		"Values with numerator, denominator and unit, or why there is none, by measure, unit and month. 指标数值，含分子、分母；未知时说明原因。"), a.values)
}

func (a *API) values(ctx context.Context, v visitor.Visitor, in *ValuesAsked, h Held) (Values, string, error) {
	none := func(what string) error {
		return refusal.New(in.lang, http.StatusNotFound, what, data.Text{Zh: "指标编号见 " + Root + "/definitions，单位编号见 " + Root + "/units。", En: Root + "/definitions lists the measures, " + Root + "/units the units."})
	}
	scope := facts.Scope{Level: queries.Level(in.Level), Unit: in.Unit, From: cmp.Or(in.Month, in.From, h.FirstMonth), To: cmp.Or(in.Month, in.To, h.LastMonth)}
	if len(in.Measure) == 0 && in.Month+in.From+in.To == "" {
		scope.From = h.LastMonth
	}
	if in.Unit != "" && scope.Level != facts.LevelMember && !known(h, scope.Level, in.Unit) {
		return Values{}, "", none("there is no " + in.Level + " " + in.Unit)
	}
	ids := in.Measure
	for _, id := range ids {
		if _, defined := queries.MeasureOf(id); !defined {
			return Values{}, "", none("there is no measure " + id)
		}
	}
	if len(ids) == 0 {
		for _, m := range queries.Measures() {
			ids = append(ids, m.ID)
		}
	}
	h.Restated = in.Restated && len(h.Successions) > 0
	measured, err := h.Values(ctx, v, scope, ids...)
	if err != nil {
		return Values{}, "", err
	}
	all := []facts.Value{}
	for value := range measured.All() {
		all = append(all, value)
	}
	if scope.Level == facts.LevelMember { // each is a person, and that somebody asked is told even where none has a value
		h.Disclose("members")
	}
	slices.SortFunc(all, func(a, b facts.Value) int {
		return cmp.Or(cmp.Compare(a.Measure.ID, b.Measure.ID), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Month, b.Month))
	})
	rows, next, err := page(&in.Paged, h.Generation, all)
	if err != nil {
		return Values{}, "", err
	}
	answer := Values{List: List[Value]{Generation: h.Generation, Rows: make([]Value, len(rows)), Next: next}, ChangedSinceSigned: []string{}}
	months := map[string]bool{}
	for i, value := range rows {
		answer.Rows[i] = valueOf(h, in.Level, value)
		months[value.Month] = true
	}
	if a.Changed != nil {
		changed, err := a.Changed(ctx)
		if err != nil {
			return Values{}, "", err
		}
		for _, month := range changed {
			if months[month] {
				answer.ChangedSinceSigned = append(answer.ChangedSinceSigned, month)
			}
		}
	}
	return answer, next, nil
}

func valueOf(h Held, level string, v facts.Value) Value {
	return Value{Measure: v.Measure.ID, Level: level, UnitID: v.Unit, UnitName: h.Name(v.Unit), Month: v.Month, Unit: v.Measure.Unit,
		Numerator: number(v.Num), Denominator: number(v.Den), Value: number(v.Value), Reason: v.Reason,
		Spoke: number(v.Spoke), Villages: number(v.Villages), Reached: number(v.Reached), Lacking: number(v.Lacking), Partly: number(v.Partly)}
}

// known reports whether there is a unit. A former one is known by its name alone.
func known(h Held, level queries.Level, id string) bool {
	if h.Name(id) != id {
		return true
	}
	switch level {
	case facts.LevelVillage:
		_, is := h.Village(id)
		return is
	case facts.LevelBranch:
		_, is := h.Branch(id)
		return is
	default:
		return id == h.Town.ID
	}
}
