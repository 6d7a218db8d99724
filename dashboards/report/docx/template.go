package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"hulian/pipelines"
)

// Template is a town's own file of Word, .docx or .dotx, of which documents take the styles, the sheet, and what stands at head and foot.
// Its text is not taken.
type Template struct {
	styles    []byte
	ids       map[string]string // of its styles, by their names in small letters
	numbered  map[string]bool   // IDs of styles that number themselves
	sheet     map[string]node   // of the last section: size, margins, form of its numbers, grid
	margins   xml.StartElement
	width     int               // of the text, in twips
	evenOdd   bool              // even pages have a head and foot of their own
	titlePage bool              // so has the first page
	heads     map[string]string // relations by the pages they stand on: default, first, even
	feet      map[string]string
	parts     []part // heads and feet with what they show, theme, numbering, fonts
	relations []node
}

const (
	wordNamespace     = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	strictNamespace   = "http://purl.oclc.org/ooxml/wordprocessingml/main"
	relationNamespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

	// A file of styles holds a few hundred kilobytes; a part that unpacks to more than this is none.
	mostPart = 20 << 20
)

// ReadTemplate reads a town's own file; name is what errors call it.
func ReadTemplate(name string, content []byte) (*Template, error) {
	refuse := func(err error, next string) error {
		return &pipelines.Fault{Op: "read the Word template", At: name, Err: err, Next: next}
	}
	const save = "open it in Word or WPS, save it as .docx or .dotx, and put it in place again; without the file the form of GB/T 9704 is used"
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, refuse(errors.New("it is no .docx or .dotx: it is not a zip file"), save)
	}
	files := map[string][]byte{}
	total := 0
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "word/vba") {
			return nil, refuse(errors.New("it holds macros"), "save it as .docx or .dotx, which hold none")
		}
		if !strings.HasPrefix(f.Name, "word/") || strings.HasSuffix(f.Name, "/") {
			continue
		}
		body, err := unpack(f)
		if total += len(body); err == nil && total > 3*mostPart {
			err = errors.New("its parts are larger than those of a template")
		}
		if err != nil {
			return nil, refuse(fmt.Errorf("%s: %w", f.Name, err), save)
		}
		files[f.Name] = body
	}
	if bytes.Contains(files["word/document.xml"], []byte(strictNamespace)) {
		return nil, refuse(errors.New("it is saved as Strict Open XML"), `save it as "Word document (.docx)"`)
	}
	for _, needed := range []string{"word/document.xml", "word/styles.xml"} {
		if files[needed] == nil {
			return nil, refuse(fmt.Errorf("it is no file of Word: %s is missing", needed), save)
		}
	}
	t := &Template{styles: files["word/styles.xml"]}
	if err := t.readStyles(); err != nil {
		return nil, refuse(fmt.Errorf("word/styles.xml: %w", err), save)
	}
	links, err := readRelations(files["word/_rels/document.xml.rels"])
	if err == nil {
		err = t.readSection(files, links)
	}
	if err != nil {
		return nil, refuse(err, save)
	}
	if err := t.readSettings(files["word/settings.xml"]); err != nil {
		return nil, refuse(fmt.Errorf("word/settings.xml is damaged: %w", err), save)
	}
	return t, nil
}

func unpack(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r, mostPart+1))
	if err == nil && len(body) > mostPart {
		err = errors.New("it is larger than a part of a template")
	}
	return body, errors.Join(err, r.Close())
}

// elements calls visit with every start of an element and what surrounds it.
func elements(of []byte, visit func(e xml.StartElement, within []string)) error {
	d := xml.NewDecoder(bytes.NewReader(of))
	var within []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			visit(e, within)
			within = append(within, e.Name.Local)
		case xml.EndElement:
			within = within[:len(within)-1]
		}
	}
}

func attribute(e xml.StartElement, space, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local && a.Name.Space == space {
			return a.Value
		}
	}
	return ""
}

// isOn is the value of an element that switches something on: one without a value does, <w:titlePg w:val="0"/> does not.
func isOn(e xml.StartElement) bool {
	switch attribute(e, wordNamespace, "val") {
	case "0", "false", "off":
		return false
	}
	return true
}

