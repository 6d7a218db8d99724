package records

import (
	"cmp"
	"context"
	"slices"

	"hulian/dashboards/desk"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// Upload builds the page on which files are handed in and named.
func Upload(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("上传数据", "Upload data")}
	if r.Desk == nil {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Title: r.T("这里不接收文件", "No files are taken here"),
			Text: r.T("请把文件放入 inbox 文件夹。", "Put files into the inbox folder.")})
		return v, nil
	}
	if r.Desk.Propose != nil && r.Params.Get("file") != "" {
		return buildMapping(ctx, r)
	}
	if accepts(r) && r.Params.Get("held") != "" {
		return buildHeld(ctx, r)
	}
	if !r.Visitor.MayAnywhere(visitor.Upload) {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Title: r.T("您的账号不报送文件", "Your account hands in no files"),
			Text: r.T("文件由组织办公室、村书记和文书报送。", "The organisation office, village secretaries and clerks hand them in.")})
		return v, nil
	}
	form := uploadForm(r)
	if id := r.Params.Get("batch"); id != "" {
		b, ok := r.Desk.Batch(id)
		if !ok || !r.SeesBatch(b) {
			v.Blocks = append(v.Blocks, form, view.Callout{Tone: view.ToneQuiet, Title: r.T("这次上传已不在记录中", "This upload is no longer on record"),
				Text: r.T("结果见“数据状况”页。", "Its result stands on the page of the data."), Next: r.T("数据状况", "State of the data"), Link: r.Link("data")})
			return v, nil
		}
		form.Unfinished = b.Unfinished()
		v.Headline = batchHeadline(r, b)
		if err := batch(ctx, r, &v, b); err != nil {
			return v, err
		}
		v.Blocks = append([]view.Block{view.Lead{}}, append(v.Blocks, view.Section{Title: r.T("继续上传", "Upload more")}, form)...)
		return v, nil
	}
	v.Sentences = append(v.Sentences, r.T("Excel、CSV、JSON 或压缩包都可以，可以一次选多个。原文件会保存，每一行都有交代。", "Workbooks, CSV, JSON or zip files, several at once. The originals are kept, and every row is accounted for."))
	v.Headline = uploadHeadline(r)
	v.Blocks = append(v.Blocks, proposals(r)...)
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 8, Blocks: []view.Block{form}}, {Span: 4, Blocks: append(templates(r), view.Lead{})}}})
	if recent := slices.DeleteFunc(r.Desk.Batches(), func(b desk.Batch) bool { return !r.SeesBatch(b) }); len(recent) > 0 {
		v.Blocks = append(v.Blocks, recentUploads(r, recent))
	}
	mends, err := ToMend(ctx, r)
	if err != nil {
		return v, err
	}
	if len(mends) > 0 {
		v.Blocks = append(v.Blocks, mendFirst(r, mends))
	}
	return v, nil
}

// uploadHeadline says what became of the newest upload that the visitor may see.
func uploadHeadline(r block.Request) view.Headline {
	for _, b := range r.Desk.Batches() {
		if !r.SeesBatch(b) {
			continue
		}
		h, at := batchHeadline(r, b), r.Tf("%s上传的文件：", "Your upload of %s: ", r.Clock(b.ReceivedAt).Format("2006-01-02 15:04"))
		return view.Headline{Rest: at + h.Weak + h.Rest}
	}
	return view.Headline{Rest: r.T("把导出的表格拖到这里，马上知道收了几行、退了几行", "Drop the exports here, and see at once how many rows were taken and refused")}
}

