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
		{{Text: "南村"}, {Text: "60.0", Base: "6/10"}, {Text: "—"}},
		{{Text: "南村"}, {Text: "50.0", Base: "5/10"}, {Text: "—"}},
	}}}}}}
	of := func(row, column, was, now string) pipelines.PaperChange {
		return pipelines.PaperChange{Part: "各村", Row: row, Column: column, Was: was, Now: now}
	}
	told := of("东村", "办结率", "70.0 (7/10)", "80.0 (8/10)")
	second := of("南村", "办结率", "40.0 (4/10)", "50.0 (5/10)")
	second.Nth = 1
	other := of("南村", "办结率", "20.0 (2/10)", "60.0 (6/10)") // the first of the name reads so, not the second
	other.Nth = 1
	got := content.Within([]pipelines.PaperChange{
		told,
		of("东村", "办结率", "70.0 (7/10)", "81.0 (8/10)"), // he reads another value
		of("东村", "承办人", "张小明", "王某"),                  // a name stood there
		of("西村", "承办人", "张小明", "—"),
		of("西村", "办结率", "90.0 (9/10)", "—"), // hidden from him, or missing: it is not said which
		second, other,
		of("北村", "办结率", "1", "2"), // no row of his
		of("", "", "东村办结7件", "东村办结8件"),
		of("西村", "", "70.0 | 张小明", ""),
	}, now)
	if !reflect.DeepEqual(got, []pipelines.PaperChange{told, second}) {
		t.Errorf("%+v", got)
	}
}
