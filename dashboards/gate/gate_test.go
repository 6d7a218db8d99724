package gate

import (
	"hulian/dashboards/language"
	"hulian/pipelines/personal"
)

var (
	zh      = language.Language{Lang: language.Chinese}
	noNames personal.Names
)
