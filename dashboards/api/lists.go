package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/refusal"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
)

// Unit is a town, village or branch.
type Unit struct {
	Level          string `json:"level" enum:"town,village,branch"`
	UnitID         string `json:"unit_id"`
	UnitName       string `json:"unit_name"`
	ParentID       string `json:"parent_id,omitempty" doc:"the unit above"`
	VillageID      string `json:"village_id,omitempty" doc:"of a branch: its village"`
	Phase          string `json:"phase,omitempty" doc:"pilot or rollout"`
	ProgrammeStart string `json:"programme_start,omitempty" doc:"the day the programme began there, 2017-05-01"`
}

// Definition is what a measure means.
type Definition struct {
	Measure       string   `json:"measure" doc:"its ID"`
	Was           []string `json:"was,omitempty" doc:"IDs it had before, which are still understood" nullable:"false"`
	NameZh        string   `json:"name_zh"`
	NameEn        string   `json:"name_en"`
	Group         string   `json:"group"`
	Unit          string   `json:"unit" doc:"share (0 to 1), count, days, …"`
	Direction     string   `json:"direction,omitempty" doc:"which way is better"`
	Levels        []string `json:"levels" nullable:"false"`
	NumeratorZh   string   `json:"numerator_zh"`
	NumeratorEn   string   `json:"numerator_en"`
	DenominatorZh string   `json:"denominator_zh" doc:"empty for a count"`
	DenominatorEn string   `json:"denominator_en" doc:"empty for a count"`
	Scale         float64  `json:"scale" doc:"value = scale × numerator ÷ denominator"`
	Target        *float64 `json:"target" doc:"in the value's own unit"`
	MinBase       float64  `json:"min_base" doc:"under this denominator a value is shown and not judged"`
	NoteZh        string   `json:"note_zh"`
	NoteEn        string   `json:"note_en"`
}

// Problem is something wrong with a row of a file.
type Problem struct {
	Number   string `json:"number"`
	FileID   string `json:"file_id" doc:"SHA-256 of the file"`
	File     string `json:"file" doc:"its name"`
	Sheet    string `json:"sheet,omitempty"`
	Row      int64  `json:"row" doc:"physical row, from 1"`
	Letter   string `json:"letter,omitempty" doc:"of the column"`
	Export   string `json:"export"`
	Column   string `json:"column,omitempty"`
	Header   string `json:"header,omitempty"`
	Code     string `json:"code" doc:"what is wrong"`
	Severity string `json:"severity" doc:"warn: the row counts all the same"`
	Value    string `json:"value,omitempty" doc:"what stands there; dots for whoever may not see the file"`
	State    string `json:"state" doc:"open, repaired, waived, …"`
	WaivedBy string `json:"waived_by,omitempty"`
	Reason   string `json:"reason,omitempty" doc:"for which it was waived"`
}

// Run is one run of the pipeline.
type Run struct {
	ID          string     `json:"id"`
	Pipeline    string     `json:"pipeline,omitempty"`
	Trigger     string     `json:"trigger" doc:"what started it"`
	State       string     `json:"state" doc:"running, done, unchanged, failed, cancelled, interrupted"`
	StartedAt   time.Time  `json:"started_at"`
	FinishedAt  *time.Time `json:"finished_at"`
	Generation  int        `json:"generation,omitempty" doc:"of the data served after it"`
	CutOff      string     `json:"cut_off,omitempty" doc:"the day the data are known as of"`
	Read        int64      `json:"rows_read"`
	Accepted    int64      `json:"rows_accepted"`
	Quarantined int64      `json:"rows_quarantined"`
	Ignored     int64      `json:"rows_ignored"`
	Waiting     int64      `json:"rows_waiting" doc:"for the lists that hold their IDs"`
	Reasons     []string   `json:"reasons,omitempty" doc:"why it did not do all of its work" nullable:"false"`
}

func (a *API) registerLists() {
	register(a, operation("list-units", http.MethodGet, "/units", "Units", "The town, its villages and branches. 本镇、各村、各支部。"), a.units)
	register(a, operation("list-definitions", http.MethodGet, "/definitions", "Definitions of measures", "What each measure means, with its numerator, denominator and unit. 各项指标的定义。"), a.definitions)
	register(a, operation("list-problems", http.MethodGet, "/problems", "Problems of rows", "What is wrong with rows of the files that came, those of the newest file first. 报表中的问题行。"), a.problems)
	register(a, operation("list-runs", http.MethodGet, "/runs", "Runs", "The runs of the pipeline, newest first. 运行记录。"), a.runs)
}

// UnitsAsked is what a request for units may say.
type UnitsAsked struct {
	Paged
	Level string `query:"level" enum:"town,village,branch" doc:"those of one level"`
}

