package block

import (
	"hulian/dashboards/language"
	"hulian/dashboards/view"
)

// ReasonField is what a form asks of whoever decides; who it is, the server knows.
func ReasonField(r Request) []view.Field {
	return []view.Field{{Name: "reason", Label: r.T("理由", "Reason"), Limit: 500, Required: true}}
}

// ReasonNeeded says that a form came without its reason.
func ReasonNeeded(r Request) string {
	return r.T("要写明理由（500 字以内）。", "A reason of at most 500 characters is needed.")
}

// KeepLanguage keeps the language of the page in a form.
func KeepLanguage(r Request) []view.Field {
	if r.Lang != language.English {
		return nil
	}
	return []view.Field{{Name: "lang", Value: language.English, Hidden: true}}
}