func (t *Template) readSettings(of []byte) error {
	return elements(of, func(e xml.StartElement, _ []string) {
		if e.Name.Space == wordNamespace && e.Name.Local == "evenAndOddHeaders" {
			t.evenOdd = isOn(e)
		}
	})
}

func (t *Template) readStyles() error {
	t.ids, t.numbered = map[string]string{}, map[string]bool{}
	current := ""
	err := elements(t.styles, func(e xml.StartElement, within []string) {
		if e.Name.Space != wordNamespace {
			return
		}
		switch e.Name.Local {
		case "style":
			current = attribute(e, wordNamespace, "styleId")
		case "name":
			if name := strings.ToLower(attribute(e, wordNamespace, "val")); current != "" && t.ids[name] == "" {
				t.ids[name] = current
			}
		case "numId": // the list 0 is none
			t.numbered[current] = slices.Contains(within, "numPr") && attribute(e, wordNamespace, "val") != "0"
		}
	})
	if err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	if t.ids["normal"] == "" || !bytes.Contains(t.styles, []byte("</w:styles>")) {
		return errors.New("it has no style Normal")
	}
	return nil
}

type link struct{ kind, target string }

// readRelations reads what a part leads to. What lies outside of the file is refused: opening a report must not tell anybody of it.
func readRelations(of []byte) (map[string]link, error) {
	all := map[string]link{}
	var outside string
	err := elements(of, func(e xml.StartElement, _ []string) {
		if e.Name.Local != "Relationship" {
			return
		}
		if attribute(e, "", "TargetMode") == "External" {
			outside = attribute(e, "", "Target")
			return
		}
		all[attribute(e, "", "Id")] = link{path.Base(attribute(e, "", "Type")), attribute(e, "", "Target")}
	})
	if err != nil {
		return nil, fmt.Errorf("its relationships are damaged: %w", err)
	}
	if outside != "" {
		all[""] = link{"external", outside}
	}
	return all, nil
}

// within is the part that a relation of a part in a folder leads to; from the root of the file where it begins with a slash.
func within(folder, target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return path.Join(folder, target)
}

// take takes a head or foot with the pictures it shows, once however many pages it stands on, and gives the name it has now: none of ours has it.
func (t *Template) take(files map[string][]byte, name, kind string) (string, error) {
	base := "own-" + path.Base(name)
	if slices.ContainsFunc(t.parts, func(p part) bool { return p.name == "word/"+base }) {
		return base, nil
	}
	if err := elements(files[name], func(xml.StartElement, []string) {}); err != nil {
		return "", fmt.Errorf("%s is damaged: %w", name, err)
	}
	if kind == "header" && !bytes.Contains(files[name], []byte("</w:hdr>")) {
		return "", fmt.Errorf("%s is no head that Word has written", name)
	}
	t.parts = append(t.parts, part{"word/" + base, office + kind + "+xml", files[name]})
	t.relations = append(t.relations, relation("rIdOwn-"+base, kind, base))
	rels := path.Join(path.Dir(name), "_rels", path.Base(name)+".rels")
	if files[rels] == nil {
		return base, nil
	}
	links, err := readRelations(files[rels])
	if err != nil {
		return "", fmt.Errorf("%s: %w", rels, err)
	}
	if l, is := links[""]; is {
		return "", fmt.Errorf("%s shows something from outside of the file: %s", name, l.target)
	}
	t.parts = append(t.parts, part{name: "word/_rels/" + base + ".rels", body: files[rels]})
	for _, id := range slices.Sorted(maps.Keys(links)) {
		l := links[id]
		shown := within(path.Dir(name), l.target)
		if files[shown] == nil || l.kind != "image" {
			return "", fmt.Errorf("%s shows %s, which is no picture in the file", name, l.target)
		}
		if !slices.ContainsFunc(t.parts, func(p part) bool { return p.name == shown }) {
			t.parts = append(t.parts, part{shown, pictureType(shown), files[shown]})
		}
	}
	return base, nil
}

func pictureType(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".emf", ".wmf":
		return "image/x-" + ext[1:]
	default:
		return "image/" + strings.TrimPrefix(ext, ".")
	}
}

