package pdf

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"hulian/dashboards/language"
	"hulian/dashboards/report"
	"hulian/dashboards/view"
)

// long is a paper of so many sentences, with an imprint.
func long(sentences int) report.Document {
	d := report.Document{Language: language.Language{Lang: language.Chinese}, Watermark: "仅供镇党委", View: view.View{Heading: "通报",
		Letterhead: &view.Letterhead{Issuer: "试镇党委", Period: "2018年1月", Date: "2018年2月5日", Imprint: view.Imprint{CopyTo: "县委组织部，县民政局", Office: "试镇办公室"}}}}
	for n := range sentences {
		d.View.Sentences = append(d.View.Sentences, fmt.Sprintf("第%d句话。", n+1))
	}
	return d
}

var pageNumber = regexp.MustCompile(`—\d+—`)

// TestAnImprintEndsOnAnEvenPage: below the text where that ends on an even page with room; on the next page after an odd one; on a page behind a blank one where
// an even page is full, and then neither bears a number.
func TestAnImprintEndsOnAnEvenPage(t *testing.T) {
	seen := map[string]bool{}
	for _, sentences := range []int{10, 22, 30, 34, 35, 36, 37, 38, 39, 40} {
		d := long(sentences)
		bare := long(sentences)
		bare.View.Letterhead.Imprint = view.Imprint{}
		pages, text := read(t, written(t, d)), len(read(t, written(t, bare)))
		if len(pages)%2 != 0 {
			t.Fatalf("%d sentences: the imprint is on page %d", sentences, len(pages))
		}
		last := dense(pages[len(pages)-1])
		for _, want := range []string{"抄送：县委组织部，县民政局。", "试镇办公室", "2018年2月5日印发"} {
			if !strings.Contains(last, want) {
				t.Fatalf("%d sentences: the last page does not say %q: %q", sentences, want, last)
			}
		}
		switch len(pages) - text {
		case 0:
			seen["below the text"] = true
		case 1:
			seen["on the next page"] = true
		case 2:
			seen["behind a blank page"] = true
		default:
			t.Fatalf("%d sentences: a text of %d pages has an imprint on page %d", sentences, text, len(pages))
		}
		for n, page := range pages {
			if numbered, want := pageNumber.MatchString(dense(page)), len(pages)-text < 2 || n < text; numbered != want {
				t.Errorf("%d sentences: page %d of %d, with a text of %d, is numbered: %v", sentences, n+1, len(pages), text, numbered)
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("only seen: %v", seen)
	}
}

// TestNoHeadAndNoSignatureStandsAlone: a head stands on the page of what it is over, and name and date on one with some of the text.
func TestNoHeadAndNoSignatureStandsAlone(t *testing.T) {
	for before := 2; before < 24; before += 3 {
		d := long(before)
		d.View.Letterhead.Imprint = view.Imprint{}
		table := &view.Table{ID: "t", Title: "各村", Columns: []view.Column{view.Words("村"), view.Number("件")}}
		for n := range 6 {
			table.Rows = append(table.Rows, []view.Cell{view.Plain(fmt.Sprint("村", n+1)), view.Count(float64(n))})
		}
		d.View.Letterhead.Whole = true
		d.View.Blocks = []view.Block{view.Section{Title: "各村情况"}, table}
		for n, page := range read(t, written(t, d)) {
			said := dense(page)
			if strings.Contains(said, "各村情况") && !strings.Contains(said, "村1") {
				t.Errorf("%d sentences: the head at the foot of page %d stands alone: %q", before, n+1, said)
			}
			if strings.Contains(said, "2018年2月5日") && !strings.Contains(said, "村6") {
				t.Errorf("%d sentences: name and date stand alone on page %d: %q", before, n+1, said)
			}
		}
	}
}

// TestMinutesAreNoAttachment: the parts of a paper that belong to it stand before its date, as in Word.
func TestMinutesAreNoAttachment(t *testing.T) {
	d := long(2)
	d.View.Letterhead.Whole = true
	d.View.Blocks = []view.Block{view.Section{Title: "会议议定"}, view.Text{Paragraphs: []string{"议定一件事。"}}}
	all := dense(strings.Join(read(t, written(t, d)), ""))
	if strings.Contains(all, "附件") || strings.Index(all, "议定一件事") > strings.LastIndex(all, "试镇党委") {
		t.Errorf("the parts are set as an attachment: %s", all)
	}
}
