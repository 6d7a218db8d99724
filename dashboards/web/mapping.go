package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"hulian/dashboards/page"
	"hulian/pipelines"
)

// mappingForm bounds the body of the form: some hundred columns and words.
const mappingForm = 1 << 20

// confirmMapping keeps what a person says the columns and words of a landed file mean, has the file read again, and leads
// to the page of that batch; back to the form where something is missing.
func (s *server) confirmMapping(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil || s.Desk.Propose == nil || s.Desk.Keep == nil {
		return errNotFound
	}
	if err := readForm(w, r, mappingForm); err != nil {
		return err
	}
	said := r.PostForm
	if len(said["word"]) != len(said["means"]) {
		return fmt.Errorf("%w: %d words, %d meanings", errBadRequest, len(said["word"]), len(said["means"]))
	}
	said.Set("step", "words")
	_, chosen, ask, err := page.Chosen(r.Context(), s.Desk, said)
	draft := pipelines.MappingDraft{Exporter: said.Get("exporter"), By: said.Get("by"), Files: []string{strings.TrimSpace(said.Get("files"))},
		Encoding: ask.Encoding, Delimiter: ask.Delimiter, HeaderRow: ask.HeaderRow, Export: chosen.Export, Columns: ask.Columns, Values: meanings(said)}
	var batch string
	if err == nil {
		batch, err = s.Desk.Confirm(r.Context(), said.Get("file"), said.Get("table"), draft)
	}
	back := url.Values{}
	if said.Get("lang") == page.English {
		back.Set("lang", page.English)
	}
	var refused pipelines.MappingRefusal
	switch {
	case errors.As(err, &refused):
		for _, name := range []string{"file", "table", "export", "encoding", "delimiter", "row", "as", "step"} {
			if len(said[name]) > 0 && said.Get(name) != "" {
				back[name] = said[name]
			}
		}
		back.Set("refused", string(refused.Why))
		back.Set("subject", refused.Subject)
	case err != nil:
		return err
	default:
		back.Set("batch", batch)
	}
	s.Logger.Info("mapping confirmed", "file", said.Get("file"), "table", said.Get("table"), "export", chosen.Export, "by", draft.By, "refused", string(refused.Why), "from", r.RemoteAddr)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/upload?"+back.Encode(), http.StatusSeeOther)
	return nil
}

// meanings pairs the words of the form with what was chosen for them; a word without a choice stays unknown.
func meanings(said url.Values) map[string]map[string]string {
	values := map[string]map[string]string{}
	for i, pair := range said["word"] {
		column, word, ok := strings.Cut(pair, ":")
		if means := said["means"][i]; ok && means != "" {
			if values[column] == nil {
				values[column] = map[string]string{}
			}
			values[column][word] = means
		}
	}
	return values
}
