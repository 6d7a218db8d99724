package load

import (
	"context"
	"fmt"
	"strings"

	"hulian/data"
	"hulian/pipelines/warehouse"
)

// Everything that turns the text of a cell into a value stands here: macros of the engine, so that a million cells are
// typed in one pass, and one expression per type of column. A text that cannot be read becomes null; the check that
// follows tells null from empty.
//
// A cell is tried in its plain form first, x. Only what that gives up is written in half-width characters, n, and cut
// by one pattern a column into parts, g: compiling a pattern costs the engine more than matching it.
var macros = []string{
	// Full-width forms, as Chinese input methods type them. The engine's translate is slow: plain ASCII is left alone.
	`create or replace temp macro half_width(x) as case when strlen(x) = length(x) then x else translate(x,
		'０１２３４５６７８９／－．：，％＋（）ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ　',
		'0123456789/-.:,%+()ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ') end`,
	`create or replace temp macro folded(n) as lower(replace(n, ' ', ''))`,

	// Numbers: 1161  12.5; then 1,161  36万  ¥1,200.50  25分钟, and 95% where the column counts that
	`create or replace temp macro plain_number(x) as
		case when isfinite(try_cast(x as double)) and not contains(x, '_') then try_cast(x as double) end`,
	`create or replace temp macro number_parts(n, units) as regexp_extract(n,
		'^[¥￥]?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(千|万|亿)?\s*(' || units || ')?$', ['number', 'times', 'unit'])`,
	`create or replace temp macro number_of(g, hundred) as
		try_cast(replace(g.number, ',', '') as double)
		* case g.times when '千' then 1e3 when '万' then 1e4 when '亿' then 1e8 else 1 end
		/ case g.unit when '%' then hundred else 1 end`,

	// Days and moments: 2018-01-08  2018/1/8  2018.01.08  2018-01-08 19:30  2018-01-08T19:30:05; then
	// 2018年1月8日  20180108  2018年1月 (its first day), each with a time behind it if need be:
	// 19:30  19:30:05.5  19时30分  下午7:30  7:30 PM, with an offset: Z  +06  +0800  -05:00; 201801081930
	// The common forms are told by a pattern of places, a tenth of the price of an expression; the engine's cast takes more
	// than digits there, so what it made must read as the text does.
	`create or replace temp macro plain_day(x) as
		case when x like '____-__-__' and cast(try_cast(x as date) as varchar) = x then try_cast(x as date)
		when regexp_matches(x, '^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$') then try_cast(replace(x, '.', '-') as date) end`,
	`create or replace temp macro plain_moment(x) as
		case when x like '____-__-__ __:__:__' and cast(try_cast(x as timestamp) as varchar) = x then try_cast(x as timestamp)
		when regexp_matches(x, '^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?$') then try_cast(replace(x, '.', '-') as timestamp) end`,
	`create or replace temp macro moment_parts(n) as regexp_extract(n,
		'^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(?:(\d{1,2})\s*[日号]?)?)?'
		|| '(?:(?:T|\s+|\b|日|号)\s*(上午|下午|早上|中午|晚上|晚|夜|凌晨)?\s*(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2}(?:\.\d+)?)\s*秒?)?)?)?'
		|| '\s*(AM|PM|am|pm)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?$',
		['y', 'm', 'd', 'half', 'h', 'mi', 's', 'ampm', 'zone'])`,
	// A month alone is its first day, but a time needs a day.
	`create or replace temp macro iso_moment(g) as concat(g.y, '-', g.m, '-', case when g.d = '' and g.h = '' then '1' else g.d end,
		' ', case when g.h = '' then '0' else g.h end, ':', case when g.mi = '' then '0' else g.mi end, ':', case when g.s = '' then '0' else g.s end)`,
	`create or replace temp macro half_day(g) as to_hours(case
		when g.half || g.ampm in ('下午', '晚上', '晚', '夜', 'PM', 'pm') and length(g.h) > 0 and try_cast(g.h as integer) < 12 then 12
		when g.half || g.ampm in ('上午', '凌晨', 'AM', 'am') and g.h = '12' then -12 else 0 end)`,
	`create or replace temp macro compact_moment(n) as case when strlen(n) in (6, 8, 12, 14, 10, 13, 14, 17) and n[1] in ('1', '2') and not contains(n, '-') then
		try_strptime(n, ['%Y%m%d', '%Y%m', '%Y%m%d%H%M', '%Y%m%d%H%M%S', '%Y%m%d %H:%M', '%Y%m%d %H:%M:%S', '%Y%m%dT%H%M%S']) end`,

	// Excel's serial numbers: 43108 or 43108.8125, from 1905 to 2099. A workbook that counts from 1904 was shifted when
	// it was decoded. 1900 to 2100 may as well be a year: that is not guessed.
	`create or replace temp macro serial_moment(n) as
		case when try_cast(n as double) > 2100 and try_cast(n as double) < 73051 and regexp_matches(n, '^[0-9.]+$') then
			make_timestamp(cast(round((try_cast(n as double) - 25569) * 86400) as bigint) * 1000000) end`,

	// Yes and no.
	`create or replace temp macro plain_boolean(x) as
		case when x in ('是', '有', '1', 'true') then true when x in ('否', '无', '0', 'false') then false end`,
	`create or replace temp macro spelled_boolean(f) as case
		when f in ('是', '有', '√', '✓', '✔', '☑', 'v', 'y', 'yes', 'true', 't', '1', '1.0', '对', '真', '已') then true
		when f in ('否', '无', '没有', '不是', '×', '✗', '✘', '☐', 'x', 'n', 'no', 'false', 'f', '0', '0.0', '错', '假', '未', '非') then false end`,

	// Periods: 2017  2017年  2017H2  2017年下半年  2017Q3  2017年第3季度  2017-08  2017年8月
	`create or replace temp macro period_parts(n) as regexp_extract(folded(n),
		'^((?:19|20)\d\d)(?:年度?|-)?(?:(上半年|h1)|(下半年|h2)|第?([1-4一二三四])季度?|q([1-4])|[-/.]?(0?[1-9]|1[0-2])月?)?$',
		['y', 'first', 'second', 'q', 'q2', 'm'])`,
	`create or replace temp macro period_of(g, n) as case
		when g.y = '' then strftime(serial_moment(n), '%Y-%m')
		when g.first <> '' then g.y || 'H1' when g.second <> '' then g.y || 'H2'
		when g.q || g.q2 <> '' then g.y || 'Q' || translate(g.q || g.q2, '一二三四', '1234')
		when g.m <> '' then g.y || '-' || lpad(g.m, 2, '0') else g.y end`,
}

