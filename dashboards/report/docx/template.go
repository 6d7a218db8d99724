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
	sheet     []node            // of the last section: size, margins, columns, grid
	evenOdd   bool
	titlePage bool
	parts     []part // heads and feet with what they show, theme, numbering, fonts
	relations []node
	refs      []node // of heads and feet
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
	t.evenOdd = bytes.Contains(files["word/settings.xml"], []byte("<w:evenAndOddHeaders"))
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

func (t *Template) readStyles() error {
	t.ids, t.numbered = map[string]string{}, map[string]bool{}
	current := ""
	err := elements(t.styles, func(e xml.StartElement, _ []string) {
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
		case "numPr":
			t.numbered[current] = true
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

// readSection takes the sheet of the last section, its heads and feet, and the parts that styles lean on.
func (t *Template) readSection(files map[string][]byte, links map[string]link) error {
	var refs []xml.StartElement
	err := elements(files["word/document.xml"], func(e xml.StartElement, within []string) {
		if e.Name.Space != wordNamespace {
			return
		}
		if e.Name.Local == "sectPr" {
			refs, t.sheet, t.titlePage = nil, nil, false
			return
		}
		if len(within) == 0 || within[len(within)-1] != "sectPr" {
			return
		}
		switch e.Name.Local {
		case "headerReference", "footerReference":
			refs = append(refs, e)
		case "pgSz", "pgMar", "pgBorders", "cols", "docGrid":
			t.sheet = append(t.sheet, copied(e))
		case "titlePg":
			t.titlePage = true
		}
	})
	if err != nil {
		return fmt.Errorf("word/document.xml is damaged: %w", err)
	}
	if !slices.ContainsFunc(t.sheet, func(n node) bool { return strings.HasPrefix(string(n), "<w:pgSz") }) {
		return errors.New("it says no size of its sheet")
	}
	for i, ref := range refs {
		l, known := links[attribute(ref, relationNamespace, "id")]
		name := path.Join("word", l.target)
		if !known || files[name] == nil {
			return fmt.Errorf("it names a head or foot that it does not hold")
		}
		kind := strings.TrimSuffix(ref.Name.Local, "Reference")
		id := fmt.Sprintf("rIdOwn%d", i+1)
		if err := t.take(files, name, office+kind+"+xml"); err != nil {
			return err
		}
		t.relations = append(t.relations, relation(id, kind, l.target))
		t.refs = append(t.refs, el("w:"+ref.Name.Local, at("w:type", attribute(ref, wordNamespace, "type"), "r:id", id)))
	}
	types := map[string]string{"theme": "application/vnd.openxmlformats-officedocument.theme+xml", "numbering": office + "numbering+xml", "fontTable": office + "fontTable+xml"}
	for _, kind := range []string{"theme", "numbering", "fontTable"} {
		for _, id := range slices.Sorted(maps.Keys(links)) {
			l := links[id]
			if name := path.Join("word", l.target); l.kind == kind && files[name] != nil && files["word/_rels/"+path.Base(name)+".rels"] == nil {
				t.parts = append(t.parts, part{name, types[kind], files[name]})
				t.relations = append(t.relations, relation("rIdOwn-"+kind, kind, l.target))
				break
			}
		}
	}
	return nil
}

// take takes a head or foot with the pictures it shows.
func (t *Template) take(files map[string][]byte, name, kind string) error {
	if err := elements(files[name], func(xml.StartElement, []string) {}); err != nil {
		return fmt.Errorf("%s is damaged: %w", name, err)
	}
	if strings.Contains(kind, "header") && !bytes.Contains(files[name], []byte("</w:hdr>")) {
		return fmt.Errorf("%s is no head that Word has written", name)
	}
	t.parts = append(t.parts, part{name, kind, files[name]})
	rels := path.Join(path.Dir(name), "_rels", path.Base(name)+".rels")
	if files[rels] == nil {
		return nil
	}
	links, err := readRelations(files[rels])
	if err != nil {
		return fmt.Errorf("%s: %w", rels, err)
	}
	if l, is := links[""]; is {
		return fmt.Errorf("%s shows something from outside of the file: %s", name, l.target)
	}
	t.parts = append(t.parts, part{name: rels, body: files[rels]})
	for _, id := range slices.Sorted(maps.Keys(links)) {
		l := links[id]
		shown := path.Join(path.Dir(name), l.target)
		if files[shown] == nil || l.kind != "image" {
			return fmt.Errorf("%s shows %s, which is no picture in the file", name, l.target)
		}
		if !slices.ContainsFunc(t.parts, func(p part) bool { return p.name == shown }) {
			t.parts = append(t.parts, part{shown, pictureType(shown), files[shown]})
		}
	}
	return nil
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
	var all []part
	for _, p := range parts {
		if slices.ContainsFunc(t.parts, func(own part) bool { return own.name == p.name }) && strings.HasPrefix(p.name, "word/foot") || p.name == "word/header.xml" && t.heads() {
			relations = slices.DeleteFunc(relations, leadsToPart(p.name))
			continue
		}
		switch p.name {
		case "word/styles.xml":
			missing := rename.Replace(added.String())
			p.body = bytes.Replace(t.styles, []byte("</w:styles>"), []byte(missing+"</w:styles>"), 1)
		case "word/document.xml":
			p.body = []byte(rename.Replace(t.sectioned(string(p.body))))
		case "word/settings.xml":
			if !t.evenOdd && len(t.refs) > 0 {
				p.body = bytes.Replace(p.body, []byte("<w:evenAndOddHeaders/>"), nil, 1)
			}
		case "word/numbering.xml":
			if t.lists() {
				relations = slices.DeleteFunc(relations, leadsTo("rIdNumbering"))
				continue
			}
			p.body = []byte(rename.Replace(string(p.body)))
		case "word/fontTable.xml":
			if slices.ContainsFunc(t.parts, func(own part) bool { return own.kind == p.kind }) {
				relations = slices.DeleteFunc(relations, leadsTo("rIdFonts"))
				continue
			}
		case "word/footerOdd.xml", "word/footerEven.xml", "word/header.xml":
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

// lists reports whether the town's form has lists of its own, in whose place ours cannot stand.
func (t *Template) lists() bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.kind == office+"numbering+xml" })
}

// heads reports whether the town's form has something at the head of its pages.
func (t *Template) heads() bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.kind == office+"header+xml" })
}