// batchHeadline says in one line what became of an upload.
func batchHeadline(r block.Request, b desk.Batch) view.Headline {
	total, unread := pipelines.Total(b.Run.Files), 0
	for _, f := range b.Run.Files {
		if f.Problem != "" && !f.Later() {
			unread++
		}
	}
	taken := r.Tf("收下%s行", "%s rows were taken", reading.Count(float64(total.Accepted)))
	refused := total.Quarantined - min(total.Quarantined, b.Run.Waiting)
	switch {
	case b.State != desk.Done:
		return view.Headline{Rest: r.Tf("已收到%[1]d个文件：%[2]s", "%[1]d files have arrived: %[2]s", len(b.Files), batchState(r, b).Text)}
	case refused > 0 && unread > 0:
		return view.Headline{Weak: r.Tf("%[1]s行退回待改，%[2]d份表没有读入", "%[1]s rows to mend, %[2]d tables not taken", reading.Count(float64(refused)), unread), Rest: r.T("；", "; ") + taken}
	case refused > 0:
		return view.Headline{Weak: r.Tf("%s行退回待改", "%s rows to mend", reading.Count(float64(refused))), Rest: r.T("；", "; ") + taken}
	case unread > 0:
		return view.Headline{Weak: r.Tf("%d份表没有读入", "%d tables were not taken", unread), Rest: r.T("；", "; ") + taken}
	case b.Err != "" && total.Read == 0:
		return view.Headline{Weak: r.T("没有完成，原因见下", "It did not end well: see why below")}
	case b.Run.Waiting > 0:
		return view.Headline{Rest: taken + r.Tf("；%s行等名册，名册到了自动收下", "; %s rows wait for lists and come in with them", reading.Count(float64(b.Run.Waiting)))}
	case len(b.Run.Files) == 0:
		return view.Headline{Rest: r.T("这些文件以前收过，没有重复计入", "These files had arrived before; nothing counts twice")}
	default:
		return view.Headline{Rest: r.Tf("全部收下：%s行，没有要改的", "Everything was taken: %s rows, nothing to mend", reading.Count(float64(total.Accepted)))}
	}
}

func recentUploads(r block.Request, batches []desk.Batch) *view.Table {
	t := &view.Table{ID: "uploads", Stacked: true, Title: r.T("最近的上传", "Recent uploads"),
		Columns: []view.Column{view.Day(r.T("时间", "Received")), {Title: r.T("文件", "Files"), Kind: view.ColumnText}, {Title: r.T("状态", "State"), Kind: view.ColumnText}, {Title: r.T("接收的行", "Rows accepted"), Kind: view.ColumnNumber}, {Title: r.T("退回的行", "Rows refused"), Kind: view.ColumnNumber}}}
	for _, b := range batches[:min(20, len(batches))] {
		accepted, refused := view.Cell{Text: reading.Missing}, view.Cell{Text: reading.Missing}
		if b.State == desk.Done {
			total := pipelines.Total(b.Run.Files)
			accepted, refused = view.Count(float64(total.Accepted)), view.Count(float64(total.Quarantined))
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: r.Clock(b.ReceivedAt).Format("2006-01-02 15:04"), Link: r.Link("upload", question.With("batch", b.ID))}, {Text: fileNames(r, b)},
			batchState(r, b), accepted, refused})
	}
	return t
}

func batchState(r block.Request, b desk.Batch) view.Cell {
	switch {
	case b.State == desk.Proposed:
		return view.Cell{Text: r.T("等待第二人复核", "waits for a second person"), Tone: view.ToneQuiet}
	case b.State == desk.Refused:
		return view.Cell{Text: r.T("复核退回", "refused by a second person"), Tone: view.ToneWorse}
	case b.Resting():
		return view.Cell{Text: r.T("文件已保存，会再试", "kept, will be tried again"), Tone: view.ToneQuiet}
	case b.State == desk.Waiting:
		return view.Cell{Text: r.Tf("排队中，前面还有 %d 批", "in line behind %d", b.Ahead)}
	case b.State == desk.Working:
		return view.Cell{Text: r.T("正在读入", "being read")}
	case b.Err != "":
		return view.Cell{Text: r.T("没有收下", "not taken"), Tone: view.ToneWorse}
	default:
		return view.Cell{Text: r.T("完成", "done")}
	}
}

