package page

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hulian/data"
	"hulian/pipelines"
)

func dataPage() Page {
	return Page{
		ID: "data", Path: "/data", Group: GroupData, Takes: ByMonth, Params: append([]string{"export", "code", "file", "files", "state", "problem", "refused"}, asideParams...), Live: true,
		Title:    data.Text{Zh: "数据状况", En: "Data"},
		Question: data.Text{Zh: "文件进来了吗？哪些行被退回，为什么，怎样改？", En: "Did the files go in? Which rows were refused, why, and how to mend them?"},
		Build:    buildData,
	}
}

func buildData(ctx context.Context, r Request) (View, error) {
	switch {
	case r.Waives && r.Params.Get("nothing") != "":
		return buildNothing(ctx, r)
	case r.Waives && (r.Params.Get("aside") != "" || r.Params.Get("done") != ""):
		return buildAside(ctx, r)
	}
	v := View{Heading: r.T("数据状况", "State of the data")}
	total, files, err := r.files(ctx)
	if err != nil {
		return v, err
	}
	if total.read > 0 {
		v.Sentences = append(v.Sentences, r.Tf("共读入 %[1]s 行：接收 %[2]s 行（%[3]s），退回 %[4]s 行，忽略 %[5]s 行（标题、合计、空行）。",
			"%[1]s rows were read: %[2]s accepted (%[3]s), %[4]s quarantined, %[5]s ignored (titles, totals, blank rows).",
			Count(total.read), Count(total.accepted), Percent(total.accepted/max(1, total.read-total.ignored)), Count(total.quarantined), Count(total.ignored)))
		if total.read == total.accepted+total.quarantined+total.ignored {
			v.Sentences = append(v.Sentences, r.T("读入 = 接收 + 退回 + 忽略，逐文件核对相符。", "Read = accepted + quarantined + ignored, file by file."))
		} else {
			v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("行数对不上", "The rows do not add up"),
				Text: r.T("读入不等于接收、退回与忽略之和。请把日志交给维护人员。", "Read is not the sum of accepted, quarantined and ignored. Hand the log to whoever maintains the system.")})
		}
	}
	v.Blocks = append(append(v.Blocks, r.afterCutOff()...), files)
	aside, err := r.asideList(ctx)
	if err != nil {
		return v, err
	}
	if len(aside.Rows) > 0 || r.Waives {
		v.Blocks = append(v.Blocks, aside)
	}
	if r.Waives {
		v.Blocks = append(v.Blocks, Callout{Tone: ToneQuiet, Text: r.T("误报、试填的一行数据可以剔除，不计入数字。", "A row that was sent by mistake can be set aside, so that it does not count."),
			Next: r.T("剔除一行数据", "Set a row aside"), Link: r.asideLink(AsideRow, "", "", false)},
			Callout{Tone: ToneQuiet, Text: r.T("没有收到数据的月份按“未知”处理；确实没有发生的，可以说明。", "A month for which no data came is unknown; if nothing happened, it can be said."),
				Next: r.T("零报告", "Nothing to report"), Link: r.Link("data", cleared, With("nothing", "1"))})
	}
	counts, err := r.problemCounts(ctx)
	if err != nil {
		return v, err
	}
	problems, err := r.problems(ctx)
	if err != nil {
		return v, err
	}
	months, err := r.acceptance(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(append(append(v.Blocks, counts), problems...), months)
	quality, err := r.quality(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, quality...)
	all, err := r.history()
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, r.runs(all)...)
	return v, nil
}

type rowCounts struct{ read, accepted, quarantined, ignored float64 }

const filesSQL = `
select c.*, f.file_id, f.name, f.received_at,
    (select count(*) from problems p where p.file_no = c.file_no and p.state = 'open' and p."row" is not null) as open_rows
from reconciliation c
join files f on f.file_no = c.file_no
order by case when c.problem is null or c.problem = '' then 1 else 0 end, case when c.quarantined > 0 then 0 else 1 end, c.file_no desc, c.sheet, c.export`

// listedFiles is how many files the page shows before all are asked for.
const listedFiles = 30

