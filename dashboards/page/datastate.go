package page

import (
	"context"
	"fmt"
	"time"

	"hulian/data"
	"hulian/pipelines"
)

func dataPage() Page {
	return Page{
		ID: "data", Path: "/data", Group: GroupData, Takes: ByMonth, Params: []string{"export", "code", "file", "files"}, Live: true,
		Title:    data.Text{Zh: "数据状况", En: "Data"},
		Question: data.Text{Zh: "文件进来了吗？哪些行被退回，为什么，怎样改？", En: "Did the files go in? Which rows were refused, why, and how to mend them?"},
		Build:    buildData,
	}
}

func buildData(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.T("数据状况", "State of the data")}
	total, files, err := r.files(ctx)
	if err != nil {
		return v, err
	}
	if total.read > 0 {
		v.Sentences = append(v.Sentences, r.Tf("共读入 %[1]s 行：接收 %[2]s 行（%[3]s），退回 %[4]s 行，忽略 %[5]s 行（标题、合计、空行）。",
			"%[1]s rows were read: %[2]s accepted (%[3]s), %[4]s quarantined, %[5]s ignored (titles, totals, blank rows).",
			Count(total.read), Count(total.accepted), Percent(total.accepted/total.read), Count(total.quarantined), Count(total.ignored)))
		if total.read == total.accepted+total.quarantined+total.ignored {
			v.Sentences = append(v.Sentences, r.T("读入 = 接收 + 退回 + 忽略，逐文件核对相符。", "Read = accepted + quarantined + ignored, file by file."))
		} else {
			v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("行数对不上", "The rows do not add up"),
				Text: r.T("读入不等于接收、退回与忽略之和。请把日志交给维护人员。", "Read is not the sum of accepted, quarantined and ignored. Hand the log to whoever maintains the system.")})
		}
	}
	v.Blocks = append(v.Blocks, files)
	for _, list := range []func(context.Context) (Block, error){r.problemCounts, r.problems} {
		block, err := list(ctx)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, block)
	}
	quality, err := r.quality(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, quality...)
	runs, err := r.runs()
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, runs...)
	return v, nil
}

type rowCounts struct{ read, accepted, quarantined, ignored float64 }

