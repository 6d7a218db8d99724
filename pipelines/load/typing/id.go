package typing

import (
	"regexp"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

var (
	protectedByFormula = regexp.MustCompile(`^="(.*)"$`)
	floatID            = regexp.MustCompile(`^-?\d{1,15}\.0+$`)
	scientificID       = regexp.MustCompile(`^-?\d+(\.\d+)?[eE]\+\d+$`)
	dayID              = regexp.MustCompile(`^(\d{1,2}月\d{1,2}日|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{1,2}|\d{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))$`)
)

// unprotected takes off what people and programs put around a text so that Excel leaves it alone: ="000101", '000101 and
// `000101.
func unprotected(text string) string {
	switch {
	case len(text) > 3 && text[0] == '=':
		if m := protectedByFormula.FindStringSubmatch(text); m != nil {
			return decode.Trim(strings.ReplaceAll(m[1], `""`, `"`))
		}
	case len(text) > 1 && (text[0] == '\'' || text[0] == '`') && text[1] != text[0]:
		return decode.Trim(strings.TrimSuffix(text[1:], text[:1]))
	}
	return text
}

// ParseID reads an identifier as the person who gave it meant it. why says what a spreadsheet program made of it where
// that cannot be undone.
func ParseID(cell decode.Cell, text string) (id string, why pipelines.DetailCode) {
	if cell.Kind == decode.Moment {
		return "", pipelines.DetailIDIsDay
	}
	id = unprotected(text)
	for i := range len(id) {
		if id[i] >= 0x80 {
			id = half(id)
			break
		}
	}
	if id == "" || id[0] < '-' || id[0] > '9' {
		if len(id) > 3 && id[0] >= 'A' && id[0] <= 'S' && dayID.MatchString(id) {
			return "", pipelines.DetailIDIsDay
		}
		return id, ""
	}
	switch {
	case floatID.MatchString(id):
		id, _, _ = strings.Cut(id, ".")
	case scientificID.MatchString(id):
		return "", pipelines.DetailScientific
	case dayID.MatchString(id):
		return "", pipelines.DetailIDIsDay
	}
	return id, ""
}

// Numbers of persons in free texts.
var (
	phoneNumber = regexp.MustCompile(`(^|[^0-9])(1[3-9][0-9]{9})($|[^0-9])`)
	idNumber    = regexp.MustCompile(`(^|[^0-9])([1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx])($|[^0-9Xx])`)
)

// personalNumber says whether a text holds the number of an identity card or a mobile phone; empty where it holds none.
func personalNumber(text string) pipelines.DetailCode {
	run := 0
	for i := range len(text) { // most texts have no eleven digits in a row
		if text[i] >= '0' && text[i] <= '9' {
			if run++; run == 11 {
				break
			}
		} else {
			run = 0
		}
	}
	switch {
	case run < 11:
		return ""
	case idNumber.MatchString(text):
		return pipelines.DetailIDNumber
	case phoneNumber.MatchString(text):
		return pipelines.DetailPhone
	}
	return ""
}