// files accounts for every row of every file, files with problems first, then the newest.
func (r Request) files(ctx context.Context) (rowCounts, *Table, error) {
	table, err := r.Data.Query(ctx, filesSQL)
	if err != nil {
		return rowCounts{}, nil, fmt.Errorf("read the reconciliation of files: %w", err)
	}
	t := &Table{ID: "files", Stacked: true, Title: r.T("文件与行数", "Files and rows"), Empty: r.T("还没有文件。", "There are no files yet."),
		Columns: []Column{{Title: r.T("文件", "File"), Kind: ColumnText}, {Title: r.T("工作表", "Sheet"), Kind: ColumnText}, {Title: r.T("内容", "Export"), Kind: ColumnText},
			{Title: r.T("读入", "Read"), Kind: ColumnNumber}, {Title: r.T("接收", "Accepted"), Kind: ColumnNumber}, {Title: r.T("退回", "Quarantined"), Kind: ColumnNumber},
			{Title: r.T("忽略", "Ignored"), Kind: ColumnNumber}, {Title: r.T("提醒", "Warnings"), Kind: ColumnNumber}, date(r.T("收到", "Received")), {Title: r.T("说明", "Note"), Kind: ColumnText}}}
	var total rowCounts
	for _, row := range read(table) {
		total.read += row.number("rows_read")
		total.accepted += row.number("accepted")
		total.quarantined += row.number("quarantined")
		total.ignored += row.number("ignored")
		quarantined := countCell(row.number("quarantined"))
		if row.count("quarantined") > 0 {
			quarantined.Link = r.Link("data", With("file", row.text("file_no")), With("export", ""), With("code", "")) + "#table-problems"
			quarantined.Tone = ToneWorse
		}
		t.Rows = append(t.Rows, []Cell{{Text: row.text("name")}, {Text: row.text("sheet")}, r.exportCell(pipelines.Reconciliation{FileID: row.text("file_id"), Sheet: row.text("sheet"), Export: row.text("export"), ReadAs: readAs(row), Detail: pipelines.ParseDetails(row.text("detail")), Problem: pipelines.Code(row.text("problem"))}),
			countCell(row.number("rows_read")), countCell(row.number("accepted")), quarantined, countCell(row.number("ignored")), countCell(row.number("warnings")),
			{Text: row.date("received_at")}, r.fileNote(row)})
	}
	if all := len(t.Rows); all > listedFiles && r.Params.Get("files") != "all" {
		t.Rows = t.Rows[:listedFiles]
		t.More = r.Tf("共 %[2]s 个，此处显示 %[1]s 个：有问题的在前，其余按收到先后。", "%[1]s of %[2]s: those with problems first, then the newest.", Count(listedFiles), Count(float64(all)))
		t.MoreLink = r.Link("data", With("files", "all")) + "#table-files"
	}
	t.Total = []Cell{{Text: r.T("合计（全部文件）", "Total of all files")}, {}, {}, countCell(total.read), countCell(total.accepted), countCell(total.quarantined), countCell(total.ignored), {}, {}, {}}
	return total, t, nil
}

func (r Request) fileNote(row record) Cell {
	if row.text("problem") == "" {
		if r.Desk != nil && row.count("open_rows") > 0 {
			return r.marked(row.text("file_id"), readAs(row))
		}
		if link := r.asideLink(AsideFile, row.text("file_id"), "", false); link != "" {
			return Cell{Text: r.T("剔除", "Set aside"), Link: link, Tone: ToneQuiet}
		}
		return Cell{}
	}
	sentence, mend := data.Explain(pipelines.Problem{Code: pipelines.Code(row.text("problem")), Export: row.text("export"), File: row.text("name"),
		Sheet: row.text("sheet"), Detail: pipelines.ParseDetails(row.text("detail")).First()}, r.Lang)
	if link := r.mappingLink(pipelines.Code(row.text("problem")), row.text("file_id"), row.text("sheet")); link != "" {
		return Cell{Text: r.T("指认各列是什么", "Say what the columns are"), Note: sentence, Link: link, Tone: ToneWorse}
	}
	if link := r.heldLink(pipelines.Code(row.text("problem")), row.text("file_id")); link != "" {
		return Cell{Text: r.T("核对后确认收下", "Check it, then accept it"), Note: sentence, Link: link, Tone: ToneWorse}
	}
	return Cell{Text: sentence, Note: mend, Tone: ToneWorse, Link: r.asideLink(AsideFile, row.text("file_id"), "", false)}
}

// readAs is what a table was taken for, as the reconciliation keeps it; nothing where it is not known.
func readAs(row record) (as pipelines.ReadAs) {
	if err := json.Unmarshal([]byte(row.text("read_as")), &as); err != nil {
		return pipelines.ReadAs{} // null, or written by a later version: the page says less
	}
	return as
}

