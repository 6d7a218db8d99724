package page

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
)

func runsPage() Page {
	return Page{
		ID: "runs", Path: "/runs", Group: GroupData, Params: []string{"run"}, Live: true,
		Title:    data.Text{Zh: "运行", En: "Runs"},
		Question: data.Text{Zh: "数据什么时候更新？上一次更新顺利吗？", En: "When are the data renewed, and did the last time go well?"},
		Build:    buildRuns,
	}
}

func buildRuns(_ context.Context, r Request) (View, error) {
	v := View{Heading: r.T("运行", "Runs")}
	all, err := r.history()
	if err != nil {
		return v, err
	}
	r.lastRun(&v, all)
	if err := r.schedule(&v); err != nil {
		return v, err
	}
	if err := r.runLog(&v, all); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, r.runs(all)...)
	if r.Notices != nil {
		notices, err := r.Notices()
		if err != nil {
			return v, fmt.Errorf("read notices: %w", err)
		}
		v.Blocks = append(v.Blocks, r.noticeTable(notices))
	}
	return v, nil
}

// history lists the runs, newest first; none where nobody keeps them.
func (r Request) history() ([]pipelines.Run, error) {
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
func (r Request) lastRun(v *View, all []pipelines.Run) {
	if len(all) == 0 {
		return
	}
	run := all[0]
	began := r.clock(run.StartedAt).Format("2006-01-02 15:04")
	if run.FinishedAt.IsZero() {
		v.Sentences = append(v.Sentences, r.Tf("最近一次更新：%s 开始，%s。", "The last run began at %s: %s.", began, stateCell(runStates, run.State, r.Lang).Text))
		return
	}
	v.Sentences = append(v.Sentences, r.Tf("最近一次更新：%s 开始，%s，用时 %s。", "The last run began at %s: %s, after %s.", began, stateCell(runStates, run.State, r.Lang).Text, r.seconds(run.FinishedAt.Sub(run.StartedAt))))
}

// schedule says when each pipeline runs, and offers the office to run or pause it.
func (r Request) schedule(v *View) error {
	if r.Schedule == nil {
		v.Sentences = append(v.Sentences, r.T("此处没有定时运行。", "No pipeline runs by the clock here."))
		return nil
	}
	standing, err := r.Schedule()
	if err != nil {
		return fmt.Errorf("read the schedule: %w", err)
	}
	t := &Table{ID: "schedule", Stacked: true, Title: r.T("定时", "Schedule"), Empty: r.T("没有定时运行。", "Nothing is scheduled."),
		Note: r.T("停机期间错过的运行，恢复后补一次；失败后按间隔加倍重试。", "What was missed while the server was down is made up for by one run; a failed run is tried again after doubling waits."),
		Columns: []Column{{Title: r.T("名称", "Pipeline"), Kind: ColumnText}, {Title: r.T("下次", "Next"), Kind: ColumnDate}, {Title: r.T("时间表", "Cron line"), Kind: ColumnText},
			{Title: r.T("来源", "Sources"), Kind: ColumnText}, {Title: r.T("状态", "State"), Kind: ColumnText}, {Title: r.T("上次", "Last run"), Kind: ColumnText}}}
	commands := Commands{Title: r.T("立即运行与暂停", "Run now, pause")}
	var next time.Time
	for _, s := range standing {
		when := Cell{Text: missing}
		if !s.Next.IsZero() {
			when = Cell{Text: s.Next.Format("2006-01-02 15:04"), Note: s.TimeZone}
			if next.IsZero() || s.Next.Before(next) {
				next = s.Next
			}
		}
		sources := strings.Join(s.Sources, r.T("、", ", "))
		if sources == "" {
			sources = r.T("全部", "all")
		}
		last := Cell{Text: missing}
		if s.LastRun != "" {
			last = stateCell(runStates, s.State, r.Lang)
			last.Link = r.Link("runs", With("run", s.LastRun)) + "#table-log"
		}
		t.Rows = append(t.Rows, []Cell{{Text: s.Name}, when, {Text: s.Cron}, {Text: sources}, r.standing(s), last})
		commands.Commands = append(commands.Commands, r.command(s, r.T("立即运行", "Run now"), pipelines.DoRun))
		if s.Paused {
			commands.Commands = append(commands.Commands, r.command(s, r.T("恢复", "Resume"), pipelines.DoResume))
		} else {
			commands.Commands = append(commands.Commands, r.command(s, r.T("暂停", "Pause"), pipelines.DoPause))
		}
	}
	switch {
	case !next.IsZero():
		v.Sentences = append(v.Sentences, r.Tf("下一次运行：%s。", "The next run comes at %s.", next.Format("2006-01-02 15:04")))
	default:
		v.Sentences = append(v.Sentences, r.T("没有排定的运行。", "No run is due."))
	}
	v.Blocks = append(v.Blocks, t)
	if r.Role == RoleOffice && len(standing) > 0 {
		v.Blocks = append(v.Blocks, commands)
	}
	return nil
}

func (r Request) command(s pipelines.Scheduled, label, action string) Command {
	address := "/runs/" + url.PathEscape(s.Name) + "/" + action
	if r.Lang == English {
		address += "?lang=" + English
	}
	return Command{Label: s.Name + r.T("：", ": ") + label, Address: address}
}

func (r Request) standing(s pipelines.Scheduled) Cell {
	switch {
	case !s.Retry.IsZero():
		return Cell{Text: r.Tf("失败，%s 重试", "failed, tried again at %s", r.clock(s.Retry).Format("15:04")), Tone: ToneWorse}
	case s.Running:
		return Cell{Text: r.T("进行中", "running")}
	case s.Paused:
		return Cell{Text: r.T("已暂停", "paused"), Tone: ToneQuiet}
	case s.Cron == "off":
		return Cell{Text: r.T("仅手动", "by hand only")}
	case s.Missed:
		return Cell{Text: r.T("错过，待补", "missed, to be made up for"), Tone: ToneWorse}
	default:
		return Cell{Text: r.T("正常", "in order")}
	}
}

// runLog shows what the chosen run did: its files and its log.
func (r Request) runLog(v *View, all []pipelines.Run) error {
	id := r.Params.Get("run")
	if id == "" || r.Runs == nil {
		return nil
	}
	for _, run := range all {
		if run.ID != id {
			continue
		}
		if run.Error != "" {
			v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("这次运行没有完成全部工作", "This run did not do all of its work"), Text: data.ExplainRun(run, r.Lang)})
		}
		if len(run.Files) > 0 {
			v.Blocks = append(v.Blocks, r.runFiles(run))
		}
		t := &Table{ID: "log", Stacked: true, Title: r.Tf("运行 %s 的日志", "Log of run %s", run.ID), Empty: r.T("没有日志。", "There is no log."),
			Columns: []Column{{Title: r.T("时刻", "Time"), Kind: ColumnText}, {Title: r.T("级别", "Level"), Kind: ColumnText}, {Title: r.T("内容", "Line"), Kind: ColumnText}}}
		for _, line := range run.Log {
			level := Cell{Text: line.Level}
			if line.Level != "INFO" {
				level.Tone = ToneWorse
			}
			t.Rows = append(t.Rows, []Cell{{Text: r.clock(line.At).Format("15:04:05.000")}, level, {Text: line.Text}})
		}
		v.Blocks = append(v.Blocks, t)
		return nil
	}
	return fmt.Errorf("%w: run=%s", ErrUnknownUnit, id)
}

