package decode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"hulian/pipelines"
)

// mended gives an object or array as JSON. Line breaks and tabs that stand bare in its texts, which JSON forbids and many
// programs write, are written as JSON has them; nil where it is no JSON for another reason.
func mended(text []byte) []byte {
	if json.Valid(text) {
		return text
	}
	var out bytes.Buffer
	quoted, escaped := false, false
	for _, b := range text {
		switch {
		case escaped:
			escaped = false
		case quoted && b == '\\':
			escaped = true
		case b == '"':
			quoted = !quoted
		case quoted && b < 0x20:
			fmt.Fprintf(&out, `\u%04x`, b)
			continue
		}
		out.WriteByte(b)
	}
	if !json.Valid(out.Bytes()) {
		return nil
	}
	return out.Bytes()
}

// betweenRows is where one object ends and the next begins.
var betweenRows = regexp.MustCompile(`\}\s*,?\s*\{\s*"`)

// parts cuts a broken text where one object ends and the next begins, as far as the characters tell.
func parts(text []byte) (all [][]byte) {
	at := 0
	for _, between := range betweenRows.FindAllIndex(text, -1) {
		all = append(all, text[at:between[0]+1])
		at = between[0] + bytes.IndexByte(text[between[0]:], '{')
	}
	last := text[at:]
	if whole := valueAt(last, 0); at > 0 && mended(whole) != nil {
		last = whole // what is behind it closes the list around the rows
	}
	return append(all, last)
}

// whyBroken says what is wrong with a text that is no JSON.
func whyBroken(text []byte) pipelines.Detail {
	var any json.RawMessage
	if err := json.Unmarshal(text, &any); err != nil {
		return Because(err)
	}
	return pipelines.NewDetail(pipelines.DetailNoRecord, short(text))
}

// shown gives what stands where a record should, as one cell for people to look at: as much of it as Excel shows.
func shown(text []byte) []Cell {
	const most = 8 << 10
	return []Cell{{Text: plainText(strings.ToValidUTF8(string(text[:min(len(text), most)]), ""))}}
}

// short gives the beginning of a text, to be shown.
func short(text []byte) string {
	const most = 20
	if utf8.RuneCount(text) <= most {
		return string(text)
	}
	return string([]rune(string(text))[:most]) + "…"
}
