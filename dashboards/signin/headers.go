package signin

import "net/http"

// What a page may load: what this binary holds and nothing else, styles and scripts only as files. The door's own pages have
// no script at all.
const (
	sitePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	formPolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

// safe are the headers of every answer, of the site and of the door.
var safe = map[string]string{
	"Content-Security-Policy":      sitePolicy,
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer", // addresses hold tokens
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
}

// Guarded gives every answer of a handler that nobody signs in to the headers of the site.
func Guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w)
		next.ServeHTTP(w, r)
	})
}

func setHeaders(w http.ResponseWriter) {
	for name, value := range safe {
		w.Header().Set(name, value)
	}
}
