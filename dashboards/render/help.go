package render

import "hulian/dashboards/question"

// Help links to the text about the page; on the help itself there is none.
func (d Document) Help() string {
	if d.Request.Page.ID == "help" {
		return ""
	}
	return d.Request.Link("help", question.With("topic", d.Request.Page.ID))
}
