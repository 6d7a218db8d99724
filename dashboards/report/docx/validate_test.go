package docx_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hulian/dashboards/report/docx"
	"hulian/dashboards/view"
)

// validators judge a file from outside: one has the schema of the Open XML SDK, the other one of its own. Each gives what it finds.
var validators = map[string]func(t *testing.T, path string) []string{
	"ooxml-validator": func(t *testing.T, path string) (found []string) {
		out, _ := exec.CommandContext(t.Context(), "ooxml-validator", path).Output() // its status is 1 where it finds something
		var said struct {
			OK     *bool
			Errors []struct{ Description string }
		}
		if err := json.Unmarshal(out, &said); err != nil || said.OK == nil {
			t.Fatalf("ooxml-validator said %q (%v)", out, err)
		}
		for _, e := range said.Errors {
			found = append(found, e.Description)
		}
		if !*said.OK && len(found) == 0 {
			found = []string{string(out)}
		}
		return found
	},
	"openxml-audit": func(t *testing.T, path string) (found []string) {
		out, _ := exec.CommandContext(t.Context(), "openxml-audit", "--output", "json", path).Output()
		var said []struct {
			Errors []struct{ Type, Description string }
		}
		if err := json.Unmarshal(out, &said); err != nil || len(said) != 1 {
			t.Fatalf("openxml-audit said %q (%v)", out, err)
		}
		for _, e := range said[0].Errors {
			if e.Type == "schema" { // its rules beside the schema ask for parts that Word does without
				found = append(found, e.Description)
			}
		}
		return found
	},
}

func TestValidatorsFindNothing(t *testing.T) {
	for name, validate := range validators {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(name); err != nil {
				if os.Getenv("CI") != "" {
					t.Fatalf("%s is not installed: .ci/setup installs it", name)
				}
				t.Skipf("%s is not installed", name)
			}
			kept := func(what string, file []byte) string {
				path := filepath.Join(t.TempDir(), what+".docx")
				if err := os.WriteFile(path, file, 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			whole := written(t, notice(t, "month=2018-01"), nil)
			own, err := docx.ReadTemplate("letterhead.docx", ownForm(t))
			if err != nil {
				t.Fatal(err)
			}
			ends := imprinted("zh", view.Imprint{CopyTo: "县民政局", Office: "试镇办公室"})
			for what, file := range map[string][]byte{"notice": whole, "english": written(t, notice(t, "lang=en"), nil), "official": written(t, small(), nil), "imprint": written(t, ends, nil), "own form": written(t, ends, own)} {
				if found := validate(t, kept(what, file)); len(found) > 0 {
					t.Errorf("%s: %s", what, strings.Join(found, "\n"))
				}
			}
			// A validator that finds nothing proves nothing unless it finds these.
			document := string(parts(t, whole)["word/document.xml"])
			for what, fault := range map[string][2]string{
				"properties after the text": {`<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>`, `<w:p><w:r><w:t>x</w:t><w:rPr><w:b/></w:rPr></w:r><w:pPr><w:pStyle w:val="Title"/></w:pPr>`},
				"no such alignment":         {`<w:jc w:val="right"/>`, `<w:jc w:val="sideways"/>`},
				"size after margins":        {`<w:pgSz w:w="11906" w:h="16838"/>`, `<w:cols/><w:pgSz w:w="11906" w:h="16838"/>`},
			} {
				broken := strings.Replace(document, fault[0], fault[1], 1)
				if broken == document {
					t.Fatalf("%s: there is no %q to break", what, fault[0])
				}
				if found := validate(t, kept("broken", edited(t, whole, map[string]string{"word/document.xml": broken}))); len(found) == 0 {
					t.Errorf("%s was not found", what)
				}
			}
		})
	}
}
