package load

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// physicalRow is one row as it stands in the file.
type physicalRow struct {
	no    int64
	cells []string
}

// spaces are what people and programs leave around a cell: blanks, line ends, the full-width space, the
// non-breaking space, zero-width characters and a stray byte order mark.
const spaces = " \t\r\n\v\f\u3000\u00a0\u200b\u200c\u200d\ufeff\u2003\u2002"

func trim(cell string) string {
	if cell == "" || cell[0] > ' ' && cell[0] < 0x80 && cell[len(cell)-1] > ' ' && cell[len(cell)-1] < 0x80 {
		return cell
	}
	first, _ := utf8.DecodeRuneInString(cell)
	last, _ := utf8.DecodeLastRuneInString(cell)
	if first > ' ' && last > ' ' && !strings.ContainsRune(spaces, first) && !strings.ContainsRune(spaces, last) {
		return cell
	}
	return strings.Trim(cell, spaces)
}

// totals and notes are what the rows begin with that people write below a table, as patterns.
var (
	totals = []string{"合计", "总计", "小计", "共计", "累计", "总合计", "本页小计", "本页合计", "全镇合计", "全村合计", "grand total", "sub-?total", "total", "sum"}
	notes  = []string{"备注", "说明", "注", "填表说明", "填报说明", "填表人", "填报人", "制表人", "制表", "审核人", "审核", "负责人", "单位负责人", "联系人", "联系电话", "填报日期",
		"填表日期", "填报单位", "制表日期", "制表单位", "单位", "截止日期", "数据来源", "导出时间", "打印时间", "prepared by", "note", "notes", "source", "remark", "remarks"}
	pages = []string{`第\s*\d+\s*页.*`, `-\s*\d+\s*-`, `page\s+\d+.*`}
)

var (
	totalWords = regexp.MustCompile(`(?i)^(` + strings.Join(totals, "|") + `)[:：]?$`)
	totalLine  = regexp.MustCompile(`(?i)^(合计|总计|小计|共计|total)[:：]?\s*[\d,.]+\s*\S{0,3}$`)
	noteWords  = regexp.MustCompile(`(?i)^(` + strings.Join(notes, "|") + `)\s*[0-9一二三]?\s*([:：.、)]|$)`)
	pageNumber = regexp.MustCompile(`(?i)^(` + strings.Join(pages, "|") + `)$`)
	sentence   = regexp.MustCompile(`[。；！？，：]|\p{Han}{12}|\w+ \w+ \w+ \w+`)
	innerSpace = strings.NewReplacer(" ", "", "\u3000", "", "\u00a0", "")
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

// passing reports whether a row below the header is no row of the table: a total, a note, a page number, the title or
// the header again. complete says whether the row holds every required cell: such a row is data whatever its words.
func passing(cells []string, header []string, titles []string, complete bool) bool {
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
	if sameAs(cells, header) {
		return true
	}
	if complete {
		return false
	}
	if noteWords.MatchString(first) {
		return true
	}
	// A lone cell that is a sentence is a remark to the reader; a lone identifier is a row somebody did not finish.
	return count == 1 && (totalLine.MatchString(first) || pageNumber.MatchString(first) || slices.Contains(titles, first) || sentence.MatchString(first))
}

// sameAs tells a repeated header: every cell that holds something is the header's, and there are at least two.
func sameAs(cells, header []string) bool {
	same := 0
	for i, cell := range cells {
		if cell = trim(cell); cell == "" {
			continue
		}
		if i >= len(header) || trim(header[i]) != cell {
			return false
		}
		same++
	}
	return same >= 2
}
