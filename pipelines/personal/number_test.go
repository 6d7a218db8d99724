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
		// Separators of every kind, between any digits where the check digit holds.
		{"1101 0519 4912 3100 2x", "110* **** **** **** **", IdentityCard},
		{"330282-19800101-1234", "330***-********-****", IdentityCard},
		{"１１０１０５１９４９１２３１００２Ｘ", "１１０***************", IdentityCard},
		{"330282 800101 123", "330*** ****** ***", IdentityCard},
		{"110105201003070017", "110***************", IdentityCard}, // a child, by the check digit
		{"+86-138-1234-5678", "+86-1**-****-****", Phone},
		{"(+86)138.1234.5678", "(+86)1**.****.****", Phone},
		{"008613812345678", "008************", Phone},
		{"138—1234—5678", "138—****—****", Phone},
		{"138\u200b1234\u00a05678", "138\u200b****\u00a0****", Phone},
		{"（0574）63501234", "（057*）********", Phone},
		{"0574 6350 1234；+86 574 63501234", "057* **** ****；+86 5** ********", Phone},
		{"卡号6222 0212 3456 7890 128", "卡号622* **** **** **** ***", BankCard},
		{"6228480402564890018", "622****************", BankCard},
		// What is none: papers, orders, households, sums, days, counts, hashes.
		{"编号330282201801050012", "编号330282201801050012", None}, // region, day, serial
		{"110105201003070018", "110105201003070018", None},     // another check digit
		{"990282198001011234", "990282198001011234", None},     // no such province
		{"330282198013011234", "330282198013011234", None},     // no such month
		{"浙政发〔2018〕12号", "浙政发〔2018〕12号", None},
		{"农户330282101201000123", "农户330282101201000123", None},
		{"合计123,456,789.00元，占87.65%", "合计123,456,789.00元，占87.65%", None},
		{"2018-01-02 08:00:00 2018-01-03", "2018-01-02 08:00:00 2018-01-03", None},
		{"4 863 6 179 11 042 9 1 226", "4 863 6 179 11 042 9 1 226", None},
		{"6222021234567890129", "6222021234567890129", None}, // another check digit
		{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", None},
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
		for _, number := range []string{"11010519491231002X", "138 1234 5678", "6228480402564890018", "（0574）63501234"} {
			if whole := text + "，" + number + "；" + text; KindOf(whole) == None || strings.Contains(Mask(whole), number) {
				t.Errorf("%q goes through", whole)
			}
		}
		if KindOf(text) == None && masked != text {
			t.Errorf("%q holds no number and became %q", text, masked)
		}
		if utf8.RuneCountInString(masked) != utf8.RuneCountInString(text) || strings.Count(masked, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q became %q, of another length", text, masked)
		}
	})
}
