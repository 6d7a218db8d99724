package typing

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

var (
	protectedByFormula = regexp.MustCompile(`^=(?:"((?:[^"]|"")*)"|(\d+))$`)
	floatID            = regexp.MustCompile(`^-?\d{1,15}\.0+$`)
	scientificID       = regexp.MustCompile(`^-?\d+(\.\d+)?[eE]\+\d+$|^-?\d\.\d+[eE]\d+$`)
	dayID              = regexp.MustCompile(`^(\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月\d{1,2}日|\d{4}/\d{1,2}/\d{1,2}( 0{1,2}:00(:00)?)?|\d{4}-\d{2}-\d{2} 0{1,2}:00(:00)?|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{1,2}|\d{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))$`)
)

// unprotected takes off what people and programs put around a text so that a spreadsheet program leaves it alone: ="000101",
// '000101, with any of the marks that keyboards have for it, and `000101.
func unprotected(text string) string {
	switch {
	case len(text) > 1 && text[0] == '=':
		if m := protectedByFormula.FindStringSubmatch(text); m != nil {
			return decode.Trim(strings.ReplaceAll(m[1], `""`, `"`) + m[2])
		}
	case text[0] == '\'', text[0] == '`', text[0] >= 0x80:
		mark, size := utf8.DecodeRuneInString(text)
		if inner := text[size:]; strings.ContainsRune("'`‘’＇′", mark) && inner != "" && !strings.HasPrefix(inner, string(mark)) {
			return decode.Trim(strings.TrimRight(inner, "'`‘’＇′"))
		}
	}
	return text
}

// ParseID reads an identifier as the person who gave it meant it. why says what a spreadsheet program made of it where
// that cannot be undone.
func ParseID(cell decode.Cell, text string) (id string, why pipelines.DetailCode) {
	switch {
	case cell.Kind == decode.Moment:
		return "", pipelines.DetailIDIsDay
	case cell.Kind == decode.Number && strings.ContainsAny(cell.Text, "eE") && cell.Raw == "":
		if _, isNumber := plainNumber(cell.Text); isNumber {
			return "", pipelines.DetailScientific
		}
	case cell.Kind == decode.Number && cell.Raw != "" && (strings.ReplaceAll(text, ",", "") == cell.Raw || strings.HasSuffix(text, "%")):
		text = cell.Raw // 20,180,001 is no ID
	case strings.HasPrefix(text, "="):
		return "", pipelines.DetailUncalculated
	}
	id = text
	for i := range len(id) {
		if id[i] >= 0x80 {
			id = half(id)
			break
		}
	}
	if id == "" || id[0] < '-' || id[0] > '9' {
		if len(id) > 3 && id[3] == '-' && dayID.MatchString(id) {
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
