package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/source/transfer"
)

// largestPage is the size up to which one page is held in memory.
const largestPage = 64 << 20

// openPages opens the file that all pages make together. The first page is fetched at once.
func (w *web) openPages(ctx context.Context, file File, at *url.URL) (io.ReadCloser, error) {
	limits := w.config.Limits.Filled()
	p := &pages{web: w, file: file, paging: *file.Paging, limits: limits, at: at, asked: map[string]bool{}, number: file.Paging.First}
	if p.paging.MostPages == 0 {
		p.paging.MostPages = mostPages
	}
	if p.paging.By == "page" || p.paging.By == "offset" {
		p.at = with(at, p.paging.Parameter, strconv.Itoa(p.number))
	}
	p.ctx, p.cancel = context.WithTimeoutCause(ctx, limits.Total, transfer.ErrTooSlow)
	if err := p.turn(); err != nil {
		p.cancel()
		return nil, fault(file, err)
	}
	return p, nil
}

// with sets one parameter of an address.
func with(at *url.URL, parameter, value string) *url.URL {
	changed, query := *at, at.Query()
	query.Set(parameter, value)
	changed.RawQuery = query.Encode()
	return &changed
}

// pages reads page after page, each held whole before any of it is handed out, so that one that breaks is fetched
// again by itself.
type pages struct {
	web    *web
	file   File
	paging Paging
	limits transfer.Limits
	ctx    context.Context
	cancel context.CancelFunc

	at     *url.URL // of the next page; nil after the last
	asked  map[string]bool
	number int    // page number or offset of the page at
	header []byte // of the CSV rows
	before []byte // the page before, to notice a server that gives the same one for ever
	ready  bytes.Buffer
	total  int64
	failed error
}

func (p *pages) Read(b []byte) (int, error) {
	for p.failed == nil && p.ready.Len() == 0 {
		if p.at == nil {
			p.failed = io.EOF
		} else if err := p.turn(); err != nil {
			p.failed = fault(p.file, err)
		}
	}
	if p.failed != nil {
		return 0, p.failed
	}
	return p.ready.Read(b)
}

func (p *pages) Close() error {
	p.cancel()
	if p.failed == nil || transfer.AtEnd(p.failed) {
		p.failed = errors.New("read after close")
	}
	return nil
}

// turn fetches the page at p.at, appends what it holds and finds the page after it.
func (p *pages) turn() error {
	if err := p.ctx.Err(); err != nil {
		return context.Cause(p.ctx)
	}
	if p.asked[p.at.String()] {
		return pipelines.Errorf("%w: %s leads back to a page that was read already", errCircle, p.file.Name)
	}
	if len(p.asked) >= p.paging.MostPages {
		return pipelines.Errorf("there are more than %d pages; raise most_pages if that is meant", p.paging.MostPages)
	}
	p.asked[p.at.String()] = true
	answer, err := p.fetch(p.at)
	if err != nil {
		return pipelines.Errorf("page %d: %w", len(p.asked), err)
	}
	records, after, err := p.take(answer)
	if err != nil {
		return pipelines.Errorf("page %d: %w", len(p.asked), err)
	}
	if records > 0 && (p.paging.By == "page" || p.paging.By == "offset") {
		if bytes.Equal(answer.content, p.before) {
			return pipelines.Errorf("%w: %s=%d gives the same page as before", errCircle, p.paging.Parameter, p.number)
		}
		p.before = answer.content
	}
	if p.total += int64(p.ready.Len()); p.total > int64(p.limits.MaxSize) {
		return pipelines.Errorf("%w: more than %s", transfer.ErrTooLarge, p.limits.MaxSize)
	}
	return p.follow(after, records)
}

var errCircle = errors.New("the pages lead in a circle")

// follow sets the address of the page after this one.
func (p *pages) follow(after string, records int) error {
	here := p.at
	p.at = nil
	switch p.paging.By {
	case "page", "offset":
		if records == 0 {
			return nil
		}
		step := 1
		if p.paging.By == "offset" {
			step = records
		}
		p.number += step
		p.at = with(here, p.paging.Parameter, strconv.Itoa(p.number))
		return nil
	}
	if after == "" {
		return nil
	}
	if p.paging.By == "next" && p.paging.Parameter != "" {
		p.at = with(here, p.paging.Parameter, after)
		return nil
	}
	u, err := here.Parse(after)
	if err != nil {
		return errors.New("the address of the page after it cannot be read")
	}
	if placeOf(u) != p.web.client.place || u.User != nil {
		return pipelines.Errorf("the page after it is on another server: %s", u.Host)
	}
	u.Fragment = ""
	p.at = u
	return nil
}

type answer struct {
	content []byte
	link    []string
}

func (p *pages) fetch(at *url.URL) (answer, error) {
	return transfer.Do(p.ctx, p.limits, func(ctx context.Context, alive func()) (answer, error) {
		response, err := p.web.client.get(ctx, at, http.Header{})
		if err != nil {
			return answer{}, err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return answer{}, transfer.Permanent(status(response.StatusCode))
		}
		most := min(largestPage, int64(p.limits.MaxSize))
		content, err := io.ReadAll(io.LimitReader(&noticed{response.Body, alive}, most+1))
		if err == nil && int64(len(content)) > most {
			err = transfer.Permanent(pipelines.Errorf("%w: a page may have %s", transfer.ErrTooLarge, transfer.Size(most)))
		}
		return answer{content, response.Header.Values("Link")}, err
	})
}

