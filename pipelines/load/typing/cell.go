package typing

import (
	"math"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
	"hulian/pipelines/personal"
)

// severity says what a broken rule does to the row. What an optional column of a registry holds never refuses the row:
// the list would lose somebody over a slip.
func (r *Reader) severity(c *column, code pipelines.Code) (s pipelines.Severity, lowered bool) {
	if e := r.plan.Export; e != nil {
		if s, ok := e.Severity[code]; ok {
			return s, s == pipelines.SeverityWarn
		}
	}
	if r.plan.Contract.Kind == data.Registry && c.optional && code != pipelines.DateOrder {
		return pipelines.SeverityWarn, false
	}
	return pipelines.SeverityRefuse, false
}

// report notes that a column breaks a rule. In a row that is accepted all the same its value is left empty, unless a mapping
// file says that the rule only warns.
func (r *Reader) report(i int, code pipelines.Code, value string, detail pipelines.Detail) {
	c := &r.columns[i]
	severity, lowered := r.severity(c, code)
	if severity == pipelines.SeverityRefuse {
		r.row.Fate = Refused
	} else if !lowered {
		r.row.Values[i] = Value{}
	}
	r.row.Problems = append(r.row.Problems, Problem{Column: i, Code: code, Severity: severity, Value: value, Detail: detail, Cell: r.part})
}

// warn notes what somebody should look at, and leaves the value.
func (r *Reader) warn(i int, code pipelines.Code, value string, detail pipelines.Detail) {
	r.row.Problems = append(r.row.Problems, Problem{Column: i, Code: code, Severity: pipelines.SeverityWarn, Value: value, Detail: detail})
}

// cell reads the value of one column.
func (r *Reader) cell(i int, cells []decode.Cell, no int64) {
	c := &r.columns[i]
	r.part = 0
	if c.plain != nil && r.short(i, cells) {
		return
	}
	cell := r.take(c, cells, no)
	if cell.Kind != decode.Text || cell.Raw != "" || c.seen == nil || cell.Text == "" {
		r.read(i, cell, cells)
		return
	}
	if o, ok := c.seen.get(cell.Text); ok {
		r.row.texts[i], r.row.Values[i] = o.text, o.value
		return
	}
	problems, nothing := len(r.row.Problems), r.counts.Nothing
	r.read(i, cell, cells)
	if len(r.row.Problems) == problems && r.counts.Nothing == nothing {
		c.seen.keep(cell.Text, once{r.row.texts[i], r.row.Values[i]})
	}
}

// short reads a cell that is plain, or empty where that says nothing.
func (r *Reader) short(i int, cells []decode.Cell) bool {
	c := &r.columns[i]
	at := c.At[0]
	if at >= len(cells) || cells[at].Text == "" {
		return !c.Required && c.Blank == nil
	}
	cell := &cells[at]
	if cell.Kind != decode.Text || cell.Raw != "" {
		return false
	}
	v, ok := c.plain(cell.Text)
	if ok {
		r.row.texts[i], r.row.Values[i] = cell.Text, v
	}
	return ok
}

// read makes a value of what a column is given.
func (r *Reader) read(i int, cell decode.Cell, cells []decode.Cell) {
	c := &r.columns[i]
	text := decode.Trim(cell.Text)
	if bare := c.unprotected(cell.Kind, text); bare != text {
		cell, text = decode.Cell{Text: bare}, bare
	}
	if c.Words != nil && text != "" {
		if word, ok := c.Words[match.Folded(text)]; ok {
			cell, text = decode.Cell{Text: word}, word
		}
	}
	if text != "" && cell.Kind == decode.Text && c.nothing.is(text) {
		r.counts.Nothing++
		if len(r.counts.Words) <= WordsShown {
			r.counts.Words[text] = true
		}
		if c.Required && c.Blank == nil { // what was there is told
			r.row.texts[i] = text
			r.report(i, pipelines.MissingRequired, text, pipelines.NewDetail(pipelines.DetailWordForNothing, text))
			return
		}
		text = ""
	}
	if text == "" {
		if c.Blank != nil {
			cell, text = decode.Cell{Text: *c.Blank}, *c.Blank
		} else if c.Required && (c.How != match.MinutesOf || c.leftOut(cells)) {
			r.report(i, pipelines.MissingRequired, "", pipelines.Detail{})
			return
		} else if c.How != match.MinutesOf && c.How != match.Behind || c.leftOut(cells) {
			return
		}
	}
	r.row.texts[i] = text
	switch cell.Kind {
	case decode.Fault:
		r.report(i, pipelines.WrongType, text, pipelines.NewDetail(pipelines.DetailFormulaError))
		return
	case decode.Uncalculated:
		r.report(i, pipelines.WrongType, text, pipelines.NewDetail(pipelines.DetailUncalculated))
		return
	case decode.Text, decode.Number, decode.Moment: // values
	}
	switch c.How {
	case match.MinutesOf:
		r.minutes(i, cells)
	case match.Behind:
		r.behind(i, cells)
	default:
		r.value(i, cell, text)
	}
}

