package docx_test

import (
	"encoding/xml"
	"fmt"
	"path"
	"strings"
	"testing"

	"hulian/dashboards/report/docx"
)

// sheetOfForm is what a form of a test says of its pages.
type sheetOfForm struct {
	settings string // within settings.xml
	before   string // sections before the last
	section  string // heads and feet of the last section
	after    string // what its sheet says behind size and margins
	heads    map[string]string
	feet     map[string]string
	rels     map[string]string // of a head, by its number
}

const formNamespaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`

// form is a file as Word and WPS write one: heads and feet numbered from 1, styles by letters and numbers.
func (f sheetOfForm) form(t *testing.T) []byte {
	t.Helper()
	const relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	files := map[string]string{
		"word/styles.xml":   `<w:styles ` + formNamespaces + `><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="a3"><w:name w:val="header"/><w:basedOn w:val="a"/></w:style></w:styles>`,
		"word/settings.xml": `<w:settings ` + formNamespaces + `>` + f.settings + `</w:settings>`,
		"word/document.xml": `<w:document ` + formNamespaces + `><w:body>` + f.before + `<w:p><w:r><w:t>原来的正文</w:t></w:r></w:p><w:sectPr>` + f.section + `<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1800" w:bottom="1984" w:left="1800" w:header="851" w:footer="992" w:gutter="0"/>` + f.after + `<w:docGrid w:type="lines" w:linePitch="312"/></w:sectPr></w:body></w:document>`,
	}
	links := relations + `<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>`
	for kind, all := range map[string]map[string]string{"header": f.heads, "footer": f.feet} {
		root := map[string]string{"header": "hdr", "footer": "ftr"}[kind]
		for n, said := range all {
			files["word/"+kind+n+".xml"] = `<w:` + root + ` ` + formNamespaces + `><w:p><w:r><w:t>` + said + `</w:t></w:r></w:p></w:` + root + `>`
			target := kind + n + ".xml"
			if n == "2" { // some programs write where a part is from the root of the file
				target = "/word/" + target
			}
			links += fmt.Sprintf(`<Relationship Id="%s%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`, kind, n, kind, target)
		}
	}
	for n, picture := range f.rels {
		files["word/_rels/header"+n+".xml.rels"] = relations + `<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="` + picture + `"/></Relationships>`
		files["word/"+picture] = "badge of the town"
	}
	files["word/_rels/document.xml.rels"] = links + `</Relationships>`
	return edited(t, edited(t, []byte(emptyZip), nil), files)
}

// emptyZip is a zip file without anything in it.
const emptyZip = "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// stands is what stands at the head and the foot of a sort of pages, as Word finds it: where even pages or the first have none of their own, they
// show nothing; where the file does not set them apart, they show what all pages do.
func stands(t *testing.T, file []byte, sort string) (head, foot string) {
	t.Helper()
	section := part(t, file, "word/document.xml").all("sectPr")
	last := section[len(section)-1]
	if sort == "even" && !on(part(t, file, "word/settings.xml").all("evenAndOddHeaders")) || sort == "first" && !on(last.all("titlePg")) {
		sort = "default"
	}
	targets := map[string]string{}
	for _, r := range part(t, file, "word/_rels/document.xml.rels").all("Relationship") {
		targets[r.attr("Id")] = r.attr("Target")
	}
	said := func(kind string) string {
		for _, ref := range last.all(kind + "Reference") {
			if ref.attr("type") == sort {
				name := path.Join("word", targets[ref.attr("id")])
				body := parts(t, file)[name]
				if body == nil {
					t.Fatalf("the %s of %s pages leads to %s, which is not there", kind, sort, name)
				}
				return part(t, file, name).text() + strings.Join(instructions(part(t, file, name)), "")
			}
		}
		return ""
	}
	return said("header"), said("footer")
}

func instructions(e element) (all []string) {
	for _, i := range e.all("instrText") {
		all = append(all, i.Content)
	}
	return all
}

func on(all []element) bool {
	return len(all) > 0 && all[0].attr("val") != "0" && all[0].attr("val") != "false"
}

