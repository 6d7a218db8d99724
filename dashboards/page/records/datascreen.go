package records

import (
	"context"
	"slices"
	"strings"

	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries/reading"
)

// dataScreen is what a clerk reads first: what is to be mended, what has not come, what waits for a word, and where to hand in.
func dataScreen(ctx context.Context, r block.Request, v *view.View, found []facts.File) error {
	open, err := r.RowsToMend(ctx, r.Visitor)
	if err != nil {
		return err
	}
	mends, err := ToMend(ctx, r)
	if err != nil {
		return err
	}
	trend, err := validityTrend(ctx, r)
	if err != nil {
		return err
	}
	untaken, asked := notTaken(r, found)
	proposed := 0
	if r.Desk != nil {
		for _, b := range r.Desk.Batches() {
			if b.State == desk.Proposed && r.SeesBatch(b) {
				proposed++
			}
		}
	}
	stats, err := dataStats(ctx, r, open, asked, proposed, len(untaken))
	if err != nil {
		return err
	}
	all, err := history(r)
	if err != nil {
		return err
	}
	v.Blocks = append(v.Blocks, underway(r, all)...)
	v.Headline = dataHeadline(r, open.RowCount, asked+proposed, len(untaken)-asked, len(found))
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{stats}}}})
	work := []view.Block{mendFirst(r, mends)}
	if len(untaken) > 0 {
		work = slices.Insert(work, 0, view.Block(filesWaiting(r, untaken)))
	}
	first := view.Row{Parts: []view.Part{{Span: 12, Blocks: work}}}
	if box := uploadBox(r); len(box) > 0 {
		first.Parts = []view.Part{{Span: 8, Blocks: work}, {Span: 4, Blocks: box}}
	}
	matrix := deliveryMatrix(r)
	v.Blocks = append(v.Blocks, first,
		view.Row{Parts: []view.Part{{Span: 8, Blocks: []view.Block{matrix, chooseVillage(r)}}, {Span: 4, Blocks: []view.Block{trend}}}}, view.Lead{})
	return nil
}

// dataHeadline says in one line what is to be done about the data.
func dataHeadline(r block.Request, rows float64, waiting, unread, files int) view.Headline {
	lacking, _ := missing(r, delivered(r))
	var todo []string
	if rows > 0 {
		todo = append(todo, r.Tf("%s行待改", "%s rows to mend", reading.Count(rows)))
	}
	if lacking > 0 {
		todo = append(todo, r.Tf("%s份报表未交", "%s exports not delivered", reading.Count(lacking)))
	}
	if waiting > 0 {
		todo = append(todo, r.Tf("%d个文件待指认或确认", "%d files to be named or accepted", waiting))
	}
	if unread > 0 {
		todo = append(todo, r.Tf("%d份表没有读入", "%d tables not taken", unread))
	}
	switch {
	case files == 0:
		return view.Headline{Rest: r.T("还没有收到文件，请先上传", "No file has come yet: upload the first")}
	case len(todo) == 0:
		return view.Headline{Rest: r.Tf("文件全部收下，%s的报表已报齐", "Every file was taken, and nothing is missing for %s", r.MonthName(r.Month))}
	default:
		return view.Headline{Weak: strings.Join(todo, r.T("，", ", ")), Rest: r.T("；其余都已收下", "; everything else was taken")}
	}
}

