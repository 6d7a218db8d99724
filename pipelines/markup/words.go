package markup

import (
	"fmt"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// t is a phrase in the language of the copy.
func (c *copying) t(zh, en string) string {
	if c.lang == "en" {
		return en
	}
	return zh
}

func (c *copying) tf(zh, en string, args ...any) string { return fmt.Sprintf(c.t(zh, en), args...) }

// comment says what is wrong with a cell, what is allowed there, and gives an example.
func (c *copying) comment(problems []Problem) string {
	var lines []string
	var column data.Column
	for _, p := range problems {
		sentence, mend := data.Explain(p.Problem, c.lang)
		lines = append(lines, sentence, mend)
		if contract, ok := data.ContractOf(p.Export); ok && p.Column != "" {
			column, _ = contract.Column(p.Column)
		}
	}
	if allowed := c.allowed(column); allowed != "" {
		lines = append(lines, c.t("可以填：", "Allowed: ")+allowed)
	}
	if column.Example != "" {
		lines = append(lines, c.t("例如：", "Example: ")+column.Example)
	}
	return strings.Join(lines, "\n")
}

// allowed is what a column takes, in a few words.
func (c *copying) allowed(column data.Column) string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	var parts []string
	switch column.Type {
	case data.TypeEnum:
		for _, v := range column.Values {
			parts = append(parts, v.Name.In(c.lang))
		}
		return strings.Join(parts, " / ")
	case data.TypeBoolean:
		return c.t("是 / 否", "yes / no")
	case data.TypeDate:
		return c.t("日期", "a date")
	case data.TypeTimestamp:
		return c.t("日期和时间", "a date and a time")
	case data.TypeInteger, data.TypeDecimal:
		kind := c.t("数字", "a number")
		if column.Type == data.TypeInteger {
			kind = c.t("整数", "a whole number")
		}
		switch {
		case column.Min != nil && column.Max != nil:
			kind += " " + number(*column.Min) + "–" + number(*column.Max)
		case column.Min != nil:
			kind += " ≥ " + number(*column.Min)
		case column.Max != nil:
			kind += " ≤ " + number(*column.Max)
		}
		return strings.TrimSpace(kind + " " + column.Unit.In(c.lang))
	case data.TypeText, data.TypePeriod: // the example says it best
	}
	if column.References != "" {
		export, _, _ := strings.Cut(column.References, ".")
		if contract, ok := data.ContractOf(export); ok {
			return c.tf("“%s”中已有的编号", "an ID that stands in “%s”", contract.Name.In(c.lang))
		}
	}
	return ""
}

// what names the kind of a problem.
func (c *copying) what(code pipelines.Code) string {
	if text, ok := data.ProblemTexts()[code]; ok {
		return text.Name.In(c.lang)
	}
	return string(code)
}

// where names the column of a problem as the file does.
func (c *copying) where(p Problem) string {
	if p.Header != "" {
		return p.Header
	}
	if contract, ok := data.ContractOf(p.Export); ok {
		if column, ok := contract.Column(p.Column); ok {
			return column.Name.In(c.lang)
		}
	}
	return ""
}
