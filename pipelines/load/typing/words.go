package typing

import (
	"regexp"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines/load/match"
)

// booleans are the words for yes and no, folded.
var booleans = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range []string{"是", "有", "√", "✓", "✔", "☑", "v", "y", "yes", "true", "t", "1", "1.0", "对", "真", "已"} {
		words[w] = true
	}
	for _, w := range []string{"否", "无", "没有", "不是", "×", "✗", "✘", "☐", "x", "n", "no", "false", "f", "0", "0.0", "错", "假", "未", "非"} {
		words[w] = false
	}
	return words
}()

// ParseBoolean reads yes and no.
func ParseBoolean(text string) (value, ok bool) {
	value, ok = booleans[text]
	if !ok {
		value, ok = booleans[match.Folded(text)]
	}
	return value, ok
}

// vocabulary are the words of an enum: as they are written, and folded.
type vocabulary struct{ exact, folded map[string]string }

func vocabularyOf(column data.Column) vocabulary {
	v := vocabulary{map[string]string{}, map[string]string{}}
	for _, value := range column.Values {
		for _, word := range append([]string{value.Name.Zh, value.ID, value.Name.En}, value.Words...) {
			if word == "" {
				continue
			}
			if _, known := v.exact[word]; !known {
				v.exact[word] = value.ID
			}
			if key := match.Folded(word); v.folded[key] == "" {
				v.folded[key] = value.ID
			}
		}
	}
	return v
}

// id gives the value a word stands for.
func (v vocabulary) id(text string) (string, bool) {
	if id, ok := v.exact[text]; ok {
		return id, true
	}
	id, ok := v.folded[match.Folded(text)]
	return id, ok
}

var periodForm = regexp.MustCompile(`^((?:19|20)\d\d)(?:年度?|-)?(?:(上半年|h1)|(下半年|h2)|第?([1-4一二三四])季度?|q([1-4])|[-/.]?(0?[1-9]|1[0-2])月?)?$`)

// ParsePeriod reads a year, a half-year, a quarter or a month: 2017  2017年下半年  2017Q3  2017年8月. It gives 2017, 2017H2,
// 2017Q3 or 2017-08.
func ParsePeriod(text string) (string, bool) {
	m := periodForm.FindStringSubmatch(match.Folded(text))
	switch {
	case m == nil:
		return "", false
	case m[2] != "":
		return m[1] + "H1", true
	case m[3] != "":
		return m[1] + "H2", true
	case m[4]+m[5] != "":
		return m[1] + "Q" + strings.NewReplacer("一", "1", "二", "2", "三", "3", "四", "4").Replace(m[4]+m[5]), true
	case m[6] != "":
		return m[1] + "-" + strings.Repeat("0", 2-len(m[6])) + m[6], true
	}
	return m[1], true
}

// nothing holds, folded, the words that stand for nothing in a column. What a database or a program writes means nothing
// everywhere; what clerks write does so where no such word could be meant.
type nothing struct {
	words map[string]bool
	first [256]bool // bytes they may begin with, however they are written
}

func nothingOf(column data.Column, isID bool) nothing {
	words := map[string]bool{}
	for _, w := range data.NothingWritten() {
		words[match.Folded(w)] = true
	}
	free := column.Type == data.TypeText && !isID || column.Type == data.TypeEnum && column.Open
	if !free {
		for _, w := range data.NothingSaid() {
			words[match.Folded(w)] = true
		}
	}
	if !free && !column.Required {
		for _, w := range data.NothingKnown() {
			words[match.Folded(w)] = true
		}
	}
	for _, w := range column.Nothing {
		words[match.Folded(w)] = true
	}
	for word := range vocabularyOf(column).folded { // 无 is an answer to what makes a household vulnerable
		delete(words, word)
	}
	if column.Type == data.TypeBoolean {
		for word := range booleans {
			delete(words, word)
		}
	}
	n := nothing{words: words}
	for word := range words {
		n.first[word[0]] = true
		n.first[strings.ToUpper(word[:1])[0]] = true
		if word[0] < 0x80 {
			n.first["！"[0]] = true // the wide form of it
		}
	}
	return n
}

// is reports whether a text stands for nothing.
func (n nothing) is(text string) bool {
	if len(text) > 24 || !n.first[text[0]] { // none of the words is longer
		return false
	}
	return n.words[match.Folded(text)]
}

// any reports whether one of the words, folded, passes a test.
func (n nothing) any(passes func(word string) bool) bool {
	for word := range n.words {
		if passes(word) {
			return true
		}
	}
	return false
}

// formulaErrors are what a spreadsheet program shows in place of a value.
var formulaErrors = []string{"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!", "#BLOCKED!"}

// tooNarrow tells ####, which a spreadsheet program shows, and saves as CSV, where a column is too narrow for its day or number.
func tooNarrow(text string) bool { return len(text) >= 3 && strings.Trim(text, "#") == "" }

func isFormulaError(text string) bool {
	return strings.HasPrefix(text, "#") && slices.Contains(formulaErrors, strings.ToUpper(text))
}
