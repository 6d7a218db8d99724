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

var mappingTexts = map[pipelines.MappingFault]Text{
	pipelines.MappingClaimed: {Zh: "这个文件已有人工写好的对照文件 {subject}，本页不改它。请维护人员修改 mappings 文件夹中的这份文件。",
		En: "The mapping file {subject}, written by hand, claims this file and is not changed here. Ask whoever maintains the system to change it in the folder mappings."},
	pipelines.MappingIncomplete: {Zh: "必需的列“{subject}”还没有选定。", En: "No column was chosen for the required “{subject}”."},
	pipelines.MappingTwice:      {Zh: "“{subject}”选了两次，只能是其中一列。", En: "“{subject}” was chosen for two columns; it can only be one of them."},
	pipelines.MappingNoName:     {Zh: "请写上您的姓名，并给这份对照起个名字。", En: "Give your name, and a name to the mapping."},
	pipelines.MappingPattern:    {Zh: "名字规则“{subject}”不包括这个文件。可以照抄文件名，把会变的字换成 *。", En: "The pattern “{subject}” does not fit this file. Copy the file's name and put * for what changes."},
}

// ExplainMappingRefusal says in Chinese, or in English where lang is "en", why a mapping was not kept and what to do;
// empty of a refusal that is not known.
func ExplainMappingRefusal(r pipelines.MappingRefusal, lang string) string {
	return strings.ReplaceAll(mappingTexts[r.Why].In(lang), "{subject}", r.Subject)
}
