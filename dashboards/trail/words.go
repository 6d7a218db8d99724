package trail

import (
	"strings"

	"hulian/dashboards/question"
	"hulian/data"
	"hulian/queries"
)

// called are names that programs use in the object of an entry and that stand in no contract, page or measure.
var called = map[string]string{
	"monthly": "月度通报", "minutes": "例会纪要", "support": "薄弱村帮扶清单", "comparison": "试点比较报告", "evidence": "党员依据单", "public": "公示", "village": "村情单",
	"issued": "已印发", "draft": "草稿",
	".docx": "Word", ".xlsx": "Excel", ".pdf": "PDF", ".html": "网页", "csv": "CSV", "xlsx": "Excel", "json": "JSON", "arrow": "Arrow", "parquet": "Parquet",
	"for=committee": "供镇党委", "for=village": "供村", "for=public": "供公示", "withheld=0": "", "sheet": "打印单", "marked": "标注副本", "upload": "报送文件", "report": "",
	"household": "走访农户", "issue": "超期问题", "member": "未走访的党员", "meeting": "对账交流会", "export": "未报的报表", "file": "待处理的文件", "decided": "到期的决定",
	"GET": "打开", "HEAD": "打开", "POST": "提交", "default": "默认流程", "open": "待处理",
}

// coded are the actions whose object is made of names that programs use; those of others are names that people gave.
var coded = map[Action]bool{
	ViewedEvidence: true, ExportedPersons: true, IssuedReport: true, ReleasedReport: true, PublishedReport: true, TookPaper: true, SetAside: true, TookBack: true, SaidNothing: true, TookNothingBack: true,
	TickedOff: true, TookTickBack: true, Entered: true, Started: true, Paused: true, Resumed: true, Subscribed: true, Unsubscribed: true, RequestedBeyond: true,
}

// inChinese says an object with the names that officials know: exports and their values, pages, papers, measures. IDs of units, members
// and rows stay, and so does every word that is none of hulian's.
func inChinese(a Action, object string) string {
	if !coded[a] {
		return object
	}
	words, rest := strings.Fields(object), ""
	switch a {
	case Started, Paused, Resumed: // the name of a pipeline, but for the one that nobody named
		if object != "default" {
			return object
		}
	case ExportedPersons, SetAside, TookBack: // behind the first word stand names of files, tables and rows
		var first string
		first, rest, _ = strings.Cut(object, " ")
		words = []string{first}
	default: // the objects of the others are hulian's own words
	}
	var of data.Contract
	var said []string
	for i, word := range words {
		bare := strings.TrimSuffix(word, ",")
		name := bare
		if zh, ok := called[bare]; ok {
			name = zh
		}
		if i == 0 {
			if contract, ok := data.ContractOf(bare); ok && (a == Entered || a == SetAside || a == TookBack || a == SaidNothing || a == TookNothingBack) {
				of, name = contract, contract.Name.Zh
			} else if page, ok := question.ByID(bare); ok && (a == ViewedEvidence || a == ExportedPersons) {
				name = "“" + page.Title.Zh + "”页"
			}
		}
		if measure, ok := queries.MeasureOf(bare); ok {
			name = measure.Name.Zh
		}
		if n, ok := strings.CutPrefix(bare, "withheld="); ok && n != "0" {
			name = "隐去" + n + "个数"
		}
		if path := strings.TrimPrefix(bare, "/"); path != bare || a == RequestedBeyond {
			if page, ok := question.ByID(path); ok {
				name = "“" + page.Title.Zh + "”页"
			}
		}
		for _, column := range of.Columns {
			for _, value := range column.Values {
				if i > 0 && value.ID == bare {
					name = value.Name.Zh
				}
			}
		}
		if name != "" {
			said = append(said, name+word[len(bare):])
		}
	}
	if rest != "" {
		said = append(said, rest)
	}
	sentence := strings.Join(said, " ")
	if a == TickedOff || a == TookTickBack {
		sentence = strings.ReplaceAll(sentence, ", ", "，")
	}
	return sentence
}