// apply gives a document the town's look: its styles where it has them and ours where it has not, its sheet, heads and feet.
func (t *Template) apply(parts []part, relations []node, watermark string) ([]part, []node) {
	var renamed []string
	var added strings.Builder
	for _, s := range ownStyles(parts) {
		id := t.ids[strings.ToLower(s.name)]
		if id == "" && s.id != "Normal" {
			before, rest, numbers := strings.Cut(s.markup, "<w:numPr>")
			if _, after, _ := strings.Cut(rest, "</w:numPr>"); numbers && t.lists() {
				s.markup = before + after
			}
			added.WriteString(s.markup)
			continue
		}
		if id != s.id {
			for _, element := range []string{"pStyle", "tblStyle", "basedOn", "next"} {
				renamed = append(renamed, `<w:`+element+` w:val="`+s.id+`"/>`, `<w:`+element+` w:val="`+id+`"/>`)
			}
		}
	}
	rename := strings.NewReplacer(renamed...)
	refs, evenOdd := t.references(watermark != "")
	var all []part
	for _, p := range parts {
		if id, drops := t.instead(p, refs); drops {
			relations = slices.DeleteFunc(relations, leadsTo(id))
			continue
		}
		switch p.name {
		case "word/styles.xml":
			missing := rename.Replace(added.String())
			p.body = bytes.Replace(t.styles, []byte("</w:styles>"), []byte(missing+"</w:styles>"), 1)
		case "word/document.xml":
			p.body = []byte(rename.Replace(t.sectioned(string(p.body), refs)))
		case "word/settings.xml":
			if !evenOdd {
				p.body = bytes.Replace(p.body, []byte("<w:evenAndOddHeaders/>"), nil, 1)
			}
		case "word/numbering.xml", "word/footerOdd.xml", "word/footerEven.xml", "word/imprint.xml", "word/header.xml":
			p.body = []byte(rename.Replace(string(p.body)))
		}
		all = append(all, p)
	}
	for _, p := range t.parts {
		if watermark != "" && p.kind == office+"header+xml" {
			mark := rename.Replace(string(paragraph(styleHeader, run(watermark))))
			p.body = bytes.Replace(p.body, []byte("</w:hdr>"), []byte(mark+"</w:hdr>"), 1)
		}
		all = append(all, p)
	}
	return all, append(relations, t.relations...)
}

// instead reports whether a part of ours gives way to one of the town's, or to none, and by which relation the document leads to it.
func (t *Template) instead(p part, refs []node) (id string, drops bool) {
	ours := map[string]string{"word/numbering.xml": "rIdNumbering", "word/fontTable.xml": "rIdFonts", "word/header.xml": "rIdHeader", "word/footerOdd.xml": "rIdFooterOdd", "word/footerEven.xml": "rIdFooterEven"}
	switch id = ours[p.name]; p.name {
	case "word/numbering.xml", "word/fontTable.xml":
		return id, slices.ContainsFunc(t.parts, func(own part) bool { return own.kind == p.kind })
	case "word/header.xml", "word/footerOdd.xml", "word/footerEven.xml":
		return id, !slices.ContainsFunc(refs, func(n node) bool { return strings.Contains(string(n), `r:id="`+id+`"`) })
	}
	return "", false
}

// lists reports whether the town's form has lists of its own, in whose place ours cannot stand.
func (t *Template) lists() bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.kind == office+"numbering+xml" })
}

func leadsTo(id string) func(node) bool {
	return func(n node) bool { return strings.Contains(string(n), `Id="`+id+`"`) }
}

type ownStyle struct{ id, name, markup string }

// ownStyles are the styles of the form of the standard, each with its markup.
func ownStyles(parts []part) []ownStyle {
	i := slices.IndexFunc(parts, func(p part) bool { return p.name == "word/styles.xml" })
	var all []ownStyle
	for _, piece := range strings.SplitAfter(string(parts[i].body), "</w:style>") {
		at := strings.Index(piece, "<w:style ")
		if at < 0 {
			continue
		}
		markup := piece[at:]
		all = append(all, ownStyle{between(markup, `w:styleId="`), between(markup, `<w:name w:val="`), strings.Replace(markup, ` w:default="1"`, "", 1)})
	}
	return all
}

func between(text, before string) string {
	_, rest, _ := strings.Cut(text, before)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// numbers reports whether heads of a level number themselves in the town's styles, or are styles of ours, which do.
func (t *Template) numbers(level int) bool {
	own := t.ids["heading "+size(level)]
	return own == "" && !t.lists() || t.numbered[own]
}
