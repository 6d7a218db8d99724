package personal_test

import (
	"testing"

	"hulian/pipelines/personal"
)

func TestNamesInTexts(t *testing.T) {
	names := personal.NewNames([]string{"王小明", "王小", "赵大有", "李", "", "Li Wei"})
	stars := func(name string) string { return string([]rune(name)[0]) + "**" }
	for text, want := range map[string]string{
		"王小明家门口路灯不亮":      "王**家门口路灯不亮",
		"请联系赵大有、王小。":      "请联系赵**、王**。",
		"李家村的路":           "李家村的路", // a surname alone is nobody
		"asked by Li Wei": "asked by L**",
		"":                "",
		"王":               "王",
	} {
		if got := names.Mask(text, stars); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := (personal.Names{}).Mask("王小明", stars); got != "王小明" {
		t.Errorf("nobody is known, but %q", got)
	}
}

// The hash of a file is no number of a person, whatever digits stand in it.
func TestHashesStay(t *testing.T) {
	hash := "a13812345678b0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5"
	for _, text := range []string{hash, "走访.csv (" + hash + ")"} {
		if got := personal.Mask(text); got != text {
			t.Errorf("%s becomes %s", text, got)
		}
	}
	if got := personal.Mask("a13812345678b"); got != "a138********b" {
		t.Error(got)
	}
	if got := personal.Mask(hash + " 13812345678"); got != hash+" 138********" {
		t.Error(got)
	}
}
