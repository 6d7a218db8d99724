package docx

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// node is markup that is well formed by itself.
type node string

// el is an element. Attributes come in pairs of name and value; what is not set is not written.
func el(name string, attributes []string, children ...node) node {
	var b strings.Builder
	b.WriteByte('<')
	b.WriteString(name)
	for i := 0; i+1 < len(attributes); i += 2 {
		b.WriteByte(' ')
		b.WriteString(attributes[i])
		b.WriteString(`="`)
		b.WriteString(escaped(attributes[i+1]))
		b.WriteByte('"')
	}
	if len(children) == 0 {
		b.WriteString("/>")
		return node(b.String())
	}
	b.WriteByte('>')
	for _, c := range children {
		b.WriteString(string(c))
	}
	b.WriteString("</")
	b.WriteString(name)
	b.WriteByte('>')
	return node(b.String())
}

// at are attributes in pairs.
func at(pairs ...string) []string { return pairs }

// val is an element of one value, of which WordprocessingML has many.
func val(name, value string) node { return el(name, at("w:val", value)) }

// size is a number of twips, half-points or whatever the element counts.
func size(n int) string { return strconv.Itoa(n) }

// escaped is a text as it stands in markup. Characters that XML does not know become U+FFFD, so that a file always opens.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder does not fail
	return b.String()
}

// join puts markup in a row.
func join(all ...node) node {
	var b strings.Builder
	for _, n := range all {
		b.WriteString(string(n))
	}
	return node(b.String())
}