// shownFiles is how many tables of files the page of a run lists.
const shownFiles = 500

// runFiles accounts for every table of the files of a run, those that were not read first.
func (r Request) runFiles(run pipelines.Run) *Table {
	t := &Table{ID: "run-files", Stacked: true, Title: r.Tf("运行 %s 的文件", "Files of run %s", run.ID),
		Columns: []Column{{Title: r.T("文件", "File"), Kind: ColumnText}, {Title: r.T("工作表", "Sheet"), Kind: ColumnText}, {Title: r.T("内容", "Export"), Kind: ColumnText},
			{Title: r.T("读入", "Read"), Kind: ColumnNumber}, {Title: r.T("接收", "Accepted"), Kind: ColumnNumber}, {Title: r.T("退回", "Refused"), Kind: ColumnNumber},
			{Title: r.T("忽略", "Ignored"), Kind: ColumnNumber}, {Title: r.T("说明", "Note"), Kind: ColumnText}}}
	files := slices.Clone(run.Files)
	slices.SortStableFunc(files, func(a, b pipelines.Reconciliation) int {
		return cmp.Compare(min(len(b.Problem), 1), min(len(a.Problem), 1))
	})
	for _, f := range files[:min(shownFiles, len(files))] {
		export, note := r.exportCell(f), Cell{}
		if f.FileID == "" { // it did not land, so that nobody looked into it
			export = Cell{Text: missing}
		}
		if f.Problem != "" {
			sentence, mend := data.Explain(pipelines.Problem{Code: f.Problem, Export: f.Export, File: f.Name, Sheet: f.Sheet, Detail: f.Detail.First()}, r.Lang)
			note = Cell{Text: sentence, Note: mend, Tone: ToneWorse}
			if f.Later() {
				note.Tone = ToneQuiet
			}
		}
		t.Rows = append(t.Rows, []Cell{{Text: f.Name}, {Text: f.Sheet}, export, countCell(float64(f.Read)), countCell(float64(f.Accepted)),
			countCell(float64(f.Quarantined)), countCell(float64(f.Ignored)), note})
	}
	if left := len(files) - shownFiles; left > 0 {
		t.Note = r.Tf("另有 %d 份表没有列出，见运行记录文件。", "%d more tables stand in the record of the run.", left)
	}
	return t
}

// shownNotices is how many notices the page lists.
const shownNotices = 30

func (r Request) noticeTable(notices []pipelines.Notice) *Table {
	t := &Table{ID: "notices", Stacked: true, Title: r.T("通知", "Notices"), Empty: r.T("没有发出过通知；通知在 hulian.yaml 的 notifications 中开启。", "No notice has been sent; notifications in hulian.yaml turns them on."),
		Columns: []Column{{Title: r.T("时间", "Time"), Kind: ColumnDate}, {Title: r.T("通道", "Channel"), Kind: ColumnText}, {Title: r.T("内容", "Notice"), Kind: ColumnText}, {Title: r.T("状态", "State"), Kind: ColumnText}}}
	for _, n := range notices[:min(shownNotices, len(notices))] {
		var state Cell
		switch n.State {
		case pipelines.NoticeSent:
			state = Cell{Text: r.T("已发送", "sent")}
		case pipelines.NoticeWaiting:
			state = Cell{Text: r.T("待发送", "waiting"), Note: n.Error}
		case pipelines.NoticeGivenUp:
			state = Cell{Text: r.T("发送失败", "could not be sent"), Note: n.Error, Tone: ToneWorse}
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.clock(n.CreatedAt).Format("2006-01-02 15:04")}, {Text: n.Channel}, {Text: n.Title, Note: n.Text}, state})
	}
	return t
}
