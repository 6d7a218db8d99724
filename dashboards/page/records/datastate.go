package records

import (
	"cmp"
	"context"
	"encoding/json"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// Data builds the page of deliveries and problems.
func Data(ctx context.Context, r block.Request) (view.View, error) {
	switch {
	case r.Says && r.Params.Get("nothing") != "":
		return buildNothing(ctx, r)
	case r.Waives && (r.Params.Get("aside") != "" || r.Params.Get("done") != ""):
		return buildAside(ctx, r)
	}
	v := view.View{Heading: r.T("数据状况", "State of the data")}
	found, err := r.Files(ctx, r.Visitor)
	if err != nil {
		return v, err
	}
	total, listed := files(r, found)
	if err := dataScreen(ctx, r, &v, found); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, balance(r, &v, total)...)
	v.Blocks = append(v.Blocks, afterCutOff(r)...)
	counts, err := problemCounts(ctx, r)
	if err != nil {
		return v, err
	}
	problems, err := problems(ctx, r)
	if err != nil {
		return v, err
	}
	months, err := acceptance(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(append(append(v.Blocks, problems...), counts), months)
	quality, err := quality(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(append(v.Blocks, quality...), listed)
	said, err := setAside(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, said...)
	all, err := history(r)
	if err != nil {
		return v, err
	}
	if r.Runs != nil {
		v.Blocks = append(v.Blocks, runs(r, all))
	}
	return v, nil
}

// balance says how many rows came in, and that none was lost.
func balance(r block.Request, v *view.View, total rowCounts) []view.Block {
	if total.read == 0 {
		return nil
	}
	v.Sentences = append(v.Sentences, r.Tf("共读入%[1]s行：接收%[2]s行（%[3]s），退回%[4]s行，忽略%[5]s行（标题、合计、空行）。",
		"%[1]s rows were read: %[2]s accepted (%[3]s), %[4]s quarantined, %[5]s ignored (titles, totals, blank rows).",
		reading.Count(total.read), reading.Count(total.accepted), reading.Percent(total.accepted/max(1, total.read-total.ignored)), reading.Count(total.quarantined), reading.Count(total.ignored)))
	if total.read == total.accepted+total.quarantined+total.ignored {
		v.Sentences = append(v.Sentences, r.T("读入 = 接收 + 退回 + 忽略，逐文件核对相符。", "Read = accepted + quarantined + ignored, file by file."))
		return nil
	}
	return []view.Block{view.Callout{Tone: view.ToneWorse, Title: r.T("行数对不上", "The rows do not add up"),
		Text: r.T("读入不等于接收、退回与忽略之和。请把日志交给维护人员。", "Read is not the sum of accepted, quarantined and ignored. Hand the log to whoever maintains the system.")}}
}

// setAside is what counts nowhere because a person said so, with the ways to say more.
func setAside(ctx context.Context, r block.Request) (said []view.Block, err error) {
	aside, err := asideList(ctx, r)
	if err != nil {
		return nil, err
	}
	if len(aside.Rows) > 0 || r.Waives {
		said = append(said, aside)
	}
	if r.Waives {
		said = append(said, view.Callout{Tone: view.ToneQuiet, Text: r.T("误报、试填的一行数据可以剔除，不计入数字。", "A row that was sent by mistake can be set aside, so that it does not count."),
			Next: r.T("剔除一行数据", "Set a row aside"), Link: asideLink(r, AsideRow, "", "", false)})
	}
	if r.Says {
		said = append(said, view.Callout{Tone: view.ToneQuiet, Text: r.T("没有收到数据的月份按“未知”处理；确实没有发生的，可以说明。", "A month for which no data came is unknown; if nothing happened, it can be said."),
			Next: r.T("零报告", "Nothing to report"), Link: r.Link("data", cleared, question.With("nothing", "1"))})
	}
	return said, nil
}

type rowCounts struct{ read, accepted, quarantined, ignored float64 }

// listedFiles is how many files stand at once.
const listedFiles = 30

// files accounts for every row of every file, files with problems first, then the newest.
func files(r block.Request, rows []facts.File) (rowCounts, *view.Table) {
	by := authors(r)
	t := &view.Table{ID: "files", Stacked: true, Title: r.T("文件与行数", "Files and rows"), Empty: r.T("还没有文件。", "There are no files yet."),
		Columns: []view.Column{{Title: r.T("文件", "File"), Kind: view.ColumnText}, {Title: r.T("工作表", "Sheet"), Kind: view.ColumnText}, {Title: r.T("内容", "Export"), Kind: view.ColumnText},
			{Title: r.T("读入", "Read"), Kind: view.ColumnNumber}, {Title: r.T("接收", "Accepted"), Kind: view.ColumnNumber}, {Title: r.T("退回", "Quarantined"), Kind: view.ColumnNumber},
			{Title: r.T("忽略", "Ignored"), Kind: view.ColumnNumber}, {Title: r.T("提醒", "Warnings"), Kind: view.ColumnNumber}, view.Day(r.T("收到", "Received")), view.Words(r.T("报送人", "Handed in by")), {Title: r.T("说明", "Note"), Kind: view.ColumnText}}}
	var total rowCounts
	for _, row := range rows {
		total.read += row.RowsRead
		total.accepted += row.Accepted
		total.quarantined += row.Quarantined
		total.ignored += row.Ignored
		quarantined := view.Count(row.Quarantined)
		if row.Quarantined > 0 {
			quarantined.Link = r.Link("data", question.With("file", row.FileNo), question.With("export", ""), question.With("code", "")) + "#table-problems"
			quarantined.Tone = view.ToneWorse
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: row.Name}, {Text: row.Sheet}, exportCell(r, pipelines.Reconciliation{FileID: row.FileID, Sheet: row.Sheet, Export: row.Export, ReadAs: readAs(row), Detail: pipelines.ParseDetails(row.Detail), Problem: pipelines.Code(row.Problem)}),
			view.Count(row.RowsRead), view.Count(row.Accepted), quarantined, view.Count(row.Ignored), view.Count(row.Warnings),
			{Text: row.ReceivedAt}, {Text: cmp.Or(by[row.FileID], r.T("未署名", "not signed"))}, fileNote(r, row)})
	}
	t.PageRows, t.Note = listedFiles, r.T("有问题的在前，其余按收到先后。", "Those with problems first, then the newest.")
	t.Total = []view.Cell{{Text: r.T("合计（全部文件）", "Total of all files")}, {}, {}, view.Count(total.read), view.Count(total.accepted), view.Count(total.quarantined), view.Count(total.ignored), {}, {}, {}, {}}
	return total, t
}

