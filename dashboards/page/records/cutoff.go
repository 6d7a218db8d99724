package records

import (
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// afterCutOff says which rows count nowhere because of the day they tell of; nothing where there are none.
func afterCutOff(r block.Request) []view.Block {
	if len(r.After) == 0 {
		return nil
	}
	var exports []string
	var rows float64
	last := ""
	for _, a := range r.After {
		exports = append(exports, r.Tf("%s %s 行", "%s %s", r.ExportName(a.Export), reading.Count(a.Rows)))
		rows, last = rows+a.Rows, max(last, a.LastOn)
	}
	text := r.Tf("数据截止日为 %s，这些行中的日期最晚到 %s：%s。这些日子里做的事没有计入任何指标，", "The data are known as of %s; days in these rows run to %s: %s. What was done on these days counts in no measure, ",
		r.CutOff.Format("2006-01-02"), last, strings.Join(exports, r.T("、", ", ")))
	if r.After[0].Set {
		text += r.T("因为数据截止日已由管理员写定。要计入，请管理员放开或改晚截止日，再在“运行”页点“立即运行”。", "because an administrator has fixed that day. To count them, have it lifted or set later, then use Run now on the page Runs.")
	} else {
		text += r.T("因为文件收到之前不可能知道以后的事。请核对这些日期的年份和月份，改正后重新报送。", "because no file can know of a day after it arrived. Check year and month of these dates, mend them and send the file again.")
	}
	return []view.Block{view.Callout{Tone: view.ToneQuiet, Title: r.Tf("%s 行的日期在数据截止日之后", "%s rows hold days after the cut-off", reading.Count(rows)), Text: text}}
}
