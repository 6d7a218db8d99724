package records

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// Runs builds the page of runs.
func Runs(_ context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("运行", "Runs")}
	all, err := history(r)
	if err != nil {
		return v, err
	}
	v.Headline = runsHeadline(r, all)
	v.Blocks = append(v.Blocks, underway(r, all)...)
	lastRun(r, &v, all)
	v.Blocks = append(v.Blocks, view.Lead{})
	if err := runLog(r, &v, all); err != nil {
		return v, err
	}
	if len(all) > 0 {
		v.Blocks = append(v.Blocks, figureChanges(r, all, r.Params.Get("run"))...)
	}
	if r.Runs != nil {
		v.Blocks = append(v.Blocks, runs(r, all))
	}
	if err := schedule(r, &v); err != nil {
		return v, err
	}
	if r.Notices != nil {
		notices, err := r.Notices()
		if err != nil {
			return v, fmt.Errorf("read notices: %w", err)
		}
		v.Blocks = append(v.Blocks, noticeTable(r, notices))
	}
	return v, nil
}

// runsHeadline says how the newest run ended and what it changed.
func runsHeadline(r block.Request, all []pipelines.Run) view.Headline {
	if len(all) == 0 {
		return view.Headline{Rest: r.T("还没有运行过", "Nothing has run yet")}
	}
	run := all[0]
	if run.State == pipelines.RunRunning {
		return view.Headline{Rest: r.Tf("正在更新数据（%s开始）", "The data are being renewed since %s", r.Moment(run.StartedAt))}
	}
	at := r.Tf("%s更新", "Run of %s", r.Moment(run.StartedAt))
	switch run.State {
	case pipelines.RunUnchanged:
		return view.Headline{Rest: at + r.T("：没有新内容，数字未变", ": nothing new, no figure changed")}
	case pipelines.RunDone:
	default:
		rest := r.T("；页面仍是此前发布的数据", "; pages show what was published before")
		if run.Generation > 0 {
			rest = r.T("；其余已经发布", "; everything else was published")
		}
		return view.Headline{Weak: at + r.T("：", ": ") + StateCell(runStates, run.State, r.Lang).Text, Rest: rest}
	}
	total := pipelines.Total(run.Files)
	said := r.Tf("，收下%s行", ", %s rows taken", reading.Count(float64(total.Accepted)))
	if len(run.Files) == 0 {
		said = r.T("成功", " went well")
	}
	if len(run.Changed) == 0 {
		return view.Headline{Rest: at + said + r.T("，此前各月的总览数字未变", "; no headline figure of earlier months changed")}
	}
	return view.Headline{Rest: at + said + r.Tf("，改动%d个总览数字", "; %d headline figures changed", len(run.Changed))}
}

// history lists the runs, newest first; none where nobody keeps them.
func history(r block.Request) ([]pipelines.Run, error) {
	if r.Runs == nil {
		return nil, nil
	}
	all, err := r.Runs()
	if err != nil {
		return nil, fmt.Errorf("read the history of runs: %w", err)
	}
	return all, nil
}

// lastRun says how the newest run went.
func lastRun(r block.Request, v *view.View, all []pipelines.Run) {
	if len(all) == 0 {
		return
	}
	run := all[0]
	began := r.Clock(run.StartedAt).Format("2006-01-02 15:04")
	if run.FinishedAt.IsZero() {
		v.Sentences = append(v.Sentences, r.Tf("最近一次更新：%s 开始，%s。", "The last run began at %s: %s.", began, StateCell(runStates, run.State, r.Lang).Text))
		return
	}
	v.Sentences = append(v.Sentences, r.Tf("最近一次更新：%s 开始，%s，用时 %s。", "The last run began at %s: %s, after %s.", began, StateCell(runStates, run.State, r.Lang).Text, r.Seconds(run.FinishedAt.Sub(run.StartedAt))))
}

