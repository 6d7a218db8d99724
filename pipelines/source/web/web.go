package web

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/transfer"
)

type web struct {
	name      string
	config    Config
	addresses []*url.URL
	client    *client
	memory    source.Memory
}

// New makes a source of a configuration. Files whose version memory holds are not offered; nil remembers nothing.
func New(name string, c Config, memory source.Memory) (source.Source, error) {
	c.Files = slices.Clone(c.Files)
	addresses, err := c.check()
	if err != nil {
		return nil, err
	}
	client, err := newClient(c, addresses[0])
	if err != nil {
		return nil, err
	}
	return &web{name: name, config: c, addresses: addresses, client: client, memory: memory}, nil
}

func (w *web) Name() string { return w.name }

// Items asks every address, so that files can be offered by age. Pages, which tell no age, come last.
func (w *web) Items(ctx context.Context) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		var items []source.Item
		for i, file := range w.config.Files {
			item, fresh, err := w.look(ctx, file, w.addresses[i])
			if ctx.Err() != nil {
				yield(source.Item{}, ctx.Err())
				return
			}
			if err != nil {
				if !yield(source.Item{Name: file.Name, Origin: file.Address}, fault(file, err)) {
					return
				}
				continue
			}
			if fresh {
				items = append(items, item)
			}
		}
		slices.SortStableFunc(items, func(a, b source.Item) int {
			if a.ModTime.IsZero() || b.ModTime.IsZero() {
				return b.ModTime.Compare(a.ModTime)
			}
			if order := a.ModTime.Compare(b.ModTime); order != 0 {
				return order
			}
			return strings.Compare(a.Name, b.Name)
		})
		for _, item := range items {
			if ctx.Err() != nil {
				yield(source.Item{}, ctx.Err())
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

func fault(file File, err error) error {
	return &pipelines.Fault{Op: "fetch", At: file.Address, Err: err, Next: next(err)}
}

// seen is what a server says of a file.
type seen struct {
	etag     string // as sent, with its quotes
	modified string // the Last-Modified header, as sent
	date     string // when the server said so, by its clock
	size     int64
}

func saw(r *http.Response) seen {
	s := seen{etag: r.Header.Get("ETag"), modified: r.Header.Get("Last-Modified"), date: r.Header.Get("Date"), size: r.ContentLength}
	if r.StatusCode == http.StatusPartialContent {
		_, s.size = contentRange(r.Header.Get("Content-Range"))
	}
	return s
}

// version is what is remembered. An ETag begins with a quote or W/, a date with the name of a day. A date says
// nothing while the file may change again within its second, RFC 9110 section 8.8.2.2.
func (s seen) version() string {
	if s.etag != "" {
		return s.etag
	}
	changed, err := http.ParseTime(s.modified)
	if now, problem := http.ParseTime(s.date); err != nil || problem != nil || now.Sub(changed) < 2*time.Second {
		return ""
	}
	return s.modified
}

// strong is the ETag a request may name to be sure of the same bytes, RFC 9110 section 13.1.5.
func (s seen) strong() string {
	if strings.HasPrefix(s.etag, `"`) {
		return s.etag
	}
	return ""
}

// look asks for the first byte of a file, under the condition that the file is another one than has landed.
func (w *web) look(ctx context.Context, file File, at *url.URL) (item source.Item, fresh bool, err error) {
	item = source.Item{Name: file.Name, Origin: file.Address, Size: -1}
	if file.Paging != nil {
		item.Open = func(ctx context.Context) (io.ReadCloser, error) { return w.openPages(ctx, file, at) }
		return item, true, nil
	}
	var landed string
	if w.memory != nil {
		landed = w.memory.Landed(file.Address)
	}
	conditions := http.Header{}
	switch {
	case strings.HasPrefix(landed, `"`), strings.HasPrefix(landed, "W/"):
		conditions.Set("If-None-Match", landed)
	case landed != "":
		conditions.Set("If-Modified-Since", landed)
	}
	now, err := transfer.Do(ctx, w.config.Limits, func(ctx context.Context, alive func()) (*seen, error) {
		header := conditions.Clone()
		header.Set("Range", "bytes=0-0")
		response, err := w.client.get(ctx, at, header)
		if err == nil && response.StatusCode == http.StatusRequestedRangeNotSatisfiable { // no first byte: the file is empty
			discard(response.Body)
			alive()
			response, err = w.client.get(ctx, at, conditions)
		}
		if err != nil {
			return nil, err
		}
		if response.StatusCode == http.StatusOK {
			response.Body.Close() // the server does not know ranges: the whole file is on its way
		} else {
			discard(response.Body)
		}
		if response.StatusCode == http.StatusNotModified {
			return nil, nil
		}
		if response.StatusCode == http.StatusRequestedRangeNotSatisfiable {
			return nil, transfer.Permanent(status(response.StatusCode))
		}
		s := saw(response)
		return &s, nil
	})
	if err != nil || now == nil || landed != "" && now.version() == landed {
		return item, false, err
	}
	if now.size > 0 { // some programs claim zero when they do not know
		item.Size = now.size
	}
	item.Version = now.version()
	if changed, err := http.ParseTime(now.modified); err == nil {
		item.ModTime = changed
	}
	size := item.Size
	item.Open = func(ctx context.Context) (io.ReadCloser, error) { return w.open(ctx, file, at, size) }
	return item, true, nil
}

// open holds to the ETag of its own first answer, not to the one offered: programs that make an answer anew for every
// request would never match. Nothing is lost by that: what is remembered is the earlier ETag, so that a file that
// changed in between is another one at the next look.
func (w *web) open(ctx context.Context, file File, at *url.URL, size int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var was seen
	return transfer.Open(ctx, w.config.Limits, transfer.Content{
		Size:  size,
		Fault: func(err error) error { return fault(file, err) },
		Open: func(ctx context.Context, offset int64) (io.ReadCloser, int64, error) {
			header := http.Header{}
			if offset > 0 && was.strong() != "" {
				header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
				header.Set("If-Range", was.strong())
			}
			response, err := w.client.get(ctx, at, header)
			if err != nil {
				return nil, 0, err
			}
			now := saw(response)
			start := int64(0)
			switch response.StatusCode {
			case http.StatusOK:
			case http.StatusPartialContent:
				start, _ = contentRange(response.Header.Get("Content-Range"))
			case http.StatusRequestedRangeNotSatisfiable:
				err = source.ErrChanged
			default:
				err = transfer.Permanent(status(response.StatusCode))
			}
			if err == nil && offset > 0 && now.etag != was.etag {
				err = source.ErrChanged
			}
			if err != nil {
				response.Body.Close()
				return nil, 0, err
			}
			if offset == 0 {
				was = now
			}
			return response.Body, start, nil
		},
	})
}

// contentRange reads "bytes 5-9/10". What cannot be read is -1.
func contentRange(text string) (start, size int64) {
	text, ok := strings.CutPrefix(text, "bytes ")
	span, total, found := strings.Cut(text, "/")
	if !ok || !found {
		return -1, -1
	}
	first, _, _ := strings.Cut(span, "-")
	return number(first), number(total)
}

func number(text string) int64 {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 63)
	if err != nil {
		return -1
	}
	return int64(n)
}
