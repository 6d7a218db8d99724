package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

func mixed() pipelines.Table {
	day := func(d, hour int) time.Time { return time.Date(2018, 1, d, hour, 0, 0, 0, time.UTC) }
	return pipelines.Table{
		Columns: []string{"unit", "day", "at", "n", "value", "met"},
		Rows: [][]any{
			{"福合院村", day(8, 0), day(8, 0), int64(4863), 0.7777777777777778, true},
			{"a,\"b\"\nc", day(31, 0), day(31, 19), int64(7), math.NaN(), false},
			{nil, nil, nil, nil, nil, nil},
		},
	}
}

func written(t *testing.T, format string, table pipelines.Table) string {
	t.Helper()
	var b bytes.Buffer
	table.Columns = distinct(table.Columns)
	if err := formats[format](&b, table); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTablesAlignChineseText(t *testing.T) {
	got := written(t, "table", mixed())
	want := "" +
		"unit      day         at                      n               value  met\n" +
		"福合院村  2018-01-08  2018-01-08 00:00:00  4863  0.7777777777777778  true\n" +
		"a,\"b\" c   2018-01-31  2018-01-31 19:00:00     7                 NaN  false\n" +
		"\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestCSVAndJSONHoldTheSameFields(t *testing.T) {
	records, err := csv.NewReader(bytes.NewBufferString(written(t, "csv", mixed()))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	if err := json.Unmarshal([]byte(written(t, "json", mixed())), &objects); err != nil {
		t.Fatal(err)
	}
	if len(records)-1 != len(objects) {
		t.Fatalf("%d records, %d objects", len(records)-1, len(objects))
	}
	for i, object := range objects {
		if len(object) != len(records[0]) {
			t.Errorf("object %d has %d fields, want %d", i, len(object), len(records[0]))
		}
		for c, name := range records[0] {
			value, ok := object[name]
			if !ok {
				t.Errorf("object %d has no field %q", i, name)
			}
			if (value == nil) != (records[i+1][c] == "" || records[i+1][c] == "NaN") {
				t.Errorf("object %d, %s: %v in JSON, %q in CSV", i, name, value, records[i+1][c])
			}
		}
	}
	want := map[string]any{"unit": "福合院村", "day": "2018-01-08", "at": "2018-01-08 00:00:00", "n": 4863.0, "value": 0.7777777777777778, "met": true}
	if diff := cmp.Diff(want, objects[0]); diff != "" {
		t.Errorf("object (-want +got):\n%s", diff)
	}
}

func TestEmptyJSONIsAnArray(t *testing.T) {
	if got := written(t, "json", pipelines.Table{Columns: []string{"a"}}); got != "[]\n" {
		t.Errorf("got %q", got)
	}
}

func TestColumnsOfOneNameAreToldApart(t *testing.T) {
	if got, want := distinct([]string{"a", "a", "a_2", "b", "a"}), []string{"a", "a_2", "a_2_2", "b", "a_3"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestShortenCountsPlaces(t *testing.T) {
	for text, want := range map[string]string{"abc": "abc", "逍林镇": "逍林镇", "逍林镇2018": "逍林…", "abcdefgh": "abcde…", "": ""} {
		if got := shorten(text, 6); got != want {
			t.Errorf("shorten(%q) = %q, want %q", text, got, want)
		}
	}
}
