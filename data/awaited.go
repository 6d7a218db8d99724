package data

import (
	"strings"

	"github.com/dustin/go-humanize"

	"hulian/pipelines"
)

// ExplainAwaited says in Chinese, or in English where lang is "en", which lists rows wait for: those that have not come,
// and those that lack IDs. It is part of a sentence; empty where no list is named.
func ExplainAwaited(awaited []pipelines.Awaited, lang string) string {
	var absent, short []string
	for _, a := range awaited {
		name := a.List
		if c, ok := ContractOf(a.List); ok {
			name = c.Name.In(lang)
		}
		ids := humanize.Comma(a.IDs)
		switch {
		case !a.Came && lang == "en":
			absent = append(absent, name+" ("+a.List+")")
		case !a.Came:
			absent = append(absent, name)
		case lang == "en":
			short = append(short, name+" ("+a.List+") lacks "+ids+" of them")
		default:
			short = append(short, name+"缺 "+ids+" 个编号")
		}
	}
	if lang == "en" {
		if len(absent) == 1 {
			short = append([]string{absent[0] + " has not come"}, short...)
		} else if len(absent) > 1 {
			short = append([]string{strings.Join(absent[:len(absent)-1], ", ") + " and " + absent[len(absent)-1] + " have not come"}, short...)
		}
		return strings.Join(short, "; ")
	}
	if len(absent) > 0 {
		short = append([]string{strings.Join(absent, "、") + "尚未报来"}, short...)
	}
	return strings.Join(short, "；")
}

// Needs are the exports whose rows must be there before a row of an export can be loaded: those its required columns
// refer to, and what these need in turn, each after what it needs.
func (c Contract) Needs() []Contract {
	needed := map[string]bool{}
	var visit func(Contract)
	visit = func(c Contract) {
		for _, column := range c.Columns {
			list, _, refers := strings.Cut(column.References, ".")
			if !refers || !column.Required || needed[list] || list == c.Export {
				continue
			}
			needed[list] = true
			other, _ := ContractOf(list)
			visit(other)
		}
	}
	visit(c)
	var all []Contract
	for _, other := range Contracts() {
		if needed[other.Export] {
			all = append(all, other)
		}
	}
	return all
}
