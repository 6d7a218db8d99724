package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/pipelines/source"
)

// File is one file the origin is filled with.
type File struct {
	Name    string // slash-separated
	Content []byte
	ModTime time.Time // whole seconds, in the past
}

// Run holds the source that fill makes to the contract. fill is called once a subtest, with files in no order; a
// source whose origin has no folders may turn the slash of a name into something else, keeping the base name last.
// A time that the origin does not tell is zero. fill may skip a subtest its origin has no counterpart of, such as an
// origin without files.
func Run(t *testing.T, fill func(t *testing.T, files []File) source.Source) {
	day := time.Date(2018, 1, 31, 8, 0, 0, 0, time.UTC)
	given := []File{
		{"2018-01/走访记录.csv", []byte("党员编号,农户编号\nM1,H1\n"), day.Add(2 * time.Hour)},
		{"b.csv", []byte("two"), day},
		{"a.csv", []byte("one"), day},
		{"empty.csv", nil, day.Add(time.Hour)},
		{"big.bin", bytes.Repeat([]byte{0, 0xff, '\r', '\n'}, 200_000), day.Add(3 * time.Hour)},
	}
	conform(t, given, []int{2, 1, 3, 0, 4}, fill)
}

// RunTables is Run for an origin that holds tables instead of files. Each file stands for one table: its content is
// CSV whose values are all text, to be offered in the order given, byte by byte as given.
func RunTables(t *testing.T, fill func(t *testing.T, tables []File) source.Source) {
	given := []File{
		{Name: "visits.csv", Content: []byte("党员编号,note\nM1,\"two\nlines, \"\"quoted\"\"\"\nM2,\n")},
		{Name: "empty.csv", Content: []byte("a,b\n")},
		{Name: "one_column.csv", Content: []byte("only\n\"\"\nx\n\"\"\n")},
		Large("big.csv"),
	}
	conform(t, given, []int{0, 1, 2, 3}, fill)
}

// Large is a table of some three megabytes, none of whose lines repeats.
func Large(name string) File {
	var content bytes.Buffer
	content.WriteString("visit_id,note\n")
	for i := range 80_000 {
		fmt.Fprintf(&content, "V%06d,\"走访, 第 %d 次, %08x\"\n", i, i, i*2654435761%(1<<32))
	}
	return File{Name: name, Content: content.Bytes(), ModTime: time.Date(2018, 1, 31, 8, 0, 0, 0, time.UTC)}
}

// conform expects the given files in the wanted order. Times are compared where they are given.
func conform(t *testing.T, given []File, wanted []int, fill func(t *testing.T, files []File) source.Source) {
	t.Run("oldest first, then by name, with exact content", func(t *testing.T) {
		src := fill(t, slices.Clone(given))
		for pass := range 2 {
			items := collect(t, src)
			if len(items) != len(wanted) {
				t.Fatalf("pass %d: %d items, want %d", pass, len(items), len(wanted))
			}
			for i, item := range items {
				want := given[wanted[i]]
				if !strings.HasSuffix(item.Name, want.Name[strings.LastIndex(want.Name, "/")+1:]) {
					t.Errorf("pass %d: item %d is %s, want %s", pass, i, item.Name, want.Name)
				}
				if item.Size != int64(len(want.Content)) && item.Size != -1 {
					t.Errorf("%s: size %d, want %d or -1", item.Name, item.Size, len(want.Content))
				}
				if !item.ModTime.Equal(want.ModTime) && !item.ModTime.IsZero() {
					t.Errorf("%s: changed %s, want %s", item.Name, item.ModTime, want.ModTime)
				}
				if item.Origin == "" {
					t.Errorf("%s: no origin", item.Name)
				}
				for range 2 { // an item may be opened again
					if got := read(t, item); !bytes.Equal(got, want.Content) {
						t.Errorf("%s: %d bytes differ from the %d given: %.200q", item.Name, len(got), len(want.Content), got)
					}
				}
			}
		}
	})
	t.Run("an empty origin offers nothing", func(t *testing.T) {
		if items := collect(t, fill(t, nil)); len(items) != 0 {
			t.Errorf("%d items, want none", len(items))
		}
	})
	t.Run("a listing may be left early", func(t *testing.T) {
		n := 0
		for _, err := range fill(t, slices.Clone(given)).Items(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 2 {
				break
			}
		}
		if n != 2 {
			t.Errorf("saw %d items, want to leave after 2", n)
		}
	})
	t.Run("cancelled before listing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		src := fill(t, slices.Clone(given))
		cancel()
		for item, err := range src.Items(ctx) {
			if err == nil {
				t.Fatalf("offers %s", item.Name)
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want context.Canceled", err)
			}
		}
	})
	t.Run("cancelled before opening", func(t *testing.T) {
		items := collect(t, fill(t, slices.Clone(given)))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		reader, err := items[0].Open(ctx)
		if err == nil {
			_, err = io.ReadAll(reader)
			reader.Close()
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	})
	t.Run("has a name", func(t *testing.T) {
		if fill(t, slices.Clone(given)).Name() == "" {
			t.Error("no name")
		}
	})
}

func collect(t *testing.T, src source.Source) []source.Item {
	t.Helper()
	var items []source.Item
	for item, err := range src.Items(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	return items
}

func read(t *testing.T, item source.Item) []byte {
	t.Helper()
	reader, err := item.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