// batch says what became of the files of a batch.
func batch(ctx context.Context, r block.Request, v *view.View, b desk.Batch) error {
	if b.State == desk.Proposed || b.State == desk.Refused || b.Confirmation != nil && b.Confirmation.Paper != nil {
		return proposal(ctx, r, v, b)
	}
	if b.Resting() {
		v.Sentences = append(v.Sentences, r.Tf("已收到 %d 个文件，已保存，还没有读完：%s。不用重新上传。", "%d files have arrived and are kept, and were not read in yet: %s. There is no need to upload them again.", len(b.Files), batchState(r, b).Text))
		why := b.Err
		if len(b.Run.Reasons) > 0 {
			why = data.ExplainRun(b.Run, r.Lang)
		}
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.Tf("上一次没有读完，最迟 %s 再试", "The last attempt did not end well; it is tried again by %s", r.Clock(b.NextAt).Format("15:04")), Text: why})
		return nil
	}
	if b.State != desk.Done {
		v.Sentences = append(v.Sentences, r.Tf("已收到 %d 个文件：%s。本页会自动更新，可以离开。", "%d files have arrived: %s. This page renews itself; you may leave it.", len(b.Files), batchState(r, b).Text))
		return nil
	}
	total := pipelines.Total(b.Run.Files)
	if total.Read > 0 {
		v.Sentences = append(v.Sentences, r.Tf("读入 %[1]s 行：接收 %[2]s 行，退回 %[3]s 行，忽略 %[4]s 行（标题、合计、空行）。", "%[1]s rows were read: %[2]s accepted, %[3]s refused, %[4]s passed over (titles, totals, blank rows).",
			reading.Count(float64(total.Read)), reading.Count(float64(total.Accepted)), reading.Count(float64(total.Quarantined)), reading.Count(float64(total.Ignored))))
	}
	v.Blocks = append(v.Blocks, outcome(r, b, total)...)
	var held []any
	for _, f := range b.Run.Files {
		if f.Problem.Holds() {
			held = append(held, f.FileID)
		}
	}
	forms, err := heldForms(ctx, r, held...)
	if err != nil {
		return err
	}
	since, err := takenSince(ctx, r, held...)
	if err != nil {
		return err
	}
	v.Blocks = append(v.Blocks, handedIn(r, b, forms, since))
	for _, form := range forms {
		v.Blocks = append(v.Blocks, form)
	}
	kinds, err := kindsOf(ctx, r, b)
	if err != nil {
		return err
	}
	if kinds != nil {
		v.Blocks = append(v.Blocks, kinds)
	}
	return nil
}

