package entry

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/source"
)

// Entry is what somebody entered at one time.
type Entry struct {
	Export string
	By     string    // who
	At     time.Time // when
	Rows   []Row
}

// Row gives the values of one row, by column. entry_id, entered_by and entered_at are added.
type Row map[string]any

// File makes the file that is to land.
func (e Entry) File() (source.Item, error) {
	by := strings.TrimSpace(e.By)
	contract, known := data.ContractOf(e.Export)
	switch {
	case !known:
		return source.Item{}, pipelines.Errorf("enter %s: there is no such export", e.Export)
	case by == "":
		return source.Item{}, &pipelines.Fault{Op: "enter", At: e.Export, Err: errors.New("nobody said who enters it"), Next: "--by NAME"}
	case len(e.Rows) == 0:
		return source.Item{}, &pipelines.Fault{Op: "enter", At: e.Export, Err: errors.New("there is nothing to enter")}
	}
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false)
	for i, values := range e.Rows {
		row := maps.Clone(values)
		row["entry_id"], row["entered_by"], row["entered_at"] = newID(e.At, i), by, e.At.Format(time.RFC3339Nano)
		for id := range row {
			if _, ok := contract.Column(id); !ok {
				return source.Item{}, pipelines.Errorf("enter %s: it has no column %s", e.Export, id)
			}
		}
		if err := encoder.Encode(row); err != nil {
			return source.Item{}, pipelines.Errorf("enter %s: %w", e.Export, err)
		}
	}
	return source.Item{
		Name: e.Export + ".ndjson", Origin: pipelines.OriginEntered, ModTime: e.At, Size: int64(content.Len()),
		Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content.Bytes())), nil
		},
	}, nil
}

// newID names a row: by the time, for people, and by chance, because two may enter something in one second.
func newID(at time.Time, row int) string {
	var chance [6]byte
	rand.Read(chance[:])
	return fmt.Sprintf("%s-%s-%d", at.UTC().Format("20060102T150405"), hex.EncodeToString(chance[:]), row+1)
}