func fileNote(r block.Request, row facts.File) view.Cell {
	if row.Problem == "" {
		if r.Desk != nil && row.OpenRows > 0 && r.SeesFile(row.FileID) {
			return marked(r, row.FileID, readAs(row))
		}
		if link := asideLink(r, AsideFile, row.FileID, "", false); link != "" {
			return view.Cell{Text: r.T("剔除", "Set aside"), Link: link, Tone: view.ToneQuiet}
		}
		return view.Cell{}
	}
	sentence, mend := data.Explain(pipelines.Problem{Code: pipelines.Code(row.Problem), Export: row.Export, File: row.Name,
		Sheet: row.Sheet, Detail: pipelines.ParseDetails(row.Detail).First()}, r.Lang)
	if link := mappingLink(r, pipelines.Code(row.Problem), row.FileID, row.Sheet); link != "" {
		return view.Cell{Text: r.T("指认各列是什么", "Say what the columns are"), Note: sentence, Link: link, Tone: view.ToneWorse}
	}
	if link := heldLink(r, pipelines.Code(row.Problem), row.FileID); link != "" {
		return view.Cell{Text: r.T("核对后确认收下", "Check it, then accept it"), Note: sentence, Link: link, Tone: view.ToneWorse}
	}
	return view.Cell{Text: sentence, Note: mend, Tone: view.ToneWorse, Link: asideLink(r, AsideFile, row.FileID, "", false)}
}

// readAs is what a table was taken for, as the reconciliation keeps it; nothing where it is not known.
func readAs(row facts.File) (as pipelines.ReadAs) {
	if err := json.Unmarshal([]byte(row.ReadAs), &as); err != nil {
		return pipelines.ReadAs{} // null, or written by a later version: the page says less
	}
	return as
}

