package content_test

import (
	"reflect"
	"testing"

	"hulian/dashboards/report/content"
	"hulian/pipelines"
)

// TestWhatMovedIsToldWithinWhatIsRead: a number that stands in the reader's own paper is told with what it was; a name, a sentence, and a row
// he does not read are not.
func TestWhatMovedIsToldWithinWhatIsRead(t *testing.T) {
	now := content.Content{Parts: []content.Part{{Tables: []content.Table{{Caption: "各村", Columns: []string{"村", "办结率", "承办人"}, Rows: []content.Row{
		{{Text: "东村"}, {Text: "80.0", Base: "8/10"}, {Text: "王某"}},
		{{Text: "西村"}, {Text: "—"}, {Text: "—"}},
	}}}}}}
	of := func(row, column, was, now string) pipelines.PaperChange {
		return pipelines.PaperChange{Part: "各村", Row: row, Column: column, Was: was, Now: now}
	}
	told := of("东村", "办结率", "70.0 (7/10)", "80.0 (8/10)")
	got := content.Within([]pipelines.PaperChange{
		told,
		of("东村", "办结率", "70.0 (7/10)", "81.0 (8/10)"), // he reads another value
		of("东村", "承办人", "张小明", "王某"),                  // a name stood there
		of("西村", "承办人", "张小明", "—"),
		of("北村", "办结率", "1", "2"), // no row of his
		of("", "", "东村办结7件", "东村办结8件"),
		of("西村", "", "70.0 | 张小明", ""),
	}, now)
	if !reflect.DeepEqual(got, []pipelines.PaperChange{told}) {
		t.Errorf("%+v", got)
	}
}
