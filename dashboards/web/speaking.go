package web

import (
	"net/http"
	"net/url"
	"strings"

	"hulian/dashboards/language"
)

// languageCookie keeps the language a person has chosen at the head of a page. It says nothing else of anybody.
const languageCookie = "hulian-language"

// languageKept is how long a choice is kept, in seconds: a year.
const languageKept = 365 * 24 * 60 * 60

// speaking puts the language into every address of a page that does not name one: what the person has chosen, else what the town's
// configuration says, else what the browser prefers, else Chinese. An address that names a language is answered in it; with choose in it,
// as links at the head of pages have, that language is kept as the person's choice.
func (s *server) speaking(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, prefix := range []string{"/api/", "/assets/", "/healthz", "/metrics"} {
			if strings.HasPrefix(r.URL.Path, prefix) { // what programs ask for has no person behind it
				next.ServeHTTP(w, r)
				return
			}
		}
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil { // whoever answers says that the address cannot be read
			next.ServeHTTP(w, r)
			return
		}
		said := values.Get("lang")
		if values.Has("choose") {
			if spoken(said) {
				http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: said, Path: "/", MaxAge: languageKept, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
			}
			values.Del("choose")
		}
		if said == "" && s.languageOf(r) == language.English {
			values.Set("lang", language.English)
		}
		if encoded := values.Encode(); said == "" || r.URL.RawQuery != encoded {
			r = r.Clone(r.Context())
			r.URL.RawQuery = encoded
		}
		next.ServeHTTP(w, r)
	})
}

func spoken(lang string) bool { return lang == language.Chinese || lang == language.English }

// languageOf is what a person reads who has asked for no language in the address.
func (s *server) languageOf(r *http.Request) string {
	if chosen, err := r.Cookie(languageCookie); err == nil && spoken(chosen.Value) {
		return chosen.Value
	}
	if spoken(s.Language) {
		return s.Language
	}
	return preferred(r.Header.Get("Accept-Language"))
}

// preferred is the first of a browser's languages that pages speak; Chinese where there is none. Browsers list them by preference.
func preferred(acceptLanguage string) string {
	for tag := range strings.SplitSeq(acceptLanguage, ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		if main, _, _ := strings.Cut(strings.ToLower(tag), "-"); spoken(main) {
			return main
		}
	}
	return language.Chinese
}
