package page

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/dashboards/desk"
	"hulian/data"
	"hulian/pipelines"
)

func uploadPage() Page {
	return Page{
		ID: "upload", Path: "/upload", Group: GroupData, Params: append([]string{"batch", "held"}, mappingParams...), Live: true,
		Title:    data.Text{Zh: "上传", En: "Upload"},
		Question: data.Text{Zh: "怎样把表交上来？哪些行没有收下，怎样改？", En: "How are files handed in, which rows were not taken, and how are they repaired?"},
		Build:    buildUpload,
	}
}

// Upload is the form files are handed in with.
type Upload struct {
	Action     string // address it is posted to
	Megabytes  int64  // of all files together
	Files      int
	Unfinished bool // the page shows a batch that is still at work
}

// Kind names the template of the block.
func (Upload) Kind() string { return "upload" }

func buildUpload(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.T("上传数据", "Upload data")}
	if r.Desk == nil {
		v.Blocks = append(v.Blocks, Callout{Tone: ToneQuiet, Title: r.T("这里不接收文件", "No files are taken here"),
			Text: r.T("请把文件放入 inbox 文件夹。", "Put files into the inbox folder.")})
		return v, nil
	}
	if r.Desk.Propose != nil && r.Params.Get("file") != "" {
		return buildMapping(ctx, r)
	}
	if r.Desk.Held != nil && r.Params.Get("held") != "" {
		return buildHeld(ctx, r)
	}
	form := Upload{Action: r.Link("upload", With("batch", ""), cleared), Megabytes: r.Desk.Bytes >> 20, Files: desk.MaxFiles}
	if id := r.Params.Get("batch"); id != "" {
		b, ok := r.Desk.Batch(id)
		if !ok {
			v.Blocks = append(v.Blocks, form, Callout{Tone: ToneQuiet, Title: r.T("这次上传已不在记录中", "This upload is no longer on record"),
				Text: r.T("结果见“数据状况”页。", "Its result stands on the page of the data."), Next: r.T("数据状况", "State of the data"), Link: r.Link("data")})
			return v, nil
		}
		form.Unfinished = b.Unfinished()
		if err := r.batch(ctx, &v, b); err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, Section{Title: r.T("继续上传", "Upload more")}, form)
		return v, nil
	}
	v.Sentences = append(v.Sentences, r.T("Excel、CSV、JSON 或压缩包都可以，可以一次选多个。原文件会保存，每一行都有交代。", "Workbooks, CSV, JSON or zip files, several at once. The originals are kept, and every row is accounted for."))
	v.Blocks = append(v.Blocks, form)
	if recent := r.Desk.Batches(); len(recent) > 0 {
		v.Blocks = append(v.Blocks, r.recent(recent))
	}
	return v, nil
}

func (r Request) recent(batches []desk.Batch) *Table {
	t := &Table{ID: "uploads", Stacked: true, Title: r.T("最近的上传", "Recent uploads"),
		Columns: []Column{date(r.T("时间", "Received")), {Title: r.T("文件", "Files"), Kind: ColumnText}, {Title: r.T("状态", "State"), Kind: ColumnText}, {Title: r.T("接收的行", "Rows accepted"), Kind: ColumnNumber}, {Title: r.T("退回的行", "Rows refused"), Kind: ColumnNumber}}}
	for _, b := range batches[:min(20, len(batches))] {
		var names []string
		for _, f := range b.Files {
			names = append(names, f.Name)
		}
		accepted, refused := Cell{Text: missing}, Cell{Text: missing}
		if b.State == desk.Done {
			total := pipelines.Total(b.Run.Files)
			accepted, refused = countCell(float64(total.Accepted)), countCell(float64(total.Quarantined))
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.clock(b.ReceivedAt).Format("2006-01-02 15:04"), Link: r.Link("upload", With("batch", b.ID))}, {Text: strings.Join(names, r.T("、", ", "))},
			r.batchState(b), accepted, refused})
	}
	return t
}

func (r Request) batchState(b desk.Batch) Cell {
	switch {
	case b.Resting():
		return Cell{Text: r.T("文件已保存，会再试", "kept, will be tried again"), Tone: ToneQuiet}
	case b.State == desk.Waiting:
		return Cell{Text: r.Tf("排队中，前面还有 %d 批", "in line behind %d", b.Ahead)}
	case b.State == desk.Working:
		return Cell{Text: r.T("正在读入", "being read")}
	case b.Err != "":
		return Cell{Text: r.T("没有收下", "not taken"), Tone: ToneWorse}
	default:
		return Cell{Text: r.T("完成", "done")}
	}
}

