package load

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"sync"

	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

// companions finds the second files that mapping files name.
type companions struct {
	landed []land.File
	mu     sync.Mutex
	read   map[string]companion // by file, key header and sheet
}

// companion is a second file as it was read.
type companion struct {
	headers []string
	rows    map[string]map[string]decode.Cell // by folded key, then by header
}

// file is the newest landed file that may be the second one.
func (c *companions) file(of *match.Companion) (land.File, bool) {
	for _, f := range slices.Backward(c.landed) {
		if of.Claims(f.Name) {
			return f, true
		}
	}
	return land.File{}, false
}

func (c *companions) id(of *match.Companion) string {
	f, _ := c.file(of)
	return f.ID
}

// beside gives the mapping file that has a file of this name complete the rows of another one; empty where none does.
func (r *run) beside(name string) string {
	for i := range r.mappings {
		if with := r.mappings[i].With; with != nil && with.Claims(name) {
			return r.mappings[i].Path()
		}
	}
	return ""
}

// companionOf reads the second file of a plan; a nil function where it has not arrived. What is to be said of it is told
// beside.
func (r *run) companionOf(ctx context.Context, p match.Plan) (func(key string) func(header string) decode.Cell, pipelines.Detail, error) {
	of := p.Mapping.With
	file, ok := r.companion.file(of)
	if !ok {
		return nil, pipelines.NewDetail(pipelines.DetailNoSecond, anys(of.Files)...), nil
	}
	read, err := r.readCompanion(ctx, file, of)
	if err != nil {
		return nil, pipelines.Detail{}, err
	}
	var lacks []any
	for _, o := range p.Columns {
		if header := strings.TrimSpace(o.Text); o.How == match.LookedUp && !slices.Contains(read.headers, header) && !slices.Contains(lacks, any(header)) {
			lacks = append(lacks, header)
		}
	}
	var detail pipelines.Detail
	switch {
	case len(read.headers) == 0:
		detail = pipelines.NewDetail(pipelines.DetailSecondLacks, file.Name, keyOf(of))
	case len(lacks) > 0:
		detail = pipelines.NewDetail(pipelines.DetailSecondLacks, append([]any{file.Name}, lacks...)...)
	}
	return func(key string) func(string) decode.Cell {
		row, ok := read.rows[match.Folded(key)]
		if !ok {
			return nil
		}
		return func(header string) decode.Cell { return row[strings.TrimSpace(header)] }
	}, detail, nil
}

// keyOf is the header of the key in the second file.
func keyOf(of *match.Companion) string {
	if of.As != "" {
		return of.As
	}
	return of.Key
}

// readCompanion reads the rows of a second file by their key, once. A file that cannot be read has none: it has problems of
// its own.
func (r *run) readCompanion(ctx context.Context, file land.File, of *match.Companion) (read companion, err error) {
	r.companion.mu.Lock()
	defer r.companion.mu.Unlock()
	at := strings.Join([]string{file.ID, keyOf(of), of.Sheet}, "\x00")
	if read, done := r.companion.read[at]; done {
		return read, nil
	}
	place, err := r.config.Store.Verified(ctx, file.ID)
	if err != nil {
		return read, err
	}
	opened, err := decode.Open(ctx, place, decode.Options{Limits: r.config.Limits, Folder: r.folder, Known: match.Known, Pins: func(member string) decode.Pins {
		if member == "" {
			member = file.Name
		}
		return r.mappings.Pins(member)
	}})
	defer func() { err = errors.Join(err, opened.Close()) }()
	var whole *decode.Error
	if err != nil && !errors.As(err, &whole) {
		return read, err
	}
	read.rows = map[string]map[string]decode.Cell{}
	for _, t := range opened.Tables {
		if matched, _ := path.Match(of.Sheet, path.Base(t.Name)); whole != nil || of.Sheet != "" && !matched {
			continue
		}
		if err := read.table(ctx, t, keyOf(of)); err != nil {
			return read, err
		}
	}
	if r.companion.read == nil {
		r.companion.read = map[string]companion{}
	}
	r.companion.read[at] = read
	return read, nil
}

// table takes the rows of a table, below the row that names the key.
func (c *companion) table(ctx context.Context, t decode.Table, keyHeader string) error {
	var header []string
	key := -1
	return decode.Rows(ctx, t.Body, func(row decode.Row) error {
		if key < 0 {
			key = slices.IndexFunc(row.Cells, func(c decode.Cell) bool { return decode.Trim(c.Text) == strings.TrimSpace(keyHeader) })
			for _, cell := range row.Cells {
				if key >= 0 {
					header = append(header, decode.Trim(cell.Text))
				}
			}
			c.headers = append(c.headers, header...)
			return nil
		}
		if key >= len(row.Cells) {
			return nil
		}
		of := map[string]decode.Cell{}
		for i, cell := range row.Cells {
			if i < len(header) {
				of[header[i]] = cell
			}
		}
		c.rows[match.Folded(decode.Trim(row.Cells[key].Text))] = of
		return nil
	})
}
