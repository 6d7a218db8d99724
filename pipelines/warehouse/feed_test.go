package warehouse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

// made is a feed of rows that a test made: a value a column, nil where there is none.
type made struct {
	columns []FeedColumn
	rows    [][]any
	given   atomic.Int64 // by all threads together
}

func (m *made) Columns() []FeedColumn { return m.columns }
func (m *made) Rows() int64           { return int64(len(m.rows)) }
func (m *made) Cursor() Cursor        { return m }

func (m *made) Fill(chunk *Chunk) (int, error) {
	end := int(m.given.Add(int64(chunk.Room())))
	rows := m.rows[min(end-chunk.Room(), len(m.rows)):min(end, len(m.rows))]
	for i, column := range m.columns {
		set, texts, numbers, floats := make([]bool, len(rows)), make([]string, len(rows)), make([]int64, len(rows)), make([]float64, len(rows))
		for row, values := range rows {
			set[row] = values[i] != nil
			switch v := values[i].(type) {
			case string:
				texts[row] = v
			case float64:
				floats[row] = v
			case int64:
				numbers[row] = v
			case time.Time:
				numbers[row] = v.UnixMicro()
			case bool:
				if v {
					numbers[row] = 1
				}
			}
		}
		switch column.Type {
		case FeedText:
			chunk.Texts(i, texts, set)
		case FeedFloat:
			chunk.Floats(i, floats, set)
		case FeedWhole, FeedBoolean, FeedDate, FeedTimestamp:
			chunk.Numbers(i, numbers, set)
		}
	}
	return len(rows), nil
}

// TestTheEngineReadsWhatAFeedWrites hands in rows of every type, with texts of every length around those that are kept in another
// way, through several chunks: what is read back, sorted and stored by the engine, is what was handed in.
func TestTheEngineReadsWhatAFeedWrites(t *testing.T) {
	columns := []FeedColumn{{Name: "no", Type: FeedWhole}, {Name: "text"}, {Name: "whole", Type: FeedWhole}, {Name: "float", Type: FeedFloat},
		{Name: "yes", Type: FeedBoolean}, {Name: "day", Type: FeedDate}, {Name: "moment", Type: FeedTimestamp}}
	r := rand.New(rand.NewPCG(7, 7))
	text := func() string {
		pieces := []string{"a", "é", "村", "𠮷", "\x00", " ", "12"}
		var s strings.Builder
		for length := []int{0, 1, 3, 4, 5, 11, 12, 13, 14, 60, gathered, gathered + 1}[r.IntN(12)]; s.Len() < length; {
			s.WriteString(pieces[r.IntN(len(pieces))])
		}
		return s.String()
	}
	var rows [][]any
	for no := range 5000 {
		at := time.UnixMicro(r.Int64N(8e15) - 4e15).UTC()
		row := []any{int64(no), text(), r.Int64() - r.Int64(), r.NormFloat64(), r.IntN(2) == 1, at.Truncate(24 * time.Hour), at}
		for i := 1; i < len(row); i++ {
			if r.IntN(5) == 0 || no/1000 == 2 && i == 1 { // a run without a text
				row[i] = nil
			}
		}
		rows = append(rows, row)
	}
	w := opened(t, Config{Path: t.TempDir() + "/w.duckdb"})
	read, done := w.Feed(&made{columns: columns, rows: rows})
	run(t, w, "create table rows as from "+read)
	done()
	stored, err := w.Query(t.Context(), "from rows order by no")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pipelines.Table{Columns: stored.Columns, Rows: rows}, stored); diff != "" {
		t.Error(diff)
	}
	// A statement that wants few of the columns, in another order.
	read, done = w.Feed(&made{columns: columns, rows: rows})
	defer done()
	few, err := w.Query(t.Context(), "select moment, text from "+read+" order by no desc limit 100")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range few.Rows {
		of := rows[len(rows)-1-i]
		if diff := cmp.Diff([]any{of[6], of[1]}, row); diff != "" {
			t.Error(diff)
		}
	}
}

// TestTextsThatAreNoUTF8SpoilNoOther: the engine takes none that is not UTF-8, and the rest of its chunk as it stands.
func TestTextsThatAreNoUTF8SpoilNoOther(t *testing.T) {
	half, rest := "一二三四五\xe6\x9d", "\x91一二三四五" // together they are UTF-8
	texts := []string{"村", "\xff", half, rest, "第一村民小组党员会议", strings.Repeat("村", gathered) + "\xff", "V00000001"}
	var rows [][]any
	for no, text := range texts {
		rows = append(rows, []any{int64(no), text})
	}
	w := opened(t, Config{})
	read, done := w.Feed(&made{columns: []FeedColumn{{Name: "no", Type: FeedWhole}, {Name: "text"}}, rows: rows})
	defer done()
	stored, err := w.Query(t.Context(), "select text from "+read+" order by no")
	if err != nil {
		t.Fatal(err)
	}
	for no, text := range texts {
		var want any
		if utf8.ValidString(text) {
			want = text
		}
		if got := stored.Rows[no][0]; got != want {
			t.Errorf("%q was stored as %q", text, fmt.Sprint(got))
		}
	}
}