// outcome says what of a batch came in and what did not, each with what to do.
func outcome(r block.Request, b desk.Batch, total pipelines.Reconciliation) (said []view.Block) {
	strange, unknown, unread := "", 0, 0
	for _, f := range b.Run.Files {
		switch link := mappingLink(r, f.Problem, f.FileID, f.Sheet); {
		case link != "":
			unknown++
			strange = cmp.Or(strange, link)
		case f.Problem != "" && !f.Later():
			unread++
		}
	}
	if unread > 0 {
		said = append(said, view.Callout{Tone: view.ToneWorse, Title: r.Tf("有 %d 份表没有读入", "Tables that were not read in: %d", unread),
			Text: r.T("每一份的原因和处理办法写在下面“逐个文件”的最后一列。", "Why, and what to do, stands in the last column of the list file by file.")})
	}
	if unknown > 0 {
		said = append(said, view.Callout{Tone: view.ToneWorse, Title: r.Tf("有 %d 份表的列名认不出来，还没有读入", "Tables whose columns are not known, and that have not been read in: %d", unknown),
			Text: r.T("请告诉系统各列是什么，确认后马上读入，以后同样的表不用再选。", "Say what they are: it is read in at once, and so are later tables of its kind."), Next: r.T("指认各列是什么", "Say what the columns are"), Link: strange})
	}
	waiting := b.Run.Waiting
	if waiting > 0 {
		said = append(said, view.Callout{Tone: view.ToneQuiet, Title: r.Tf("有 %s 行在等名册", "Rows that wait for lists: %s", reading.Count(float64(waiting))),
			Text: r.Tf("这些行所填的编号还不在名册中：%s。请先报送名册；名册读入后这些行自动收下，不用重报。如果是编号写错了，再按标注改正。",
				"They name IDs that no list holds yet: %s. Send the lists first: with them these rows come in by themselves. Only an ID that is mistyped needs repair.", data.ExplainAwaited(b.Run.Awaited, r.Lang))})
	}
	switch {
	case total.Quarantined > waiting:
		said = append(said, view.Callout{Tone: view.ToneWorse, Title: r.Tf("有 %s 行要改", "Rows that need repair: %s", reading.Count(float64(total.Quarantined-waiting))),
			Text: r.T("下载标注好的工作簿，改橙色的单元格，保存后在本页重新上传。只补收改好的行，已接收的行不会重复。", "Download the marked workbook, repair the orange cells, save it and upload it here again. Only repaired rows come in; nothing is counted twice.")})
	case b.Err == "" && total.Read > 0 && unknown+unread == 0 && waiting == 0:
		said = append(said, view.Callout{Tone: view.ToneBetter, Title: r.T("全部收下", "Everything was taken"), Text: r.T("没有要改的行。", "No row needs repair.")})
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
		said = append(said, view.Callout{Tone: view.ToneQuiet, Title: title, Text: text})
	}
	if b.Err != "" && total.Read == 0 && unknown+unread == 0 {
		why := r.T("请把这句话转给维护人员：", "Hand this to whoever maintains the system: ") + b.Err
		if len(b.Run.Reasons) > 0 { // told in the reader's language, with what to do
			why = data.ExplainRun(b.Run, r.Lang)
		}
		said = append(said, view.Callout{Tone: view.ToneWorse, Title: r.T("没有完成", "It did not end well"), Text: why})
	}
	return said
}

// takenSince says, by id, which of the files that were held have been taken in since, and which have been corrected.
func takenSince(ctx context.Context, r block.Request, files ...any) (map[string]view.Cell, error) {
	since := map[string]view.Cell{}
	if len(files) == 0 {
		return since, nil
	}
	states, err := r.FileStates(ctx, r.Visitor, files)
	if err != nil {
		return nil, err
	}
	for _, row := range states {
		switch row.State {
		case "loaded":
			since[row.FileID] = view.Cell{Text: r.T("后来已收下", "taken in since")}
		case "corrected":
			since[row.FileID] = view.Cell{Text: r.T("后来已重新报送", "sent again since"), Note: r.T("同名的文件后来已读入，以那一份为准。", "A file of the same name has been read in since, and is what counts.")}
		}
	}
	return since, nil
}