// batch says what became of the files of a batch.
func (r Request) batch(ctx context.Context, v *View, b desk.Batch) error {
	if b.Resting() {
		v.Sentences = append(v.Sentences, r.Tf("已收到 %d 个文件，已保存，还没有读完：%s。不用重新上传。", "%d files have arrived and are kept, and were not read in yet: %s. There is no need to upload them again.", len(b.Files), r.batchState(b).Text))
		why := b.Err
		if len(b.Run.Reasons) > 0 {
			why = data.ExplainRun(b.Run, r.Lang)
		}
		v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.Tf("上一次没有读完，最迟 %s 再试", "The last attempt did not end well; it is tried again by %s", r.clock(b.NextAt).Format("15:04")), Text: why})
		return nil
	}
	if b.State != desk.Done {
		v.Sentences = append(v.Sentences, r.Tf("已收到 %d 个文件：%s。本页会自动更新，可以离开。", "%d files have arrived: %s. This page renews itself; you may leave it.", len(b.Files), r.batchState(b).Text))
		return nil
	}
	total := pipelines.Total(b.Run.Files)
	if total.Read > 0 {
		v.Sentences = append(v.Sentences, r.Tf("读入 %[1]s 行：接收 %[2]s 行，退回 %[3]s 行，忽略 %[4]s 行（标题、合计、空行）。", "%[1]s rows were read: %[2]s accepted, %[3]s refused, %[4]s passed over (titles, totals, blank rows).",
			Count(float64(total.Read)), Count(float64(total.Accepted)), Count(float64(total.Quarantined)), Count(float64(total.Ignored))))
	}
	v.Blocks = append(v.Blocks, r.outcome(b, total)...)
	var held []any
	for _, f := range b.Run.Files {
		if f.Problem.Holds() {
			held = append(held, f.FileID)
		}
	}
	forms, err := r.heldForms(ctx, held...)
	if err != nil {
		return err
	}
	since, err := r.takenSince(ctx, held...)
	if err != nil {
		return err
	}
	v.Blocks = append(v.Blocks, r.handedIn(b, forms, since))
	for _, form := range forms {
		v.Blocks = append(v.Blocks, form)
	}
	kinds, err := r.kindsOf(ctx, b)
	if err != nil {
		return err
	}
	if kinds != nil {
		v.Blocks = append(v.Blocks, kinds)
	}
	return nil
}

