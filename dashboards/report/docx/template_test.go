package docx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/report/docx"
	"hulian/pipelines"
)

// edited is a file of Word with some of its parts replaced; an empty one is left out.
func edited(t *testing.T, file []byte, with map[string]string) []byte {
	t.Helper()
	all := parts(t, file)
	for name, body := range with {
		all[name] = []byte(body)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(all[name]) == 0 {
			continue
		}
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(all[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ownForm is a town's file as a Chinese Word writes one: IDs of styles are letters, the margins are its own, the head says its name.
func ownForm(t *testing.T) []byte {
	t.Helper()
	file := written(t, small(), nil)
	all := parts(t, file)
	styles := strings.NewReplacer(`<w:name w:val="Normal"/>`, `<w:name w:val="Normal"/>`, `"Normal"`, `"a"`, `w:styleId="Heading1"`, `w:styleId="1"`, "仿宋", "华文仿宋").Replace(string(all["word/styles.xml"]))
	styles = strings.Replace(styles, `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>`, "", 1)
	document := strings.Replace(string(all["word/document.xml"]), `w:left="1587"`, `w:left="1701"`, 1)
	header := strings.Replace(string(all["word/header.xml"]), "仅供镇党委 · 王样本", "试镇便笺", 1)
	return edited(t, file, map[string]string{"word/styles.xml": styles, "word/document.xml": document, "word/header.xml": header, "docProps/core.xml": ""})
}

func TestTownsOwnForm(t *testing.T) {
	own, err := docx.ReadTemplate("letterhead.docx", ownForm(t))
	if err != nil {
		t.Fatal(err)
	}
	file := written(t, notice(t, "month=2018-01"), own)
	document := part(t, file, "word/document.xml")
	if got := document.all("pgMar")[0].attr("left"); got != "1701" {
		t.Errorf("the margin is %s, not the town's", got)
	}
	names := map[string]string{}
	for _, s := range part(t, file, "word/styles.xml").all("style") {
		names[s.attr("styleId")] = s.all("name")[0].attr("val")
	}
	heads := 0
	for _, p := range document.all("p") {
		if s := p.all("pStyle"); len(s) > 0 {
			if names[s[0].attr("val")] == "" {
				t.Errorf("the style %s does not exist", s[0].attr("val"))
			}
			if names[s[0].attr("val")] == "heading 1" {
				heads++
				if heads == 2 && !strings.HasPrefix(p.text(), "二、") { // the town's heads do not number themselves
					t.Errorf("the second head is %q", p.text())
				}
			}
		}
	}
	if heads < 5 {
		t.Errorf("%d heads are set in the town's style", heads)
	}
	if font := part(t, file, "word/styles.xml").all("rFonts")[0].attr("eastAsia"); font != "华文仿宋" {
		t.Errorf("the font is %s, not the town's", font)
	}
	if head, _ := stands(t, file, "default"); !strings.Contains(head, "试镇便笺") {
		t.Errorf("the town's head is gone: %q", head)
	}
}

func TestBrokenFormsAreRefusedInWords(t *testing.T) {
	good := ownForm(t)
	outside := `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="x/image" Target="http://example.org/seen.png" TargetMode="External"/></Relationships>`
	for name, c := range map[string]struct {
		file []byte
		why  string
	}{
		"no zip":      {[]byte("通报"), "it is no .docx"},
		"no styles":   {edited(t, good, map[string]string{"word/styles.xml": ""}), "word/styles.xml is missing"},
		"damaged":     {edited(t, good, map[string]string{"word/styles.xml": "<w:styles"}), "damaged"},
		"no sheet":    {edited(t, good, map[string]string{"word/document.xml": `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>`}), "size of its sheet"},
		"strict":      {edited(t, good, map[string]string{"word/document.xml": `<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>`}), "Strict"},
		"macros":      {edited(t, good, map[string]string{"word/vbaProject.bin": "x"}), "macros"},
		"from afar":   {edited(t, good, map[string]string{"word/_rels/header.xml.rels": outside}), "outside of the file"},
		"head absent": {edited(t, good, map[string]string{"word/header.xml": ""}), "does not hold"},
	} {
		_, err := docx.ReadTemplate("letterhead.docx", c.file)
		var fault *pipelines.Fault
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.why) || fault.Next == "" || fault.At != "letterhead.docx" {
			t.Errorf("%s: %v, want the file, %q and what to do", name, err, c.why)
		}
	}
}

func FuzzReadTemplate(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		own, err := docx.ReadTemplate("x", file)
		if err == nil && len(written(t, small(), own)) == 0 {
			t.Error("nothing was written")
		}
	})
}

// TestATemplateAsLibreOfficeWritesIt: a .dotx of another program gives its head, foot and margins, none of its text, and the paper is a
// document and no template any more.
func TestATemplateAsLibreOfficeWritesIt(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("testdata", "letterhead.dotx"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := docx.ReadTemplate("letterhead.dotx", content)
	if err != nil {
		t.Fatal(err)
	}
	all := parts(t, written(t, notice(t, "month=2018-01"), own))
	var heads, feet string
	for name, body := range all {
		if strings.Contains(name, "header") {
			heads += string(body)
		}
		if strings.Contains(name, "footer") {
			feet += string(body)
		}
	}
	document := string(all["word/document.xml"])
	if !strings.Contains(heads, "逍林镇人民政府办公室用笺") || !strings.Contains(feet, "办公楼二楼") {
		t.Error("the town's own head or foot is lost")
	}
	if strings.Contains(document, "此处正文应不出现") || !strings.Contains(document, `w:left="1417"`) {
		t.Error("the text of the template stands in the paper, or its margins do not")
	}
	if strings.Contains(string(all["[Content_Types].xml"]), "template.main") {
		t.Error("the paper is a template still")
	}
}
