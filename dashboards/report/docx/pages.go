package docx

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// pages are what a form's sections say of their sheets. One that names no head or foot has that of the one before it.
type pages struct {
	heads, feet map[string]string // relations by pages
	sheet       map[string]xml.StartElement
}

func readSections(document []byte) (pages, error) {
	s := pages{heads: map[string]string{}, feet: map[string]string{}}
	err := elements(document, func(e xml.StartElement, within []string) {
		if e.Name.Space != wordNamespace || slices.Contains(within, "sectPrChange") { // how it was before somebody changed it
			return
		}
		if e.Name.Local == "sectPr" {
			s.sheet = map[string]xml.StartElement{}
			return
		}
		if len(within) == 0 || within[len(within)-1] != "sectPr" {
			return
		}
		switch e.Name.Local {
		case "headerReference":
			s.heads[cmp.Or(attribute(e, wordNamespace, "type"), "default")] = attribute(e, relationNamespace, "id")
		case "footerReference":
			s.feet[cmp.Or(attribute(e, wordNamespace, "type"), "default")] = attribute(e, relationNamespace, "id")
		default:
			s.sheet[e.Name.Local] = e.Copy()
		}
	})
	if err != nil {
		return s, fmt.Errorf("word/document.xml is damaged: %w", err)
	}
	if _, sized := s.sheet["pgSz"]; !sized {
		return s, errors.New("it says no size of its sheet")
	}
	return s, nil
}

// narrowest is the least width of text, in twips, that tables are set in: 50 mm.
const narrowest = 2835

// readSection takes the sheet of the last section, its heads and feet, and the parts that styles lean on.
func (t *Template) readSection(files map[string][]byte, links map[string]link) error {
	s, err := readSections(files["word/document.xml"])
	if err != nil {
		return err
	}
	first, has := s.sheet["titlePg"]
	t.titlePage = has && isOn(first)
	if t.width = textOf(s.sheet["pgSz"], s.sheet["pgMar"]); t.width < narrowest {
		return errors.New("its sheet leaves no room for a text")
	}
	t.sheet = map[string]node{}
	for name, e := range s.sheet {
		t.sheet[name] = copied(e)
	}
	t.margins = s.sheet["pgMar"]
	if form := attribute(s.sheet["pgNumType"], wordNamespace, "fmt"); form != "" { // where it counts from belongs to its own text
		t.sheet["pgNumType"] = el("w:pgNumType", at("w:fmt", form))
	} else {
		delete(t.sheet, "pgNumType")
	}
	t.heads, t.feet = map[string]string{}, map[string]string{}
	for kind, side := range map[string]struct{ from, to map[string]string }{"header": {s.heads, t.heads}, "footer": {s.feet, t.feet}} {
		for _, sort := range slices.Sorted(maps.Keys(side.from)) {
			l, known := links[side.from[sort]]
			if !known || files[within("word", l.target)] == nil {
				return fmt.Errorf("it names a head or foot that it does not hold")
			}
			target, err := t.take(files, within("word", l.target), kind)
			if err != nil {
				return err
			}
			side.to[sort] = "rIdOwn-" + target
		}
	}
	types := map[string]string{"theme": "application/vnd.openxmlformats-officedocument.theme+xml", "numbering": office + "numbering+xml", "fontTable": office + "fontTable+xml"}
	for _, kind := range []string{"theme", "numbering", "fontTable"} {
		for _, id := range slices.Sorted(maps.Keys(links)) {
			l := links[id]
			if name := within("word", l.target); l.kind == kind && files[name] != nil && files["word/_rels/"+path.Base(name)+".rels"] == nil {
				t.parts = append(t.parts, part{name, types[kind], files[name]})
				t.relations = append(t.relations, relation("rIdOwn-"+kind, kind, "/"+name))
				break
			}
		}
	}
	return nil
}

// textOf is the width between the margins of a sheet, that of the standard where it says none.
func textOf(sheet, margins xml.StartElement) int {
	wide, err := strconv.Atoi(attribute(sheet, wordNamespace, "w"))
	for _, side := range []string{"left", "right", "gutter"} {
		n, broken := strconv.Atoi(cmp.Or(attribute(margins, wordNamespace, side), "0"))
		wide, err = wide-n, errors.Join(err, broken)
	}
	if err != nil {
		return textWidth
	}
	return wide
}

// copied is an element with its attributes and nothing in it.
func copied(e xml.StartElement) node {
	var attributes []string
	for _, a := range e.Attr {
		if a.Name.Space == wordNamespace {
			attributes = append(attributes, "w:"+a.Name.Local, a.Value)
		}
	}
	return el("w:"+e.Name.Local, attributes)
}

// references names the heads and feet of all sorts of pages: the town's, and ours where it has none, so that no page lacks its number or the words
// that say for whom the paper is. Numbers of ours stand outside, so even pages then have a foot of their own and the head of the others.
func (t *Template) references(marked bool) (refs []node, evenOdd bool) {
	evenOdd = t.evenOdd || len(t.feet) == 0
	sorts := []string{"default"}
	if t.titlePage {
		sorts = append(sorts, "first")
	}
	if evenOdd {
		sorts = append(sorts, "even")
	}
	feet := map[string]string{"default": "rIdFooterOdd", "first": "rIdFooterOdd", "even": "rIdFooterEven"}
	for _, sort := range sorts {
		as := sort
		if sort == "even" && !t.evenOdd {
			as = "default"
		}
		head := t.heads[as]
		if head == "" && marked {
			head = "rIdHeader"
		}
		if head != "" {
			refs = append(refs, el("w:headerReference", at("w:type", sort, "r:id", head)))
		}
		refs = append(refs, el("w:footerReference", at("w:type", sort, "r:id", cmp.Or(t.feet[as], feet[sort]))))
	}
	return refs, evenOdd
}

// sectioned replaces the section of the text by the town's, with these heads and feet, and that of an imprint by one on the town's sheet.
func (t *Template) sectioned(document string, refs []node) string {
	before, rest, _ := strings.Cut(document, "<w:sectPr>")
	_, rest, _ = strings.Cut(rest, "</w:sectPr>")
	document = before + string(el("w:sectPr", nil, append(slices.Clone(refs), t.ofSheet("pgSz", "pgMar", "pgNumType", "titlePg", "docGrid")...)...)) + rest
	if text, _, has := strings.Cut(rest, "<w:sectPr>"); has {
		document = strings.TrimSuffix(document, rest) + text + string(imprintSection([]node{t.sheet["pgSz"], t.imprintMargins(), t.sheet["docGrid"]})) + "</w:body></w:document>"
	}
	return document
}

// imprintMargins are the town's, with a foot that ends where its text does.
func (t *Template) imprintMargins() node {
	if t.margins.Name.Local == "" {
		return ""
	}
	of := t.margins.Copy()
	for i, a := range of.Attr {
		if a.Name.Local == "footer" {
			of.Attr[i].Value = strings.TrimPrefix(attribute(t.margins, wordNamespace, "bottom"), "-")
		}
	}
	return copied(of)
}

// ofSheet are the town's elements of these names, as far as it has them.
func (t *Template) ofSheet(names ...string) (all []node) {
	for _, name := range names {
		if name == "pgNumType" && len(t.feet) == 0 { // our feet have dashes of their own
			continue
		}
		if n, has := t.sheet[name]; has {
			all = append(all, n)
		}
	}
	return all
}
