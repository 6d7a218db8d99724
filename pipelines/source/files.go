package source

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hulian/pipelines"
)

type files []string

// Files offers the files a person named, each under its base name. A folder among them stands for what Folder offers
// of it, and a link for what it leads to: a person named it. A path that does not exist yields an error with its name; the
// others are still offered.
func Files(paths ...string) Source { return files(paths) }

func (f files) Name() string { return strings.Join(f, ", ") }

func (f files) Items(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var items []Item
		for _, at := range f {
			info, err := os.Stat(at)
			switch {
			case err != nil:
			case info.IsDir():
				for item, err := range Folder(at).Items(ctx) {
					if err != nil {
						if !yield(item, err) || item.Name == "" {
							return
						}
						continue
					}
					items = append(items, item)
				}
				continue
			case !info.Mode().IsRegular():
				err = errors.New("not a regular file")
			}
			if err != nil {
				if !yield(Item{Name: Readable(filepath.Base(at))}, &pipelines.Fault{Op: "read", At: Readable(at), Err: err, Next: "check the path"}) {
					return
				}
				continue
			}
			items = append(items, Item{
				Name: Readable(filepath.Base(at)), Origin: Readable(at), Path: at, ModTime: info.ModTime(), Size: info.Size(),
				Open: func(ctx context.Context) (io.ReadCloser, error) {
					return open(ctx, func() (*os.File, error) { return os.Open(at) }, info)
				},
			})
		}
		slices.SortStableFunc(items, func(a, b Item) int {
			if order := a.ModTime.Compare(b.ModTime); order != 0 {
				return order
			}
			return strings.Compare(a.Name, b.Name)
		})
		for _, item := range items {
			if ctx.Err() != nil {
				yield(Item{}, ctx.Err())
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}
