package match

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hulian/pipelines"
)

// TestAWrittenDraftIsReadAsItWasMeant: whatever headers and words hold, a draft comes back from its mapping file as it was.
func TestAWrittenDraftIsReadAsItWasMeant(t *testing.T) {
	for _, x := range []string{"办结时间", "a: b", "# x", "{a: b}", "[x, y]", "办结\n时间", "\"", "'", "null", "~", "yes", "2018", "1.0", "*a", "&a", "!!str", "- x", "%d", "@", "` `", "\u2028", "\x01", " x ", "x, y", "?", "|", ">"} {
		d := pipelines.MappingDraft{Exporter: x, Files: []string{"*.csv"}, DateFormat: "%m/%d/%Y", TimeZone: "UTC", AsOf: "2018-01-31", HeaderRow: 3, Encoding: "gb18030", Delimiter: ";",
			Where: []pipelines.MappingCondition{{Header: x, Is: []string{x, "y"}}},
			With:  &pipelines.MappingCompanion{Files: []string{"二*.csv"}, Key: x, As: x, Sheet: "日期"},
			Exports: []pipelines.ExportDraft{
				{Export: "visits", Keep: pipelines.KeepFullest, Where: []pipelines.MappingCondition{{Header: x, Not: []string{x}}},
					Columns: map[string]pipelines.MappedColumn{"visit_id": {Join: []string{x, "b"}, With: x}, "household_id": {Header: x}, "member_id": {Row: true}, "visited_at": {Lookup: x},
						"minutes": {From: x, Until: "b", Round: true}, "note": {Header: x, Only: &pipelines.MappingCondition{Header: x, Is: []string{x}}}},
					Constants: map[string]string{"duty": x}, Values: map[string]map[string]string{"channel": {x: "home", "": "phone"}},
					Severity: map[pipelines.Code]pipelines.Severity{pipelines.DateOrder: pipelines.SeverityWarn}},
				{Export: "issues", Mode: "changes", Columns: map[string]pipelines.MappedColumn{"fed_back_at": {From: x, Plus: "b", Unit: pipelines.Hours}}},
			}}
		content, err := draftYAML(d)
		if err != nil {
			t.Errorf("%q: %v\n%s", x, err, content)
			continue
		}
		m, err := ParseMapping(content)
		if err != nil {
			t.Errorf("%q: %v", x, err)
			continue
		}
		if diff := cmp.Diff(d, m.Draft(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q (-said +read):\n%s\n%s", x, diff, content)
		}
	}
}

// TestWhatAPersonLeavesOutStaysOut: a header that everybody knows, and that somebody looked at and did not choose, is not
// taken behind his back.
func TestWhatAPersonLeavesOutStaysOut(t *testing.T) {
	d := pipelines.MappingDraft{Exports: []pipelines.ExportDraft{{Export: "issues", Columns: map[string]pipelines.MappedColumn{"issue_id": {Header: "单号"}, "title": {Header: "承办人"}}}}}
	LeaveOut(&d, []string{"单号", "收集时间", "上报人", "承办人", "办结时间", "天气"})
	if diff := cmp.Diff(map[string]string{"reporter_member_id": "", "resolved_at": ""}, d.Exports[0].Constants); diff != "" {
		t.Error(diff) // what is required is asked for, what is in use is in use
	}
}
