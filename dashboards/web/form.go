package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"hulian/dashboards/api"
)

// shortForm bounds the body of a form: some choices and a reason.
const shortForm = 32 << 10

// readForm reads a form of at most limit bytes into r.PostForm.
func readForm(w http.ResponseWriter, r *http.Request, limit int64) error {
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	return nil
}

// keepLanguage puts the language that a form names, or else the address it was sent to, into the address it leads back to.
func keepLanguage(back url.Values, said ...url.Values) {
	for _, one := range said {
		if lang := one.Get("lang"); spoken(lang) {
			back.Set("lang", lang)
			return
		}
	}
}

// mayTake lets an answer come as late as limit, and leaves its reader time after that. A writer without deadlines, as in tests, has
// none to move.
func mayTake(w http.ResponseWriter, limit time.Duration) error {
	err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(limit + api.Patience))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