func (a *API) units(_ context.Context, _ visitor.Visitor, in *UnitsAsked, h Held) (List[Unit], string, error) {
	all := []Unit{}
	for _, u := range slices.Concat([]facts.Unit{h.Town}, h.Villages, h.Branches) {
		if in.Level != "" && in.Level != string(u.Level) {
			continue
		}
		row := Unit{Level: string(u.Level), UnitID: u.ID, UnitName: u.Name, ParentID: u.ParentID, Phase: u.Phase, ProgrammeStart: u.ProgrammeStart}
		if u.Level == facts.LevelBranch {
			row.VillageID = u.VillageID
		}
		all = append(all, row)
	}
	return listed(&in.Paged, h.Generation, all)
}

func (a *API) definitions(_ context.Context, _ visitor.Visitor, in *Paged, h Held) (List[Definition], string, error) {
	all := []Definition{}
	for _, m := range queries.Measures() {
		d := Definition{Measure: m.ID, Was: m.Was, NameZh: m.Name.Zh, NameEn: m.Name.En, Group: m.Group, Unit: m.Unit, Direction: string(m.Direction), Levels: []string{},
			NumeratorZh: m.Numerator.Zh, NumeratorEn: m.Numerator.En, DenominatorZh: m.Denominator.Zh, DenominatorEn: m.Denominator.En,
			Scale: m.Scale, Target: m.Target, MinBase: m.MinBase, NoteZh: m.Note.Zh, NoteEn: m.Note.En}
		for _, level := range m.Levels {
			d.Levels = append(d.Levels, string(level))
		}
		all = append(all, d)
	}
	return listed(in, h.Generation, all)
}

// ProblemsAsked is what a request for problems may say.
type ProblemsAsked struct {
	Paged
	Export string `query:"export" minLength:"1" maxLength:"60" doc:"of one export"`
	Code   string `query:"code" minLength:"1" maxLength:"60" doc:"of one kind"`
	File   int64  `query:"file" minimum:"1" maximum:"1000000000" doc:"of one file, by its number"`
	State  string `query:"state" enum:"open,repaired,waived" doc:"in one state"`
}

func (a *API) problems(ctx context.Context, v visitor.Visitor, in *ProblemsAsked, h Held) (List[Problem], string, error) {
	offset, err := in.place(h.Generation)
	if err != nil {
		return List[Problem]{}, "", err
	}
	filter := facts.ProblemFilter{Export: in.Export, Code: in.Code, State: pipelines.ProblemState(in.State)}
	if in.File > 0 {
		filter.File = strconv.FormatInt(in.File, 10)
	}
	found, err := h.Problems(ctx, v, filter, facts.First(int(offset+in.Limit+1)))
	if err != nil {
		return List[Problem]{}, "", err
	}
	all := make([]Problem, 0, len(found))
	seesAll := h.SeesPersons(v)
	for _, p := range found {
		row := Problem{Number: p.ProblemNo, FileID: p.FileID, File: p.Name, Sheet: p.Sheet, Row: p.Row, Letter: p.Letter, Export: p.Export, Column: p.ColumnID, Header: p.Header,
			Code: p.Code, Severity: p.Severity, Value: p.Value, State: p.State}
		if seesAll {
			row.WaivedBy, row.Reason = p.WaivedBy, p.Reason
		}
		all = append(all, row)
	}
	return listed(&in.Paged, h.Generation, all)
}

func (a *API) runs(_ context.Context, _ visitor.Visitor, in *Paged, h Held) (List[Run], string, error) {
	if a.Runs == nil {
		return List[Run]{}, "", refusal.New(in.lang, http.StatusNotFound, "no runs are kept here", data.Text{})
	}
	history, err := a.Runs()
	if err != nil {
		return List[Run]{}, "", err
	}
	all := make([]Run, 0, len(history))
	for _, r := range history {
		row := Run{ID: r.ID, Pipeline: r.Pipeline, Trigger: r.Trigger, State: string(r.State), StartedAt: r.StartedAt, Generation: r.Generation, CutOff: r.CutOff, Waiting: r.Waiting}
		if !r.FinishedAt.IsZero() {
			row.FinishedAt = &r.FinishedAt
		}
		for _, f := range r.Files {
			row.Read, row.Accepted, row.Quarantined, row.Ignored = row.Read+f.Read, row.Accepted+f.Accepted, row.Quarantined+f.Quarantined, row.Ignored+f.Ignored
		}
		for _, reason := range r.Reasons {
			row.Reasons = append(row.Reasons, string(reason.Code))
		}
		all = append(all, row)
	}
	return listed(in, h.Generation, all)
}