// handedIn accounts for every table of the files of a batch; held are the forms below of those that still wait, since says
// what became of others that were held.
func handedIn(r block.Request, b desk.Batch, held []view.Form, since map[string]view.Cell) *view.Table {
	t := &view.Table{ID: "handed-in", Stacked: true, Title: r.T("逐个文件", "File by file"), Empty: r.T("没有新内容。", "Nothing new."),
		Columns: []view.Column{{Title: r.T("文件", "File"), Kind: view.ColumnText}, {Title: r.T("工作表", "Sheet"), Kind: view.ColumnText}, {Title: r.T("内容", "Export"), Kind: view.ColumnText},
			{Title: r.T("读入", "Read"), Kind: view.ColumnNumber}, {Title: r.T("接收", "Accepted"), Kind: view.ColumnNumber}, {Title: r.T("退回", "Refused"), Kind: view.ColumnNumber},
			{Title: r.T("忽略", "Ignored"), Kind: view.ColumnNumber}, {Title: r.T("下一步", "What next"), Kind: view.ColumnText}}}
	for _, f := range b.Run.Files {
		next := view.Cell{Text: r.T("不用改", "nothing to do")}
		refused := view.Count(float64(f.Quarantined))
		switch {
		case f.Problem != "":
			sentence, mend := data.Explain(pipelines.Problem{Code: f.Problem, Export: f.Export, File: f.Name, Sheet: f.Sheet, Detail: f.Detail.First()}, r.Lang)
			next = view.Cell{Text: sentence, Note: mend, Tone: view.ToneWorse}
			if link := mappingLink(r, f.Problem, f.FileID, f.Sheet); link != "" {
				next = view.Cell{Text: r.T("指认各列是什么", "Say what the columns are"), Note: sentence, Link: link, Tone: view.ToneWorse}
			}
			later, was := since[f.FileID]
			switch waits := slices.ContainsFunc(held, func(form view.Form) bool { return form.Accepts(f.FileID) }); {
			case waits:
				next.Note = r.T("暂存待确认。若不完整或有误，改好后用原文件名重新报送；若确实如此，由组织办公室在下面写明理由，确认收下。",
					"It is held. If it is not complete, or wrong, send it again corrected under its name; if it is right as it is, the organisation office accepts it below, with a reason.")
			case f.Problem.Holds() && was:
				next = view.Cell{Text: later.Text, Note: cmp.Or(later.Note, sentence)}
			}
		case f.Quarantined > 0:
			next, refused.Tone = marked(r, f.FileID, f.ReadAs), view.ToneWorse
		case f.Warnings > 0:
			next = marked(r, f.FileID, f.ReadAs)
			next.Note = r.Tf("%s 行已接收，请核对", "%s rows were accepted; please check them", reading.Count(float64(f.Warnings)))
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: f.Name}, {Text: f.Sheet}, exportCell(r, f), view.Count(float64(f.Read)), view.Count(float64(f.Accepted)), refused,
			view.Count(float64(f.Ignored)), next})
	}
	return t
}

// marked is the link to the marked copy of a file; nothing for whoever may not see its rows. Parquet has none: nobody repairs it by hand.
func marked(r block.Request, id string, as pipelines.ReadAs) view.Cell {
	if !r.SeesFile(id) {
		return view.Cell{}
	}
	if as.Format == "parquet" {
		return view.Cell{Text: r.T("请由导出它的系统改好后重新导出", "To be corrected and exported anew by the system it came from")}
	}
	address := "/marked/" + id
	if r.Lang == language.English {
		address += "?lang=" + language.English
	}
	return view.Cell{Text: r.T("下载标注好的工作簿", "Download the marked workbook"), Link: address}
}

// kindsOf sums up what is wrong in the files of a batch.
func kindsOf(ctx context.Context, r block.Request, b desk.Batch) (view.Block, error) {
	var args []any
	for _, f := range b.Files {
		args = append(args, f.ID)
	}
	if len(args) == 0 {
		return nil, nil
	}
	rows, err := r.OpenKinds(ctx, r.Visitor, args)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	t := &view.Table{ID: "kinds", Stacked: true, Title: r.T("问题汇总", "Problems by kind"),
		Columns: []view.Column{{Title: r.T("问题", "Problem"), Kind: view.ColumnText}, {Title: r.T("内容", "Export"), Kind: view.ColumnText}, {Title: r.T("列", "Column"), Kind: view.ColumnText},
			{Title: r.T("处", "Cells"), Kind: view.ColumnNumber}, {Title: r.T("最早在第几行", "First in row"), Kind: view.ColumnNumber}, {Title: r.T("处理", "Effect"), Kind: view.ColumnText}}}
	for _, row := range rows {
		name, column := row.Code, row.ColumnID
		if text, ok := data.ProblemTexts()[pipelines.Code(name)]; ok {
			name = text.Name.In(r.Lang)
		}
		if contract, ok := data.ContractOf(row.Export); ok {
			if c, ok := contract.Column(column); ok {
				column = c.Name.In(r.Lang)
			}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: name}, {Text: r.ExportName(row.Export)}, {Text: column}, view.Count(row.Problems), view.Count(row.FirstRow), StateCell(severities, pipelines.Severity(row.Severity), r.Lang)})
	}
	return t, nil
}
