package docx_test

import (
	"strings"
	"testing"

	"hulian/dashboards/language"
	"hulian/dashboards/report"
	"hulian/dashboards/report/docx"
	"hulian/dashboards/view"
)

func imprinted(lang string, i view.Imprint) report.Document {
	d := small()
	d.Language.Lang = lang
	l := *d.View.Letterhead
	l.Imprint = i
	d.View.Letterhead = &l
	return d
}

// TestAnImprintStandsOnAnEvenPageByItself: the standard sets it on the last lines of the last page, which is an even one and bears no number: thick lines
// over and under it, a thin one between who gets a copy and who prints it.
func TestAnImprintStandsOnAnEvenPageByItself(t *testing.T) {
	own, err := docx.ReadTemplate("letterhead.docx", ownForm(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, template := range map[string]*docx.Template{"of the standard": nil, "of the town": own} {
		file := written(t, imprinted(language.Chinese, view.Imprint{CopyTo: "县委组织部，县民政局", Office: "试镇党政综合办公室"}), template)
		sections := part(t, file, "word/document.xml").all("sectPr")
		if len(sections) != 2 || sections[1].all("type")[0].attr("val") != "evenPage" || sections[1].all("pgSz")[0].attr("h") != "16838" {
			t.Fatalf("form %s: %d sections: %+v", name, len(sections), sections)
		}
		margins := sections[1].all("pgMar")[0]
		if margins.attr("footer") != margins.attr("bottom") || margins.attr("left") != sections[0].all("pgMar")[0].attr("left") {
			t.Errorf("form %s: the imprint ends %s twips over the edge of the sheet, the text %s", name, margins.attr("footer"), margins.attr("bottom"))
		}
		if _, foot := stands(t, file, "default"); !strings.HasPrefix(foot, "抄送：县委组织部，县民政局。试镇党政综合办公室2018年2月5日印发") || strings.Contains(foot, "PAGE") {
			t.Errorf("form %s: the page of the imprint says %q", name, foot)
		}
		borders := part(t, file, "word/imprint.xml").all("tblBorders")[0]
		for side, want := range map[string]string{"top": "8", "insideH": "6", "bottom": "8"} { // eighths of a point
			if got := borders.all(side)[0].attr("sz"); got != want {
				t.Errorf("form %s: the line %s is %s eighths of a point thick, want %s", name, side, got, want)
			}
		}
		if len(borders.all("left")) > 0 {
			t.Errorf("form %s: lines stand at the sides", name)
		}
		// Pages of the text keep their numbers.
		for _, sort := range []string{"default", "even"} {
			for _, ref := range sections[0].all("footerReference") {
				if ref.attr("type") == sort && ref.attr("id") == "rIdImprint" {
					t.Errorf("form %s: %s pages of the text bear the imprint", name, sort)
				}
			}
		}
	}
}

// TestPartsOfAnImprintThatAreNotGiven: no line is left empty, a day that nobody has said is left to be written in, and without office and copies
// there is none.
func TestPartsOfAnImprintThatAreNotGiven(t *testing.T) {
	for _, c := range []struct {
		lang, date string
		imprint    view.Imprint
		rows       int
		says       string
	}{
		{language.Chinese, "2018年2月5日", view.Imprint{Office: "试镇办公室"}, 1, "试镇办公室2018年2月5日印发"},
		{language.Chinese, "2018年2月5日", view.Imprint{Office: "试镇办公室", Date: "2018年2月6日"}, 1, "试镇办公室2018年2月6日印发"},
		{language.Chinese, "", view.Imprint{Office: "试镇办公室"}, 1, "试镇办公室　　　　年　　月　　日印发"},
		{language.Chinese, "2018年2月5日", view.Imprint{CopyTo: "县民政局"}, 1, "抄送：县民政局。"},
		{language.English, "5 February 2018", view.Imprint{CopyTo: "the county", Office: "General office"}, 2, "Copies to: the county.General officePrinted on 5 February 2018"},
	} {
		d := imprinted(c.lang, c.imprint)
		d.View.Letterhead.Date = c.date
		foot := part(t, written(t, d, nil), "word/imprint.xml")
		if foot.text() != c.says || len(foot.all("tr")) != c.rows {
			t.Errorf("%+v says %q in %d rows", c.imprint, foot.text(), len(foot.all("tr")))
		}
	}
	file := written(t, imprinted(language.Chinese, view.Imprint{Date: "2018年2月6日"}), nil)
	if parts(t, file)["word/imprint.xml"] != nil || len(part(t, file, "word/document.xml").all("sectPr")) != 1 {
		t.Error("a day alone makes an imprint")
	}
}
