package spreadsheet

import "testing"

func TestFormulasAreDefused(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "王小明": "王小明", "12": "12", "=HYPERLINK(1)": "'=HYPERLINK(1)", "+1": "'+1", "-1": "'-1", "@SUM(1)": "'@SUM(1)",
		"\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠1": "'＠1", "a=1": "a=1", "\xff=": "\xff=",
	} {
		if got := Inert(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
