package typing

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
)

// Value is one value of a row. Which of the fields holds it depends on the type of its column.
type Value struct {
	Set    bool
	Text   string  // text, enum, period
	Number int64   // integer; boolean as 0 and 1; date, timestamp: microseconds since 1970 on the programme's wall clock
	Float  float64 // decimal
}

// Time is the value of a date or timestamp: the wall clock of the programme's zone, as UTC.
func (v Value) Time() time.Time { return time.UnixMicro(v.Number).UTC() }

// Problem is one thing wrong with one row.
type Problem struct {
	Column   int // of the contract; -1: the row as a whole
	Code     pipelines.Code
	Severity pipelines.Severity
	Value    string
	Detail   pipelines.Detail
	Cell     int // of the row, from 1, where a column is made from several and one of them is wrong; 0: it is the column's own
}

// Fate is what becomes of a row.
type Fate int

// Fates of rows.
const (
	Accepted   Fate = iota // with warnings, perhaps
	Refused                // something is wrong with it
	Ignored                // no row of the table: a total, a note, the header again
	PassedOver             // a condition of the mapping leaves it out
)

// Row is what became of a row. It is good until the next one is read.
type Row struct {
	Fate     Fate
	Values   []Value   // of every column of the contract
	Problems []Problem // none of rows that are ignored or passed over
	Silent   int64     // a bit for every column of the contract, the first the lowest: the row says nothing of it
	texts    []string
	contract *data.Contract
}

// Shown writes a value as people do: times without seconds that are zero. A row without the value gives an empty text.
func (r *Row) Shown(i int) string {
	v := r.Values[i]
	if !v.Set {
		return ""
	}
	switch r.contract.Columns[i].Type {
	case data.TypeInteger:
		return strconv.FormatInt(v.Number, 10)
	case data.TypeDecimal:
		return strconv.FormatFloat(v.Float, 'f', -1, 64)
	case data.TypeBoolean:
		return strconv.FormatBool(v.Number == 1)
	case data.TypeDate:
		return v.Time().Format(time.DateOnly)
	case data.TypeTimestamp:
		if v.Time().Second() == 0 {
			return v.Time().Format("2006-01-02 15:04")
		}
		return v.Time().Format(time.DateTime)
	default:
		return v.Text
	}
}

// PartSeparator stands between the parts of a key that is made of other columns.
const PartSeparator = "|"

// KeySeparator stands between the columns of a key that is written as one text.
const KeySeparator = " · "

// Key writes the key of a row as one text; what is not known of it is left out.
func (r *Row) Key() string {
	var parts []string
	for _, id := range r.contract.Key {
		i := slices.IndexFunc(r.contract.Columns, func(c data.Column) bool { return c.ID == id })
		if text := r.Shown(i); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, KeySeparator)
}

// Texts writes the texts of a row as JSON, by column of the contract: what stood in the file, for whoever repairs it.
func (r *Row) Texts() string {
	said := make(map[string]*string, len(r.texts))
	for i, c := range r.contract.Columns {
		said[c.ID] = nil
		if r.texts[i] != "" {
			said[c.ID] = &r.texts[i]
		}
	}
	text, err := json.Marshal(said)
	if err != nil {
		panic("the texts of a row cannot be written: " + err.Error()) // strings only
	}
	return string(text)
}
