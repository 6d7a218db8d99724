package data

import (
	"slices"
	"strings"
	"testing"

	"hulian/pipelines"
)

func TestExplainSpeaksOfWhatTheFileHas(t *testing.T) {
	for _, test := range []struct {
		problem          pipelines.Problem
		zh, mendZh       string
		english, mending string
	}{
		{pipelines.Problem{Code: pipelines.DuplicateKey, Export: "visits", Row: 12, Letter: "C", Column: "visited_at", Value: "M1|H1|2018-01-04 09:04", Detail: pipelines.NewDetail(pipelines.DetailOtherRow, "", 4)},
			"第12行与第4行重复：“M1|H1|2018-01-04 09:04”应当只有一行。", "如是同一件，留下正确的一行，删去另一行；如是不同的两件，不要删：改正写错的编号，没有编号的补上能区分它们的编号、时间或条目。保存后重新报送。",
			"Row 12 repeats row 4: “M1|H1|2018-01-04 09:04” may stand only once.", "If both are the same, keep the right row and delete the other. If they are two, delete neither: correct the ID that is wrong, or add an ID, a time or a rule that tells them apart. Save and send the file again."},
		{pipelines.Problem{Code: pipelines.DuplicateKey, Export: "visits", Row: 3, Letter: "A", Column: "visit_id", Value: "T1", Detail: pipelines.NewDetail(pipelines.DetailOtherRow, "一月 上旬", 7)},
			"第3行与工作表“一月 上旬”第7行重复：“T1”应当只有一行。", "如是同一件，留下正确的一行，删去另一行；如是不同的两件，不要删：改正写错的编号，没有编号的补上能区分它们的编号、时间或条目。保存后重新报送。",
			"Row 3 repeats row 7 of the sheet “一月 上旬”: “T1” may stand only once.", "If both are the same, keep the right row and delete the other. If they are two, delete neither: correct the ID that is wrong, or add an ID, a time or a rule that tells them apart. Save and send the file again."},
		{pipelines.Problem{Code: pipelines.NotAllowed, Export: "visits", Row: 5, Column: "channel", Value: "飞鸽"}, // NDJSON: no letters
			"第5行“走访方式”写的是“飞鸽”，不是可选的内容。", "在这一格改填其中之一：入户、圆桌夜谈、电话、微信、活动。保存后重新报送。",
			"Row 5: “飞鸽” is not one of the choices for “Channel”.", "Use one of these in this cell: Home visit, Evening round-table, Phone, WeChat, Event. Save and send the file again."},
		{pipelines.Problem{Code: pipelines.WrongType, Export: "issues", Row: 16, Letter: "F", Column: "on_the_spot", Value: "是的"},
			"第16行F列“当场解决”的内容“是的”看不懂。", "把F16单元格改成像“是”或“否”这样的写法，保存后重新报送。",
			"Row 16, column F: “是的” cannot be read as “On the spot”.", "Write cell F16 like “是” or “否”, save and send the file again."},
		{pipelines.Problem{Code: pipelines.WrongType, Export: "visits", Row: 2, Letter: "G", Column: "minutes", Value: "=1+2", Detail: pipelines.NewDetail(pipelines.DetailUncalculated)},
			"第2行G列“时长”的内容“=1+2”看不懂。这一格是公式，但文件里没有保存它的计算结果。", "用Excel或WPS打开文件，内容不用改，保存一次后重新报送。",
			"Row 2, column G: “=1+2” cannot be read as “Minutes”. The cell holds a formula without its result.", "Open the file in Excel, save it as it is, and send it again."},
		{pipelines.Problem{Code: pipelines.WrongType, Export: "points", Row: 2, Letter: "D", Column: "points", Value: "▲2", Detail: pipelines.NewDetail(pipelines.DetailNumberSigned)},
			"第2行D列“分值”的内容“▲2”看不懂。只写数字；减少的、扣除的要带减号，如“-2”。", "核对原始记录，改正D2单元格：增加的写成“2”这样，减少、扣除的写成“-2”这样，保存后重新报送。",
			"Row 2, column D: “▲2” cannot be read as “Points”. Write the number alone; with a minus in front where something is taken off, such as -2.", "Check the original record and correct cell D2: what is added like “2”, what is taken off like “-2”; save and send the file again."},
		{pipelines.Problem{Code: pipelines.WrongType, Export: "visits", Row: 2, Letter: "G", Column: "minutes", Value: "2天", Detail: pipelines.NewDetail(pipelines.DetailNumberIn, pipelines.UnitNamed("visits", "minutes"))},
			"第2行G列“时长”的内容“2天”看不懂。只写数字，以“分钟”计；别的单位先换算。", "把G2单元格改成像“25”这样的写法，保存后重新报送。",
			"Row 2, column G: “2天” cannot be read as “Minutes”. Write the number alone, counted in min; convert other units first.", "Write cell G2 like “25”, save and send the file again."},
		{pipelines.Problem{Code: pipelines.UnknownReference, Export: "visits", Row: 5, Letter: "C", Column: "member_id", Value: "M77", Detail: pipelines.NewDetail(pipelines.DetailInList, pipelines.ExportNamed("members"))},
			"第5行C列“党员编号”的编号“M77”在“党员名册”中查不到。", "核对编号有没有写错，写错的改正后重新报送；编号没有错、只是名册还没有报来的，请先报送名册，这一行会自动收下，不必重报。",
			"Row 5, column C: the ID “M77” in “Member ID” is not in the list “Members”.", "Check the ID for a slip; mend it and send the file again. If the ID is right and only its list has not come, send the list: the row then comes in by itself."},
		{pipelines.Problem{Code: pipelines.EncodingDamaged, Export: "visits", Row: 51},
			"第51行有无法还原的乱码，多半是导出时把一个汉字截断了。", "找到这一行的乱码，按原始记录改正；保存csv时编码选“UTF-8”，或直接存为xlsx，再重新报送。",
			"Row 51 holds text that cannot be restored; a character was probably cut in two when it was exported.", "Find the garbled text of the row and write it anew; save CSV as UTF-8, or save as xlsx, and send it again."},
		{pipelines.Problem{Code: pipelines.QuoteUnclosed, File: "月报.zip", Sheet: "走访.csv", Detail: pipelines.NewDetail(pipelines.DetailRow, 5)},
			"压缩包“月报.zip”里的“走访.csv”第5行有一个没有配对的引号（\"），它后面的行都落进了同一格。", "用记事本打开，在第5行补上或删去这个引号；或由原系统重新导出为xlsx，再报送。",
			"A quote (\") in row 5 of “走访.csv” in the zip file “月报.zip” is never closed: the rows below lie in one cell.", "Open it in a text editor and close or delete the quote in row 5, or export it again as xlsx, and send it."},
		{pipelines.Problem{Code: pipelines.HeaderAmbiguous, File: "a.csv", Detail: pipelines.NewDetail(pipelines.DetailTwice, "走访时间")},
			"文件“a.csv”的表头有不止一种读法：这一列出现了不止一次：走访时间。", "删去或改名多余的一列，按模板写表头，使每一列只有一个意思，再重新报送。",
			"The header of the file “a.csv” can be read in more than one way: this column stands there more than once: 走访时间.", "Delete or rename the column that is too many, use the header names of the template, and send it again."},
		{pipelines.Problem{Code: pipelines.RowCountFallen, File: "a.csv", Detail: pipelines.NewDetail(pipelines.DetailFell, 6, 2)},
			"文件“a.csv”的行数比上一次少了一半以上（6 → 2），已暂存，等人确认。", "检查是否漏了一部分；若文件不完整，补全后重新报送；若确实如此，在“数据状况”页写明理由，确认收下。",
			"The file “a.csv” has fallen to less than half the rows of the one before (6 → 2); it is held until someone confirms it.", "Check whether a part is missing. If so, send the complete file; if it is right as it is, accept it on the page Data with a reason."},
		{pipelines.Problem{Code: pipelines.FileUnsupported, File: "a.ods", Detail: pipelines.NewDetail(pipelines.DetailFormat, "PDF")},
			"文件“a.ods”不是能读取的表格文件。PDF", "能用Excel或WPS打开的（如网页导出的.xls、.ods、.xlsb），打开后另存为“Excel 工作簿（*.xlsx）”再报送；图片、Word和PDF中的表请先整理成xlsx。也可以报送csv、json、parquet文件，或装有这些文件的zip。",
			"The file “a.ods” is not a kind of table that can be read. PDF", "What Excel opens (a web page saved as .xls, .ods, .xlsb) is saved as an Excel Workbook (*.xlsx) and sent; put tables from pictures, Word or PDF into an xlsx first. CSV, JSON and Parquet files, and a zip of these, are read too."},
	} {
		if sentence, mend := Explain(test.problem, "zh"); sentence != test.zh || mend != test.mendZh {
			t.Errorf("%q %q", sentence, mend)
		}
		if sentence, mend := Explain(test.problem, "en"); sentence != test.english || mend != test.mending {
			t.Errorf("%q %q", sentence, mend)
		}
	}
}

