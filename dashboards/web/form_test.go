package web

import (
	"net/url"
	"testing"
)

// TestAFormLeadsBackInItsLanguage takes the language from the form, else from the address it was sent to; both languages count, for
// somebody's browser may prefer the other one.
func TestAFormLeadsBackInItsLanguage(t *testing.T) {
	for _, c := range []struct{ form, address, want string }{
		{"", "", ""},
		{"lang=en", "", "lang=en"},
		{"", "lang=en", "lang=en"},
		{"", "lang=zh", "lang=zh"},
		{"lang=zh", "lang=en", "lang=zh"},
		{"lang=fr", "lang=en", "lang=en"},
	} {
		form, _ := url.ParseQuery(c.form)
		address, _ := url.ParseQuery(c.address)
		back := url.Values{}
		if keepLanguage(back, form, address); back.Encode() != c.want {
			t.Errorf("form %q at %q leads back with %q, want %q", c.form, c.address, back.Encode(), c.want)
		}
	}
}
