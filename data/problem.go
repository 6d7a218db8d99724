package data

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"hulian/pipelines"
)

// ProblemText is what people read about a kind of problem. In Sentence and Mend, {value}, {row}, {letter}, {file},
// {place}, {column}, {allowed}, {example} and {detail} are filled in; {Place} begins a sentence.
type ProblemText struct {
	Name     Text `yaml:"name"`     // a few words, for lists
	Sentence Text `yaml:"sentence"` // what is wrong
	Mend     Text `yaml:"mend"`     // what to do in Excel

	RowSentence Text `yaml:"row_sentence"` // of a row, where the kind is one of whole files too
	RowMend     Text `yaml:"row_mend"`
}

// Details of problems that stand for a sentence, or begin one: Explain says them in the reader's language. Names in a
// detail are written in both, "农户编号 / Household ID", and told in one.
const (
	DetailUncalculated    = "formula without result"
	DetailFormulaError    = "Excel"
	DetailScientific      = "Excel: 1.23E+11"
	DetailTwice           = "twice: "
	DetailSeveralExports  = "exports: "
	DetailSeveralMappings = "mappings: "
	DetailCharacters      = "字 / characters"
	DetailUnused          = "未用列 / unused columns: "
	DetailGone            = "缺少以前有内容的列 / columns missing that were filled before: "
	DetailOlder           = "比已有名册早 / older than the list before: "
	DetailConfirmed       = "行数少了一半以上，经人确认 / far fewer rows, confirmed: "
	DetailHidden          = "隐藏的工作表未读 / hidden sheets not read: "
)

var problemTexts = sync.OnceValue(func() map[pipelines.Code]ProblemText {
	texts := map[pipelines.Code]ProblemText{}
	if err := strict("problems.yaml", &texts); err != nil {
		panic("embedded problem sentences: " + err.Error()) // part of the binary: a test reads them
	}
	return texts
})

// ProblemTexts returns the texts of every kind of problem. The map is shared: it must not be modified.
func ProblemTexts() map[pipelines.Code]ProblemText { return problemTexts() }

// Explain says in "zh" or "en" what is wrong and how to mend it.
func Explain(p pipelines.Problem, lang string) (sentence, mend string) {
	text, ok := problemTexts()[p.Code]
	if !ok {
		return string(p.Code), ""
	}
	name, allowed, example := p.Column, "", ""
	if contract, ok := ContractOf(p.Export); ok {
		if column, ok := contract.Column(p.Column); ok {
			name, example = column.Name.In(lang), column.Example
			if column.Type == TypeBoolean && p.Code == pipelines.WrongType {
				example = map[bool]string{true: "是” or “否", false: "是”或“否"}[lang == "en"]
			}
			var words []string
			for _, v := range column.Values {
				words = append(words, v.Name.In(lang))
			}
			allowed = strings.Join(words, map[bool]string{true: ", ", false: "、"}[lang == "en"])
		}
	}
	detail := ExplainDetail(p.Detail, lang)
	if other, ok := strings.CutPrefix(detail, "→ "); ok && p.Code == pipelines.DuplicateKey {
		detail = otherRow(other, lang)
	}
	sentence, mend = text.Sentence.In(lang), text.Mend.In(lang)
	if p.Row > 0 && text.RowSentence != (Text{}) {
		sentence, mend = text.RowSentence.In(lang), text.RowMend.In(lang)
	}
	if p.Letter == "" { // rows of JSON and Parquet have names of columns and no letters
		sentence, mend = letterless.Replace(sentence), letterless.Replace(mend)
	}
	at := place(p, lang)
	begins := at
	if rest, ok := strings.CutPrefix(at, "the "); ok {
		begins = "The " + rest
	}
	fill := strings.NewReplacer("{value}", p.Value, "{row}", strconv.FormatInt(p.Row, 10),
		"{letter}", p.Letter, "{file}", p.File, "{place}", at, "{Place}", begins, "{column}", name, "{allowed}", allowed,
		"{example}", example, "{detail}", detail)
	return strings.TrimSpace(fill.Replace(sentence)), fill.Replace(mend)
}

