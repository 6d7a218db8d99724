package data

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"hulian/pipelines"
)

// Every way in which a mapping can be wrong is told in both languages, and nothing else is.
func TestEveryRefusedMappingHasWords(t *testing.T) {
	known := constants(t, "mapping.go", "MappingFault")
	han := regexp.MustCompile(`\p{Han}`)
	for _, code := range known {
		r := pipelines.MappingRefusal{Why: pipelines.MappingFault(code), Subject: "S1", Near: "N1"}
		zh, en := ExplainMappingRefusal(r, "zh"), ExplainMappingRefusal(r, "en")
		if !han.MatchString(zh) || en == "" || han.MatchString(en) || strings.ContainsAny(zh+en, "{}") {
			t.Errorf("%s: %q, %q", code, zh, en)
		}
	}
	for code := range mappingTexts().Refusals {
		if !slices.Contains(known, string(code)) {
			t.Errorf("mapping.yaml gives words to %q, which no code names", code)
		}
	}
	for code := range mappingTexts().Written {
		if !slices.Contains(known, string(code)) {
			t.Errorf("mapping.yaml writes a cure of %q, which no code names", code)
		}
	}
	placed := pipelines.MappingRefusal{Why: pipelines.MappingJoinOne, Line: 7, Column: "issue_id", Key: "join"}
	if zh, en := ExplainMappingRefusal(placed, "zh"), ExplainMappingRefusal(placed, "en"); zh != "第 7 行：issue_id：要合并，至少选两列：{join: [header, header]}" ||
		en != "line 7: issue_id: at least two columns are needed to join them: {join: [header, header]}" {
		t.Errorf("with its line: %q, %q", zh, en)
	}
}
