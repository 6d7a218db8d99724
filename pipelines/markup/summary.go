package markup

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// listed is how many problems the first sheet lists with a link each.
const listed = 2000

// summaryColumns is how many columns the first sheet has.
const summaryColumns = 6

// tally counts what one line of a summary stands for.
type tally struct {
	name, column    string
	refused, warned map[place]bool
	example         Problem
}

func (t *tally) add(p Problem) {
	into := &t.refused
	if p.Severity == pipelines.SeverityWarn {
		into = &t.warned
	}
	if *into == nil {
		*into = map[place]bool{}
	}
	(*into)[place{p.Sheet, p.Export, p.Row}] = true
	if t.example.Code == "" {
		t.example = p
	}
}

// tallies groups problems, those with most refused rows first.
func tallies(problems []Problem, group func(Problem) (name, column string)) []*tally {
	byName := map[string]*tally{}
	var all []*tally
	for _, p := range problems {
		name, column := group(p)
		key := name + "\x00" + column
		if byName[key] == nil {
			byName[key] = &tally{name: name, column: column}
			all = append(all, byName[key])
		}
		byName[key].add(p)
	}
	slices.SortStableFunc(all, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(len(b.refused), len(a.refused)), cmp.Compare(len(b.warned), len(a.warned)), cmp.Compare(a.name, b.name))
	})
	return all
}

// page writes the first sheet from top to bottom.
type page struct {
	book  *excelize.File
	sheet string
	row   int64
	err   error
}

func (p *page) line(style int, cells ...any) {
	p.row++
	for i, value := range cells {
		if p.err != nil || value == nil {
			continue
		}
		name, err := at(i+1, p.row)
		if text, ok := value.(string); ok && err == nil {
			err = p.book.SetCellStr(p.sheet, name, text) // never a formula, whatever the cell of the file held
		} else if err == nil {
			err = p.book.SetCellValue(p.sheet, name, value)
		}
		if err == nil && style != 0 {
			err = p.book.SetCellStyle(p.sheet, name, name, style)
		}
		p.err = err
	}
}

func (p *page) link(column int, sheet, target string, style int) {
	name, err := at(column, p.row)
	if p.err = cmp.Or(p.err, err); p.err != nil {
		return
	}
	if p.err = p.book.SetCellHyperLink(p.sheet, name, fmt.Sprintf("'%s'!%s", strings.ReplaceAll(sheet, "'", "''"), target), "Location"); p.err == nil {
		p.err = p.book.SetCellStyle(p.sheet, name, name, style)
	}
}

// fitToPaper has a printed first sheet show all of its columns on one page across.
func (c *copying) fitToPaper(sheet string) error {
	landscape, across, down, fit := "landscape", 1, 0, true // as many pages down as it takes
	if err := c.book.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &across, FitToHeight: &down}); err != nil {
		return err
	}
	return c.book.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit})
}

// summary writes the first sheet: what to do, by village, by kind, cell by cell.
func (c *copying) summary() error {
	name := c.t(decode.SummarySheet.Zh, decode.SummarySheet.En)
	for n := 2; slices.ContainsFunc(c.book.GetSheetList(), func(s string) bool { return strings.EqualFold(s, name) }); n++ {
		name = fmt.Sprintf("%s %d", c.t(decode.SummarySheet.Zh, decode.SummarySheet.En), n)
	}
	first := c.book.GetSheetList()[0]
	if _, err := c.book.NewSheet(name); err != nil {
		return err
	}
	styles, err := c.styles()
	if err != nil {
		return err
	}
	p := &page{book: c.book, sheet: name}
	c.head(p, styles)
	c.byVillage(p, styles)
	c.byKind(p, styles)
	c.list(p, styles)
	if p.err != nil {
		return p.err
	}
	for column, width := range map[string]float64{"A": 24, "B": 16, "C": 20, "D": 24, "E": 56, "F": 56} {
		if err := c.book.SetColWidth(name, column, column, width); err != nil {
			return err
		}
	}
	if err := c.state(name, extent{summaryColumns, p.row}); err != nil {
		return err
	}
	if err := c.fitToPaper(name); err != nil {
		return err
	}
	if err := c.book.MoveSheet(name, first); err != nil {
		return err
	}
	index, err := c.book.GetSheetIndex(name)
	if err != nil {
		return err
	}
	c.book.SetActiveSheet(index)
	return nil
}

type summaryStyles struct{ title, quiet, head, text, link, refused, warned int }

