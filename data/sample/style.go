package sample

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hulian/data"
)

// format is how a file is built.
type format string

const (
	csvFile     format = "csv"
	xlsxFile    format = "xlsx"
	ndjsonFile  format = "ndjson"
	parquetFile format = "parquet"
)

// headers says which of a column's names stands above it.
type headers int

const (
	byName   headers = iota // the contract's Chinese name
	byOther                 // another Chinese header under which it arrives
	byID                    // the column ID
	withUnit                // the Chinese name and the unit in full-width brackets
)

// dates says how a day is written.
type dates int

const (
	dashes  dates = iota // 2018-01-08
	slashes              // 2018/1/8
	inWords              // 2018年1月8日
	dots                 // 2018.01.08
	compact              // 20180108
	native               // a date cell of the workbook
)

var dateLayouts = [...]string{"2006-01-02", "2006/1/2", "2006年1月2日", "2006.01.02", "20060102", "2006-01-02"}

// flags says how yes and no are written.
type flags int

const (
	yesNo   flags = iota // 是 否
	tick                 // √ and nothing
	letters              // Y N
	haveOr               // 有 无
)

var flagWords = [...][2]string{{"否", "是"}, {"", "√"}, {"N", "Y"}, {"无", "有"}}

// style is how one clerk or system writes one table.
type style struct {
	format  format
	charset string // utf-8, utf-8-bom, gb18030, utf-16
	comma   rune
	headers headers
	dates   dates
	flags   flags
	other   bool // other words for enum values than the contract's own
	serial  bool // a column 序号 in front
	clerk   bool // a column nobody asked for at the end
	wide    bool // full-width digits in whole numbers
	commas  bool // 12,000
	percent bool // 95% where the unit is one
	title   string
	groups  []headerGroup // a row of merged headers above
	total   bool          // a row 合计 below
	notes   []string      // below that
}

// headerGroup is a merged header over the columns from one to another.
type headerGroup struct{ name, from, to string }

// plan is a style applied to the columns of one export.
type plan struct {
	style
	export  string
	columns []data.Column
	words   []map[string]string // per column, what stands for each enum value
}

func planOf(s style, rows *table) plan {
	contract, ok := data.ContractOf(rows.export)
	if !ok {
		panic("no contract of " + rows.export)
	}
	p := plan{style: s, export: rows.export}
	for _, id := range rows.columns {
		c, ok := contract.Column(id)
		if !ok {
			panic(rows.export + " has no column " + id)
		}
		p.columns = append(p.columns, c)
		words := map[string]string{}
		for _, v := range c.Values {
			words[v.ID] = v.Name.Zh
			if s.other && len(v.Words) > 0 {
				words[v.ID] = v.Words[0]
			}
		}
		p.words = append(p.words, words)
	}
	return p
}

// header is what stands above a column.
func (p *plan) header(i int) string {
	c := p.columns[i]
	switch p.headers {
	case byID:
		return c.ID
	case withUnit:
		if c.Unit.Zh != "" {
			return c.Name.Zh + "（" + c.Unit.Zh + "）"
		}
	case byOther:
		for _, h := range c.Headers {
			if len([]rune(h)) >= 3 && h[0] > 127 { // short ones are at home in several exports
				return h
			}
		}
	case byName:
	}
	return c.Name.Zh
}

func (p *plan) headerRow() []string {
	var row []string
	if p.serial {
		row = append(row, "序号")
	}
	for i := range p.columns {
		row = append(row, p.header(i))
	}
	if p.clerk {
		row = append(row, "录入人", "审核状态")
	}
	return row
}

// text writes a cell as text.
func (p *plan) text(i int, c cell) string {
	switch c.kind {
	case text, raw:
		return c.s
	case integer:
		s := strconv.FormatInt(c.n, 10)
		switch {
		case p.wide:
			return widen(s)
		case p.commas && c.n >= 1000 && p.columns[i].ID != "year":
			return s[:len(s)-3] + "," + s[len(s)-3:] // sums of one register stay below a million
		}
		return s
	case decimal:
		s := strconv.FormatFloat(c.decimal(), 'f', -1, 64)
		if p.percent && p.columns[i].Unit.Zh == "%" {
			return s + "%"
		}
		return s
	case flag:
		return flagWords[p.flags][c.n]
	case date:
		return time.Unix(c.n*86400, 0).UTC().Format(dateLayouts[p.dates])
	case moment:
		return time.Unix(c.n*60, 0).UTC().Format(dateLayouts[p.dates] + " 15:04")
	case word:
		if w, ok := p.words[i][c.s]; ok {
			return w
		}
		return c.s
	case blank:
	}
	return ""
}

// widen writes digits as an input method left in full-width mode does.
func widen(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, s)
}

var clerks = []string{"小样", "小例", "小示"}

// record is a whole row as text.
func (p *plan) record(into []string, n int, row []cell) []string {
	into = into[:0]
	if p.serial {
		into = append(into, strconv.Itoa(n+1))
	}
	for i, c := range row {
		into = append(into, p.text(i, c))
	}
	if p.clerk {
		into = append(into, clerks[n/37%len(clerks)], "已审核")
	}
	return into
}

// totals sums the columns of counts and money, for a row 合计.
func (p *plan) totals(rows *table) []string {
	var row []string
	if p.serial {
		row = append(row, "合计")
	}
	for i, c := range p.columns {
		summed := c.Unit.Zh != "" && (c.Type == data.TypeInteger || c.Type == data.TypeDecimal) && c.Unit.Zh != "年"
		sum := 0.0
		for k := range rows.len() {
			if _, bad := rows.faults[k]; bad {
				continue
			}
			switch x := rows.row(k)[i]; x.kind {
			case integer:
				sum += float64(x.n)
			case decimal:
				sum += x.decimal()
			default: // what is no number adds nothing
			}
		}
		switch {
		case i == 0 && !p.serial:
			row = append(row, "合计")
		case summed:
			row = append(row, strconv.FormatFloat(sum, 'f', -1, 64))
		default:
			row = append(row, "")
		}
	}
	return row
}

func (f format) extension(comma rune) string {
	if f == csvFile && comma == '\t' {
		return ".txt"
	}
	return fmt.Sprintf(".%s", f)
}