// dataStats are the three numbers of the page, each of which leads to its list.
func dataStats(ctx context.Context, r block.Request, open facts.RowsToMend, asked, proposed, untaken int) (view.Stats, error) {
	u := delivered(r)
	lacking, due := missing(r, u)
	tone := func(n float64) view.Tone {
		if n > 0 {
			return view.ToneWorse
		}
		return view.ToneNone
	}
	rows := view.Stat{Label: r.T("待改的行", "Rows to mend"), Value: reading.Count(open.RowCount), Link: "#table-mend", Tone: tone(open.RowCount), Reading: r.T("没有要改的", "none")}
	if open.RowCount > 0 {
		rows.Reading = r.Tf("在%s个文件中", "in %s files", reading.Count(open.Files))
		own, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelTown, Unit: r.Town.ID, From: r.FirstMonth, To: r.LastMonth}, acceptanceMeasures...)
		if err != nil {
			return view.Stats{}, err
		}
		if month := own.At("quarantine_open", r.Town.ID, r.Month); month.Known() {
			rows.Reading += r.Tf("，其中%[1]s%[2]s行", ", %[2]s rows of %[1]s", r.MonthName(r.Month), reading.Count(month.Value))
		}
	}
	came := view.Stat{Label: r.Tf("%[1]s未交的报表（%[2]s）", "Exports not delivered for %[1]s (%[2]s)", r.MonthName(r.Month), u.Name), Value: reading.Count(lacking), Base: "", Link: "#figure-deliveries", Tone: tone(lacking),
		Reading: r.Tf("应报%s份，收到%s份", "%s were due, %s came", reading.Count(due), reading.Count(due-lacking))}
	if due == 0 {
		came.Value, came.Reading = reading.Missing, r.T("当月没有应报的报表", "no export was due for the month")
	}
	files := view.Stat{Label: r.T("待指认或确认的文件", "Files to be named or accepted"), Value: reading.Count(float64(asked + proposed)), Link: "#table-files", Tone: tone(float64(untaken + proposed)), Reading: r.T("没有待处理的", "none waits")}
	switch {
	case untaken > asked:
		files.Link, files.Reading = "#table-waiting", r.Tf("另有%d份表没有读入，见原因", "and %d tables were not taken: see why", untaken-asked)
	case untaken > 0:
		files.Link, files.Reading = "#table-waiting", r.T("办完马上读入", "read in at once when done")
	case proposed > 0:
		files.Link, files.Reading = r.Link("upload")+"#table-proposals", r.Tf("%d批等待第二人复核", "%d wait for a second person", proposed)
	}
	return view.Stats{Tiles: []view.Stat{rows, came, files}, Buttons: true}, nil
}

// shownUploads is how many uploads stand beside the box.
const shownUploads = 4

// uploadBox is where files are handed in, with empty workbooks and the last uploads; nothing where the visitor hands in none.
func uploadBox(r block.Request) []view.Block {
	if r.Desk == nil || !r.Visitor.MayAnywhere(visitor.Upload) {
		return nil
	}
	box := append([]view.Block{uploadForm(r)}, templates(r)...)
	recent := slices.DeleteFunc(r.Desk.Batches(), func(b desk.Batch) bool { return !r.SeesBatch(b) })
	if len(recent) == 0 {
		return box
	}
	t := &view.Table{ID: "uploads", Stacked: true, Title: r.T("最近的上传", "Recent uploads"), PageRows: shownUploads}
	view.Fill(t, recent[:min(shownUploads, len(recent))],
		view.Of(view.Words(r.T("文件", "Files")), func(b desk.Batch) view.Cell {
			return view.Cell{Text: fileNames(r, b), Link: r.Link("upload", question.With("batch", b.ID)), Note: r.Clock(b.ReceivedAt).Format("2006-01-02 15:04")}
		}),
		view.Of(view.Words(r.T("状态", "State")), func(b desk.Batch) view.Cell { return batchState(r, b) }))
	return append(box, t)
}

func fileNames(r block.Request, b desk.Batch) string {
	return strings.Join(b.Names(), r.T("、", ", "))
}

// uploadForm is the form in which files are handed in.
func uploadForm(r block.Request) view.Upload {
	return view.Upload{Action: r.Link("upload", question.With("batch", ""), cleared), Megabytes: r.Desk.Bytes >> 20, Files: desk.MaxFiles}
}

// templates offers an empty workbook of each export.
func templates(r block.Request) []view.Block {
	if r.Desk.Template == nil {
		return nil
	}
	export := view.Field{Name: "export", Label: r.T("空白表格", "Empty workbook")}
	for _, c := range data.Contracts() {
		export.Choices = append(export.Choices, view.Choice{Value: c.Export, Name: c.Name.In(r.Lang)})
	}
	return []view.Block{view.Form{Method: "get", Address: "/template", Fields: append([]view.Field{export}, block.KeepLanguage(r)...), Label: r.T("下载", "Download")}}
}

// authors says who handed the files in, by their IDs, as far as the record of uploads goes back.
func authors(r block.Request) map[string]string {
	by := map[string]string{}
	if r.Desk == nil {
		return by
	}
	for _, b := range r.Desk.Batches() {
		for _, f := range b.Files {
			if by[f.ID] == "" {
				by[f.ID] = b.Author.Name
			}
		}
	}
	return by
}