// exportCell names what a table holds, what it was taken for, and what of it was not asked for: columns, hidden sheets.
func exportCell(r block.Request, f pipelines.Reconciliation) view.Cell {
	c := view.Cell{Text: r.ExportName(f.Export), Note: data.ExplainReading(f.ReadAs, r.Lang)}
	if f.Beside() {
		c.Text = r.T("另一份的补充", "more of another file")
	}
	if said := data.ExplainDetails(f.Detail, r.Lang); said != "" && f.Problem == "" {
		c.Note += r.T("；", "; ") + said
	}
	if f.ReadAs.Mapping != "" && f.Problem == "" && r.Desk != nil && r.Desk.Propose != nil && r.Visitor.MayAnywhere(visitor.Upload) && r.SeesFile(f.FileID) {
		c.Text += r.T("（看、改列对照）", " (see or change its mapping)")
		c.Link = namingLink(r, f.FileID, f.Sheet)
	}
	return c
}

// problemCounts sums the problems up by export and kind; a kind leads to its rows.
func problemCounts(ctx context.Context, r block.Request) (view.Block, error) {
	rows, err := r.ProblemKinds(ctx, r.Visitor)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "problem-counts", Stacked: true, Title: r.T("问题汇总", "Problems by kind"), Empty: r.T("没有问题。", "There are no problems."),
		Columns: []view.Column{{Title: r.T("内容", "Export"), Kind: view.ColumnText}, {Title: r.T("问题", "Problem"), Kind: view.ColumnText}, {Title: r.T("处理", "Effect"), Kind: view.ColumnText},
			{Title: r.T("行", "Rows"), Kind: view.ColumnNumber}, {Title: r.T("处", "Cells"), Kind: view.ColumnNumber},
			{Title: r.T("待改", "Open"), Kind: view.ColumnNumber}, {Title: r.T("已修正", "Repaired"), Kind: view.ColumnNumber}, {Title: r.T("已豁免", "Waived"), Kind: view.ColumnNumber}}}
	for _, row := range rows {
		code := row.Code
		name := code
		if text, ok := data.ProblemTexts()[pipelines.Code(code)]; ok {
			name = text.Name.In(r.Lang)
		}
		link := r.Link("data", question.With("export", row.Export), question.With("code", code), question.With("file", "")) + "#table-problems"
		t.Rows = append(t.Rows, []view.Cell{{Text: r.ExportName(row.Export)}, {Text: name, Link: link}, StateCell(severities, pipelines.Severity(row.Severity), r.Lang),
			view.Count(row.RowCount), view.Count(row.Problems), stateCount(r, row, row.OpenProblems, pipelines.ProblemOpen), stateCount(r, row, row.Repaired, pipelines.ProblemRepaired), stateCount(r, row, row.Waived, pipelines.ProblemWaived)})
	}
	return t, nil
}

// Named is what a cell says of a state, and in which tone.
type Named struct {
	Name data.Text
	Tone view.Tone
}

// StateCell shows a state by its name; one that nobody has named stays as it is.
func StateCell[S ~string](states map[S]Named, s S, lang string) view.Cell {
	if n, ok := states[s]; ok {
		return view.Cell{Text: n.Name.In(lang), Tone: n.Tone}
	}
	return view.Cell{Text: string(s)}
}

var severities = map[pipelines.Severity]Named{
	pipelines.SeverityWarn:   {data.Text{Zh: "提醒，已接收", En: "warning: accepted"}, view.ToneQuiet},
	pipelines.SeverityRefuse: {data.Text{Zh: "退回，待修正", En: "refused: quarantined"}, view.ToneWorse},
	pipelines.SeverityHold:   {data.Text{Zh: "整个文件待确认", En: "file held for confirmation"}, view.ToneWorse},
	pipelines.SeverityReject: {data.Text{Zh: "整个文件未读入", En: "file not read"}, view.ToneWorse},
}

// shownRuns is how many runs the page lists.
const shownRuns = 20

