package docx

import (
	"archive/zip"
	"fmt"
	"io"
	"time"

	"hulian/dashboards/report"
)

// MediaType is what a server calls the file.
const MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// packed is the time every part carries: the earliest a zip can say, so that the same document gives the same bytes.
var packed = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// part is one file of the package.
type part struct {
	name, kind string // kind: its content type; empty: that of its extension
	body       []byte
}

const (
	office  = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// Write writes a document as a Word file, in the form of the standard or in the town's own; own may be nil.
func Write(w io.Writer, d report.Document, own *Template) error {
	paper, err := report.Lay(d)
	if err != nil {
		return err
	}
	s := setter{paper: paper, own: own}
	body := s.document()
	lang := d.Language.Lang
	parts := []part{
		xmlPart("word/document.xml", office+"document.main+xml", body),
		xmlPart("word/styles.xml", office+"styles+xml", styles(lang)),
		xmlPart("word/numbering.xml", office+"numbering+xml", numbering(lang)),
		xmlPart("word/settings.xml", office+"settings+xml", settings()),
		xmlPart("word/fontTable.xml", office+"fontTable+xml", fontTable()),
		xmlPart("word/footerOdd.xml", office+"footer+xml", footer(false)),
		xmlPart("word/footerEven.xml", office+"footer+xml", footer(true)),
	}
	relations := []node{
		relation("rIdStyles", "styles", "styles.xml"), relation("rIdNumbering", "numbering", "numbering.xml"), relation("rIdSettings", "settings", "settings.xml"),
		relation("rIdFonts", "fontTable", "fontTable.xml"), relation("rIdFooterOdd", "footer", "footerOdd.xml"), relation("rIdFooterEven", "footer", "footerEven.xml"),
	}
	if d.Watermark != "" {
		parts = append(parts, xmlPart("word/header.xml", office+"header+xml", header(d.Watermark)))
		relations = append(relations, relation("rIdHeader", "header", "header.xml"))
	}
	if paper.Letterhead.Imprint.Stands() {
		parts = append(parts, xmlPart("word/imprint.xml", office+"footer+xml", s.imprinted(paper.Letterhead.Imprint)))
		relations = append(relations, relation("rIdImprint", "footer", "imprint.xml"))
	}
	for i, p := range s.pictures {
		name := "media/figure" + size(i+1) + ".png" // a form's own pictures are called image1.png
		png, err := p.PNG()
		if err != nil {
			return err
		}
		parts = append(parts, part{name: "word/" + name, body: png})
		relations = append(relations, relation("rIdImage"+size(i+1), "image", name))
	}
	parts = append(parts, xmlPart("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml", properties(paper)))
	if own != nil {
		parts, relations = own.apply(parts, relations, d.Watermark)
	}
	parts = append(parts, part{name: "word/_rels/document.xml.rels", body: relationships(relations)})
	return pack(w, parts)
}

func xmlPart(name, kind string, root node) part {
	return part{name, kind, []byte(declaration + string(root))}
}

func relation(id, kind, target string) node {
	return el("Relationship", at("Id", id, "Type", related+kind, "Target", target))
}

func relationships(all []node) []byte {
	return []byte(declaration + string(el("Relationships", at("xmlns", "http://schemas.openxmlformats.org/package/2006/relationships"), all...)))
}

// properties are what the file says of itself: title, who issues it, the period. They name no person, and no moment, which would change
// the bytes.
func properties(p report.Paper) node {
	return el("cp:coreProperties", at("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties", "xmlns:dc", "http://purl.org/dc/elements/1.1/"),
		el("dc:title", nil, node(escaped(p.Title))), el("dc:subject", nil, node(escaped(p.Letterhead.Period))), el("dc:creator", nil, node(escaped(p.Letterhead.Issuer))))
}

// pack writes the parts as a package, the list of their types first.
func pack(w io.Writer, parts []part) error {
	types := []node{
		el("Default", at("Extension", "rels", "ContentType", "application/vnd.openxmlformats-package.relationships+xml")),
		el("Default", at("Extension", "xml", "ContentType", "application/xml")),
		el("Default", at("Extension", "png", "ContentType", "image/png")),
	}
	for _, p := range parts {
		if p.kind != "" {
			types = append(types, el("Override", at("PartName", "/"+p.name, "ContentType", p.kind)))
		}
	}
	root := []node{el("Relationship", at("Id", "rId1", "Type", related+"officeDocument", "Target", "word/document.xml")),
		el("Relationship", at("Id", "rId2", "Type", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "Target", "docProps/core.xml"))}
	first := []part{
		{name: "[Content_Types].xml", body: []byte(declaration + string(el("Types", at("xmlns", "http://schemas.openxmlformats.org/package/2006/content-types"), types...)))},
		{name: "_rels/.rels", body: relationships(root)},
	}
	z := zip.NewWriter(w)
	for _, p := range append(first, parts...) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: packed})
		if err == nil {
			_, err = f.Write(p.body)
		}
		if err != nil {
			return fmt.Errorf("write the Word file: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the Word file: %w", err)
	}
	return nil
}
