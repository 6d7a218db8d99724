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
	fill := strings.NewReplacer("{value}", p.Value, "{header}", p.Header, "{row}", strconv.FormatInt(p.Row, 10),
		"{letter}", p.Letter, "{sheet}", p.Sheet, "{file}", p.File, "{place}", place(p, lang), "{column}", name, "{allowed}", allowed,
		"{example}", example, "{detail}", p.Detail)
	return fill.Replace(text.Sentence.In(lang)), fill.Replace(text.Mend.In(lang))
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