// exportCell names what a table holds, what it was taken for, and what of it was not asked for: columns, hidden sheets.
func (r Request) exportCell(f pipelines.Reconciliation) Cell {
	c := Cell{Text: r.exportName(f.Export), Note: data.ExplainReading(f.ReadAs, r.Lang)}
	if f.Beside() {
		c.Text = r.T("另一份的补充", "more of another file")
	}
	if said := data.ExplainDetails(f.Detail, r.Lang); said != "" && f.Problem == "" {
		c.Note += r.T("；", "; ") + said
	}
	if f.ReadAs.Mapping != "" && f.Problem == "" && r.Desk != nil && r.Desk.Propose != nil {
		c.Text += r.T("（看、改列对照）", " (see or change its mapping)")
		c.Link = r.namingLink(f.FileID, f.Sheet)
	}
	return c
}

func (r Request) exportName(id string) string {
	if c, ok := data.ContractOf(id); ok {
		return c.Name.In(r.Lang)
	}
	if id == "" {
		return r.T("未识别", "not recognised")
	}
	return id
}

const problemCountsSQL = `
select p.export, p.code, p.severity, count(*) as problems, count(*) filter (where p.state = 'open') as open_problems,
    count(*) filter (where p.state = 'repaired') as repaired, count(*) filter (where p.state = 'waived') as waived, count(distinct cast(p.file_no as varchar) || ' ' || coalesce(p.sheet, '') || ' ' || cast(p."row" as varchar)) as row_count
from problems p
group by p.export, p.code, p.severity
order by case when p.severity = 'warn' then 1 else 0 end, problems desc, p.export, p.code`

// problemCounts sums the problems up by export and kind; a kind leads to its rows.
func (r Request) problemCounts(ctx context.Context) (Block, error) {
	table, err := r.Data.Query(ctx, problemCountsSQL)
	if err != nil {
		return nil, fmt.Errorf("count problems: %w", err)
	}
	t := &Table{ID: "problem-counts", Stacked: true, Title: r.T("问题汇总", "Problems by kind"), Empty: r.T("没有问题。", "There are no problems."),
		Columns: []Column{{Title: r.T("内容", "Export"), Kind: ColumnText}, {Title: r.T("问题", "Problem"), Kind: ColumnText}, {Title: r.T("处理", "Effect"), Kind: ColumnText},
			{Title: r.T("行", "Rows"), Kind: ColumnNumber}, {Title: r.T("处", "Cells"), Kind: ColumnNumber},
			{Title: r.T("待改", "Open"), Kind: ColumnNumber}, {Title: r.T("已修正", "Repaired"), Kind: ColumnNumber}, {Title: r.T("已豁免", "Waived"), Kind: ColumnNumber}}}
	for _, row := range read(table) {
		code := row.text("code")
		name := code
		if text, ok := data.ProblemTexts()[pipelines.Code(code)]; ok {
			name = text.Name.In(r.Lang)
		}
		link := r.Link("data", With("export", row.text("export")), With("code", code), With("file", "")) + "#table-problems"
		t.Rows = append(t.Rows, []Cell{{Text: r.exportName(row.text("export"))}, {Text: name, Link: link}, stateCell(severities, pipelines.Severity(row.text("severity")), r.Lang),
			countCell(row.number("row_count")), countCell(row.number("problems")), r.stateCount(row, "open_problems", pipelines.ProblemOpen), r.stateCount(row, "repaired", pipelines.ProblemRepaired), r.stateCount(row, "waived", pipelines.ProblemWaived)})
	}
	return t, nil
}

// named is what a cell says of a state, and in which tone.
type named struct {
	name data.Text
	tone Tone
}

// stateCell shows a state by its name; one that nobody has named stays as it is.
func stateCell[S ~string](states map[S]named, s S, lang string) Cell {
	if n, ok := states[s]; ok {
		return Cell{Text: n.name.In(lang), Tone: n.tone}
	}
	return Cell{Text: string(s)}
}

var severities = map[pipelines.Severity]named{
	pipelines.SeverityWarn:   {data.Text{Zh: "提醒，已接收", En: "warning: accepted"}, ToneQuiet},
	pipelines.SeverityRefuse: {data.Text{Zh: "退回，待修正", En: "refused: quarantined"}, ToneWorse},
	pipelines.SeverityHold:   {data.Text{Zh: "整个文件待确认", En: "file held for confirmation"}, ToneWorse},
	pipelines.SeverityReject: {data.Text{Zh: "整个文件未读入", En: "file not read"}, ToneWorse},
}

