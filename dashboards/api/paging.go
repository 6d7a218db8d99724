package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"hulian/dashboards/refusal"
	"hulian/data"
)

// Paged is what a request for a long list may say.
type Paged struct {
	Asked
	Limit int64  `query:"limit" minimum:"1" maximum:"50000" default:"1000" doc:"most rows of one answer"`
	After string `query:"after" pattern:"^[0-9]{1,12}-[0-9]{1,12}$" maxLength:"25" doc:"place in the list: taken from next, never made up"`
}

// place reads where in the list of a generation the rows begin. Where the data were published anew since, rows could come twice or
// not at all: that is refused.
func (p *Paged) place(generation int) (offset int64, err error) {
	if p.After == "" {
		return 0, nil
	}
	var of int
	if _, err := fmt.Sscanf(p.After, "%d-%d", &of, &offset); err != nil || of != generation {
		return 0, refusal.New(p.lang, http.StatusConflict, fmt.Sprintf("after=%s is a place in generation %d, and generation %d is published", p.After, of, generation), data.Text{})
	}
	return offset, nil
}

// next is the address of the rows behind an offset.
func (p *Paged) next(generation int, offset int64) string {
	u, err := url.Parse(p.address)
	if err != nil { // it was parsed before
		return ""
	}
	q := u.Query()
	q.Set("after", strconv.Itoa(generation)+"-"+strconv.FormatInt(offset, 10))
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// page cuts a list that is at hand into pages.
func page[T any](p *Paged, generation int, all []T) (rows []T, next string, err error) {
	offset, err := p.place(generation)
	if err != nil {
		return nil, "", err
	}
	offset = min(offset, int64(len(all)))
	rows = all[offset:]
	if int64(len(rows)) > p.Limit {
		rows, next = rows[:p.Limit], p.next(generation, offset+p.Limit)
	}
	return rows, next, nil
}