// outcome says what of a batch came in and what did not, each with what to do.
func (r Request) outcome(b desk.Batch, total pipelines.Reconciliation) (said []Block) {
	strange, unknown, unread := "", 0, 0
	for _, f := range b.Run.Files {
		switch link := r.mappingLink(f.Problem, f.FileID, f.Sheet); {
		case link != "":
			unknown++
			strange = cmp.Or(strange, link)
		case f.Problem != "" && !f.Later():
			unread++
		}
	}
	if unread > 0 {
		said = append(said, Callout{Tone: ToneWorse, Title: r.Tf("有 %d 份表没有读入", "Tables that were not read in: %d", unread),
			Text: r.T("每一份的原因和处理办法写在下面“逐个文件”的最后一列。", "Why, and what to do, stands in the last column of the list file by file.")})
	}
	if unknown > 0 {
		said = append(said, Callout{Tone: ToneWorse, Title: r.Tf("有 %d 份表的列名认不出来，还没有读入", "Tables whose columns are not known, and that have not been read in: %d", unknown),
			Text: r.T("请告诉系统各列是什么，确认后马上读入，以后同样的表不用再选。", "Say what they are: it is read in at once, and so are later tables of its kind."), Next: r.T("指认各列是什么", "Say what the columns are"), Link: strange})
	}
	waiting := b.Run.Waiting
	if waiting > 0 {
		said = append(said, Callout{Tone: ToneQuiet, Title: r.Tf("有 %s 行在等名册", "Rows that wait for lists: %s", Count(float64(waiting))),
			Text: r.Tf("这些行所填的编号还不在名册中：%s。请先报送名册；名册读入后这些行自动收下，不用重报。如果是编号写错了，再按标注改正。",
				"They name IDs that no list holds yet: %s. Send the lists first: with them these rows come in by themselves. Only an ID that is mistyped needs repair.", data.ExplainAwaited(b.Run.Awaited, r.Lang))})
	}
	switch {
	case total.Quarantined > waiting:
		said = append(said, Callout{Tone: ToneWorse, Title: r.Tf("有 %s 行要改", "Rows that need repair: %s", Count(float64(total.Quarantined-waiting))),
			Text: r.T("下载标注好的工作簿，改橙色的单元格，保存后在本页重新上传。只补收改好的行，已接收的行不会重复。", "Download the marked workbook, repair the orange cells, save it and upload it here again. Only repaired rows come in; nothing is counted twice.")})
	case b.Err == "" && total.Read > 0 && unknown+unread == 0 && waiting == 0:
		said = append(said, Callout{Tone: ToneBetter, Title: r.T("全部收下", "Everything was taken"), Text: r.T("没有要改的行。", "No row needs repair.")})
	}
	if known := b.Run.Known; len(known) > 0 || len(b.Run.Files) == 0 && b.Err == "" {
		title := r.T("这些文件以前收过", "These files had arrived before")
		if len(b.Run.Files) > 0 {
			title = r.Tf("有 %d 个文件以前收过", "Files that had arrived before: %d", len(known))
		}
		text := r.T("内容完全相同，没有重复计入。", "Their content is the same; nothing is counted twice.")
		for _, f := range known {
			text += r.Tf("“%[1]s”与“%[2]s”相同。", " “%[1]s” is the same as “%[2]s”.", f.Name, f.As)
		}
		said = append(said, Callout{Tone: ToneQuiet, Title: title, Text: text})
	}
	if b.Err != "" && total.Read == 0 && unknown+unread == 0 {
		why := r.T("请把这句话转给维护人员：", "Hand this to whoever maintains the system: ") + b.Err
		if len(b.Run.Reasons) > 0 { // told in the reader's language, with what to do
			why = data.ExplainRun(b.Run, r.Lang)
		}
		said = append(said, Callout{Tone: ToneWorse, Title: r.T("没有完成", "It did not end well"), Text: why})
	}
	return said
}

// takenSince says, by id, which of the files that were held have been taken in since, and which have been corrected.
func (r Request) takenSince(ctx context.Context, files ...any) (map[string]Cell, error) {
	since := map[string]Cell{}
	if len(files) == 0 {
		return since, nil
	}
	table, err := r.Data.Query(ctx, fmt.Sprintf("select file_id, max_by(state, file_no) as state from files where file_id in (%s) group by file_id", placeholders(len(files))), files...)
	if err != nil {
		return nil, fmt.Errorf("find files that were held: %w", err)
	}
	for _, row := range read(table) {
		switch row.text("state") {
		case "loaded":
			since[row.text("file_id")] = Cell{Text: r.T("后来已收下", "taken in since")}
		case "corrected":
			since[row.text("file_id")] = Cell{Text: r.T("后来已重新报送", "sent again since"), Note: r.T("同名的文件后来已读入，以那一份为准。", "A file of the same name has been read in since, and is what counts.")}
		}
	}
	return since, nil
}