func leadsTo(id string) func(node) bool {
	return func(n node) bool { return strings.Contains(string(n), `Id="`+id+`"`) }
}

func leadsToPart(name string) func(node) bool {
	return func(n node) bool { return strings.Contains(string(n), `Target="`+path.Base(name)+`"`) }
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

// sectioned replaces the last section by the town's. Heads and feet are the town's where it has any.
func (t *Template) sectioned(document string) string {
	at := strings.LastIndex(document, "<w:sectPr")
	var parts []node
	parts = append(parts, t.refs...)
	for _, kind := range []string{"headerReference", "footerReference"} {
		if kind == "headerReference" && !t.heads() || len(t.refs) == 0 {
			for _, piece := range strings.Split(document[at:], "<w:"+kind)[1:] {
				parts = append(parts, node("<w:"+kind+piece[:strings.Index(piece, "/>")+2]))
			}
		}
	}
	for _, name := range []string{"pgSz", "pgMar", "pgBorders", "cols"} {
		for _, n := range t.sheet {
			if strings.HasPrefix(string(n), "<w:"+name) && name != "pgBorders" {
				parts = append(parts, n)
			}
		}
	}
	if t.titlePage {
		parts = append(parts, el("w:titlePg", nil))
	}
	for _, n := range t.sheet {
		if strings.HasPrefix(string(n), "<w:docGrid") {
			parts = append(parts, n)
		}
	}
	return document[:at] + string(el("w:sectPr", nil, parts...)) + "</w:body></w:document>"
}

// numbers reports whether heads of a level number themselves in the town's styles, or are styles of ours, which do.
func (t *Template) numbers(level int) bool {
	own := t.ids["heading "+size(level)]
	return own == "" && !t.lists() || t.numbered[own]
}
