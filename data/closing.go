package data

import (
	"strings"

	"github.com/dustin/go-humanize"

	"hulian/pipelines"
)

// ExplainClosing says in Chinese, or in English where lang is "en", what stands in the way of closing a month, and what
// to do about it.
func ExplainClosing(p pipelines.ClosingProblem, lang string) (sentence, mend string) {
	text, ok := closingTexts[p.Code]
	if !ok {
		return string(p.Code), ""
	}
	subject := p.Subject
	if p.SubjectZh != "" {
		subject = Text{Zh: p.SubjectZh, En: p.Subject}.In(lang)
	}
	if p.Code == pipelines.ClosingExportMissing {
		if period, ok := missingOfPeriod[p.Of]; ok {
			text = period
		}
		if c, ok := ContractOf(subject); ok {
			subject = c.Name.In(lang)
		}
	}
	fill := strings.NewReplacer("{subject}", MonthName(subject, lang), "{count}", humanize.Comma(p.Count), "{of}", humanize.Comma(p.Of))
	return fill.Replace(text[0].In(lang)), fill.Replace(text[1].In(lang))
}

// ExplainRefusal says why a month was not checked or signed; empty of a refusal that is not known.
func ExplainRefusal(r pipelines.ClosingRefusal, lang string) string { return refusalTexts[r].In(lang) }

// ExplainPaperRefusal says why a paper was not issued; empty of a refusal that is not known.
func ExplainPaperRefusal(r pipelines.PaperRefusal, lang string) string { return paperTexts[r].In(lang) }

var paperTexts = map[pipelines.PaperRefusal]Text{
	pipelines.PaperNotKept:      {Zh: "这种文件不留存版本，不能印发。", En: "No versions are kept of this paper: it cannot be issued."},
	pipelines.PaperNotSigned:    {Zh: "本月还没有签发，文件只能是草稿；请先在“月结”页核对、签发。", En: "The month is not signed, so that its papers are drafts: check and sign it on the page Closing first."},
	pipelines.PaperMonthChanged: {Zh: "本月签发后数字有变动；请先在“月结”页核对后重新签发。", En: "Numbers of the month have changed since it was signed: check and sign it anew on the page Closing first."},
	pipelines.PaperMonthDamaged: {Zh: "本月签发的存档缺失或损坏；请先从备份中放回。", En: "The signed record of the month is missing or damaged: put it back from a backup first."},
	pipelines.PaperNotAccepted:  {Zh: "公示文件须经第二人复核同意后才能印发；数字变动后须重新生成、重新复核。", En: "A paper for the public is issued once a second person has accepted it; where its numbers have moved since, make it again and have it accepted."},
	pipelines.PaperSame:         {Zh: "已经印发，内容没有变动，不必再次印发。", En: "It is issued, and nothing in it has changed: there is nothing to issue again."},
}

// missingOfPeriod says of an export due once in several months that it did not come, by how many there are.
var missingOfPeriod = map[int64][2]Text{
	3:  missingOf(Text{Zh: "本季度", En: "quarter"}, Text{Zh: "每季度", En: "every quarter"}),
	6:  missingOf(Text{Zh: "本半年", En: "half-year"}, Text{Zh: "每半年", En: "every half-year"}),
	12: missingOf(Text{Zh: "本年度", En: "year"}, Text{Zh: "每年", En: "every year"}),
}

func missingOf(period, every Text) [2]Text {
	return [2]Text{
		{Zh: period.Zh + "没有收到“{subject}”的任何一行，到本月期满。", En: "Not one row of “{subject}” was received for the " + period.En + " that ends with the month."},
		{Zh: "请催报；如果本镇确实没有这张表，请在“工作标准”页的“" + every.Zh + "应报的报表”中去掉它。", En: "Ask for it; if the town has no such export, take it out of the exports due " + every.En + " on the page Standards."},
	}
}