// handedIn accounts for every table of the files of a batch; held are the forms below of those that still wait, since says
// what became of others that were held.
func (r Request) handedIn(b desk.Batch, held []Form, since map[string]Cell) *Table {
	t := &Table{ID: "handed-in", Stacked: true, Title: r.T("逐个文件", "File by file"), Empty: r.T("没有新内容。", "Nothing new."),
		Columns: []Column{{Title: r.T("文件", "File"), Kind: ColumnText}, {Title: r.T("工作表", "Sheet"), Kind: ColumnText}, {Title: r.T("内容", "Export"), Kind: ColumnText},
			{Title: r.T("读入", "Read"), Kind: ColumnNumber}, {Title: r.T("接收", "Accepted"), Kind: ColumnNumber}, {Title: r.T("退回", "Refused"), Kind: ColumnNumber},
			{Title: r.T("忽略", "Ignored"), Kind: ColumnNumber}, {Title: r.T("下一步", "What next"), Kind: ColumnText}}}
	for _, f := range b.Run.Files {
		next := Cell{Text: r.T("不用改", "nothing to do")}
		refused := countCell(float64(f.Quarantined))
		switch {
		case f.Problem != "":
			sentence, mend := data.Explain(pipelines.Problem{Code: f.Problem, Export: f.Export, File: f.Name, Sheet: f.Sheet, Detail: f.Detail.First()}, r.Lang)
			next = Cell{Text: sentence, Note: mend, Tone: ToneWorse}
			if link := r.mappingLink(f.Problem, f.FileID, f.Sheet); link != "" {
				next = Cell{Text: r.T("指认各列是什么", "Say what the columns are"), Note: sentence, Link: link, Tone: ToneWorse}
			}
			later, was := since[f.FileID]
			switch waits := slices.ContainsFunc(held, func(form Form) bool { return form.accepts(f.FileID) }); {
			case waits:
				next.Note = r.T("暂存待确认。若不完整或有误，改好后用原文件名重新报送；若确实如此，由负责这份数据的人在下面写明姓名和理由，确认收下。",
					"It is held. If it is not complete, or wrong, send it again corrected under its name; if it is right as it is, whoever answers for these data accepts it below, with name and reason.")
			case f.Problem.Holds() && was:
				next = Cell{Text: later.Text, Note: cmp.Or(later.Note, sentence)}
			}
		case f.Quarantined > 0:
			next, refused.Tone = r.marked(f.FileID, f.ReadAs), ToneWorse
		case f.Warnings > 0:
			next = r.marked(f.FileID, f.ReadAs)
			next.Note = r.Tf("%s 行已接收，请核对", "%s rows were accepted; please check them", Count(float64(f.Warnings)))
		}
		t.Rows = append(t.Rows, []Cell{{Text: f.Name}, {Text: f.Sheet}, r.exportCell(f), countCell(float64(f.Read)), countCell(float64(f.Accepted)), refused,
			countCell(float64(f.Ignored)), next})
	}
	return t
}

// marked is the link to the marked copy of a file. Parquet has none: nobody repairs it by hand.
func (r Request) marked(id string, as pipelines.ReadAs) Cell {
	if as.Format == "parquet" {
		return Cell{Text: r.T("请由导出它的系统改好后重新导出", "To be corrected and exported anew by the system it came from")}
	}
	address := "/marked/" + id
	if r.Lang == English {
		address += "?lang=" + English
	}
	return Cell{Text: r.T("下载标注好的工作簿", "Download the marked workbook"), Link: address}
}

const kindsOfSQL = `
select p.export, p.code, p.severity, p.column_id, count(*) as problems, min(p."row") as first_row
from problems p
join files f on f.file_no = p.file_no
where p.state = 'open' and p."row" is not null and f.file_id in (%s)
group by p.export, p.code, p.severity, p.column_id
order by case when p.severity = 'warn' then 1 else 0 end, problems desc, p.export, p.code, p.column_id`

// kindsOf sums up what is wrong in the files of a batch.
func (r Request) kindsOf(ctx context.Context, b desk.Batch) (Block, error) {
	var args []any
	for _, f := range b.Files {
		args = append(args, f.ID)
	}
	if len(args) == 0 {
		return nil, nil
	}
	table, err := r.Data.Query(ctx, fmt.Sprintf(kindsOfSQL, placeholders(len(args))), args...)
	if err != nil {
		return nil, fmt.Errorf("problems of an upload: %w", err)
	}
	if len(table.Rows) == 0 {
		return nil, nil
	}
	t := &Table{ID: "kinds", Stacked: true, Title: r.T("问题汇总", "Problems by kind"),
		Columns: []Column{{Title: r.T("问题", "Problem"), Kind: ColumnText}, {Title: r.T("内容", "Export"), Kind: ColumnText}, {Title: r.T("列", "Column"), Kind: ColumnText},
			{Title: r.T("处", "Cells"), Kind: ColumnNumber}, {Title: r.T("最早在第几行", "First in row"), Kind: ColumnNumber}, {Title: r.T("处理", "Effect"), Kind: ColumnText}}}
	for _, row := range read(table) {
		name, column := row.text("code"), row.text("column_id")
		if text, ok := data.ProblemTexts()[pipelines.Code(name)]; ok {
			name = text.Name.In(r.Lang)
		}
		if contract, ok := data.ContractOf(row.text("export")); ok {
			if c, ok := contract.Column(column); ok {
				column = c.Name.In(r.Lang)
			}
		}
		t.Rows = append(t.Rows, []Cell{{Text: name}, {Text: r.exportName(row.text("export"))}, {Text: column}, countCell(row.number("problems")), countCell(row.number("first_row")), stateCell(severities, pipelines.Severity(row.text("severity")), r.Lang)})
	}
	return t, nil
}
