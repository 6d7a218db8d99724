package load

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// flawBit marks rows that decoding found fault with. Bits below it belong to columns, then to orders of dates.
const flawBit = 62

// firstYear and lastYear bound every date: outside them a digit was mistyped.
const firstYear, lastYear = 1900, 2100

// check is one rule a row is held to.
type check struct {
	bit       int
	column    data.Column
	code      pipelines.Code
	severity  pipelines.Severity
	condition string // true where the rule is broken, over the columns x_i and v_i
	detail    string // expression over the same, for the sentence
}

func (b *batch) severity(code pipelines.Code) pipelines.Severity {
	if b.export != nil {
		if s, ok := b.export.Severity[code]; ok {
			return s
		}
	}
	return pipelines.SeverityRefuse
}

// checks lists the rules of one contract as conditions over x_i, the text of column i, and v_i, its value.
func (b *batch) checks() []check {
	var all []check
	add := func(bit int, column data.Column, code pipelines.Code, condition, detail string) {
		all = append(all, check{bit, column, code, b.severity(code), condition, detail})
	}
	for i, column := range b.contract.Columns {
		x, v := fmt.Sprintf("x_%d", i), fmt.Sprintf("v_%d", i)
		if column.Required {
			add(i, column, pipelines.MissingRequired, x+" is null", "null")
		}
		switch column.Type {
		case data.TypeText:
			limit := column.MaxLength
			if limit == 0 {
				limit = 200
			}
			add(i, column, pipelines.OutOfRange, fmt.Sprintf("strlen(%[1]s) > %[2]d and length(%[1]s) > %[2]d", v, limit), literal(fmt.Sprintf("≤ %d %s", limit, data.DetailCharacters)))
			add(i, column, pipelines.WrongType, formulaError(v), formulaDetail(x))
			if column.References != "" || slices.Contains(b.contract.Key, column.ID) {
				add(i, column, pipelines.WrongType, fmt.Sprintf("contains(%[1]s, 'E+') and try_cast(%[1]s as double) is not null", v), literal(data.DetailScientific))
			}
			continue
		case data.TypeEnum:
			if column.Open {
				add(i, column, pipelines.WrongType, formulaError(v), formulaDetail(x))
			} else {
				add(i, column, pipelines.NotAllowed, fmt.Sprintf("%s is not null and %s is null", x, v), "null")
			}
			continue
		}
		add(i, column, pipelines.WrongType, fmt.Sprintf("%s is not null and %s is null", x, v), formulaDetail(x))
		switch column.Type {
		case data.TypeInteger, data.TypeDecimal:
			if condition, detail := bounds(column, v); condition != "" {
				add(i, column, pipelines.OutOfRange, condition, literal(detail))
			}
		case data.TypeDate, data.TypeTimestamp:
			add(i, column, pipelines.OutOfRange, fmt.Sprintf("%[1]s < date '%[2]d-01-01' or %[1]s >= date '%[3]d-01-01'", v, firstYear, lastYear+1), literal(fmt.Sprintf("%d–%d", firstYear, lastYear)))
			if !column.Future {
				add(i, column, pipelines.FutureDate, v+" >= _limit", "strftime(_limit - interval 1 day, '%Y-%m-%d')")
			}
		}
	}
	for n, order := range b.contract.Order {
		for i := range order {
			for j := i + 1; j < len(order); j++ {
				early, late := b.index(order[i]), b.index(order[j])
				a, z := b.contract.Columns[early], b.contract.Columns[late]
				left, right := fmt.Sprintf("v_%d", early), fmt.Sprintf("v_%d", late)
				broken := left + " > " + right
				switch {
				case a.Type != z.Type: // a day against a moment: a moment of that day is in order
					broken = fmt.Sprintf("cast(%s as date) > cast(%s as date)", left, right)
				case z.Type == data.TypeTimestamp: // so it is where the later step was given as a day, without a time
					broken += fmt.Sprintf(" and not (cast(%[1]s as date) = cast(%[2]s as date) and cast(%[2]s as date) = %[2]s)", left, right)
				}
				detail := fmt.Sprintf("%s || ' > ' || %s", textOf(a, fmt.Sprintf("v_%d", early)), textOf(z, fmt.Sprintf("v_%d", late)))
				detail = fmt.Sprintf("%s || %s", literal(a.Name.Zh+" / "+a.Name.En+" "), detail)
				add(len(b.contract.Columns)+n, z, pipelines.DateOrder, broken, detail)
			}
		}
	}
	return all
}

// formulaError is true of a text that stands for a formula gone wrong, or for one without its result.
func formulaError(v string) string {
	return fmt.Sprintf("case when starts_with(%[1]s, '#') then starts_with(%[1]s, %[2]s) or list_contains(['#N/A', '#REF!', '#VALUE!', '#NAME?', '#DIV/0!', '#NULL!', '#NUM!'], %[1]s) else false end",
		v, literal(uncalculatedMark))
}

