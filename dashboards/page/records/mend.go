package records

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// Mend is one kind of problem in one column of an export that waits for repair, over all files. The example and the marked
// workbook are those of the newest file that has it and that the visitor may see.
type Mend struct {
	Export, Column string  // in the reader's language
	Problem        string  // its name in a few words
	Rows           float64 // refused rows that have it; a row with two problems counts in both
	Files          int
	Example        facts.FileProblem
	Sentence, Cure string    // what is wrong with the example, and what to do about it
	List           string    // address of all rows that have it
	Workbook       view.Cell // the marked copy of the newest file; empty for whoever may not see one
}

// ToMend lists what waits for repair by the number of rows affected, most first: what a clerk mends this week.
func ToMend(ctx context.Context, r block.Request) ([]Mend, error) {
	open, err := r.OpenByFile(ctx, r.Visitor)
	if err != nil {
		return nil, err
	}
	type kind struct{ export, code, column string }
	at := map[kind]int{}
	var all []Mend
	for _, p := range open { // the newest file first
		k := kind{p.Export, p.Code, p.ColumnID}
		i, known := at[k]
		if !known {
			i = len(all)
			at[k], all = i, append(all, Mend{Example: p})
		}
		m := &all[i]
		m.Rows += p.RowCount
		m.Files++
		if !r.SeesFile(m.Example.FileID) && r.SeesFile(p.FileID) {
			m.Example = p
		}
	}
	for i := range all {
		all[i].name(r)
	}
	slices.SortStableFunc(all, func(a, b Mend) int { return cmp.Compare(b.Rows, a.Rows) })
	return all, nil
}

// name puts what the problem is, and what to do, into words.
func (m *Mend) name(r block.Request) {
	p := m.Example
	m.Export, m.Problem, m.Column = r.ExportName(p.Export), p.Code, cmp.Or(p.Header, p.ColumnID)
	if text, ok := data.ProblemTexts()[pipelines.Code(p.Code)]; ok {
		m.Problem = text.Name.In(r.Lang)
	}
	if contract, ok := data.ContractOf(p.Export); ok {
		if c, ok := contract.Column(p.ColumnID); ok {
			m.Column = c.Name.In(r.Lang)
		}
	}
	m.Sentence, m.Cure = data.Explain(pipelines.Problem{Code: pipelines.Code(p.Code), Severity: pipelines.SeverityRefuse, Export: p.Export, File: p.Name,
		Sheet: p.Sheet, Row: p.Row, Letter: p.Letter, Column: p.ColumnID, Header: p.Header, Value: p.Value, Detail: pipelines.ParseDetail(p.Detail)}, r.Lang)
	m.List = r.Link("data", cleared, question.With("export", p.Export), question.With("code", p.Code), question.With("state", string(pipelines.ProblemOpen))) + "#table-problems"
	if r.Desk != nil && r.SeesFile(p.FileID) {
		m.Workbook = marked(r, p.FileID, pipelines.ReadAs{})
	}
}

// firstMended is how many kinds of problems stand on the first screen.
const firstMended = 5

// mendFirst is the table of what to mend first.
func mendFirst(r block.Request, all []Mend) *view.Table {
	t := &view.Table{ID: "mend", Stacked: true, Title: r.T("先改这些", "Mend these first"), Empty: r.T("没有退回待改的行。", "No refused row waits for repair."), PageRows: firstMended,
		Note: r.T("按影响的行数排列。改好后在本页上传标注好的工作簿，只补收改好的行。", "By rows affected. Upload the marked workbook here once it is mended: only repaired rows come in.")}
	view.Fill(t, all,
		view.Of(view.Words(r.T("问题", "Problem")), func(m Mend) view.Cell {
			return view.Cell{Text: r.Tf("%[1]s：%[2]s", "%[1]s: %[2]s", m.Column, m.Problem), Note: m.Export, Link: m.List}
		}),
		view.Of(view.Number(r.T("行数", "Rows")), func(m Mend) view.Cell { return view.Count(m.Rows) }),
		view.Of(view.Words(r.T("例子", "Example")), func(m Mend) view.Cell {
			return view.Cell{Text: exampleOf(r, m.Example), Note: placeIn(r, m.Example)}
		}),
		view.Of(view.Words(r.T("怎样改", "How to mend it")), func(m Mend) view.Cell { return view.Plain(cmp.Or(m.Cure, reading.Missing)) }),
		view.Of(view.Words(r.T("标注的工作簿", "Marked workbook")), func(m Mend) view.Cell {
			if m.Workbook.Link == "" {
				return view.Plain(reading.Missing)
			}
			return view.Cell{Text: r.T("下载", "Download"), Link: m.Workbook.Link}
		}))
	return t
}