// A cell may hold a page of text, and line breaks: a sentence quotes its beginning.
func TestLongValuesAreQuotedShortened(t *testing.T) {
	long := strings.Repeat("长", 3000)
	for _, lang := range []string{"zh", "en"} {
		sentence, _ := Explain(pipelines.Problem{Code: pipelines.OutOfRange, Export: "visits", Row: 2, Letter: "E", Column: "note", Value: "第一行\r\n第二行" + long, Detail: pipelines.NewDetail(pipelines.DetailCharacters, 2000)}, lang)
		if !strings.Contains(sentence, "“第一行 第二行长") || !strings.Contains(sentence, "长…”") || len([]rune(sentence)) > 150 {
			t.Error(sentence)
		}
	}
	if got := Quoted(strings.Repeat("长", 60)); strings.Contains(got, "…") {
		t.Errorf("a value of sixty characters is shortened: %s", got)
	}
}

// A detail is a code with arguments, told in the language of who reads it.
func TestDetailsAreToldInTheReadersLanguage(t *testing.T) {
	household, visited := pipelines.ColumnNamed("visits", "household_id"), pipelines.ColumnNamed("visits", "visited_at")
	for _, test := range []struct {
		details pipelines.Details
		zh, en  string
	}{
		{pipelines.Details{pipelines.NewDetail(pipelines.DetailMissing, "农户 | 走访时问", household, visited+" (走访时问?)")},
			"农户编号、走访时间 (走访时问?)（表头是：农户 | 走访时问）", "Household ID, Visited at (走访时问?) (the header is: 农户 | 走访时问)"},
		{pipelines.Details{pipelines.NewDetail(pipelines.DetailUnused, "天气 | 心情"), pipelines.NewDetail(pipelines.DetailHidden, "上月")},
			"未用的列：天气 | 心情；隐藏的工作表没有读：上月", "columns not used: 天气 | 心情; hidden sheets were not read: 上月"},
		{pipelines.Details{pipelines.NewDetail(pipelines.DetailConfirmed, 20, 5, "王样本", "合并支部")},
			"行数由20变为5，已由王样本确认收下：合并支部", "20 rows became 5; accepted by 王样本: 合并支部"},
		{pipelines.Details{pipelines.NewDetail(pipelines.DetailWords, "20 → 5")}, "20 → 5", "20 → 5"},
		{pipelines.Details{pipelines.NewDetail(pipelines.DetailTechnical, "zip: not a valid zip file")}, "", ""},
		{nil, "", ""},
	} {
		if zh, en := ExplainDetails(test.details, "zh"), ExplainDetails(test.details, "en"); zh != test.zh || en != test.en {
			t.Errorf("%v: %q, %q", test.details, zh, en)
		}
		if again := pipelines.ParseDetails(test.details.String()); ExplainDetails(again, "en") != test.en {
			t.Errorf("%v became %v on its way through a table", test.details, again)
		}
	}
}

// Every code of a detail has words in both languages, and no words stand for a code that does not exist.
func TestEveryDetailHasWords(t *testing.T) {
	known := constants(t, "detail.go", "DetailCode")
	for _, code := range known {
		text, ok := DetailTexts()[pipelines.DetailCode(code)]
		silent := code == string(pipelines.DetailTechnical)
		if !ok || silent != (text == Text{}) || (text.Zh == "") != (text.En == "") {
			t.Errorf("%s: %+v", code, text)
		}
	}
	for code := range DetailTexts() {
		if !slices.Contains(known, string(code)) {
			t.Errorf("details.yaml gives words to %q, which no code names", code)
		}
	}
}