// formulaDetail says which of the two it is; null of any other text.
func formulaDetail(x string) string {
	return fmt.Sprintf("case when starts_with(%[1]s, %[2]s) then %[3]s when %[4]s then %[5]s end",
		x, literal(uncalculatedMark), literal(data.DetailUncalculated), formulaError(x), literal(data.DetailFormulaError))
}

func (b *batch) index(id string) int {
	return slices.IndexFunc(b.contract.Columns, func(c data.Column) bool { return c.ID == id })
}

func bounds(column data.Column, v string) (condition, detail string) {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	switch {
	case column.Min != nil && column.Max != nil:
		return fmt.Sprintf("%s not between %s and %s", v, number(*column.Min), number(*column.Max)), number(*column.Min) + "–" + number(*column.Max)
	case column.Min != nil:
		return v + " < " + number(*column.Min), "≥ " + number(*column.Min)
	case column.Max != nil:
		return v + " > " + number(*column.Max), "≤ " + number(*column.Max)
	}
	return "", ""
}

// text gives the expression for the text of a contract column, over the inputs.
func (b *batch) text(column data.Column, t typing) (text, minutes string) {
	if b.export == nil {
		return b.input(column.ID), ""
	}
	text = "cast(null as varchar)"
	if constant, ok := b.export.Constants[column.ID]; ok {
		text = literal(constant)
	} else if mapped, ok := b.export.Columns[column.ID]; ok {
		switch {
		case mapped.Row:
			text = "cast(_row as varchar)"
		case mapped.From != "":
			from, until := b.input(inputOf(mapped.From)), b.input(inputOf(mapped.Until))
			moment := func(c string) string {
				as := data.Column{Type: data.TypeTimestamp}
				n := "half_width(" + c + ")"
				g := t.parts(as, n)
				return fmt.Sprintf("coalesce(%s, %s)", t.plain(as, c), t.spelled(as, n, g, t.composed(as, g)))
			}
			// The text is the interval as ISO 8601 writes it.
			return from + " || '/' || " + until, fmt.Sprintf("date_diff('millisecond', %s, %s) / 60000.0", moment(from), moment(until))
		default:
			text = b.input(inputOf(mapped.Header))
		}
	} else {
		text = b.input(column.ID)
	}
	if words := b.export.Values[column.ID]; len(words) > 0 {
		blank := "null"
		var list []spelling
		for from, to := range words {
			if from == "" {
				blank = literal(to)
			} else {
				list = append(list, spelling{from, to})
			}
		}
		slices.SortFunc(list, func(a, b spelling) int { return strings.Compare(a.word, b.word) })
		if len(list) == 0 {
			return fmt.Sprintf("coalesce(%s, %s)", text, blank), ""
		}
		mapped := cases(text, list)
		return fmt.Sprintf("case when %[1]s is null then %[2]s else coalesce(%[3]s, %[1]s) end", text, blank, mapped), ""
	}
	return text, ""
}

// selectTyped writes the one pass over a batch: from rows of text named by from (columns _feed, _row, _flaw, _limit
// and the inputs) to the columns of the typed table.
func (b *batch) selectTyped(from string, t typing) string {
	var texts, plains, halves, parts, composed, values []string
	for i, column := range b.contract.Columns {
		text, minutes := b.text(column, t)
		texts = append(texts, fmt.Sprintf("%s as x_%d", text, i))
		x, p, n, g := fmt.Sprintf("x_%d", i), fmt.Sprintf("p_%d", i), fmt.Sprintf("n_%d", i), fmt.Sprintf("g_%d", i)
		plain := t.plain(column, x)
		switch {
		case minutes != "":
			texts = append(texts, fmt.Sprintf("%s as m_%d", minutes, i))
			if column.Type == data.TypeInteger {
				values = append(values, fmt.Sprintf("cast(round(m_%d) as bigint) as v_%d", i, i))
			} else {
				values = append(values, fmt.Sprintf("m_%d as v_%d", i, i))
			}
		case plain == "":
			values = append(values, fmt.Sprintf("%s as v_%d", x, i))
		default:
			plains = append(plains, plain+" as "+p)
			halves = append(halves, fmt.Sprintf("case when %s is not null and %s is null then half_width(%s) end as %s", x, p, x, n))
			if cut := t.parts(column, n); cut != "" {
				parts = append(parts, cut+" as "+g)
			}
			iso := fmt.Sprintf("i_%d", i)
			if text := t.composed(column, g); text != "" {
				composed = append(composed, text+" as "+iso)
			}
			values = append(values, fmt.Sprintf("%s as v_%d", t.value(column, p, t.spelled(column, n, g, iso), x), i))
		}
	}
	layer := func(inner string, added []string) string {
		if len(added) == 0 {
			return inner
		}
		return "select *, " + strings.Join(added, ", ") + " from (" + inner + ")"
	}
	query := "select * from " + from
	for _, added := range [][]string{texts, plains, halves, parts, composed, values} {
		query = layer(query, added)
	}

	var outs, shown []string
	for i, column := range b.contract.Columns {
		out := fmt.Sprintf("v_%d", i)
		if len(b.contract.AlternateKey) > 0 && column.ID == b.contract.Key[0] {
			var parts []string
			for _, id := range b.contract.AlternateKey {
				k := b.index(id)
				part := textOf(b.contract.Columns[k], fmt.Sprintf("v_%d", k))
				if !b.contract.Columns[k].Required { // without a required one there is no key: half of it may be that of another row
					part = "coalesce(" + part + ", '')"
				}
				parts = append(parts, part)
			}
			out = fmt.Sprintf("coalesce(%s, %s)", out, strings.Join(parts, " || '|' || "))
		}
		outs = append(outs, out+" as "+quote(column.ID))
		shown = append(shown, fmt.Sprintf("x_%d", i))
	}
	all := b.checks()
	query = fmt.Sprintf("select *, %s as _bad, %s as _odd from (%s)", mask(all, pipelines.SeverityRefuse), mask(all, pipelines.SeverityWarn), query)
	query = fmt.Sprintf("select _feed, _row, _flaw, %s, _bad, _odd, case when _bad <> 0 or _odd <> 0 then [%s] end as _raw from (%s)",
		strings.Join(outs, ", "), strings.Join(shown, ", "), query)
	if b.export != nil && b.export.Distinct {
		query = fmt.Sprintf("select * from (%s) qualify row_number() over (partition by (select file_no from feeds f where f.feed = _feed), %s order by _bad <> 0, _feed, _row) = 1",
			query, keyList(b.contract, ""))
	}
	return query
}

