package records

import (
	"strings"
	"testing"
	"time"

	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/pipelines"
)

// TestARetryIsToldInTheTownsTime: the clock of the machine may be another one.
func TestARetryIsToldInTheTownsTime(t *testing.T) {
	r := block.Request{Question: question.Question{Language: language.Language{Lang: language.English, Zone: time.FixedZone("Asia/Shanghai", 8*60*60)}}}
	cell := standingCell(r, pipelines.Scheduled{Running: true, Retry: time.Date(2018, 2, 1, 6, 30, 0, 0, time.UTC)})
	if !strings.Contains(cell.Text, "14:30") {
		t.Errorf("%q, want the retry at 14:30", cell.Text)
	}
}

// TestWhatStartsARunHasANameInBothLanguages goes through the triggers pipelines.Run lists.
func TestWhatStartsARunHasANameInBothLanguages(t *testing.T) {
	for _, trigger := range strings.Split("command, import, serve, schedule, catch-up, retry, page, upload, waive, repair", ", ") {
		zh, en := StateCell(triggers, trigger, language.Chinese).Text, StateCell(triggers, trigger, language.English).Text
		if zh == trigger || zh == "" || en == "" {
			t.Errorf("%s: %q, %q", trigger, zh, en)
		}
	}
	if cell := StateCell(triggers, "by-hand", language.Chinese); cell.Text != "by-hand" {
		t.Errorf("an unknown one is shown as %q", cell.Text)
	}
}

// TestTheFilesOfARunAreTold lists one that was read, one that was refused and one that is still being written: what was not
// read comes first, and what only comes later is no alarm.
func TestTheFilesOfARunAreTold(t *testing.T) {
	run := pipelines.Run{ID: "r1", Files: []pipelines.Reconciliation{
		{FileID: "aa", Name: "走访.csv", Export: "visits", Read: 7, Accepted: 6, Ignored: 1},
		{Name: "社情民意.csv", Problem: pipelines.FileGrowing},
		{Name: "out.csv", Problem: pipelines.FileLink},
	}}
	for lang, says := range map[string][]string{language.Chinese: {"还在写入", "下次运行会读入", "链接"}, language.English: {"still being written", "the next run takes it", "link"}} {
		table := runFiles(block.Request{Question: question.Question{Language: language.Language{Lang: lang}}}, run)
		if len(table.Rows) != 3 || table.Rows[2][0].Text != "走访.csv" || table.Rows[2][7].Text != "" {
			t.Fatalf("%+v", table.Rows)
		}
		growing, link := table.Rows[0][7], table.Rows[1][7]
		if growing.Tone != view.ToneQuiet || link.Tone != view.ToneWorse {
			t.Errorf("tones %v and %v", growing.Tone, link.Tone)
		}
		for i, text := range []string{growing.Text, growing.Note, link.Text} {
			if !strings.Contains(text, says[i]) {
				t.Errorf("%q does not say %q", text, says[i])
			}
		}
	}
}
