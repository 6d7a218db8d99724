package page

import (
	"context"
	"fmt"
	"strings"
)

// RowsAfter counts the rows of an export that hold days after the cut-off.
type RowsAfter struct {
	Export string
	Rows   float64
	LastOn string // YYYY-MM-DD, the latest of these days
	Set    bool   // the cut-off stands in the town's settings
}

const rowsAfterSQL = `
select export, rows, cast(last_on as varchar) as last_on, case when cut_off_set then 1 else 0 end as cut_off_set
from rows_after_cut_off
order by rows desc, export`

func (s *Snapshot) readRowsAfter(ctx context.Context) error {
	table, err := s.Data.Query(ctx, rowsAfterSQL)
	if err != nil {
		return fmt.Errorf("read what lies after the cut-off: %w", err)
	}
	for _, row := range read(table) {
		s.After = append(s.After, RowsAfter{row.text("export"), row.number("rows"), firstTen(row.text("last_on")), row.number("cut_off_set") == 1})
	}
	return nil
}

// afterCutOff says which rows count nowhere because of the day they tell of; nothing where there are none.
func (r Request) afterCutOff() []Block {
	if len(r.After) == 0 {
		return nil
	}
	var exports []string
	var rows float64
	last := ""
	for _, a := range r.After {
		exports = append(exports, r.Tf("%s %s 行", "%s %s", r.exportName(a.Export), Count(a.Rows)))
		rows, last = rows+a.Rows, max(last, a.LastOn)
	}
	text := r.Tf("数据截止日为 %s，这些行中的日期最晚到 %s：%s。这些日子里做的事没有计入任何指标，", "The data are known as of %s; days in these rows run to %s: %s. What was done on these days counts in no measure, ",
		r.CutOff.Format("2006-01-02"), last, strings.Join(exports, r.T("、", ", ")))
	if r.After[0].Set {
		text += r.T("因为 hulian.yaml 中写定了 cut_off。要计入，请删去 cut_off 或改成更晚的日期，再运行一次。", "because cut_off is set in hulian.yaml. To count them, delete cut_off or set a later day, then run again.")
	} else {
		text += r.T("因为文件收到之前不可能知道以后的事。请核对这些日期的年份和月份，改正后重新报送。", "because no file can know of a day after it arrived. Check year and month of these dates, mend them and send the file again.")
	}
	return []Block{Callout{Tone: ToneQuiet, Title: r.Tf("%s 行的日期在数据截止日之后", "%s rows hold days after the cut-off", Count(rows)), Text: text}}
}