const filesSQL = `
select c.file_no, f.file_id, f.name, c.sheet, c.export, f.received_at, c.rows_read, c.accepted, c.quarantined, c.ignored, c.warnings, c.problem, c.detail,
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
		t.Rows = append(t.Rows, []Cell{{Text: row.text("name")}, {Text: row.text("sheet")}, {Text: r.exportName(row.text("export"))},
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
			return r.marked(row.text("file_id"))
		}
		return Cell{}
	}
	sentence, mend := data.Explain(pipelines.Problem{Code: pipelines.Code(row.text("problem")), Export: row.text("export"), File: row.text("name"),
		Sheet: row.text("sheet"), Detail: row.text("detail")}, r.Lang)
	return Cell{Text: sentence, Note: mend, Tone: ToneWorse}
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
		t.Rows = append(t.Rows, []Cell{{Text: r.exportName(row.text("export"))}, {Text: name, Link: link}, r.severity(row.text("severity")),
			countCell(row.number("row_count")), countCell(row.number("problems")), countCell(row.number("open_problems")), countCell(row.number("repaired")), countCell(row.number("waived"))})
	}
	return t, nil
}

func (r Request) severity(s string) Cell {
	switch pipelines.Severity(s) {
	case pipelines.SeverityWarn:
		return Cell{Text: r.T("提醒，已接收", "warning: accepted"), Tone: ToneQuiet}
	case pipelines.SeverityRefuse:
		return Cell{Text: r.T("退回，待修正", "refused: quarantined"), Tone: ToneWorse}
	case pipelines.SeverityHold:
		return Cell{Text: r.T("整个文件待确认", "file held for confirmation"), Tone: ToneWorse}
	case pipelines.SeverityReject:
		return Cell{Text: r.T("整个文件未读入", "file not read"), Tone: ToneWorse}
	default:
		return Cell{Text: s}
	}
}

const problemsSQL = `
select f.name, p.sheet, p."row", p.letter, p.column_id, p.header, p.export, p.code, p.severity, p.value, p.detail, p.state, count(*) over () as total
from problems p
join files f on f.file_no = p.file_no
where %s
order by p.file_no desc, p.sheet, p."row", p.letter
limit ?`

// problemRows is how many problems the page lists; a clerk mends by file, and the file picker narrows the list.
const problemRows = 200

// problems lists rows with their place in the file, what is wrong and how to mend it: those refused, unless a kind or a
// file was chosen.
func (r Request) problems(ctx context.Context) (Block, error) {
	condition, args := "p.severity <> 'warn' and p.state = 'open'", []any{}
	title := r.T("退回待改的行与原因", "Rows waiting for repair, and reasons")
	for _, filter := range []struct{ name, column string }{{"export", "p.export"}, {"code", "p.code"}, {"file", "cast(p.file_no as varchar)"}} {
		if value := r.Params.Get(filter.name); value != "" {
			if len(args) == 0 {
				condition = "1 = 1"
			}
			condition += " and " + filter.column + " = ?"
			args = append(args, value)
			title = r.T("所选的问题行", "The chosen problems")
		}
	}
	table, err := r.Data.Query(ctx, fmt.Sprintf(problemsSQL, condition), append(args, int64(problemRows))...)
	if err != nil {
		return nil, fmt.Errorf("list problems: %w", err)
	}
	t := &Table{ID: "problems", Stacked: true, Title: title, Empty: r.T("没有这样的行。", "There are no such rows."),
		Note: r.T("行号、列号与 Excel 中看到的一致。下载标注好的工作簿，改好后重新上传，系统只补收改好的行。", "Rows and columns are numbered as Excel shows them. Download the marked workbook, repair it and upload it again: only repaired rows come in."),
		Columns: []Column{{Title: r.T("文件", "File"), Kind: ColumnText}, {Title: r.T("行", "Row"), Kind: ColumnNumber}, {Title: r.T("列", "Column"), Kind: ColumnText},
			{Title: r.T("内容", "Value"), Kind: ColumnText}, {Title: r.T("问题", "What is wrong"), Kind: ColumnText}, {Title: r.T("怎样改", "How to mend it"), Kind: ColumnText}}}
	total := 0
	for _, row := range read(table) {
		total = int(row.count("total"))
		sentence, mend := data.Explain(pipelines.Problem{Code: pipelines.Code(row.text("code")), Severity: pipelines.Severity(row.text("severity")),
			Export: row.text("export"), File: row.text("name"), Sheet: row.text("sheet"), Row: row.count("row"), Letter: row.text("letter"),
			Column: row.text("column_id"), Header: row.text("header"), Value: row.text("value"), Detail: row.text("detail")}, r.Lang)
		column := row.text("letter")
		if header := row.text("header"); header != "" {
			column += " " + header
		}
		name := Cell{Text: row.text("name")}
		if sheet := row.text("sheet"); sheet != "" {
			name.Note = sheet
		}
		t.Rows = append(t.Rows, []Cell{name, {Text: Count(row.number("row")), Value: row.text("row")}, {Text: column}, {Text: row.text("value")}, {Text: sentence, Note: r.problemState(row.text("state"))}, {Text: mend}})
	}
	if len(t.Rows) < total {
		t.More = r.Tf("共 %[2]s 处，此处显示前 %[1]s 处；点上表的问题或文件的退回数可缩小范围。", "The first %[1]s of %[2]s; choose a kind above or a file below to narrow the list.", Count(float64(len(t.Rows))), Count(float64(total)))
	}
	return t, nil
}

// problemState names where a problem stands; an open one needs no word.
func (r Request) problemState(state string) string {
	switch pipelines.ProblemState(state) {
	case pipelines.ProblemRepaired:
		return r.T("已修正", "repaired")
	case pipelines.ProblemWaived:
		return r.T("已豁免", "waived")
	case pipelines.ProblemCarried:
		return r.T("转入修正稿", "carried on in the repaired copy")
	default:
		return ""
	}
}

// shownRuns is how many runs the page lists.
const shownRuns = 20

// runs lists the last runs of the pipeline with what each stage took.
func (r Request) runs() ([]Block, error) {
	if r.Runs == nil {
		return nil, nil
	}
	all, err := r.Runs()
	if err != nil {
		return nil, fmt.Errorf("read the history of runs: %w", err)
	}
	t := &Table{ID: "runs", Stacked: true, Title: r.T("运行记录", "Runs"), Empty: r.T("还没有运行记录。", "There are no runs yet."),
		Columns: []Column{date(r.T("开始", "Started")), {Title: r.T("起因", "Trigger"), Kind: ColumnText}, {Title: r.T("结果", "State"), Kind: ColumnText},
			{Title: r.T("用时", "Took"), Kind: ColumnText}, {Title: r.T("收文件", "land"), Kind: ColumnText}, {Title: r.T("读入", "load"), Kind: ColumnText},
			{Title: r.T("计算", "model"), Kind: ColumnText}, {Title: r.T("发布", "publish"), Kind: ColumnText}, {Title: r.T("快照", "Snapshot"), Kind: ColumnNumber}, {Title: r.T("说明", "Note"), Kind: ColumnText}}}
	for _, run := range all[:min(shownRuns, len(all))] {
		took := missing
		if !run.FinishedAt.IsZero() {
			took = r.seconds(run.FinishedAt.Sub(run.StartedAt))
		}
		line := []Cell{{Text: r.clock(run.StartedAt).Format("2006-01-02 15:04:05"), Link: r.Link("runs", With("run", run.ID)) + "#table-log"}, {Text: r.trigger(run.Trigger), Note: run.Pipeline}, r.runState(run.State), {Text: took}}
		for _, stage := range []pipelines.Stage{pipelines.StageLand, pipelines.StageLoad, pipelines.StageModel, pipelines.StagePublish} {
			line = append(line, r.stageCell(run, stage))
		}
		generation := Cell{Text: missing}
		if run.Generation > 0 {
			generation = countCell(float64(run.Generation))
		}
		t.Rows = append(t.Rows, append(line, generation, Cell{Text: run.Error}))
	}
	return []Block{t}, nil
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

func (r Request) trigger(t string) string {
	switch t {
	case "command":
		return r.T("命令", "command")
	case "schedule":
		return r.T("定时", "schedule")
	case "catch-up":
		return r.T("补跑", "catch-up")
	case "retry":
		return r.T("重试", "retry")
	case "page":
		return r.T("页面", "page")
	case "import":
		return r.T("导入", "import")
	case "serve":
		return r.T("启动", "server start")
	case "upload":
		return r.T("上传", "upload")
	default:
		return t
	}
}

func (r Request) runState(s pipelines.RunState) Cell {
	switch s {
	case pipelines.RunDone:
		return Cell{Text: r.T("完成", "done")}
	case pipelines.RunUnchanged:
		return Cell{Text: r.T("没有新内容", "nothing new")}
	case pipelines.RunRunning:
		return Cell{Text: r.T("进行中", "running")}
	case pipelines.RunFailed:
		return Cell{Text: r.T("失败", "failed"), Tone: ToneWorse}
	case pipelines.RunCancelled:
		return Cell{Text: r.T("已取消", "cancelled"), Tone: ToneQuiet}
	case pipelines.RunInterrupted:
		return Cell{Text: r.T("中断", "interrupted"), Tone: ToneWorse}
	default:
		return Cell{Text: string(s)}
	}
}