// unprotected takes off what keeps a spreadsheet program from reading a text as a number. In a free text an apostrophe
// may be meant.
func (c *column) unprotected(kind decode.Kind, text string) string {
	if kind != decode.Text || text == "" || c.isFree && text[0] != '=' {
		return text
	}
	return unprotected(text)
}

// leftOut reports whether a condition of the mapping gives the column no value in this row.
func (c *column) leftOut(cells []decode.Cell) bool { return c.Only != nil && !c.Only.Holds(cells) }

// take gives the cell a column is made from.
func (r *Reader) take(c *column, cells []decode.Cell, no int64) decode.Cell {
	if c.leftOut(cells) {
		return decode.Cell{}
	}
	at := func(n int) decode.Cell {
		if n < len(c.At) && c.At[n] < len(cells) {
			return cells[c.At[n]]
		}
		return decode.Cell{}
	}
	switch c.How {
	case match.FromCell:
		return at(0)
	case match.Constant:
		return decode.Cell{Text: c.Text}
	case match.RowNumber:
		return decode.Cell{Text: strconv.FormatInt(no, 10)}
	case match.Joined:
		var parts []string
		for n := range c.At {
			if part := decode.Trim(at(n).Text); part != "" {
				parts = append(parts, part)
			} else if r.part == 0 {
				r.part = c.At[n] + 1
			}
		}
		if len(parts) < len(c.At) {
			return decode.Cell{} // a part of a key is no key
		}
		return decode.Cell{Text: strings.Join(parts, c.Text)}
	case match.LookedUp:
		if r.settings.Companion == nil || r.plan.Key < 0 || r.plan.Key >= len(cells) {
			return decode.Cell{}
		}
		if found := r.settings.Companion(decode.Trim(cells[r.plan.Key].Text)); found != nil {
			return found(c.Text)
		}
	case match.MinutesOf, match.Behind: // told as ISO 8601 writes an interval
		first, second := decode.Trim(at(0).Text), decode.Trim(at(1).Text)
		if first == "" || second == "" {
			return decode.Cell{}
		}
		return decode.Cell{Text: first + "/" + second}
	case match.Nothing: // it is not in the file
	}
	return decode.Cell{}
}

// value reads a value from a text that holds something.
func (r *Reader) value(i int, cell decode.Cell, text string) {
	c := &r.columns[i]
	switch c.Type {
	case data.TypeText:
		r.text(i, cell, text)
	case data.TypeEnum:
		if id, ok := c.words.id(text); ok {
			r.row.Values[i] = Value{Set: true, Text: id}
		} else if !c.Open {
			r.report(i, pipelines.NotAllowed, text, pipelines.Detail{})
		} else {
			r.text(i, cell, text)
		}
	case data.TypeBoolean:
		if yes, ok := ParseBoolean(text); ok {
			r.row.Values[i] = Value{Set: true}
			if yes {
				r.row.Values[i].Number = 1
			}
		} else {
			r.wrongType(i, text, "")
		}
	case data.TypeInteger, data.TypeDecimal:
		r.number(i, cell, text)
	case data.TypeDate, data.TypeTimestamp:
		m, why, ok := r.moment(cell, text)
		if !ok {
			r.wrongType(i, text, why)
			return
		}
		r.day(i, m, text)
	case data.TypePeriod:
		r.period(i, cell, text)
	}
}

func (r *Reader) wrongType(i int, text string, why pipelines.DetailCode) {
	detail := pipelines.NewDetail(why)
	switch {
	case isFormulaError(text):
		detail = pipelines.NewDetail(pipelines.DetailFormulaError)
	case tooNarrow(text):
		detail = pipelines.NewDetail(pipelines.DetailTooNarrow)
	}
	r.report(i, pipelines.WrongType, text, detail)
}

