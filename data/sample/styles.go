package sample

// listStyles are how the lists arrive: at the beginning, whenever villages join, and at the end.
var listStyles = []struct {
	organisation               dates
	members, households, posts style
}{
	{slashes, style{format: xlsxFile, dates: slashes, flags: tick, serial: true},
		style{format: csvFile, charset: "gb18030", dates: slashes, clerk: true},
		style{format: xlsxFile, dates: native}},
	{inWords, style{format: csvFile, charset: "gb18030", dates: dots, headers: byOther, other: true},
		style{format: csvFile, charset: "utf-8-bom", dates: dashes, flags: letters, serial: true},
		style{format: csvFile, charset: "utf-16", comma: '\t', dates: dashes}},
	{dots, style{format: csvFile, charset: "utf-8", dates: dashes},
		style{format: csvFile, charset: "gb18030", dates: inWords, other: true},
		style{format: csvFile, charset: "utf-8-bom", dates: dots}},
	{dashes, style{format: csvFile, charset: "utf-8-bom", dates: inWords, flags: haveOr},
		style{format: csvFile, charset: "utf-8", comma: ';', dates: compact, headers: withUnit, flags: haveOr},
		style{format: csvFile, charset: "gb18030", dates: slashes}},
	{compact, style{format: csvFile, charset: "gb18030", dates: compact, clerk: true},
		style{format: csvFile, charset: "utf-8", dates: slashes, wide: true},
		style{format: csvFile, charset: "utf-8", comma: ';', dates: compact}},
	{native, style{format: xlsxFile, dates: native, serial: true},
		style{format: csvFile, charset: "utf-8-bom", dates: dashes},
		style{format: xlsxFile, dates: dashes, serial: true}},
}

// visitStyle is how the visits of a month arrive: typed from notebooks at first, from a platform later.
func visitStyle(m month) style {
	switch {
	case m == monthOf(2016, 9):
		return style{format: csvFile, charset: "utf-8", comma: ';', dates: dashes, other: true}
	case m == monthOf(2016, 12):
		return style{format: csvFile, charset: "gb18030", comma: '\t', dates: slashes, clerk: true}
	case m < monthOf(2016, 5):
		return style{format: csvFile, charset: "gb18030", dates: slashes, headers: byOther, other: true, serial: true}
	case m < monthOf(2017, 3):
		return style{format: csvFile, charset: "gb18030", dates: slashes, clerk: m%2 == 0}
	case m == monthOf(2017, 5):
		return style{format: csvFile, charset: "utf-8-bom", dates: inWords, headers: withUnit}
	case m < monthOf(2017, 7):
		return style{format: csvFile, charset: "utf-8-bom", dates: dots}
	case m == monthOf(2017, 8), m == monthOf(2017, 10):
		return style{format: ndjsonFile, headers: byID, dates: dashes}
	case m == monthOf(2017, 11):
		return style{format: parquetFile, headers: byID, dates: dashes}
	}
	return style{format: csvFile, charset: "utf-8", dates: dashes}
}

func pointStyle(m month) style {
	s := style{format: csvFile, charset: []string{"utf-8", "gb18030", "utf-8-bom"}[m%3], dates: []dates{dashes, slashes, compact, inWords}[m%4]}
	if m == monthOf(2016, 11) {
		s.comma = '\t'
	}
	s.other = m%5 == 0
	return s
}

// issueStyle is the register of the month: one title, sometimes two rows of headers with merged cells.
func issueStyle(m month) style {
	s := style{format: xlsxFile, serial: true, dates: []dates{native, dashes, inWords, slashes, dots}[m%5], flags: []flags{yesNo, letters}[m%2],
		notes: []string{"说明：紧急事项随报随办。"}}
	switch m % 4 {
	case 1:
		s.groups = []headerGroup{{"五步走", "classified_at", "fed_back_at"}}
	case 2:
		s.other, s.clerk = true, true
	}
	return s
}
