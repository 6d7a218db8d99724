package web

import (
	"net/http"

	"hulian/dashboards/gallery"
	"hulian/dashboards/signin"
	"hulian/dashboards/visitor"
)

// components answers with every component of the pages in every state. Its figures are invented, and whoever sees pages may see it.
func (s *server) components(w http.ResponseWriter, r *http.Request) error {
	if !signin.VisitorOf(r.Context()).SeesUnit(visitor.Place{Town: s.Door.Here().Town}) {
		return errBeyond
	}
	body, err := gallery.Page(r.URL.Query())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	send(w, r, answer{status: http.StatusOK, kind: "text/html; charset=utf-8", body: body, packed: pack(body)})
	return nil
}
