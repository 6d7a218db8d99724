package typing

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/data"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

// everyColumn makes a reader of each column of each contract.
func everyColumn(s Settings) (readers []*Reader) {
	for _, c := range data.Contracts() {
		for _, column := range c.Columns {
			readers = append(readers, readerOf(column, s))
		}
	}
	return readers
}

// bothWays reads one text as every column, the short way and the long one, which a cell takes that holds its text once more:
// values, problems and what is kept for whoever repairs the row are the same. It says in how many columns the text was plain.
func bothWays(t testing.TB, readers []*Reader, text string) (short int) {
	t.Helper()
	for _, r := range readers {
		read := func(cell decode.Cell) Row {
			row := *r.Read(decode.Row{No: 2, Cells: []decode.Cell{{Text: "A1", Raw: "A1"}, cell}})
			row.Values, row.Problems, row.texts = slices.Clone(row.Values), slices.Clone(row.Problems), slices.Clone(row.texts)
			return row
		}
		once, long := read(decode.Cell{Text: text}), read(decode.Cell{Text: text, Raw: cmp.Or(decode.Trim(text), " ")})
		if once.Fate != long.Fate || !slices.Equal(once.Values, long.Values) || !slices.Equal(once.texts, long.texts) || !reflect.DeepEqual(once.Problems, long.Problems) {
			t.Fatalf("%q as %+v is %+v %v the short way, %+v %v the long one", text, r.columns[1].Column, once.Values[1], once.Problems, long.Values[1], long.Problems)
		}
		if plain := r.columns[1].plain; plain != nil && text != "" {
			if _, ok := plain(text); ok {
				short++
			}
		}
	}
	return short
}

// someText makes a text that is plain, or nearly.
func someText(r *rand.Rand) string {
	forms := []string{"V00000000", "20180000", "00.00", "0000", "0", "2018-00-00", "2018-00-00 00:00", "2018-00-00T00:00:00", "0000-00-00", "N0", "1E00", "H-000", "a村0", "第0号"}
	words := append(append(data.NothingWritten(), data.NothingSaid()...), "入户", "home", "是", "其他", "Jan-12", "=12", "'12", "#N/A", "####", "000000000000000", "0000000000000000",
		"走访了解情况，反映村道路灯不亮", "电话13800000000", "330000199001010000")
	form := forms[r.IntN(len(forms))]
	if r.IntN(3) == 0 {
		form = words[r.IntN(len(words))]
	}
	var text strings.Builder
	for _, b := range []byte(form) {
		switch {
		case b == '0' && r.IntN(8) > 0:
			b = "0123456789"[r.IntN(10)]
		case r.IntN(40) == 0:
			b = " .-:T'=eE0"[r.IntN(10)]
		}
		text.WriteByte(b)
	}
	if r.IntN(10) == 0 {
		return " " + text.String()
	}
	return strings.ToValidUTF8(text.String(), "")
}

func TestPlainTextsAreReadAsTheLongWayReadsThem(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	plain := settings(t)
	plain.Limit = time.Date(2018, 6, 15, 0, 0, 0, 0, time.UTC)
	abroad, pinned := plain, plain
	abroad.FileZone = zone(t, "America/New_York")
	pinned.Layout, _ = Layout("%Y-%d-%m")
	var readers []*Reader
	for _, s := range []Settings{plain, abroad, pinned} {
		readers = append(readers, everyColumn(s)...)
	}
	short := 0
	for range 300 {
		short += bothWays(t, readers, someText(r))
	}
	if short < 3000 {
		t.Errorf("%d texts were plain", short)
	}
}

func FuzzPlain(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 2))
	for range 100 {
		f.Add(someText(r))
	}
	s := settings(f)
	s.Limit = time.Date(2018, 6, 15, 0, 0, 0, 0, time.UTC)
	readers := everyColumn(s)
	f.Fuzz(func(t *testing.T, text string) { bothWays(t, readers, text) })
}

// TestAWordForNothingIsNoPlainValue: a contract may say that a number, a day or an ID stands for nothing.
func TestAWordForNothingIsNoPlainValue(t *testing.T) {
	for _, column := range []data.Column{
		{Type: data.TypeInteger, Nothing: []string{"999"}}, {Type: data.TypeDate, Nothing: []string{"1900-01-01"}}, {Type: data.TypeTimestamp, Nothing: []string{"1900-01-01 00:00"}},
		{Type: data.TypeText, References: "members.member_id", Nothing: []string{"M00000"}}, {Type: data.TypeText, Nothing: []string{"v1"}},
	} {
		for _, text := range column.Nothing {
			if v := reads(t, column, settings(t), decode.Cell{Text: strings.ToUpper(text)}).Values[1]; v.Set {
				t.Errorf("%s of %s is %+v", text, column.Type, v)
			}
		}
	}
}

// TestAMappingHasItsSayOfPlainTexts: words of its own, a condition, what a blank cell stands for, and a row that ends before the cell.
func TestAMappingHasItsSayOfPlainTexts(t *testing.T) {
	column := data.Column{ID: "x", Type: data.TypeText}
	c := data.Contract{Export: "x", Kind: data.Event, Key: []string{"id"}, Columns: []data.Column{{ID: "id", Type: data.TypeText, Required: true}, column}}
	blank := "nobody"
	for name, test := range map[string]struct {
		origin match.Origin
		cells  []string
		want   string
	}{
		"words":               {match.Origin{Words: map[string]string{"v1": "V2"}}, []string{"A1", "V1"}, "V2"},
		"a condition":         {match.Origin{Only: &match.Test{At: 2, Words: map[string]bool{"closed": true}}}, []string{"A1", "V1", "open"}, ""},
		"the condition holds": {match.Origin{Only: &match.Test{At: 2, Words: map[string]bool{"closed": true}}}, []string{"A1", "V1", "closed"}, "V1"},
		"a blank cell":        {match.Origin{Blank: &blank}, []string{"A1", ""}, "nobody"},
		"a short row":         {match.Origin{}, []string{"A1"}, ""},
	} {
		test.origin.How, test.origin.At = match.FromCell, []int{1}
		reader := NewReader(match.Plan{Contract: c, Columns: []match.Origin{{How: match.FromCell, At: []int{0}}, test.origin}, Key: -1}, settings(t))
		row := decode.Row{No: 2}
		for _, cell := range test.cells {
			row.Cells = append(row.Cells, decode.Cell{Text: cell})
		}
		for range 2 { // the second time what was read before may be remembered
			if got := reader.Read(row).Values[1]; got.Text != test.want || got.Set != (test.want != "") {
				t.Errorf("%s: %+v, want %q", name, got, test.want)
			}
		}
	}
}

func TestDaysAreCountedAsTheCalendarDoes(t *testing.T) {
	for day := time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() <= lastYear; day = day.AddDate(0, 0, 1) {
		if got := daysSince1970(day.Year(), int(day.Month()), day.Day()); got != day.Unix()/(24*60*60) {
			t.Fatalf("%v is day %d", day, got)
		}
	}
}
