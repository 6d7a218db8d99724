package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"hulian/pipelines"
	"hulian/pipelines/model"
	"hulian/pipelines/warehouse"
)

// errUnsealed says of a generation from before there were hashes that nothing tells whether it is what was written.
var errUnsealed = errors.New("it was published by a version that kept no hashes of its files")

// Verify holds every file of a generation to the hash its manifest names. What is damaged gives a Fault that names the file
// and wraps pipelines.ErrDamaged. A generation published before there were hashes is held to the content of its tables.
func Verify(ctx context.Context, dir string, g Generation) error {
	if len(g.Manifest.Files) == 0 {
		return VerifyContent(ctx, g)
	}
	return errors.Join(verifyFiles(ctx, dir, g.Manifest.Files)...)
}

// verifyFiles gives an error for each file that is not what was written.
func verifyFiles(ctx context.Context, dir string, files []File) (damaged []error) {
	for _, written := range files {
		path := filepath.Join(dir, filepath.FromSlash(written.Path))
		found, err := sumOf(ctx, path)
		if ctx.Err() != nil {
			return append(damaged, ctx.Err())
		}
		if err == nil && (found.SHA256 != written.SHA256 || found.Size != written.Size) {
			err = errors.New("its hash is not the one it was published with")
		}
		if err != nil {
			if !errors.Is(err, os.ErrPermission) {
				err = fmt.Errorf("%w: %w", pipelines.ErrDamaged, err)
			}
			damaged = append(damaged, &pipelines.Fault{Op: "verify a published file", At: path, Err: err, Next: republish})
		}
	}
	return damaged
}

// verifyDatabase is Verify of the database alone. A process that asks several times hashes a file once, as long as its size
// and its time stay what they were.
func verifyDatabase(ctx context.Context, dir string, g Generation) error {
	written, known := g.Manifest.file(relative(dir, g.Path))
	if !known {
		return nil
	}
	info, err := os.Stat(g.Path)
	as := hashed{path: g.Path, sum: written.SHA256}
	if err == nil {
		as.size, as.at = info.Size(), info.ModTime().UnixNano()
		if _, whole := wholeOnes.Load(as); whole {
			return nil
		}
	}
	damaged := verifyFiles(ctx, dir, []File{written})
	if err == nil && len(damaged) == 0 {
		wholeOnes.Store(as, nil)
	}
	return errors.Join(damaged...)
}

// hashed is a file that was found to be what was written, by what tells that it has not changed since.
type hashed struct {
	path, sum string
	size, at  int64
}

var wholeOnes sync.Map // of hashed

// VerifyContent opens the database of a generation and compares every table with what the manifest says of it. The error
// wraps pipelines.ErrDamaged where it differs or cannot be read.
func VerifyContent(ctx context.Context, g Generation) (err error) {
	snapshot, err := warehouse.Open(ctx, warehouse.Config{Path: g.Path, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	content := contents(ctx, snapshot)
	for _, t := range g.Manifest.Tables {
		content, err := content(t.Table)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && content != t.Content {
			err = pipelines.Errorf("%w: it holds other rows than the manifest says", pipelines.ErrDamaged)
		}
		if err != nil {
			if !errors.Is(err, pipelines.ErrDamaged) { // a table that is not there, or has other columns
				err = fmt.Errorf("%w: %w", pipelines.ErrDamaged, err)
			}
			return &pipelines.Fault{Op: "verify a published table", At: g.Path + ", " + t.Table, Err: err, Next: republish}
		}
	}
	return nil
}

// contents sums up tables of a database without their passing columns. Which of them hold no row is asked once, before.
func contents(ctx context.Context, q pipelines.Querier) func(table string) (string, error) {
	filled, err := model.Filled(ctx, q)
	if err != nil {
		filled = nil // one of them cannot be read: which one is found where each is asked for
	}
	return func(table string) (string, error) {
		if rows, known := filled[table]; known && !rows {
			return model.NoContent, nil
		}
		return model.ContentOf(ctx, q, table, passing[table]...)
	}
}

// Differing names the tables of which a warehouse holds other rows than a generation that was made of the same files: nothing but
// a hand or a fault of the program changes them then. It names none where the files are others, because more has been loaded since.
func Differing(ctx context.Context, q pipelines.Querier, g Generation) (tables []string, err error) {
	content := contents(ctx, q)
	for _, t := range g.Manifest.Tables {
		schema, _, _ := strings.Cut(t.Table, ".")
		if !slices.Contains(loaded, schema) {
			continue
		}
		content, err := content(t.Table)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		switch same := err == nil && content == t.Content; {
		case errors.Is(err, pipelines.ErrDamaged):
			return nil, err
		case same:
		case t.Table == "ops.files":
			return nil, nil
		default: // a table that is not there too
			tables = append(tables, t.Table)
		}
	}
	return tables, nil
}

// sumOf hashes one file.
func sumOf(ctx context.Context, path string) (File, error) {
	file, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, cancelled{ctx, file})
	return File{Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, errors.Join(err, file.Close())
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
