package data

import (
	"strconv"
	"strings"
	"sync"

	"hulian/pipelines"
)

// ProblemText is what people read about a kind of problem. In Sentence and Mend, {value}, {header}, {row}, {letter},
// {sheet}, {file}, {place}, {column}, {allowed}, {example} and {detail} are filled in.
type ProblemText struct {
	Name     Text `yaml:"name"`     // a few words, for lists
	Sentence Text `yaml:"sentence"` // what is wrong
	Mend     Text `yaml:"mend"`     // what to do in Excel
}

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
			var words []string
			for _, v := range column.Values {
				words = append(words, v.Name.In(lang))
			}
			allowed = strings.Join(words, map[bool]string{true: ", ", false: "、"}[lang == "en"])
		}
	}
	detail := p.Detail
	if other, ok := strings.CutPrefix(detail, "→ "); ok && p.Code == pipelines.DuplicateKey {
		detail = otherRow(other, lang)
	}
	sentence, mend = text.Sentence.In(lang), text.Mend.In(lang)
	if p.Letter == "" { // rows of JSON and Parquet have names of columns and no letters
		sentence, mend = letterless.Replace(sentence), letterless.Replace(mend)
	}
	fill := strings.NewReplacer("{value}", p.Value, "{header}", p.Header, "{row}", strconv.FormatInt(p.Row, 10),
		"{letter}", p.Letter, "{sheet}", p.Sheet, "{file}", p.File, "{place}", place(p, lang), "{column}", name, "{allowed}", allowed,
		"{example}", example, "{detail}", detail)
	return fill.Replace(sentence), fill.Replace(mend)
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

// place names the file and, where it has sheets, the sheet.
func place(p pipelines.Problem, lang string) string {
	switch {
	case lang == "en" && p.Sheet == "":
		return "“" + p.File + "”"
	case lang == "en":
		return "sheet “" + p.Sheet + "” of “" + p.File + "”"
	case p.Sheet == "":
		return "文件“" + p.File + "”"
	default:
		return "文件“" + p.File + "”的工作表“" + p.Sheet + "”"
	}
}
