package web

import (
	"errors"
	"fmt"
	"net/http"

	"hulian/dashboards/desk"
	"hulian/dashboards/page/records"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// mappingForm bounds the body of the form: some hundred columns and words.
const mappingForm = 1 << 20

// What the buttons of the form say is to be done; without one of them the mapping is confirmed.
const (
	goNext = "next" // to the words and names
	goLook = "look" // at the columns of the second file
	goAlso = "also" // on with another export of the same table
)

// confirmMapping takes what a person says the columns and words of a landed file mean. In the end it keeps that, has the file
// read again, and leads to the page of that batch; before, and where something is missing, back to the form.
func (s *server) confirmMapping(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil || s.Desk.Propose == nil || s.Desk.Keep == nil {
		return errNotFound
	}
	if err := s.somewhere(r, visitor.Upload); err != nil {
		return err
	}
	if err := readForm(w, r, mappingForm); err != nil {
		return err
	}
	said := r.PostForm
	if len(said["word"]) != len(said["means"]) {
		return fmt.Errorf("%w: %d words, %d meanings", errBadRequest, len(said["word"]), len(said["means"]))
	}
	if err := s.seesFile(r, said.Get("file")); err != nil {
		return err
	}
	n, err := records.ReadNaming(r.Context(), s.Desk, said)
	todo, batch := said.Get("go"), ""
	if err == nil && s.Desk.Check != nil && (todo == "" || todo == goNext) {
		err = s.Desk.Check(whole(n), n.Headers(), n.Second)
	}
	if err == nil && todo == "" {
		batch, err = s.Desk.Confirm(r.Context(), desk.File{ID: n.File, Name: n.Plain.File}, n.Table, n.Draft, desk.By(signin.VisitorOf(r.Context())))
		if !errors.As(err, new(pipelines.MappingRefusal)) {
			err = s.done(r.Context(), trail.NamedColumns, n.File, s.Door.Here(), err)
		}
	}
	next := n.Address(said)
	keepLanguage(next, said, r.URL.Query())
	var refused pipelines.MappingRefusal
	switch {
	case errors.As(err, &refused) && todo == goLook && refused.Key != "with": // what is missing is told when it is to be checked
		next.Set("open", "second")
	case errors.As(err, &refused):
		records.Refusal(next, refused)
		if records.OfForm(refused) {
			next.Set("step", "words")
		} else if refused.Export != "" {
			next.Set("export", refused.Export)
		}
	case err != nil:
		return err
	case todo == goLook:
		next.Set("open", "second")
	case todo == goNext:
		next.Set("step", "words")
	case todo == goAlso:
		if _, known := data.ContractOf(said.Get("also")); !known {
			return errNotFound
		}
		next.Set("export", said.Get("also"))
	default:
		for name := range next {
			if name != "lang" {
				next.Del(name)
			}
		}
		next.Set("batch", batch)
	}
	if todo == "" {
		s.log(r.Context()).Info("mapping confirmed", "file", n.File, "table", n.Table, "export", n.Export, "refused", string(refused.Why))
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/upload?"+next.Encode(), http.StatusSeeOther)
	return nil
}

// whole is a draft with the names that are asked for at the end, so that the columns can be checked before.
func whole(n records.Naming) pipelines.MappingDraft {
	d := n.Draft
	if len(d.Files) == 0 {
		d.Files = []string{n.Plain.Pattern}
	}
	return d
}