// mask adds up one bit for every column, or order of dates, that breaks a rule of the given severity.
func mask(all []check, severity pipelines.Severity) string {
	conditions := map[int][]string{}
	var bits []int
	for _, c := range all {
		if c.severity != severity {
			continue
		}
		if conditions[c.bit] == nil {
			bits = append(bits, c.bit)
		}
		conditions[c.bit] = append(conditions[c.bit], c.condition)
	}
	terms := []string{}
	if severity == pipelines.SeverityRefuse {
		terms = append(terms, fmt.Sprintf("case when _flaw is not null then %d else 0 end", int64(1)<<flawBit))
	}
	for _, bit := range bits {
		terms = append(terms, fmt.Sprintf("case when %s then %d else 0 end", strings.Join(conditions[bit], " or "), int64(1)<<bit))
	}
	if len(terms) == 0 {
		return "cast(0 as bigint)"
	}
	return "cast(" + strings.Join(terms, " + ") + " as bigint)"
}

// selectProblems lists what is wrong with the marked rows of the typed table, one query for each column that broke a
// rule in any of them. A column that broke several reports the first.
func (b *batch) selectProblems(typed string, marked int64) []string {
	all := b.checks()
	var queries []string
	if marked&(1<<flawBit) != 0 {
		queries = append(queries, fmt.Sprintf("select %s, _feed, _rid, _row, null, _flaw, 'refuse', null, null from %s where _flaw is not null", literal(b.contract.Export), typed))
	}
	for bit := range flawBit {
		if marked&(1<<bit) == 0 {
			continue
		}
		code, severity, detail, column := "case", "case", "case", "case"
		var first data.Column
		for _, c := range all {
			if c.bit != bit {
				continue
			}
			first = c.column
			condition := b.overTyped(c.condition)
			code += fmt.Sprintf(" when %s then %s", condition, literal(string(c.code)))
			severity += fmt.Sprintf(" when %s then %s", condition, literal(string(c.severity)))
			detail += fmt.Sprintf(" when %s then %s", condition, b.overTyped(c.detail))
			column += fmt.Sprintf(" when %s then %s", condition, literal(c.column.ID))
		}
		raw := fmt.Sprintf("_raw[%d]", b.index(first.ID)+1)
		value := fmt.Sprintf("case when starts_with(%[1]s, %[2]s) then %[1]s[2:] else %[1]s end", raw, literal(uncalculatedMark))
		if bit >= len(b.contract.Columns) {
			value = "case"
			for _, c := range all {
				if c.bit == bit {
					value += fmt.Sprintf(" when %s then _raw[%d]", b.overTyped(c.condition), b.index(c.column.ID)+1)
				}
			}
			value += " end"
		}
		queries = append(queries, fmt.Sprintf("select %s, _feed, _rid, _row, %s end, %s end, %s end, %s, %s end from %s where (_bad | _odd) & %d <> 0 and _flaw is null",
			literal(b.contract.Export), column, code, severity, value, detail, typed, int64(1)<<bit))
	}
	return queries
}

// overTyped rewrites a condition over x_i and v_i for the typed table, where texts stand in _raw.
func (b *batch) overTyped(expression string) string {
	for i := len(b.contract.Columns) - 1; i >= 0; i-- { // x_12 before x_1
		expression = strings.ReplaceAll(expression, fmt.Sprintf("x_%d", i), fmt.Sprintf("_raw[%d]", i+1))
		expression = strings.ReplaceAll(expression, fmt.Sprintf("v_%d", i), quote(b.contract.Columns[i].ID))
	}
	return expression
}
