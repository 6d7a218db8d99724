package match

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hulian/data"
	"hulian/pipelines/load/decode"
)

// line is a row as matching looks at it: its number and the texts of its cells.
type line struct {
	no    int64
	cells []string
}

func trim(cell string) string { return decode.Trim(cell) }

// totals and notes are what the rows begin with that people write below a table, as patterns.
var (
	totals = []string{"合计", "总计", "小计", "共计", "累计", "总合计", "本页小计", "本页合计", "本页累计", "全镇合计", "全村合计", "以上合计", "grand total", "sub-?total", "total", "sum"}
	notes  = []string{"备注", "说明", "注", "填表说明", "填报说明", "填表人", "填报人", "制表人", "制表", "审核人", "审核", "负责人", "单位负责人", "联系人", "联系电话", "填报日期",
		"填表日期", "填报单位", "制表日期", "制表单位", "单位", "截止日期", "数据来源", "导出时间", "打印时间", "prepared by", "note", "notes", "source", "remark", "remarks"}
	// What programs write of a file, and its number of rows.
	asides = []string{`#.*`, `--.*`, `//.*`, `[(（]?共\s*\d+\s*[条行项户人件].*`, `\(?\d+ rows?\)?`}
	pages  = []string{`第\s*\d+\s*页.*`, `-\s*\d+\s*-`, `page\s+\d+.*`}
)

var (
	totalWords = regexp.MustCompile(`(?i)^(` + strings.Join(totals, "|") + `)[:：]?$`)
	unitTotal  = regexp.MustCompile(`(小计|合计|总计|共计|累计)([:：]?|[:：][\d,.]+|[(（][^()（）]*[)）])$|^(其中([:：].*)?|平均(值|数)?|占比|百分比|比例)$`)
	heading    = regexp.MustCompile(`^[一二三四五六七八九十]+[、.．]|^[(（].*[)）]$|^\d{4}年\d{1,2}月(\d{1,2}日)?$`)
	totalLine  = regexp.MustCompile(`(?i)^(合计|总计|小计|共计|total)[:：]?\s*[\d,.]+\s*\S{0,3}$`)
	noteWords  = regexp.MustCompile(`(?i)^(` + strings.Join(notes, "|") + `)\s*[0-9一二三]?\s*([:：.、)]|$)`)
	pageNumber = regexp.MustCompile(`(?i)^(` + strings.Join(slices.Concat(pages, asides), "|") + `)$`)
	hasHan     = regexp.MustCompile(`\p{Han}`)
	sentence   = regexp.MustCompile(`[。；！？，：]|\p{Han}{12}|\w+ \w+ \w+ \w+`)
	innerSpace = strings.NewReplacer(" ", "", "\u3000", "", "\u00a0", "", "\n", "", "\r", "", "\t", "")
)

// initials are what totals, notes and pages begin with.
var initials = func() map[rune]bool {
	all := map[rune]bool{}
	for _, pattern := range slices.Concat(totals, notes, pages) {
		first, _ := utf8.DecodeRuneInString(pattern)
		all[first] = true
	}
	return all
}()

// suspicious is a quick test for what may begin a total, a note or a page number: it must not miss one.
func suspicious[T string | []byte](cell T) bool {
	if len(cell) == 0 {
		return false
	}
	if cell[0] < utf8.RuneSelf {
		return initials[unicode.ToLower(rune(cell[0]))]
	}
	first, _ := utf8.DecodeRuneInString(string(cell[:min(len(cell), utf8.UTFMax)]))
	return initials[unicode.ToLower(first)]
}

// PassesOver reports whether a row below the header is no row of the table: a total, a note, a page number, the title or
// the header again. complete says whether the row holds every required cell: such a row is data whatever its words.
func PassesOver(cells []decode.Cell, header, titles []string, complete bool) bool {
	first := ""
	for i := range cells {
		if cells[i].Spread { // it stands in a row above
			continue
		}
		if first = trim(cells[i].Text); first != "" {
			break
		}
	}
	if first == "" {
		return true
	}
	if complete && !suspicious(first) && !headerWord(header, first) {
		return false
	}
	return Passing(own(cells), header, titles, complete)
}

// own gives the texts of the cells a row has to itself.
func own(cells []decode.Cell) []string {
	all := texts(cells)
	for i := range cells {
		if cells[i].Spread {
			all[i] = ""
		}
	}
	return all
}

// headerWord reports whether a cell says what one of the header says.
func headerWord(header []string, cell string) bool {
	for _, h := range header {
		if sameWord(h, cell) {
			return true
		}
	}
	return false
}

// sameWord compares two cells of headers: a page may break its lines otherwise than the one before.
func sameWord(header, cell string) bool {
	header = trim(header)
	switch {
	case header == cell:
		return true
	case header == "" || header[0] != cell[0]:
		return false
	}
	return strings.ContainsAny(header+cell, " \u3000\u00a0\n\r\t") && innerSpace.Replace(header) == innerSpace.Replace(cell)
}

// Passing reports whether a row below the header is no row of the table: a total, a note, a page number, the title or
// the header again. complete says whether the row holds every required cell: such a row is data whatever its words.
func Passing(cells []string, header []string, titles []string, complete bool) bool {
	first, count := "", 0
	for _, cell := range cells {
		if cell = trim(cell); cell != "" {
			if count++; count == 1 {
				first = cell
			}
		}
	}
	if count == 0 {
		return true
	}
	if suspicious(first) && len(first) < 64 && totalWords.MatchString(innerSpace.Replace(first)) {
		return true
	}
	if SameAs(cells, header) {
		return true
	}
	if complete {
		return false
	}
	if len(first) < 64 && unitTotal.MatchString(innerSpace.Replace(first)) { // 福合院村小计
		return true
	}
	for _, cell := range cells { // 小计 behind the number of the village
		if cell = trim(cell); suspicious(cell) && len(cell) < 64 && totalWords.MatchString(innerSpace.Replace(cell)) {
			return true
		}
	}
	if noteWords.MatchString(first) {
		return true
	}
	// A lone cell that is a sentence is a remark to the reader; a lone identifier is a row somebody did not finish.
	return count == 1 && (totalLine.MatchString(first) || pageNumber.MatchString(first) || slices.Contains(titles, first) || sentence.MatchString(first) ||
		heading.MatchString(first) || slices.ContainsFunc(data.Contracts(), func(c data.Contract) bool { return hasHan.MatchString(first) && names(first, c) }))
}

// Total reports whether the first cell of a row says that the row is a total: 合计, 福合院村小计.
func Total(first string) bool {
	first = innerSpace.Replace(first)
	return len(first) < 64 && (totalWords.MatchString(first) || unitTotal.MatchString(first))
}

// SameAs tells a repeated header: every cell that holds something is the header's, and there are at least two.
func SameAs(cells, header []string) bool {
	same := 0
	for i, cell := range cells {
		if cell = trim(cell); cell == "" {
			continue
		}
		if i >= len(header) || !sameWord(header[i], cell) {
			return false
		}
		same++
	}
	return same >= 2
}
