package data

import (
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

	Mends map[pipelines.DetailCode]Text `yaml:"mends"` // in place of Mend, where a detail calls for another cure
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
	sentence, mend = text.Sentence.In(lang), text.Mend.In(lang)
	if p.Row > 0 && text.RowSentence != (Text{}) {
		sentence, mend = text.RowSentence.In(lang), text.RowMend.In(lang)
	}
	if other, ok := text.Mends[p.Detail.Code]; ok {
		mend = other.In(lang)
	}
	if p.Letter == "" { // rows of JSON and Parquet have names of columns and no letters
		sentence, mend = letterless.Replace(sentence), letterless.Replace(mend)
	}
	at := place(p, lang)
	begins := at
	if rest, ok := strings.CutPrefix(at, "the "); ok {
		begins = "The " + rest
	}
	filling := strings.NewReplacer("{value}", Quoted(p.Value), "{row}", strconv.FormatInt(p.Row, 10),
		"{letter}", p.Letter, "{file}", p.File, "{place}", at, "{Place}", begins, "{column}", name, "{allowed}", allowed,
		"{example}", example, "{detail}", detail)
	return strings.TrimSpace(filling.Replace(sentence)), filling.Replace(mend)
}

// mostQuoted is how many characters of a value are quoted: whoever mends it has the file open.
const mostQuoted = 60

// Quoted gives a value as sentences and lists quote it: on one line, and shortened where it is very long.
func Quoted(value string) string {
	if strings.ContainsAny(value, "\r\n\t") {
		value = strings.Join(strings.Fields(value), " ")
	}
	if len(value) <= mostQuoted {
		return value
	}
	kept := []rune(value)
	if len(kept) <= mostQuoted {
		return value
	}
	return string(kept[:mostQuoted-1]) + "…"
}

var detailTexts = sync.OnceValue(func() map[pipelines.DetailCode]Text {
	texts := map[pipelines.DetailCode]Text{}
	if err := strict("details.yaml", &texts); err != nil {
		panic("embedded words of details: " + err.Error()) // part of the binary: a test reads them
	}
	return texts
})

// DetailTexts returns the words of every kind of detail. {1} stands for its first argument, {rest} for all of them and
// {rest2} for those from the second on. The map is shared: it must not be modified.
func DetailTexts() map[pipelines.DetailCode]Text { return detailTexts() }

// ExplainDetail says in "zh" or "en" what a detail tells; empty where it tells nothing.
func ExplainDetail(d pipelines.Detail, lang string) string {
	text, ok := detailTexts()[d.Code]
	if !ok || d.Code == pipelines.DetailOtherRow && len(d.Args) == 2 && d.Args[0] != "" {
		if len(d.Args) == 2 && d.Code == pipelines.DetailOtherRow {
			return fill(Text{Zh: "工作表“{1}”第{2}行", En: "row {2} of the sheet “{1}”"}.In(lang), d.Args, lang)
		}
		return strings.Join(d.Args, " ")
	}
	return fill(text.In(lang), d.Args, lang)
}

// ExplainDetails says several details one behind the other.
func ExplainDetails(all pipelines.Details, lang string) string {
	var said []string
	for _, d := range all {
		if text := ExplainDetail(d, lang); text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, map[bool]string{true: "; ", false: "；"}[lang == "en"])
}

// mostArgs is the highest number that the words of a detail name.
const mostArgs = 4

// fill puts the arguments of a detail into its words; names of exports and columns are told in the reader's language.
func fill(words string, args []string, lang string) string {
	told := make([]string, len(args))
	for i, arg := range args {
		told[i] = namedIn(arg, lang)
	}
	comma := map[bool]string{true: ", ", false: "、"}[lang == "en"]
	pairs := []string{}
	for i, arg := range told {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", arg)
	}
	for i := len(told); i < mostArgs; i++ { // kept by a version that told less
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", "…")
	}
	pairs = append(pairs, "{rest}", strings.Join(told, comma), "{rest2}", strings.Join(told[min(1, len(told)):], comma))
	return strings.NewReplacer(pairs...).Replace(words)
}

// namedIn gives the name of the export or column an argument stands for, and any other argument as it is.
func namedIn(arg, lang string) string {
	if wrong, ok := pipelines.RefusalOf(arg); ok {
		return ExplainMappingRefusal(wrong, lang)
	}
	name, rest, _ := strings.Cut(arg, " ")
	if rest != "" {
		rest = " " + rest
	}
	if export, ok := strings.CutPrefix(name, pipelines.ExportNamed("")); ok {
		if contract, known := ContractOf(export); known {
			return contract.Name.In(lang) + rest
		}
	}
	named, isUnit := strings.CutPrefix(name, "unit:")
	if path, ok := strings.CutPrefix(name, "column:"); ok {
		named = path
	} else if !isUnit {
		return arg
	}
	export, id, _ := strings.Cut(named, ".")
	if contract, known := ContractOf(export); known {
		if column, known := contract.Column(id); known && isUnit {
			return column.Unit.In(lang) + rest
		} else if known {
			return column.Name.In(lang) + rest
		}
	}
	return arg
}

// letterless takes the letter out of sentences about a cell that has none.
var letterless = strings.NewReplacer("{letter}列", "", "{letter}{row}单元格", "这一格", "Row {row}, column {letter}:", "Row {row}:", "cell {letter}{row}", "this cell")

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
