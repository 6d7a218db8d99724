package source

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gbk writes a name as Windows does in China.
func gbk(t testing.TB, name string) string {
	t.Helper()
	encoded, err := simplifiedchinese.GBK.NewEncoder().String(name)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestNamesAreReadable(t *testing.T) {
	for given, want := range map[string]string{
		"走访记录.xlsx":                     "走访记录.xlsx",
		gbk(t, "走访记录2016年3月.csv"):       "走访记录2016年3月.csv",
		"2016-03/" + gbk(t, "社情民意.csv"): "2016-03/社情民意.csv",
		"走访/" + gbk(t, "社情民意.csv"):      "走访/社情民意.csv", // each part by itself
		"visits\xff.csv":                "visits\uFFFD.csv",
		"a\nb\x1b[31m.csv":              "a\uFFFDb\uFFFD[31m.csv",
		"x\u202exslx.exe":               "x\uFFFDxslx.exe",
		"":                              "", "plain name (2).csv": "plain name (2).csv",
		"already \uFFFD.csv": "already \uFFFD.csv",
	} {
		if got := Readable(given); got != want {
			t.Errorf("Readable(%q) = %q, want %q", given, got, want)
		}
	}
}

func FuzzReadable(f *testing.F) {
	f.Add("走访.csv")
	f.Add(gbk(f, "2016-03/走访.csv"))
	f.Add("\xff\x00\u202e")
	f.Fuzz(func(t *testing.T, name string) {
		got := Readable(name)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, unprintable) {
			t.Errorf("Readable(%q) = %q", name, got)
		}
		if again := Readable(got); again != got {
			t.Errorf("Readable(%q) = %q, and of that %q", name, got, again)
		}
		if strings.Count(got, "/") != strings.Count(name, "/") {
			t.Errorf("Readable(%q) = %q lies in another folder", name, got)
		}
	})
}
