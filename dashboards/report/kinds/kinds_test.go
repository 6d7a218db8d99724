package kinds_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"hulian/dashboards/gate"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/visitor"
)

// of is what each kind is asked for in the tests' town.
var of = map[string]kinds.Asked{
	"monthly": {}, "minutes": {}, "support": {}, "village": {Unit: "V1"}, "comparison": {}, "evidence": {Member: "MB11"}, "public": {},
}

// made is a paper of a kind for its readers, by whoever may make it on the command line.
func made(t *testing.T, kind kinds.Kind, asked kinds.Asked, to gate.Audience) filetype.Made {
	t.Helper()
	m, err := try(t, kind, asked, to)
	if err != nil {
		t.Fatalf("%s: %v", kind.ID, err)
	}
	return m
}

func try(t *testing.T, kind kinds.Kind, asked kinds.Asked, to gate.Audience) (filetype.Made, error) {
	t.Helper()
	s := asktest.Opened(t)
	r, err := kind.Ask(s, asked)
	if err != nil {
		return filetype.Made{}, err
	}
	who := visitor.Visitor{Role: kind.Role, Scope: visitor.Scope{Towns: []string{s.Town.ID}}, Origin: visitor.CLI}
	of := asktest.AskedBy(t, who, s, r.Page.ID, "")
	of.Question = r.Question
	return kind.Make(t.Context(), of, kinds.Head{For: to, By: "王样本", At: time.Date(2018, 2, 5, 10, 20, 0, 0, time.UTC)}, "test")
}

var (
	blank = regexp.MustCompile(`\s+`)
	tags  = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<[^>]+>`)
)

func dense(text string) string { return blank.ReplaceAllString(text, "") }

// words are the texts of a Word file, the watermark in its head among them.
func words(t *testing.T, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "word/document") && !strings.HasPrefix(f.Name, "word/header") {
			continue
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(in)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if said, is := token.(xml.CharData); is {
				b.Write(said)
			}
		}
	}
	return dense(b.String())
}

// TestWhatAKindAsksFor: a paper of nobody, of the wrong place or for the wrong readers is refused in words.
func TestWhatAKindAsksFor(t *testing.T) {
	for _, c := range []struct {
		kind  string
		asked kinds.Asked
		to    gate.Audience
		want  string
	}{
		{"evidence", kinds.Asked{}, gate.Committee, "nothing says of whom"},
		{"evidence", kinds.Asked{Member: "MB11"}, gate.Public, "for the committee alone"},
		{"evidence", kinds.Asked{Member: "MB11"}, gate.Village, "nothing says for which village"},
		{"village", kinds.Asked{}, gate.Committee, "made of a village or branch"},
		{"support", kinds.Asked{Member: "MB11"}, gate.Committee, "takes none"},
		{"comparison", kinds.Asked{Unit: "V1"}, gate.Committee, "not made for a unit of its level"},
	} {
		kind, _ := kinds.Of(c.kind)
		if _, err := try(t, kind, c.asked, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v for %s: %v, want %q", c.kind, c.asked, c.to, err, c.want)
		}
	}
}

// TestAPublicNoticeHidesNoMoreThanItMust: stars and ranks count no persons and stand; it names nobody.
func TestAPublicNoticeHidesNoMoreThanItMust(t *testing.T) {
	kind, _ := kinds.Of("public")
	m := made(t, kind, kinds.Asked{}, "")
	if m.Passed.For != gate.Public {
		t.Fatalf("it is made for %s where nobody says", m.Passed.For)
	}
	stars := false
	for _, table := range m.View.Tables() {
		if !strings.Contains(table.Title, "星级沿革") {
			continue
		}
		stars = true
		for _, row := range table.Rows {
			for i, cell := range row {
				if strings.Contains(cell.Text+cell.Base, "＊") {
					t.Errorf("%s of %s is withheld", table.Columns[i].Title, row[1].Text)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := filetype.All()[0].Write(&b, m); err != nil {
		t.Fatal(err)
	}
	text := words(t, b.Bytes())
	if !stars || !strings.Contains(text, "星级评定") {
		t.Errorf("it holds no stars: %s", text)
	}
	for _, private := range []string{"王小明", "户主", "MB11"} {
		if strings.Contains(text, private) {
			t.Errorf("%s stands on it", private)
		}
	}
}

// TestThePageOfAPaper: the address that shows a paper is the one its form makes the file of.
func TestThePageOfAPaper(t *testing.T) {
	for id, query := range map[string]string{"support": "paper=1", "village": "paper=1&village=V1", "comparison": "paper=1&measure=on_time_rate", "evidence": "sheet=1&member=MB11", "public": "paper=1"} {
		kind, _ := kinds.Of(id)
		r, err := kind.Ask(asktest.Opened(t), of[id])
		if err != nil {
			t.Fatal(err)
		}
		shown := asktest.Asked(t, r.Page.ID, query)
		if got, is := kinds.Page(shown.Page, shown.Params); !is || got.ID != id {
			t.Errorf("%s?%s makes %q", r.Page.ID, query, got.ID)
		}
		if _, is := kinds.Page(shown.Page, asktest.Asked(t, r.Page.ID, "").Params); is {
			t.Errorf("%s without anything makes a paper", r.Page.ID)
		}
	}
}

// same reports whether a cell holds a number divided by so much, within what the written digits say.
func same(cell, value string, by float64) bool {
	a, err := strconv.ParseFloat(cell, 64)
	b, err2 := strconv.ParseFloat(value, 64)
	if err != nil || err2 != nil {
		return by == 1 && cell == value
	}
	return math.Abs(a*by-b) < 1e-6
}