func (c *copying) styles() (s summaryStyles, err error) {
	wrapped := &excelize.Alignment{WrapText: true, Vertical: "top"}
	for _, style := range []struct {
		into *int
		of   excelize.Style
	}{
		{&s.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}}},
		{&s.quiet, excelize.Style{Font: &excelize.Font{Color: "8A939C", Size: 8}}},
		{&s.head, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DCE6F1"}}, Alignment: wrapped}},
		{&s.text, excelize.Style{Alignment: wrapped}},
		{&s.link, excelize.Style{Font: &excelize.Font{Color: "1F5FA8", Underline: "single"}, Alignment: wrapped}},
		{&s.refused, excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{refusedColour}}, Alignment: wrapped}},
		{&s.warned, excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{warnedColour}}, Alignment: wrapped}},
	} {
		if *style.into, err = c.book.NewStyle(&style.of); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (c *copying) head(p *page, s summaryStyles) {
	p.line(s.title, c.tf("%s：要改的地方", "%s: what to repair", c.file.Name))
	p.line(s.quiet, c.t("请保留这一行，系统凭它认出这份表： ", "Please keep this line: by it the system knows the workbook: ")+c.origin.String())
	total := pipelines.Total(c.file.Tables)
	p.line(0, c.tf("读入 %d 行：已接收 %d 行，退回 %d 行，忽略 %d 行（标题、合计、空行）。", "%d rows read: %d accepted, %d refused, %d passed over (titles, totals, blank rows).",
		total.Read, total.Accepted, total.Quarantined, total.Ignored))
	p.line(0)
	p.line(s.head, c.t("怎样改", "What to do"))
	p.line(0, c.t("1. 到后面的工作表里改橙色的单元格：鼠标移上去可以看到哪里不对、可以填什么、例子。下面清单中的单元格可以点。", "1. Repair the orange cells on the following sheets; point at one to read what is wrong, what is allowed and an example. Cells in the list below are links."))
	p.line(0, c.t("2. 浅黄色的行已经接收，只需核对；没有错就不用动。", "2. Light yellow rows were accepted; check them, and leave them if they are right."))
	p.line(0, c.t("3. 不用去掉颜色和批注，不用删这一页；其他行不要动。", "3. Leave colours, comments and this page as they are, and do not touch the other rows."))
	p.line(0, c.t("4. 保存后在“上传”页重新上传这份表。系统只补收改好的行，已接收的行不会重复。", "4. Save, and upload this workbook again. Only repaired rows come in; rows accepted before are not counted twice."))
	if c.origin.Partial {
		p.line(s.warned, c.t("原文件行数很多，这里只有表头和有问题的行，行号与原文件相同。", "The file has very many rows: here are its header and the rows with problems alone, under their old numbers."))
	}
	p.line(0)
}

func (c *copying) byVillage(p *page, s summaryStyles) {
	p.line(s.head, c.t("村", "Village"), c.t("退回的行", "Rows refused"), c.t("请核对的行", "Rows to check"))
	for _, t := range tallies(c.file.Problems, func(p Problem) (string, string) { return p.Village, "" }) {
		if t.name == "" {
			t.name = c.t("看不出是哪个村", "village not known")
		}
		p.line(s.text, t.name, len(t.refused), len(t.warned))
	}
	p.line(0)
}

func (c *copying) byKind(p *page, s summaryStyles) {
	p.line(s.head, c.t("问题", "Problem"), c.t("退回的行", "Rows refused"), c.t("请核对的行", "Rows to check"), c.t("列", "Column"), c.t("其中一处", "One of them"), c.t("怎样改", "How to repair it"))
	for _, t := range tallies(c.file.Problems, func(p Problem) (string, string) { return c.what(p.Code), c.where(p) }) {
		example, mend := data.Explain(t.example.Problem, c.lang)
		p.line(s.text, t.name, len(t.refused), len(t.warned), t.column, example, mend)
	}
	p.line(0)
}

func (c *copying) list(p *page, s summaryStyles) {
	p.line(s.head, c.t("工作表", "Sheet"), c.t("单元格", "Cell"), c.t("列", "Column"), c.t("内容", "Value"), c.t("问题", "What is wrong"), c.t("怎样改", "How to repair it"))
	shown := 0
	for _, table := range slices.Sorted(maps.Keys(c.cells)) {
		sheet, ok := c.sheets[table]
		if !ok {
			continue
		}
		for _, place := range ordered(c.cells[table]) {
			for _, problem := range c.cells[table][place] {
				if shown++; shown > listed {
					continue
				}
				target, err := at(place.column, place.row+c.origin.Origin(sheet).Shift)
				if p.err = cmp.Or(p.err, err); p.err != nil {
					return
				}
				sentence, mend := data.Explain(problem.Problem, c.lang)
				style := s.refused
				if problem.Severity == pipelines.SeverityWarn {
					style = s.warned
				}
				p.line(s.text, sheet, target, c.where(problem), nil, sentence, mend)
				p.link(2, sheet, target, s.link)
				name, err := at(4, p.row)
				if p.err = cmp.Or(p.err, err); p.err != nil {
					return
				}
				if p.err = c.book.SetCellStr(p.sheet, name, data.Quoted(problem.Value)); p.err == nil {
					p.err = c.book.SetCellStyle(p.sheet, name, name, style)
				}
			}
		}
	}
	if shown > listed {
		p.line(0, c.tf("共 %d 处，此处列出前 %d 处；其余在表中已着色。", "%d in all; the first %d are listed, the others are coloured on their sheets.", shown, listed))
	}
}