// shownRuns is how many runs the page lists.
const shownRuns = 20

// runs lists the last runs of the pipeline with what each stage took.
func (r Request) runs(all []pipelines.Run) []Block {
	if r.Runs == nil {
		return nil
	}
	t := &Table{ID: "runs", Stacked: true, Title: r.T("运行记录", "Runs"), Empty: r.T("还没有运行记录。", "There are no runs yet."),
		Columns: []Column{date(r.T("开始", "Started")), {Title: r.T("起因", "Trigger"), Kind: ColumnText}, {Title: r.T("结果", "State"), Kind: ColumnText},
			{Title: r.T("用时", "Took"), Kind: ColumnText}, {Title: r.T("收文件", "Taking files"), Kind: ColumnText}, {Title: r.T("读入", "Reading"), Kind: ColumnText},
			{Title: r.T("计算", "Computing"), Kind: ColumnText}, {Title: r.T("发布", "Publishing"), Kind: ColumnText}, {Title: r.T("快照", "Snapshot"), Kind: ColumnNumber}, {Title: r.T("说明", "Note"), Kind: ColumnText}}}
	for _, run := range all[:min(shownRuns, len(all))] {
		took := missing
		if !run.FinishedAt.IsZero() {
			took = r.seconds(run.FinishedAt.Sub(run.StartedAt))
		}
		started := stateCell(triggers, run.Trigger, r.Lang)
		started.Note = run.Pipeline
		line := []Cell{{Text: r.clock(run.StartedAt).Format("2006-01-02 15:04:05"), Link: r.Link("runs", With("run", run.ID)) + "#table-log"}, started, stateCell(runStates, run.State, r.Lang), {Text: took}}
		for _, stage := range []pipelines.Stage{pipelines.StageLand, pipelines.StageLoad, pipelines.StageModel, pipelines.StagePublish} {
			line = append(line, r.stageCell(run, stage))
		}
		generation := Cell{Text: missing}
		if run.Generation > 0 {
			generation = countCell(float64(run.Generation))
		}
		t.Rows = append(t.Rows, append(line, generation, Cell{Text: data.ExplainRun(run, r.Lang)}))
	}
	return []Block{t}
}

func (r Request) stageCell(run pipelines.Run, stage pipelines.Stage) Cell {
	for _, s := range run.Stages {
		if s.Stage == stage {
			return Cell{Text: r.seconds(s.Duration)}
		}
	}
	return Cell{Text: missing}
}

func (r Request) seconds(d time.Duration) string {
	return Decimal(d.Seconds(), 1) + r.T(" 秒", " s")
}

// triggers name what starts a run.
var triggers = map[string]named{
	"command":  {name: data.Text{Zh: "命令", En: "command"}},
	"schedule": {name: data.Text{Zh: "定时", En: "schedule"}},
	"catch-up": {name: data.Text{Zh: "补跑", En: "catch-up"}},
	"retry":    {name: data.Text{Zh: "重试", En: "retry"}},
	"page":     {name: data.Text{Zh: "页面", En: "page"}},
	"import":   {name: data.Text{Zh: "导入", En: "import"}},
	"serve":    {name: data.Text{Zh: "启动", En: "server start"}},
	"upload":   {name: data.Text{Zh: "上传", En: "upload"}},
	"waive":    {name: data.Text{Zh: "豁免", En: "waiver"}},
	"repair":   {name: data.Text{Zh: "修复", En: "repair"}},
}

var runStates = map[pipelines.RunState]named{
	pipelines.RunDone:        {data.Text{Zh: "完成", En: "done"}, ToneNone},
	pipelines.RunUnchanged:   {data.Text{Zh: "没有新内容", En: "nothing new"}, ToneNone},
	pipelines.RunRunning:     {data.Text{Zh: "进行中", En: "running"}, ToneNone},
	pipelines.RunFailed:      {data.Text{Zh: "失败", En: "failed"}, ToneWorse},
	pipelines.RunCancelled:   {data.Text{Zh: "已取消", En: "cancelled"}, ToneQuiet},
	pipelines.RunInterrupted: {data.Text{Zh: "中断", En: "interrupted"}, ToneWorse},
}