// TestEveryPageOfATownsFormIsMarkedAndNumbered: for whom a paper is, and the number of the page, stand on each sheet of it, whatever heads and
// feet the town's form has; what the town has put there stays.
func TestEveryPageOfATownsFormIsMarkedAndNumbered(t *testing.T) {
	ref := func(kind, sort, n string) string {
		return fmt.Sprintf(`<w:%sReference w:type="%s" r:id="%s%s"/>`, kind, sort, kind, n)
	}
	const number = " PAGE "
	for name, c := range map[string]struct {
		form  sheetOfForm
		heads map[string]string // what the town has at the head of its pages
		feet  map[string]string // and at their foot; ours where nothing is said
	}{
		"neither head nor foot":                             {form: sheetOfForm{}},
		"a first page that is set apart, and nothing on it": {form: sheetOfForm{after: `<w:titlePg/>`}},
		"a head on the first page alone": {
			form:  sheetOfForm{section: ref("header", "first", "1"), after: `<w:titlePg/>`, heads: map[string]string{"1": "试镇人民政府文件"}},
			heads: map[string]string{"first": "试镇人民政府文件"},
		},
		"a head on all pages, no foot": {
			form:  sheetOfForm{section: ref("header", "default", "1"), heads: map[string]string{"1": "试镇便笺"}},
			heads: map[string]string{"first": "试镇便笺", "default": "试镇便笺", "even": "试镇便笺"},
		},
		"even and odd heads and feet": {
			form: sheetOfForm{settings: `<w:evenAndOddHeaders/>`, section: ref("header", "default", "1") + ref("header", "even", "2") + ref("footer", "default", "1") + ref("footer", "even", "2"), after: `<w:pgNumType w:fmt="numberInDash" w:start="3"/>`,
				heads: map[string]string{"1": "单页", "2": "双页"}, feet: map[string]string{"1": "单页第页", "2": "双页第页"}},
			heads: map[string]string{"first": "单页", "default": "单页", "even": "双页"}, feet: map[string]string{"first": "单页第页", "default": "单页第页", "even": "双页第页"},
		},
		"even pages that are switched off": {
			form: sheetOfForm{settings: `<w:evenAndOddHeaders w:val="0"/>`, section: ref("header", "default", "1") + ref("header", "even", "2") + ref("footer", "default", "1"),
				heads: map[string]string{"1": "各页", "2": "不用"}, feet: map[string]string{"1": "各页第页"}},
			heads: map[string]string{"first": "各页", "default": "各页", "even": "各页"}, feet: map[string]string{"first": "各页第页", "default": "各页第页", "even": "各页第页"},
		},
		"a first page that is switched off": {
			form: sheetOfForm{section: ref("header", "first", "1") + ref("header", "default", "2") + ref("footer", "default", "1"), after: `<w:titlePg w:val="false"/>`,
				heads: map[string]string{"1": "不用", "2": "各页"}, feet: map[string]string{"1": "各页第页"}},
			heads: map[string]string{"first": "各页", "default": "各页", "even": "各页"}, feet: map[string]string{"first": "各页第页", "default": "各页第页", "even": "各页第页"},
		},
		"even pages without a head of their own": {
			form: sheetOfForm{settings: `<w:evenAndOddHeaders w:val="1"/>`, section: ref("header", "default", "1") + ref("footer", "default", "1"),
				heads: map[string]string{"1": "单页"}, feet: map[string]string{"1": "单页第页"}},
			heads: map[string]string{"first": "单页", "default": "单页"}, feet: map[string]string{"first": "单页第页", "default": "单页第页"},
		},
		"heads and feet of the section before": {
			form: sheetOfForm{before: `<w:p><w:pPr><w:sectPr>` + ref("header", "default", "1") + ref("footer", "default", "1") + `<w:pgSz w:w="11906" w:h="16838"/><w:titlePg/></w:sectPr></w:pPr></w:p>`,
				heads: map[string]string{"1": "承前"}, feet: map[string]string{"1": "承前第页"}},
			heads: map[string]string{"first": "承前", "default": "承前", "even": "承前"}, feet: map[string]string{"first": "承前第页", "default": "承前第页", "even": "承前第页"},
		},
		"one head on two sorts of pages, with the badge of the town": {
			form: sheetOfForm{settings: `<w:evenAndOddHeaders w:val="true"/>`, section: ref("header", "default", "1") + ref("header", "even", "1"), rels: map[string]string{"1": "media/image1.png"},
				heads: map[string]string{"1": "两用"}},
			heads: map[string]string{"first": "两用", "default": "两用", "even": "两用"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			own, err := docx.ReadTemplate("letterhead.dotx", c.form.form(t))
			if err != nil {
				t.Fatal(err)
			}
			d := small()
			file := written(t, d, own)
			for _, sort := range []string{"first", "default", "even"} {
				head, foot := stands(t, file, sort)
				if strings.Count(head, d.Watermark) != 1 || !strings.Contains(head, c.heads[sort]) || strings.Contains(head, "不用") {
					t.Errorf("%s pages have the head %q, want %q once and the town's %q", sort, head, d.Watermark, c.heads[sort])
				}
				want := c.feet[sort]
				if want == "" {
					want = number
				}
				if !strings.Contains(foot, want) {
					t.Errorf("%s pages have the foot %q, want %q", sort, foot, want)
				}
			}
			seen := map[string]bool{}
			for _, name := range names(t, file) {
				if seen[name] {
					t.Errorf("%s is in the file twice", name)
				}
				seen[name] = true
			}
			last := part(t, file, "word/document.xml").all("sectPr")[0]
			if form := last.all("pgNumType"); len(form) > 0 && (form[0].attr("fmt") != "numberInDash" || form[0].attr("start") != "") {
				t.Errorf("pages are numbered as %+v", form[0].Attrs)
			}
			for _, table := range part(t, file, "word/document.xml").all("tbl") {
				if got := table.all("tblW")[0].attr("w"); got != "8306" { // 11906 less the town's margins
					t.Errorf("a table is %s twips wide on a text of 8306", got)
				}
			}
			for _, p := range part(t, file, "word/document.xml").all("p") {
				if s := p.all("pStyle"); len(s) > 0 && s[0].attr("val") == "1" && !strings.HasPrefix(p.text(), "一、") { // its list is the list 0, which is none
					t.Errorf("the head %q has no number", p.text())
				}
			}
			bare := small()
			bare.Watermark = ""
			for name, body := range parts(t, written(t, bare, own)) {
				if strings.Contains(string(body), "仅供") {
					t.Errorf("%s says for whom a paper is that is for nobody in particular", name)
				}
			}
		})
	}
}

