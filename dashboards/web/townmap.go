package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"hulian/dashboards/page/records"
	"hulian/dashboards/signin"
	"hulian/dashboards/townmap"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// mapOverhead is how much of a form may stand around its file.
const mapOverhead = 64 << 10

// keepMap takes the town's own map from an administrator, or removes it, and leads back to the page of standards, which says what came of
// it. To everybody else the address does not exist.
func (s *server) keepMap(w http.ResponseWriter, r *http.Request) error {
	action := r.PathValue("action")
	if s.Map == nil || action != "keep" && action != "remove" {
		return errNotFound
	}
	if err := s.allowed(r, visitor.Administer, s.Door.Here()); err != nil {
		return err
	}
	said, back := url.Values{}, url.Values{}
	var err error
	called, object := trail.RemovedMap, ""
	if action == "remove" {
		if err := readForm(w, r, shortForm); err != nil {
			return err
		}
		said = r.PostForm
		back.Set("map", "removed")
		err = s.Map.Remove()
	} else {
		called = trail.KeptMap
		back.Set("map", "kept")
		object, err = s.takeMap(w, r, said)
	}
	keepLanguage(back, said, r.URL.Query())
	if why, feature := records.MapRefusal(err); why != "" {
		s.log(r.Context()).Info("a map was not taken", "refused", err, "by", signin.VisitorOf(r.Context()).Account)
		back.Set("map", string(why))
		if feature > 0 {
			back.Set("feature", strconv.Itoa(feature))
		}
	} else if err := s.done(r.Context(), called, object, s.Door.Here(), err); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/standards?"+back.Encode()+"#map", http.StatusSeeOther)
	return nil
}

// takeMap reads the file of a form and keeps it; object says in the trail how many villages it shows.
func (s *server) takeMap(w http.ResponseWriter, r *http.Request, said url.Values) (object string, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, townmap.MostBytes+mapOverhead)
	file, _, err := r.FormFile("file")
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return "", &townmap.Refusal{Why: townmap.TooLarge}
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", errBadRequest, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	defer func() { err = errors.Join(err, r.MultipartForm.RemoveAll()) }()
	said.Set("lang", r.FormValue("lang"))
	content, err := io.ReadAll(file)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errBadRequest, err)
	}
	pinned, snapshot, err := s.opened(r.Context(), s.pin)
	if err != nil {
		return "", err
	}
	defer pinned.Release()
	var villages []townmap.Village
	for _, u := range snapshot.Villages {
		villages = append(villages, townmap.Village{ID: u.ID, Name: u.Name})
	}
	made, err := s.Map.Keep(content, villages)
	return fmt.Sprintf("%d/%d", len(made.Of), len(villages)), err
}

// mapStamp changes with the town's map, for pages that show it. One that cannot be read is as none.
func (s *server) mapStamp() string {
	if s.Map == nil {
		return ""
	}
	m, err := s.Map.Map()
	if err != nil {
		return "broken"
	}
	return m.Hash
}
