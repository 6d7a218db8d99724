package records

import (
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// stageNames are the stages that every run of exports goes through, in order.
var stageNames = []struct {
	stage pipelines.Stage
	name  data.Text
}{
	{pipelines.StageLand, data.Text{Zh: "收文件", En: "Taking files"}}, {pipelines.StageLoad, data.Text{Zh: "读入", En: "Reading"}},
	{pipelines.StageModel, data.Text{Zh: "计算", En: "Computing"}}, {pipelines.StagePublish, data.Text{Zh: "发布", En: "Publishing"}},
}

// AtWork gives the run that is at work; all are the runs, newest first.
func AtWork(all []pipelines.Run) (run pipelines.Run, working bool) {
	if len(all) == 0 || all[0].State != pipelines.RunRunning {
		return run, false
	}
	return all[0], true
}

// Progress shows how far a run is: the stages that its document says are done, and of the one at work how many steps, where this
// process makes the run and so knows it.
func Progress(l language.Language, run pipelines.Run, now pipelines.StageNow) *view.Progress {
	p := &view.Progress{Frame: view.Frame{ID: "underway", Title: l.T("正在更新数据", "The data are being renewed"), Language: l}, Live: run.State == pipelines.RunRunning}
	done := map[pipelines.Stage]pipelines.StageRecord{}
	for _, s := range run.Stages {
		done[s.Stage] = s
	}
	current := ""
	for _, s := range stageNames {
		stage := view.Stage{Name: s.name.In(l.Lang), State: view.StageWaiting}
		record, over := done[s.stage]
		switch {
		case over:
			stage.State, stage.Took, stage.Text = view.StageDone, l.Seconds(record.Duration), whatCame(l, run, s.stage)
		case current == "":
			current, stage.State = stage.Name, view.StageRunning
			if now.Stage == s.stage {
				stage.Done, stage.All = now.Done, now.All
			}
			if run.State != pipelines.RunRunning {
				stage.State = view.StageFailed
			}
		}
		switch {
		case s.stage != pipelines.StageLoad || stage.All == 0:
		case stage.Done == stage.All: // rows are checked against one another now, which has no steps
			stage.Text = l.Tf("%d个文件已读完，正在核对各行", "%d files are read; their rows are being checked", stage.All)
			stage.Done, stage.All = 0, 0
		default:
			stage.Text = l.Tf("已读%[1]d个文件，共%[2]d个", "%[1]d of %[2]d files", stage.Done, stage.All)
		}
		p.Stages = append(p.Stages, stage)
	}
	p.Said = l.Tf("%s开始；本页自动更新，可以离开。", "Began at %s. This page renews itself; you may leave it.", l.Moment(run.StartedAt))
	if current != "" {
		p.Said = l.Tf("正在%s，", "%s. ", current) + p.Said
	}
	return p
}

// whatCame says in a few words what came of the reading of files.
func whatCame(l language.Language, run pipelines.Run, stage pipelines.Stage) string {
	if stage != pipelines.StageLoad || len(run.Files) == 0 {
		return ""
	}
	files := map[string]bool{}
	for _, f := range run.Files {
		files[f.FileID+f.Name] = true
	}
	total := pipelines.Total(run.Files)
	return l.Tf("%[1]d个文件，收下%[2]s行，退回%[3]s行", "%[1]d files, %[2]s rows taken, %[3]s refused", len(files), reading.Count(float64(total.Accepted)), reading.Count(float64(total.Quarantined)))
}

// underway is the progress of the run that is at work; nothing where none is.
func underway(r block.Request, all []pipelines.Run) []view.Block {
	run, working := AtWork(all)
	if !working {
		return nil
	}
	var now pipelines.StageNow
	if r.Underway != nil {
		now = r.Underway()
	}
	return []view.Block{Progress(r.Language, run, now)}
}
