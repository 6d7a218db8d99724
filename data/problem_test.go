package data

import (
	"testing"

	"hulian/pipelines"
)

func TestExplainSpeaksOfWhatTheFileHas(t *testing.T) {
	for _, test := range []struct {
		problem          pipelines.Problem
		zh, mendZh       string
		english, mending string
	}{
		{pipelines.Problem{Code: pipelines.DuplicateKey, Export: "visits", Row: 12, Letter: "C", Column: "visited_at", Value: "M1|H1|2018-01-04 09:04", Detail: "→ 4"},
			"第12行与第4行重复：“M1|H1|2018-01-04 09:04”应当只有一行。", "留下正确的一行，删去或改正另一行，保存后重新报送。",
			"Row 12 repeats row 4: “M1|H1|2018-01-04 09:04” may stand only once.", "Keep the right row, delete or correct the other one, save and send the file again."},
		{pipelines.Problem{Code: pipelines.DuplicateKey, Export: "visits", Row: 3, Letter: "A", Column: "visit_id", Value: "T1", Detail: "→ 一月 上旬 7"},
			"第3行与工作表“一月 上旬”第7行重复：“T1”应当只有一行。", "留下正确的一行，删去或改正另一行，保存后重新报送。",
			"Row 3 repeats row 7 of sheet “一月 上旬”: “T1” may stand only once.", "Keep the right row, delete or correct the other one, save and send the file again."},
		{pipelines.Problem{Code: pipelines.NotAllowed, Export: "visits", Row: 5, Column: "channel", Value: "飞鸽"}, // NDJSON: no letters
			"第5行“走访方式”写的是“飞鸽”，不是可选的内容。", "在这一格改填其中之一：入户、圆桌夜谈、电话、微信、活动。保存后重新报送。",
			"Row 5: “飞鸽” is not one of the choices for “Channel”.", "Use one of these in this cell: Home visit, Evening round-table, Phone, WeChat, Event. Save and send the file again."},
	} {
		if sentence, mend := Explain(test.problem, "zh"); sentence != test.zh || mend != test.mendZh {
			t.Errorf("%q %q", sentence, mend)
		}
		if sentence, mend := Explain(test.problem, "en"); sentence != test.english || mend != test.mending {
			t.Errorf("%q %q", sentence, mend)
		}
	}
}