func createMacros(ctx context.Context, tx *warehouse.Tx) error {
	for _, macro := range macros {
		if _, err := tx.Exec(ctx, macro); err != nil {
			return fmt.Errorf("create macro: %w\n%s", err, macro)
		}
	}
	return nil
}

// typing is what the expressions of one batch need to know.
type typing struct {
	pins Pins
	zone string // of the programme: times are stored in it
}

// plain gives the expression for the form a column usually has in a clean export, from its text x; empty where a type
// has none. spelled gives the one for every other form, from the half-width text n of the cells plain gave up.
func (t typing) plain(column data.Column, x string) string {
	switch column.Type {
	case data.TypeInteger, data.TypeDecimal:
		return "plain_number(" + x + ")"
	case data.TypeBoolean:
		return "plain_boolean(" + x + ")"
	case data.TypeDate:
		return "plain_day(" + x + ")"
	case data.TypeTimestamp:
		return t.shifted("plain_moment(" + x + ")")
	case data.TypeEnum:
		exact, _ := words(column)
		return cases(x, exact)
	case data.TypePeriod:
		return "cast(null as varchar)"
	default:
		return ""
	}
}

// parts gives the expression that cuts the half-width text n; empty where a type needs no pattern.
func (t typing) parts(column data.Column, n string) string {
	switch column.Type {
	case data.TypeInteger, data.TypeDecimal:
		units := []string{"元"}
		for _, unit := range []string{column.Unit.Zh, column.Unit.En} {
			if unit != "" && unit != "%" && !strings.ContainsAny(unit, `\.*+?()[]{}|^$'`) {
				units = append(units, unit)
			}
		}
		if perCent(column) > 0 {
			units = append(units, "%")
		}
		return fmt.Sprintf("number_parts(%s, %s)", n, literal(strings.Join(units, "|")))
	case data.TypeDate, data.TypeTimestamp:
		return "moment_parts(" + n + ")"
	case data.TypePeriod:
		return "period_parts(" + n + ")"
	default:
		return ""
	}
}

