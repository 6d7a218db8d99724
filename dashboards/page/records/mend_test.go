package records

import (
	"strings"
	"testing"
	"time"

	"hulian/dashboards/language"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/view"
	"hulian/pipelines"
)

// TestWhatIsToBeMendedIsSaidWithAnExampleAndACure: a clerk reads which cell to change, and to what; who sees no rows of the file
// reads how many there are and no value.
func TestWhatIsToBeMendedIsSaidWithAnExampleAndACure(t *testing.T) {
	r := asktest.Asked(t, "data", "")
	r.Visitor = asktest.Office
	mends, err := ToMend(t.Context(), r)
	if err != nil || len(mends) != 2 {
		t.Fatalf("%d kinds, %v", len(mends), err)
	}
	for _, m := range mends {
		if m.Rows != 1 || m.Files != 1 || m.Cure == "" || m.Sentence == "" || m.Export == m.Example.Export || !strings.Contains(m.List, "code="+m.Example.Code) {
			t.Errorf("%+v", m)
		}
		if m.Example.Code == string(pipelines.WrongType) && (!strings.Contains(m.Cure, "C17") || exampleOf(r, m.Example) != "“=cmd|'x'”") {
			t.Errorf("the cure of %s is %q", exampleOf(r, m.Example), m.Cure)
		}
	}
	r.Visitor = asktest.Analyst
	if mends, err = ToMend(t.Context(), r); err != nil || len(mends) != 2 {
		t.Fatalf("an analyst: %d kinds, %v", len(mends), err)
	}
	for _, m := range mends {
		if m.Workbook.Link != "" || strings.Contains(m.Sentence+m.Example.Value+exampleOf(r, m.Example), "cmd") {
			t.Errorf("an analyst reads a refused value: %+v", m)
		}
	}
}

// TestTheDataPageOpensWithWhatIsToBeDone: rows to mend and files that were not taken stand in the headline, the file with its fault,
// its cure and a way to set it aside on the page.
func TestTheDataPageOpensWithWhatIsToBeDone(t *testing.T) {
	for lang, says := range map[string][]string{"zh": {"2行待改", "1份表没有读入", "放弃这个文件", "密码"}, "en": {"2 rows to mend", "1 tables not taken", "Set it aside", "password"}} {
		r := asktest.Asked(t, "data", "lang="+lang)
		r.Visitor, r.Waives = asktest.Office, true
		v, err := Data(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		said := v.Headline.Weak
		for _, table := range v.Tables() {
			if table.ID == "waiting" {
				for _, cell := range table.Rows[0] {
					said += " " + cell.Text + " " + cell.Note
				}
			}
		}
		for _, want := range says {
			if !strings.Contains(said, want) {
				t.Errorf("%q does not say %q", said, want)
			}
		}
	}
}

// TestDeliveriesAreShownOfTheTownOrOfOneVillage: the town's cells count villages, a village's say whether the export came.
func TestDeliveriesAreShownOfTheTownOrOfOneVillage(t *testing.T) {
	town := deliveryMatrix(asktest.Asked(t, "data", ""))
	village := deliveryMatrix(asktest.Asked(t, "data", "place=V1"))
	if len(town.Rows) != 4 || len(village.Rows) != 4 || len(town.Columns) != len(town.Rows[0].Cells) || len(town.Columns) > deliveryMonths {
		t.Fatalf("%d and %d exports, %d months", len(town.Rows), len(village.Rows), len(town.Columns))
	}
	last := len(town.Columns) - 1
	if cell := town.Rows[0].Cells[last]; cell.Value.Text != "3" || cell.Place != view.SlightlyAhead {
		t.Errorf("the town: %+v", cell)
	}
	if cell := village.Rows[0].Cells[last]; cell.Value.Text != "✓" || !strings.Contains(village.Says(cell), "按时收到") {
		t.Errorf("the village: %+v, %s", cell, village.Says(cell))
	}
	r := asktest.Asked(t, "data", "place=V1")
	if lacking, due := missing(r, delivered(r)); lacking != 0 || due != 4 {
		t.Errorf("%v of %v are missing", lacking, due)
	}
}

// TestTheProgressOfARunIsToldStageByStage: what is done, how far the stage at work is, what has not begun.
func TestTheProgressOfARunIsToldStageByStage(t *testing.T) {
	run := pipelines.Run{State: pipelines.RunRunning, StartedAt: time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC),
		Stages: []pipelines.StageRecord{{Stage: pipelines.StageLand, Duration: time.Second}}}
	p := Progress(language.Language{Lang: language.Chinese}, run, pipelines.StageNow{Stage: pipelines.StageLoad, Done: 35, All: 217})
	states := []view.StageState{view.StageDone, view.StageRunning, view.StageWaiting, view.StageWaiting}
	for i, want := range states {
		if p.Stages[i].State != want {
			t.Errorf("stage %d is %s, want %s", i, p.Stages[i].State, want)
		}
	}
	if load := p.Stages[1]; load.Done != 35 || load.All != 217 || !strings.Contains(load.Text, "35") || !p.Live || !strings.Contains(p.Said, "读入") {
		t.Errorf("%+v: %s", load, p.Said)
	}
	// Another process makes the run: nothing is known of its steps, and nothing is invented.
	if load := Progress(language.Language{Lang: language.Chinese}, run, pipelines.StageNow{}).Stages[1]; load.All != 0 || load.Text != "" || load.State != view.StageRunning {
		t.Errorf("%+v", load)
	}
}
