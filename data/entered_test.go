package data

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

// TestAnEntryIsLookedAtBeforeItIsKept: what loading would refuse is told to whoever fills it in.
func TestAnEntryIsLookedAtBeforeItIsKept(t *testing.T) {
	c, _ := ContractOf("actions")
	sound := func(change ...any) map[string]any {
		row := map[string]any{"action_id": "CS-201801-3f2a", "state": "open", "of_month": "2018-01", "due_on": "2018-05-31", "cause": "effort"}
		for i := 0; i < len(change); i += 2 {
			row[change[i].(string)] = change[i+1]
		}
		return row
	}
	for name, x := range map[string]struct {
		row  map[string]any
		want []EntryFault
	}{
		"sound":                    {sound(), nil},
		"empty where it may be":    {sound("owner", ""), nil},
		"empty where it may not":   {sound("state", ""), []EntryFault{{"state", pipelines.MissingRequired}}},
		"missing":                  {map[string]any{"state": "open", "of_month": "2018-01"}, []EntryFault{{"action_id", pipelines.MissingRequired}}},
		"a word that is none":      {sound("cause", "fate"), []EntryFault{{"cause", pipelines.NotAllowed}}},
		"a day that is none":       {sound("due_on", "2018-02-30"), []EntryFault{{"due_on", pipelines.WrongType}}},
		"a number in words' place": {sound("owner", 3), []EntryFault{{"owner", pipelines.WrongType}}},
		"a text that is too long":  {sound("acceptance", strings.Repeat("长", 501)), []EntryFault{{"acceptance", pipelines.OutOfRange}}},
		"a column that is none":    {sound("colour", "red"), []EntryFault{{"colour", pipelines.HeaderNotRecognised}}},
	} {
		if diff := cmp.Diff(x.want, c.Faults(x.row)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