// composed gives the expression that puts parts together again, in the order the engine reads; empty for most types.
func (t typing) composed(column data.Column, g string) string {
	if column.Type == data.TypeDate || column.Type == data.TypeTimestamp {
		return "iso_moment(" + g + ")"
	}
	return ""
}

// spelled gives the expression for every other form than the plain one, from the text n, its parts g, and what was
// composed of them.
func (t typing) spelled(column data.Column, n, g, iso string) string {
	switch column.Type {
	case data.TypeInteger, data.TypeDecimal:
		return fmt.Sprintf("number_of(%s, %d)", g, max(perCent(column), 1))
	case data.TypeBoolean:
		return "spelled_boolean(folded(" + n + "))"
	case data.TypeDate:
		return "cast(" + t.moment(n, g, iso) + " as date)"
	case data.TypeTimestamp:
		return t.moment(n, g, iso)
	case data.TypePeriod:
		return fmt.Sprintf("period_of(%s, %s)", g, n)
	default:
		_, loose := words(column)
		return cases("folded("+n+")", loose)
	}
}

// perCent is what one per cent is divided by to be a value of the column: 1 where the column itself counts per cent, 100
// where it holds a share, 0 where it counts things: 95% of minutes is a slip.
func perCent(column data.Column) int {
	switch {
	case column.Unit.Zh == "%", column.Unit.En == "%", column.Max != nil && *column.Max == 100:
		return 1
	case column.Unit.Zh != "":
		return 0
	default:
		return 100
	}
}

// moment reads a spelled moment. One with an offset is moved into the programme's zone.
func (t typing) moment(n, g, iso string) string {
	pinned := ""
	if t.pins.DateFormat != "" { // tried before every other form
		pinned = fmt.Sprintf("try_strptime(%s, %s), ", n, literal(t.pins.DateFormat))
	}
	local := fmt.Sprintf("coalesce(%stry_cast(%s as timestamp) + half_day(%s), compact_moment(%s), serial_moment(%s))", pinned, iso, g, n, n)
	return fmt.Sprintf("case when %s.zone <> '' then timezone(%s, try_cast(%s || upper(%s.zone) as timestamptz)) else %s end",
		g, literal(t.zone), iso, g, t.shifted(local))
}

// value puts the two together. The engine's own cast to an integer would round 2.5 to 3 without a word.
func (t typing) value(column data.Column, plain, spelled, x string) string {
	value := "coalesce(" + plain + ", " + spelled + ")"
	switch {
	case column.Type == data.TypeInteger:
		return fmt.Sprintf("case when %[1]s = round(%[1]s) and abs(%[1]s) < 9007199254740992 then cast(%[1]s as bigint) end", value)
	case column.Type == data.TypeEnum && column.Open:
		return "coalesce(" + plain + ", " + spelled + ", " + x + ")"
	}
	return value
}

// shifted moves a local time of the file's zone into the programme's.
func (t typing) shifted(local string) string {
	if t.pins.TimeZone == "" || t.pins.TimeZone == t.zone {
		return local
	}
	return fmt.Sprintf("timezone(%s, timezone(%s, %s))", literal(t.zone), literal(t.pins.TimeZone), local)
}

type spelling struct{ word, id string }

// words gives every word of an enum's values as it is written, and folded.
func words(column data.Column) (exact, loose []spelling) {
	seen := map[string]bool{}
	for _, value := range column.Values {
		for _, word := range append([]string{value.Name.Zh, value.ID, value.Name.En}, value.Words...) {
			if word == "" || seen["="+word] {
				continue
			}
			seen["="+word] = true
			exact = append(exact, spelling{word, value.ID})
			if key := foldedWord(word); !seen[key] {
				seen[key] = true
				loose = append(loose, spelling{key, value.ID})
			}
		}
	}
	return exact, loose
}

// cases looks a word up in a list. A case expression would cost the engine three nodes a word, each with its buffer.
func cases(of string, list []spelling) string {
	var words, ids []string
	for _, w := range list {
		words = append(words, literal(w.word))
		ids = append(ids, literal(w.id))
	}
	return fmt.Sprintf("[%s][list_position([%s], %s)]", strings.Join(ids, ", "), strings.Join(words, ", "), of)
}

// foldedWord is what the macros half_width and folded make of a word.
func foldedWord(word string) string {
	var s strings.Builder
	for _, r := range word {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '\u3000':
			r = ' '
		}
		if r != ' ' {
			s.WriteRune(r)
		}
	}
	return strings.ToLower(s.String())
}