// noticed tells of every piece that arrives.
type noticed struct {
	io.Reader
	alive func()
}

func (n *noticed) Read(p []byte) (int, error) {
	n.alive()
	return n.Reader.Read(p)
}

// take appends what the page holds to p.ready and returns how many records that is and where the next page is.
func (p *pages) take(a answer) (records int, after string, err error) {
	if p.paging.Format == "csv" {
		records, err = p.takeRows(a.content)
	} else {
		records, after, err = p.takeRecords(a.content)
	}
	if p.paging.By == "link" {
		after = nextLink(a.link)
	}
	return records, after, err
}

func (p *pages) takeRecords(content []byte) (records int, after string, err error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	list, err := field(content, p.paging.Records)
	if err != nil {
		return 0, "", err
	}
	var each []json.RawMessage
	if err := json.Unmarshal(list, &each); err != nil {
		return 0, "", pipelines.Errorf("%s holds no list of records", describe(p.paging.Records))
	}
	for _, record := range each {
		if err := json.Compact(&p.ready, record); err != nil {
			return 0, "", err
		}
		p.ready.WriteByte('\n')
	}
	if p.paging.By != "next" {
		return len(each), "", nil
	}
	mark, err := field(content, p.paging.NextField)
	if errors.Is(err, errNoField) {
		return len(each), "", nil
	}
	if err != nil {
		return 0, "", err
	}
	switch text := string(mark); text {
	case "null", "false", `""`:
		return len(each), "", nil
	default:
		if json.Unmarshal(mark, &after) != nil { // a number: taken as it stands
			after = text
		}
		if strings.HasPrefix(after, "{") || strings.HasPrefix(after, "[") {
			return 0, "", pipelines.Errorf("next_field %s holds neither an address nor a mark", p.paging.NextField)
		}
		return len(each), after, nil
	}
}

var errNoField = errors.New("there is no such field")

// describe names a field for people.
func describe(dotted string) string {
	if dotted == "" {
		return "the answer"
	}
	return dotted
}

// field finds the value at a dotted path.
func field(content []byte, dotted string) (json.RawMessage, error) {
	value := json.RawMessage(content)
	if !json.Valid(value) {
		return nil, errors.New("the answer is no JSON")
	}
	if dotted == "" {
		return value, nil
	}
	for name := range strings.SplitSeq(dotted, ".") {
		var object map[string]json.RawMessage
		if json.Unmarshal(value, &object) != nil {
			return nil, pipelines.Errorf("%s: %w", dotted, errNoField)
		}
		inner, ok := object[name]
		if !ok {
			return nil, pipelines.Errorf("%s: %w", dotted, errNoField)
		}
		value = bytes.TrimSpace(inner)
	}
	return value, nil
}

// takeRows appends rows under the header of the first page.
func (p *pages) takeRows(content []byte) (records int, err error) {
	if len(bytes.TrimSpace(content)) == 0 {
		return 0, nil
	}
	if !bytes.HasSuffix(content, []byte("\n")) {
		content = append(content, '\n')
	}
	end := lineEnd(content)
	header, rows := content[:end], content[end:]
	switch {
	case p.header == nil:
		p.header = bytes.Clone(header)
		p.ready.Write(header)
	case !bytes.Equal(bytes.TrimRight(header, "\r\n"), bytes.TrimRight(p.header, "\r\n")):
		return 0, pipelines.Errorf("its header is another one than that of the first page: %.200q", header)
	}
	p.ready.Write(rows)
	for len(rows) > 0 {
		end = lineEnd(rows)
		if len(bytes.TrimSpace(rows[:end])) > 0 {
			records++
		}
		rows = rows[end:]
	}
	return records, nil
}

// lineEnd is the length of the first record of CSV text, with its line break. Line breaks within quotes do not end it.
func lineEnd(text []byte) int {
	quoted := false
	for i, b := range text {
		switch {
		case b == '"':
			quoted = !quoted
		case b == '\n' && !quoted:
			return i + 1
		}
	}
	return len(text)
}

// nextLink finds the target of rel="next" in Link headers, RFC 8288 section 3.
func nextLink(headers []string) string {
	for _, rest := range headers {
		for {
			_, after, found := strings.Cut(rest, "<")
			if !found {
				break
			}
			target, parameters, found := strings.Cut(after, ">")
			if !found {
				break
			}
			own := unquotedUntil(parameters, ',')
			for own := own; own != ""; {
				one := unquotedUntil(own, ';')
				own = strings.TrimPrefix(own[len(one):], ";")
				name, value, _ := strings.Cut(one, "=")
				value = strings.Trim(strings.TrimSpace(value), `"`)
				if strings.EqualFold(strings.TrimSpace(name), "rel") {
					for relation := range strings.FieldsSeq(value) {
						if strings.EqualFold(relation, "next") {
							return target
						}
					}
				}
			}
			rest = parameters[len(own):]
		}
	}
	return ""
}

// unquotedUntil is the text up to the first separator outside quotes.
func unquotedUntil(text string, separator byte) string {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == separator && !quoted:
			return text[:i]
		}
	}
	return text
}
