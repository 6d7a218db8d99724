package data

import (
	"fmt"
	"strings"

	"hulian/pipelines"
)

var formatNames = map[string]Text{
	"csv": {Zh: "文本表格（CSV）", En: "CSV"}, "json": {Zh: "JSON", En: "JSON"}, "xlsx": {Zh: "Excel 工作簿", En: "Excel workbook"}, "parquet": {Zh: "Parquet", En: "Parquet"},
	"arrow": {Zh: "Arrow", En: "Arrow"},
}

var delimiterNames = map[string]Text{
	",": {Zh: "逗号分隔", En: "commas"}, "\t": {Zh: "制表符分隔", En: "tabs"}, ";": {Zh: "分号分隔", En: "semicolons"}, "|": {Zh: "竖线分隔", En: "bars"},
}

var pinNames = map[string]Text{
	"encoding": {Zh: "编码", En: "encoding"}, "delimiter": {Zh: "分隔符", En: "delimiter"}, "header_row": {Zh: "表头行", En: "header row"},
}

// ExplainReading says in Chinese, or in English where lang is "en", what a table was taken for; empty where nothing
// could be told of it.
func ExplainReading(r pipelines.ReadAs, lang string) string {
	if r.Format == "" {
		return ""
	}
	said := []string{formatNames[r.Format].In(lang)}
	if r.Encoding != "" {
		said = append(said, strings.ToUpper(r.Encoding))
	}
	if r.Delimiter != "" {
		said = append(said, delimiterNames[r.Delimiter].In(lang))
	}
	if r.HeaderRow > 0 {
		said = append(said, fmt.Sprintf(Text{Zh: "表头在第 %d 行", En: "header in row %d"}.In(lang), r.HeaderRow))
	}
	comma := Text{Zh: "，", En: ", "}.In(lang)
	text := strings.Join(said, comma)
	if r.Mapping == "" {
		return text
	}
	var pinned []string
	for _, pin := range r.Pinned {
		pinned = append(pinned, pinNames[pin].In(lang))
	}
	if len(pinned) == 0 {
		return text + fmt.Sprintf(Text{Zh: "；按映射 %s", En: "; by the mapping %s"}.In(lang), r.Mapping)
	}
	return text + fmt.Sprintf(Text{Zh: "；映射 %s 指定了%s", En: "; the mapping %s fixes %s"}.In(lang), r.Mapping, strings.Join(pinned, Text{Zh: "、", En: ", "}.In(lang)))
}
