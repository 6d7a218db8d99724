package sealed_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines/sealed"
)

type record struct {
	Name   string            `json:"name"`
	No     int               `json:"no"`
	Counts map[string]int    `json:"counts,omitempty"`
	Inner  []json.RawMessage `json:"inner,omitempty"`
}

var one = record{Name: "走访\n<记录>", No: 7, Counts: map[string]int{"a": 1, "b": 2}}

// forms are the two ways a value is written.
var forms = map[string]func(any) ([]byte, error){"line": sealed.Line, "document": sealed.Document}

func TestWhatWasSealedIsReadAgain(t *testing.T) {
	for name, write := range forms {
		content, err := write(one)
		if err != nil {
			t.Fatal(err)
		}
		var plain record // any program that knows JSON reads it
		if err := json.Unmarshal(content, &plain); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got record
		if isSealed, err := sealed.Read(content, &got); err != nil || !isSealed {
			t.Errorf("%s: sealed %t, %v", name, isSealed, err)
		}
		for _, read := range []record{plain, got} {
			if diff := cmp.Diff(one, read); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	for _, v := range []any{"text", 7, []int{1}, struct{}{}, nil} {
		if _, err := sealed.Line(v); err == nil {
			t.Errorf("%v was sealed", v)
		}
	}
}

// TestEveryFlippedBitIsNoticedOrHarmless flips each bit of a line and of a document in turn: the value that was written is
// read, or an error is.
func TestEveryFlippedBitIsNoticedOrHarmless(t *testing.T) {
	for name, write := range forms {
		content, err := write(one)
		if err != nil {
			t.Fatal(err)
		}
		broken := 0
		for at := range content {
			for bit := range 8 {
				flipped := append([]byte(nil), content...)
				flipped[at] ^= 1 << bit
				var got record
				_, err := sealed.Read(flipped, &got)
				if err == nil && !cmp.Equal(one, got) {
					t.Errorf("%s: bit %d of byte %d gives %+v without a word", name, bit, at, got)
				}
				if errors.Is(err, sealed.ErrBroken) {
					broken++
				}
			}
		}
		if broken == 0 {
			t.Errorf("%s: no flip broke the seal", name)
		}
	}
}

func TestADocumentFromBeforeThereWereSealsIsRead(t *testing.T) {
	var got record
	if isSealed, err := sealed.Read([]byte(`{"name": "old", "no": 1}`), &got); err != nil || isSealed || got.Name != "old" {
		t.Errorf("%+v, sealed %t, %v", got, isSealed, err)
	}
	if _, err := sealed.Read([]byte(`{"name": `), &got); err == nil {
		t.Error("half a document was read")
	}
}

func FuzzRead(f *testing.F) {
	for _, write := range forms {
		content, err := write(one)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var v record
		if _, err := sealed.Read(content, &v); err != nil {
			return
		}
		if again, err := sealed.Line(v); err != nil {
			t.Errorf("%q was read as %+v and cannot be written: %v", content, v, err)
		} else if _, err := sealed.Read(again, &record{}); err != nil {
			t.Errorf("%q: %v", again, err)
		}
	})
}