// schedule says when each pipeline runs, and offers the office to run or pause it.
func schedule(r block.Request, v *view.View) error {
	if r.Schedule == nil {
		v.Sentences = append(v.Sentences, r.T("此处没有定时运行。", "No pipeline runs by the clock here."))
		return nil
	}
	standing, err := r.Schedule()
	if err != nil {
		return fmt.Errorf("read the schedule: %w", err)
	}
	t := &view.Table{ID: "schedule", Stacked: true, Title: r.T("定时", "Schedule"), Empty: r.T("没有定时运行。", "Nothing is scheduled."),
		Note: r.T("停机期间错过的运行，恢复后补一次；失败后按间隔加倍重试。", "What was missed while the server was down is made up for by one run; a failed run is tried again after doubling waits."),
		Columns: []view.Column{{Title: r.T("名称", "Pipeline"), Kind: view.ColumnText}, {Title: r.T("下次", "Next"), Kind: view.ColumnDate}, {Title: r.T("时间表", "When"), Kind: view.ColumnText},
			{Title: r.T("来源", "Sources"), Kind: view.ColumnText}, {Title: r.T("状态", "State"), Kind: view.ColumnText}, {Title: r.T("上次", "Last run"), Kind: view.ColumnText}}}
	commands := view.Commands{Title: r.T("立即运行与暂停", "Run now, pause")}
	var next time.Time
	for _, s := range standing {
		when := view.Cell{Text: reading.Missing}
		if !s.Next.IsZero() {
			when = view.Cell{Text: s.Next.Format("2006-01-02 15:04"), Note: s.TimeZone}
			if next.IsZero() || s.Next.Before(next) {
				next = s.Next
			}
		}
		sources := strings.Join(s.Sources, r.T("、", ", "))
		if sources == "" {
			sources = r.T("全部", "all")
		}
		last := view.Cell{Text: reading.Missing}
		if s.LastRun != "" {
			last = StateCell(runStates, s.State, r.Lang)
			last.Link = r.Link("runs", question.With("run", s.LastRun)) + "#table-log"
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: pipelineName(r, s.Name)}, when, {Text: scheduleWords(r, s.Cron)}, {Text: sources}, standingCell(r, s), last})
		commands.Commands = append(commands.Commands, command(r, s, r.T("立即运行", "Run now"), pipelines.DoRun))
		if s.Paused {
			commands.Commands = append(commands.Commands, command(r, s, r.T("恢复", "Resume"), pipelines.DoResume))
		} else {
			commands.Commands = append(commands.Commands, command(r, s, r.T("暂停", "Pause"), pipelines.DoPause))
		}
	}
	switch {
	case !next.IsZero():
		v.Sentences = append(v.Sentences, r.Tf("下一次运行：%s。", "The next run comes at %s.", next.Format("2006-01-02 15:04")))
	default:
		v.Sentences = append(v.Sentences, r.T("没有排定的运行。", "No run is due."))
	}
	v.Blocks = append(v.Blocks, t)
	if r.Visitor.MayAnywhere(visitor.Run) && len(standing) > 0 {
		v.Blocks = append(v.Blocks, commands)
	}
	return nil
}

// pipelineName is the name a town gave a pipeline; the only one of a town that named none is the daily renewal.
func pipelineName(r block.Request, name string) string {
	if name == "default" {
		return r.T("日常更新", "daily renewal")
	}
	return name
}

// scheduleWords says when a pipeline runs. A line of five fields that means more than a time of every day stays as it is written.
func scheduleWords(r block.Request, cron string) string {
	if cron == "off" {
		return r.T("不定时", "never by the clock")
	}
	f := strings.Fields(cron)
	if len(f) == 5 && f[2] == "*" && f[3] == "*" && f[4] == "*" {
		minute, errMinute := strconv.Atoi(f[0])
		hour, errHour := strconv.Atoi(f[1])
		if errMinute == nil && errHour == nil {
			return r.Tf("每天 %02d:%02d", "every day at %02d:%02d", hour, minute)
		}
	}
	return cron
}

func command(r block.Request, s pipelines.Scheduled, label, action string) view.Command {
	address := "/runs/" + url.PathEscape(s.Name) + "/" + action
	if r.Lang == language.English {
		address += "?lang=" + language.English
	}
	return view.Command{Label: pipelineName(r, s.Name) + r.T("：", ": ") + label, Address: address}
}

func standingCell(r block.Request, s pipelines.Scheduled) view.Cell {
	switch {
	case !s.Retry.IsZero():
		return view.Cell{Text: r.Tf("失败，%s 重试", "failed, tried again at %s", r.Clock(s.Retry).Format("15:04")), Tone: view.ToneWorse}
	case s.Running:
		return view.Cell{Text: r.T("进行中", "running")}
	case s.Paused:
		return view.Cell{Text: r.T("已暂停", "paused"), Tone: view.ToneQuiet}
	case s.Cron == "off":
		return view.Cell{Text: r.T("仅手动", "by hand only")}
	case s.Missed:
		return view.Cell{Text: r.T("错过，待补", "missed, to be made up for"), Tone: view.ToneWorse}
	default:
		return view.Cell{Text: r.T("正常", "in order")}
	}
}