// noNumber reports a text that should be a number. Whoever writes it anew is told what is easily lost: the minus of what is
// taken off, the unit that is meant.
func (r *Reader) noNumber(i int, text string) {
	c := &r.columns[i]
	switch {
	case isFormulaError(text), tooNarrow(text):
		r.wrongType(i, text, "")
	case c.Min != nil && *c.Min < 0:
		r.wrongType(i, text, pipelines.DetailNumberSigned)
	case c.Column.Unit.Zh != "":
		r.report(i, pipelines.WrongType, text, pipelines.NewDetail(pipelines.DetailNumberIn, pipelines.UnitNamed(r.plan.Contract.Export, c.ID)))
	default:
		r.wrongType(i, text, "")
	}
}

func (r *Reader) text(i int, cell decode.Cell, text string) {
	c := &r.columns[i]
	if isFormulaError(text) || tooNarrow(text) {
		r.wrongType(i, text, "")
		return
	}
	if c.isID {
		id, why := ParseID(cell, text)
		if why != "" {
			r.wrongType(i, text, why)
			return
		}
		if text = id; text == "" {
			return
		}
	}
	r.row.Values[i] = Value{Set: true, Text: text}
	if len(text) > c.limit && len([]rune(text)) > c.limit {
		r.report(i, pipelines.OutOfRange, text, pipelines.NewDetail(pipelines.DetailCharacters, c.limit))
		return
	}
	if c.isFree {
		switch personal.KindOf(text) {
		case personal.IdentityCard:
			r.warn(i, pipelines.PersonalNumber, "", pipelines.NewDetail(pipelines.DetailIDNumber))
		case personal.Phone:
			r.warn(i, pipelines.PersonalNumber, "", pipelines.NewDetail(pipelines.DetailPhone))
		case personal.BankCard:
			r.warn(i, pipelines.PersonalNumber, "", pipelines.NewDetail(pipelines.DetailBankCard))
		case personal.None, personal.Address, personal.Name: // an address may be what the note is about
		}
	}
}

func (r *Reader) number(i int, cell decode.Cell, text string) {
	c := &r.columns[i]
	value, ok := ParseNumber(text, c.number)
	if cell.Kind == decode.Number && cell.Raw != "" && !strings.HasSuffix(text, "%") {
		if stored, isNumber := plainNumber(cell.Raw); isNumber {
			value, ok = stored, true // what is shown may be rounded
			if n, spoken := spell(minus.Replace(half(cell.Text)), c.number); spoken {
				value *= n.unit
				if n.sign < 0 {
					value = -math.Abs(value) // 扣2 is shown of a two
				}
			}
			text = storedNumber(cell, value, c.number)
		}
	}
	if !ok {
		r.noNumber(i, text)
		return
	}
	if c.Round {
		value = math.Round(value)
	}
	if c.Type == data.TypeInteger {
		whole, ok := Whole(value)
		if !ok {
			if cell.Raw != "" {
				text = cell.Raw // what is shown looks whole
			}
			r.wrongType(i, text, pipelines.DetailNotWhole)
			return
		}
		value = float64(whole)
		r.row.Values[i] = Value{Set: true, Number: whole}
	} else {
		value = fifteen(value)
		r.row.Values[i] = Value{Set: true, Float: value}
	}
	r.bounds(i, value, text)
}

// storedNumber is what to call a number that is shown otherwise: as it is shown, unless that names another number.
func storedNumber(cell decode.Cell, value float64, form NumberForm) string {
	if shown, ok := ParseNumber(cell.Text, form); ok && math.Abs(shown-value) <= 1 {
		return cell.Text
	}
	return cell.Raw
}

// bounds holds a number to the range of its column.
func (r *Reader) bounds(i int, value float64, text string) {
	c := &r.columns[i]
	below, above := c.Min != nil && value < *c.Min, c.Max != nil && value > *c.Max
	if !below && !above {
		return
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	var detail pipelines.Detail
	switch {
	case c.Min != nil && c.Max != nil:
		detail = pipelines.NewDetail(pipelines.DetailBetween, number(*c.Min), number(*c.Max))
	case below:
		detail = pipelines.NewDetail(pipelines.DetailAtLeast, number(*c.Min))
	default:
		detail = pipelines.NewDetail(pipelines.DetailAtMost, number(*c.Max))
	}
	r.report(i, pipelines.OutOfRange, text, detail)
}