// TestTheTownsBadgeIsNotAChart: a form's own picture has the name that Word gives the first picture of any file.
func TestTheTownsBadgeIsNotAChart(t *testing.T) {
	form := sheetOfForm{section: `<w:headerReference w:type="default" r:id="header1"/>`, heads: map[string]string{"1": "徽"}, rels: map[string]string{"1": "media/image1.png"}}
	own, err := docx.ReadTemplate("letterhead.dotx", form.form(t))
	if err != nil {
		t.Fatal(err)
	}
	file := written(t, notice(t, "month=2018-01"), own)
	all := parts(t, file)
	if string(all["word/media/image1.png"]) != "badge of the town" {
		t.Errorf("the badge is %q", all["word/media/image1.png"])
	}
	var links struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:",attr"`
			Target string `xml:",attr"`
		} `xml:"Relationship"`
	}
	if err := xml.Unmarshal(all["word/_rels/document.xml.rels"], &links); err != nil {
		t.Fatal(err)
	}
	charts := 0
	for _, l := range links.All {
		if strings.HasSuffix(l.Type, "/image") {
			charts++
			if body := all[path.Join("word", l.Target)]; string(body) == "badge of the town" || len(body) == 0 {
				t.Errorf("the chart %s shows %q", l.ID, body)
			}
		}
	}
	if charts == 0 {
		t.Error("the notice has no chart")
	}
}
