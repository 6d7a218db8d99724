package block

import (
	"hulian/dashboards/accounts"
	"hulian/dashboards/language"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
)

// ReasonField is what a form asks of whoever decides; who it is, the server knows.
func ReasonField(r Request) []view.Field {
	return []view.Field{{Name: "reason", Label: r.T("理由", "Reason"), Limit: 500, Required: true}}
}

// ReasonNeeded says that a form came without its reason.
func ReasonNeeded(r Request) string {
	return r.T("要写明理由（500 字以内）。", "A reason of at most 500 characters is needed.")
}

// TellOf is the form by which the visitor asks to be told of a measure in the page's unit; nil in a report and in a file, which are for
// paper.
func TellOf(r Request, m queries.Measure) *view.Tell {
	if r.Page.ID == "report" || r.Whole || !m.At(r.Unit().Level) {
		return nil
	}
	return &view.Tell{Name: m.Name.In(r.Lang), Unit: r.Unit().Name, Address: "/alerts/add", Link: r.Link("measures", question.With("measure", m.ID)) + "#be-told",
		Fields: append([]view.Field{{Name: "measure", Value: m.ID}, {Name: "village", Value: r.Village}, {Name: "branch", Value: r.Branch}, {Name: "way", Value: string(accounts.AlertSignal)}}, KeepLanguage(r)...)}
}

// KeepLanguage keeps the language of the page in a form.
func KeepLanguage(r Request) []view.Field {
	if r.Lang != language.English {
		return nil
	}
	return []view.Field{{Name: "lang", Value: language.English, Hidden: true}}
}
