package work

import (
	"hulian/dashboards/page/block"
	"hulian/dashboards/visitor"
)

// EntryForms read the forms of this package's pages.
var EntryForms = []block.EntryForm{
	{Export: exportCallbacks, Page: "callbacks", Needs: visitor.Decide, Read: readAnswers},
	{Export: exportTalks, Page: "points", Needs: visitor.Decide, Read: readTalk},
}
