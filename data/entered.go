package data

import (
	"slices"
	"time"
	"unicode/utf8"

	"hulian/pipelines"
)

// EntryFault is what is wrong with one value that somebody has filled in.
type EntryFault struct {
	Column string
	Code   pipelines.Code
}

// written are the columns of an export of entries that the program fills in itself when the row is kept.
var written = []string{"entry_id", "entered_by", "entered_at"}

// usualLength is how long a text may be of which the contract says nothing, in characters.
const usualLength = 200

// Faults tells what is wrong with a row that somebody has filled in, column by column in the contract's order: loading would refuse
// it, but nobody would be there to mend it. Texts, truths, words of a list and days are looked at.
func (c Contract) Faults(row map[string]any) (all []EntryFault) {
	for _, column := range c.Columns {
		if slices.Contains(written, column.ID) {
			continue
		}
		if code := column.fault(row[column.ID]); code != "" {
			all = append(all, EntryFault{column.ID, code})
		}
	}
	for id := range row {
		if _, known := c.Column(id); !known {
			all = append(all, EntryFault{id, pipelines.HeaderNotRecognised})
		}
	}
	return all
}

func (c Column) fault(value any) pipelines.Code {
	if _, is := value.(bool); is && c.Type == TypeBoolean {
		return ""
	}
	text, is := value.(string)
	switch {
	case value == nil || is && text == "":
		if c.Required {
			return pipelines.MissingRequired
		}
		return ""
	case !is || c.Type == TypeBoolean:
		return pipelines.WrongType
	}
	switch c.Type {
	case TypeDate:
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return pipelines.WrongType
		}
	case TypeEnum:
		if !c.Open && !slices.ContainsFunc(c.Values, func(v Value) bool { return v.ID == text }) {
			return pipelines.NotAllowed
		}
	default:
		limit := c.MaxLength
		if limit == 0 {
			limit = usualLength
		}
		if utf8.RuneCountInString(text) > limit {
			return pipelines.OutOfRange
		}
	}
	return ""
}