var closingTexts = map[pipelines.ClosingCode][2]Text{
	pipelines.ClosingMonthNotOver: {
		{Zh: "数据只到 {subject}，这个月还没有过完。", En: "The data end on {subject}, before the month does."},
		{Zh: "月末的数据报来并运行后再月结；最后几天确实没有事可报的，请管理员把数据截止日定为月末那一天，再在“运行”页点“立即运行”。",
			En: "Close it when the data to the month's end have been run; where nothing happened on its last days, have an administrator set the cut-off to the month's last day, then use Run now on the page Runs."}},
	pipelines.ClosingRowsOpen: {
		{Zh: "本月 {of} 行中有 {count} 行被退回、尚未修正。", En: "{count} of the month's {of} rows are refused and wait for repair."},
		{Zh: "在数据状况页逐行查看，改好后重新导入，或写明理由予以豁免。", En: "Look at them on the data page; repair and import them, or waive them with a reason."}},
	pipelines.ClosingExportMissing: {
		{Zh: "本月没有收到“{subject}”的任何一行。", En: "Not one row of “{subject}” was received for the month."},
		{Zh: "请催报；如果本镇确实没有这张表，请在“工作标准”页的“每月应报的报表”中去掉它。", En: "Ask for it; if the town has no such export, take it out of the exports due every month on the page Standards."}},
	pipelines.ClosingVillagesPoor: {
		{Zh: "{of} 个村中有 {count} 个村近期报表不全，数据不足以评价：{subject}。", En: "{count} of {of} villages have lately sent too little to be judged: {subject}."},
		{Zh: "核实是没有报还是没有发生。", En: "Find out whether it was not sent or did not happen."}},
	pipelines.ClosingFileHeld: {
		{Zh: "文件“{subject}”待人确认，还没有读入。", En: "The file “{subject}” waits for confirmation and has not been read in."},
		{Zh: "重新报送完整的文件；若确实如此，在“数据状况”页写明理由，确认收下。", En: "Send the complete file; if it is right as it is, accept it on the page Data, with a reason."}},
	pipelines.ClosingFileRejected: {
		{Zh: "文件“{subject}”没有读入，其中可能有本月的数据。", En: "The file “{subject}” could not be read, and may hold data of the month."},
		{Zh: "在“数据状况”页看原因，改好后用原来的文件名重新报送；与本月无关的文件，在该页写明理由剔除。", En: "The page Data says why; mend it and send it again under the same name. If it has nothing to do with the month, set it aside there with a reason."}},
	pipelines.ClosingRunFailed: {
		{Zh: "最近一次运行没有发布，看到的可能不是最新数据：{subject}", En: "The last run published nothing, so newer data may be missing: {subject}"},
		{Zh: "按“运行”页记录的原因处理，再在该页点“立即运行”。", En: "Mend it as the page Runs says, then use Run now there."}},
	pipelines.ClosingCheckWarned: {
		{Zh: "检查有提醒，{count} 行：{subject}", En: "A check warns of {count} rows: {subject}"},
		{Zh: "确认这不影响本月的数字。", En: "Make sure that it does not touch the month's numbers."}},
	pipelines.ClosingEarlierMonth: {
		{Zh: "更早的{subject}还没有月结。", En: "The earlier month {subject} has not been closed."},
		{Zh: "一般按月份先后月结。", En: "Months are closed in their order as a rule."}},
	pipelines.ClosingCorrectedSince: {
		{Zh: "更早的{subject}签发后有变动，尚未重新签发。", En: "The earlier month {subject} has changed since it was signed, and was not signed anew."},
		{Zh: "看一看变动是否也影响本月。", En: "See whether the change touches this month too."}},
	pipelines.ClosingDocumentBroken: {
		{Zh: "本月签发的存档“{subject}”缺失，或内容与签发时不一致，签发的数值无法核实。", En: "The signed record “{subject}” of the month is missing, or is not what was signed: the values signed cannot be told."},
		{Zh: "请维护人员从备份中放回这个文件；其他月份不受影响。", En: "Put back the file from a backup. Other months are not affected."}},
}

var refusalTexts = map[pipelines.ClosingRefusal]Text{
	pipelines.RefusedBlocked:    {Zh: "还有须先处理的事项，见下表。", En: "Problems stand in the way; they are listed below."},
	pipelines.RefusedNotChecked: {Zh: "还没有人核对本月现在的数字。请先核对，再由另一人签发。", En: "Nobody has checked the month's present numbers. Check it first; then another person signs."},
	pipelines.RefusedSamePerson: {Zh: "核对人与签发人不能是同一人。", En: "Whoever checked the month may not sign it too."},
	pipelines.RefusedUnchanged:  {Zh: "本月已签发，此后没有变动。", En: "The month is signed and nothing has changed since."},
	pipelines.RefusedNoName:     {Zh: "姓名须为一行，不超过 100 字；说明不超过 2000 字。", En: "A name has one line and at most 100 characters, a note at most 2,000."},
}