// exampleOf is the value that was refused.
func exampleOf(r block.Request, p facts.FileProblem) string {
	if p.Value == "" {
		return r.T("（空）", "(empty)")
	}
	return r.Tf("“%s”", "“%s”", data.Quoted(p.Value))
}

// placeIn is where the example stands, as Excel shows it.
func placeIn(r block.Request, p facts.FileProblem) string {
	at := r.Tf("第%d行", "row %d", p.Row)
	if p.Letter != "" {
		at = fmt.Sprintf("%s%d", p.Letter, p.Row)
	}
	return at + " · " + strings.TrimSpace(path.Base(p.Name)+" "+p.Sheet)
}

// waiting is a table of a file that nothing was taken from yet, with what to do about it.
type waiting struct {
	facts.File
	sentence, cure string
	act            view.Cell // names its columns, or confirms it
}

// notTaken lists the tables of files that were not taken, those that wait for a word of a person first. What was set aside is done with.
func notTaken(r block.Request, files []facts.File) (all []waiting, asked int) {
	for _, f := range files {
		code := pipelines.Code(f.Problem)
		if code == "" || code == pipelines.FileGrowing || f.State == fileSetAside {
			continue
		}
		w := waiting{File: f}
		w.sentence, w.cure = data.Explain(pipelines.Problem{Code: code, Export: f.Export, File: f.Name, Sheet: f.Sheet, Detail: pipelines.ParseDetails(f.Detail).First()}, r.Lang)
		if unmapped(code) || code.Holds() {
			asked++
		}
		if link := mappingLink(r, code, f.FileID, f.Sheet); link != "" {
			w.act = view.Cell{Text: r.T("指认各列是什么", "Say what the columns are"), Link: link}
		}
		if link := heldLink(r, code, f.FileID); link != "" {
			w.act = view.Cell{Text: r.T("核对后确认收下", "Check it, then accept it"), Link: link}
		}
		all = append(all, w)
	}
	slices.SortStableFunc(all, func(a, b waiting) int {
		return cmp.Compare(rank(pipelines.Code(a.Problem)), rank(pipelines.Code(b.Problem)))
	})
	return all, asked
}

// fileSetAside is the state of a file that a person has set aside.
const fileSetAside = "set_aside"

// rank puts what a person can settle here before what has to be sent again.
func rank(code pipelines.Code) int {
	if unmapped(code) || code.Holds() {
		return 0
	}
	return 1
}

// filesWaiting is the table of files that were not taken: what is wrong, what to do, and a way to set each aside.
func filesWaiting(r block.Request, all []waiting) *view.Table {
	t := &view.Table{ID: "waiting", Stacked: true, Title: r.T("没有读入的文件", "Files that were not taken"), PageRows: firstMended,
		Empty: r.T("没有待处理的文件。", "No file waits for anything."),
		Note:  r.T("其他文件不受影响，照常计入。不该计入的，点“放弃”。", "Other files are not affected and count as ever. Set aside what should not count.")}
	view.Fill(t, all,
		view.Of(view.Words(r.T("文件", "File")), func(w waiting) view.Cell { return view.Cell{Text: w.Name, Note: w.Sheet} }),
		view.Of(view.Day(r.T("收到", "Received")), func(w waiting) view.Cell { return view.Plain(w.ReceivedAt) }),
		view.Of(view.Words(r.T("原因", "Why")), func(w waiting) view.Cell { return view.Cell{Text: w.sentence, Tone: view.ToneWorse} }),
		view.Of(view.Words(r.T("怎么办", "What to do")), func(w waiting) view.Cell {
			if w.act.Link != "" {
				return view.Cell{Text: w.act.Text, Link: w.act.Link, Note: w.cure}
			}
			return view.Plain(w.cure)
		}),
		view.Of(view.Words(r.T("放弃", "Set aside")), func(w waiting) view.Cell {
			if link := asideLink(r, AsideFile, w.FileID, "", false); link != "" {
				return view.Cell{Text: r.T("放弃这个文件", "Set it aside"), Link: link, Tone: view.ToneQuiet}
			}
			return view.Plain(reading.Missing)
		}))
	return t
}
