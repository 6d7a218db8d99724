package personal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNumbersAreFoundAndMasked(t *testing.T) {
	for _, c := range []struct {
		text, masked string
		kind         Kind
	}{
		{"身份证330282198001011234，请核", "身份证330***************，请核", IdentityCard},
		{"330282 19800101 123x", "330*** ******** ****", IdentityCard},
		{"旧证330282800101123。", "旧证330************。", IdentityCard},
		{"电话13812345678", "电话138********", Phone},
		{"138-1234-5678 139 1234 5678", "138-****-**** 139 **** ****", Phone},
		{"13812345678 13912345678", "138******** 139********", Phone},
		{"13812345678，13912345678", "138********，139********", Phone},
		{"+86 13812345678", "+86 1**********", Phone},
		{"座机0574-63501234", "座机057*-********", Phone},
		{"王１３８１２３４５６７８", "王１３８********", Phone},
		{"王１３８－１２３４　５６７８", "王１３８－****　****", Phone},
		{"330282198001011234 13812345678", "330*************** 138********", IdentityCard},
		{"上门3次，补贴1200元", "上门3次，补贴1200元", None},
		{"编号12345678901234567890", "编号12345678901234567890", None},
		{"", "", None},
	} {
		if got := KindOf(c.text); got != c.kind {
			t.Errorf("%q holds %q, want %q", c.text, got, c.kind)
		}
		if got := Mask(c.text); got != c.masked {
			t.Errorf("%q is masked as %q, want %q", c.text, got, c.masked)
		}
	}
}

// FuzzMask holds what people rely on: nothing is left to find, and what is no number stays as it is.
func FuzzMask(f *testing.F) {
	for _, seed := range []string{"13812345678 13912345678", "330282198001011234", "１３８12345678Ａ", "0574-63501234-13812345678", "\xff13812345678"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked := Mask(text)
		if kind := KindOf(masked); kind != None {
			t.Errorf("%q masked as %q still holds a number: %s", text, masked, kind)
		}
		if KindOf(text) == None && masked != text {
			t.Errorf("%q holds no number and became %q", text, masked)
		}
		if utf8.RuneCountInString(masked) != utf8.RuneCountInString(text) || strings.Count(masked, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q became %q, of another length", text, masked)
		}
	})
}