// runLog shows what the chosen run did: its files and its log.
func runLog(r block.Request, v *view.View, all []pipelines.Run) error {
	id := r.Params.Get("run")
	if id == "" || r.Runs == nil {
		return nil
	}
	for _, run := range all {
		if run.ID != id {
			continue
		}
		if run.Error != "" {
			v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("这次运行没有完成全部工作", "This run did not do all of its work"), Text: data.ExplainRun(run, r.Lang)})
		}
		if len(run.Files) > 0 {
			v.Blocks = append(v.Blocks, runFiles(r, run))
		}
		t := &view.Table{ID: "log", Stacked: true, Title: r.Tf("运行 %s 的日志", "Log of run %s", run.ID), Empty: r.T("没有日志。", "There is no log."),
			Columns: []view.Column{{Title: r.T("时刻", "Time"), Kind: view.ColumnText}, {Title: r.T("级别", "Level"), Kind: view.ColumnText}, {Title: r.T("内容", "Line"), Kind: view.ColumnText}}}
		for _, line := range run.Log {
			level := view.Cell{Text: line.Level}
			if line.Level != "INFO" {
				level.Tone = view.ToneWorse
			}
			t.Rows = append(t.Rows, []view.Cell{{Text: r.Clock(line.At).Format("15:04:05.000")}, level, {Text: line.Text}})
		}
		v.Blocks = append(v.Blocks, t)
		return nil
	}
	return fmt.Errorf("%w: run=%s", question.ErrUnknownUnit, id)
}

// shownFiles is how many tables of files the page of a run lists.
const shownFiles = 500

// runFiles accounts for every table of the files of a run, those that were not read first.
func runFiles(r block.Request, run pipelines.Run) *view.Table {
	t := &view.Table{ID: "run-files", Stacked: true, Title: r.Tf("运行 %s 的文件", "Files of run %s", run.ID),
		Columns: []view.Column{{Title: r.T("文件", "File"), Kind: view.ColumnText}, {Title: r.T("工作表", "Sheet"), Kind: view.ColumnText}, {Title: r.T("内容", "Export"), Kind: view.ColumnText},
			{Title: r.T("读入", "Read"), Kind: view.ColumnNumber}, {Title: r.T("接收", "Accepted"), Kind: view.ColumnNumber}, {Title: r.T("退回", "Refused"), Kind: view.ColumnNumber},
			{Title: r.T("忽略", "Ignored"), Kind: view.ColumnNumber}, {Title: r.T("说明", "Note"), Kind: view.ColumnText}}}
	files := slices.Clone(run.Files)
	slices.SortStableFunc(files, func(a, b pipelines.Reconciliation) int {
		return cmp.Compare(min(len(b.Problem), 1), min(len(a.Problem), 1))
	})
	for _, f := range files[:min(shownFiles, len(files))] {
		export, note := exportCell(r, f), view.Cell{}
		if f.FileID == "" { // it did not land, so that nobody looked into it
			export = view.Cell{Text: reading.Missing}
		}
		if f.Problem != "" {
			sentence, mend := data.Explain(pipelines.Problem{Code: f.Problem, Export: f.Export, File: f.Name, Sheet: f.Sheet, Detail: f.Detail.First()}, r.Lang)
			note = view.Cell{Text: sentence, Note: mend, Tone: view.ToneWorse}
			if f.Later() {
				note.Tone = view.ToneQuiet
			}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: f.Name}, {Text: f.Sheet}, export, view.Count(float64(f.Read)), view.Count(float64(f.Accepted)),
			view.Count(float64(f.Quarantined)), view.Count(float64(f.Ignored)), note})
	}
	if left := len(files) - shownFiles; left > 0 {
		t.Note = r.Tf("另有 %d 份表没有列出，见运行记录文件。", "%d more tables stand in the record of the run.", left)
	}
	return t
}

// shownNotices is how many notices the page lists.
const shownNotices = 30

func noticeTable(r block.Request, notices []pipelines.Notice) *view.Table {
	t := &view.Table{ID: "notices", Stacked: true, Title: r.T("通知", "Notices"), Empty: r.T("没有发出过通知；要收通知，请管理员开启。", "No notice has been sent; an administrator can turn them on."),
		Columns: []view.Column{{Title: r.T("时间", "Time"), Kind: view.ColumnDate}, {Title: r.T("通道", "Channel"), Kind: view.ColumnText}, {Title: r.T("内容", "Notice"), Kind: view.ColumnText}, {Title: r.T("状态", "State"), Kind: view.ColumnText}}}
	for _, n := range notices[:min(shownNotices, len(notices))] {
		var state view.Cell
		switch n.State {
		case pipelines.NoticeSent:
			state = view.Cell{Text: r.T("已发送", "sent")}
		case pipelines.NoticeWaiting:
			state = view.Cell{Text: r.T("待发送", "waiting"), Note: n.Error}
		case pipelines.NoticeGivenUp:
			state = view.Cell{Text: r.T("发送失败", "could not be sent"), Note: n.Error, Tone: view.ToneWorse}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: r.Clock(n.CreatedAt).Format("2006-01-02 15:04")}, {Text: n.Channel}, {Text: n.Title, Note: n.Text}, state})
	}
	return t
}