// whole are details that are a sentence of their own; begun are those that begin one.
var (
	whole = map[string]Text{
		DetailUncalculated: {Zh: "这一格是公式，但文件里没有保存它的计算结果：用Excel或WPS打开，重新保存即可。",
			En: "The cell holds a formula without its result: open the file in Excel and save it."},
		DetailFormulaError: {Zh: "这一格的公式出错了。", En: "It is the error of a formula."},
		DetailScientific: {Zh: "Excel把长编号变成了科学计数，后面的数字已经丢失：先把这一列设为“文本”格式，再重新填写编号。",
			En: "Excel turned a long ID into a number and lost its last digits: format the column as text, then write the ID again."},
		"binary": {Zh: "内容不是文字。", En: "Its content is no text."},
	}
	begun = map[string]Text{
		DetailTwice:           {Zh: "这一列出现了不止一次：", En: "this column stands there more than once: "},
		DetailSeveralExports:  {Zh: "几张表都可能是：", En: "it could be any of "},
		DetailSeveralMappings: {Zh: "不止一个对照文件适用：", En: "more than one mapping file claims it: "},
	}
)

// inOneLanguage takes from a detail what is written in both languages: names of exports and columns, and a few words.
var inOneLanguage = sync.OnceValue(func() map[string]*strings.Replacer {
	pairs := []Text{{Zh: "字", En: "characters"}}
	for _, c := range Contracts() {
		pairs = append(pairs, c.Name)
		for _, column := range c.Columns {
			pairs = append(pairs, column.Name)
		}
	}
	// 村编号 / Village ID before 编号 / ID
	slices.SortStableFunc(pairs, func(a, b Text) int { return len(b.Zh+b.En) - len(a.Zh+a.En) })
	both := map[string]*strings.Replacer{}
	for _, lang := range []string{"zh", "en"} {
		replaced := []string{
			DetailUnused, Text{Zh: "未用的列：", En: "columns not used: "}.In(lang),
			DetailGone, Text{Zh: "比以前少了有内容的列，这些内容现在是空的：", En: "columns are missing that were filled before, and are empty now: "}.In(lang),
			DetailOlder, Text{Zh: "这份名册比先收到的一份早，现按这一份为准；如不对，请用Excel打开较新的一份，另存为xlsx后再报一次：", En: "the list is older than one received before it, and holds now; if that is not meant, open the newer one in Excel, save it as xlsx and send it again: "}.In(lang),
			DetailConfirmed, Text{Zh: "行数少了一半以上，已确认收下：", En: "far fewer rows than before, accepted all the same: "}.In(lang),
			DetailHidden, Text{Zh: "隐藏的工作表没有读：", En: "hidden sheets were not read: "}.In(lang),
		}
		for _, pair := range pairs {
			replaced = append(replaced, pair.Zh+" / "+pair.En, pair.In(lang))
		}
		both[lang] = strings.NewReplacer(replaced...)
	}
	return both
})

// ExplainDetail says the detail of a problem, or of a table that was read, in the reader's language.
func ExplainDetail(detail, lang string) string {
	if text, ok := whole[detail]; ok {
		return text.In(lang)
	}
	for beginning, text := range begun {
		if rest, ok := strings.CutPrefix(detail, beginning); ok {
			detail = text.In(lang) + rest
		}
	}
	if lang != "en" {
		lang = "zh"
	}
	return inOneLanguage()[lang].Replace(detail)
}

// letterless takes the letter out of sentences about a cell that has none.
var letterless = strings.NewReplacer("{letter}列", "", "{letter}{row}单元格", "这一格", "Row {row}, column {letter}:", "Row {row}:", "cell {letter}{row}", "this cell")

// otherRow says where the row stands that another one repeats: "12", or "Sheet1 12" on another sheet.
func otherRow(other, lang string) string {
	sheet, row := "", other
	if i := strings.LastIndexByte(other, ' '); i >= 0 {
		sheet, row = other[:i], other[i+1:]
	}
	switch {
	case lang == "en" && sheet == "":
		return "row " + row
	case lang == "en":
		return "row " + row + " of sheet “" + sheet + "”"
	case sheet == "":
		return "第" + row + "行"
	default:
		return "工作表“" + sheet + "”第" + row + "行"
	}
}

// place names the file and, where it has several, the sheet or the member of the zip file.
func place(p pipelines.Problem, lang string) string {
	member := p.Sheet != "" && strings.HasSuffix(strings.ToLower(p.File), ".zip")
	switch {
	case lang == "en" && p.Sheet == "":
		return "the file “" + p.File + "”"
	case lang == "en" && member:
		return "“" + p.Sheet + "” in the zip file “" + p.File + "”"
	case lang == "en":
		return "the sheet “" + p.Sheet + "” of the file “" + p.File + "”"
	case p.Sheet == "":
		return "文件“" + p.File + "”"
	case member:
		return "压缩包“" + p.File + "”里的“" + p.Sheet + "”"
	default:
		return "文件“" + p.File + "”的工作表“" + p.Sheet + "”"
	}
}