// runs lists the last runs of the pipeline with what each stage took.
func runs(r block.Request, all []pipelines.Run) *view.Table {
	t := &view.Table{ID: "runs", Stacked: true, Title: r.T("运行记录", "Runs"), Empty: r.T("还没有运行记录。", "There are no runs yet."),
		Columns: []view.Column{view.Day(r.T("开始", "Started")), {Title: r.T("起因", "Trigger"), Kind: view.ColumnText}, {Title: r.T("结果", "State"), Kind: view.ColumnText},
			{Title: r.T("用时", "Took"), Kind: view.ColumnText}, {Title: r.T("收文件", "Taking files"), Kind: view.ColumnText}, {Title: r.T("读入", "Reading"), Kind: view.ColumnText},
			{Title: r.T("计算", "Computing"), Kind: view.ColumnText}, {Title: r.T("发布", "Publishing"), Kind: view.ColumnText}, view.Number(r.T("变动的数字", "Figures changed")), {Title: r.T("快照", "Snapshot"), Kind: view.ColumnNumber}, {Title: r.T("说明", "Note"), Kind: view.ColumnText}}}
	for _, run := range all[:min(shownRuns, len(all))] {
		took := reading.Missing
		if !run.FinishedAt.IsZero() {
			took = r.Seconds(run.FinishedAt.Sub(run.StartedAt))
		}
		started := StateCell(triggers, run.Trigger, r.Lang)
		started.Note = run.Pipeline
		line := []view.Cell{{Text: r.Clock(run.StartedAt).Format("2006-01-02 15:04:05"), Link: r.Link("runs", question.With("run", run.ID)) + "#table-log"}, started, StateCell(runStates, run.State, r.Lang), {Text: took}}
		for _, stage := range []pipelines.Stage{pipelines.StageLand, pipelines.StageLoad, pipelines.StageModel, pipelines.StagePublish} {
			line = append(line, stageCell(r, run, stage))
		}
		generation := view.Cell{Text: reading.Missing}
		if run.Generation > 0 {
			generation = view.Count(float64(run.Generation))
		}
		changed := view.Count(float64(len(run.Changed)))
		if len(run.Changed) > 0 {
			changed.Link = r.Link("runs", question.With("run", run.ID)) + "#table-figures"
		}
		t.Rows = append(t.Rows, append(line, changed, generation, view.Cell{Text: data.ExplainRun(run, r.Lang)}))
	}
	return t
}

func stageCell(r block.Request, run pipelines.Run, stage pipelines.Stage) view.Cell {
	for _, s := range run.Stages {
		if s.Stage == stage {
			return view.Cell{Text: r.Seconds(s.Duration)}
		}
	}
	return view.Cell{Text: reading.Missing}
}

// StartedBy says what started a run.
func StartedBy(run pipelines.Run, lang string) view.Cell {
	return StateCell(triggers, run.Trigger, lang)
}

// triggers name what starts a run.
var triggers = map[string]Named{
	"command":  {Name: data.Text{Zh: "命令", En: "command"}},
	"schedule": {Name: data.Text{Zh: "定时", En: "schedule"}},
	"catch-up": {Name: data.Text{Zh: "补跑", En: "catch-up"}},
	"retry":    {Name: data.Text{Zh: "重试", En: "retry"}},
	"page":     {Name: data.Text{Zh: "页面", En: "page"}},
	"import":   {Name: data.Text{Zh: "导入", En: "import"}},
	"serve":    {Name: data.Text{Zh: "启动", En: "server start"}},
	"upload":   {Name: data.Text{Zh: "上传", En: "upload"}},
	"waive":    {Name: data.Text{Zh: "豁免", En: "waiver"}},
	"repair":   {Name: data.Text{Zh: "修复", En: "repair"}},
}

var runStates = map[pipelines.RunState]Named{
	pipelines.RunDone:        {data.Text{Zh: "完成", En: "done"}, view.ToneNone},
	pipelines.RunUnchanged:   {data.Text{Zh: "没有新内容", En: "nothing new"}, view.ToneNone},
	pipelines.RunRunning:     {data.Text{Zh: "进行中", En: "running"}, view.ToneNone},
	pipelines.RunFailed:      {data.Text{Zh: "失败", En: "failed"}, view.ToneWorse},
	pipelines.RunCancelled:   {data.Text{Zh: "已取消", En: "cancelled"}, view.ToneQuiet},
	pipelines.RunInterrupted: {data.Text{Zh: "中断", En: "interrupted"}, view.ToneWorse},
}
