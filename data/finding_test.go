package data

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hulian/pipelines"
)

// findingCodes reads the codes of findings out of their declaration.
func findingCodes(t *testing.T) (all []pipelines.FindingCode) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../pipelines/finding.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		value, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := value.Type.(*ast.Ident); ok && name.Name == "FindingCode" {
			text, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, pipelines.FindingCode(text))
		}
		return false
	})
	if len(all) < 15 {
		t.Fatalf("found only %d codes", len(all))
	}
	return all
}

func TestEveryFindingIsExplained(t *testing.T) {
	known := findingCodes(t)
	for _, code := range known {
		for _, lang := range []string{"zh", "en"} {
			what, matters, mend, done := ExplainFinding(pipelines.Finding{Code: code, Detail: "7", Count: 7}, lang)
			for name, text := range map[string]string{"what": what, "matters": matters, "mend": mend} {
				if text == "" || hasHan(text) != (lang == "zh") || strings.ContainsAny(text, "{}") {
					t.Errorf("%s: %s in %s: %q", code, name, lang, text)
				}
			}
			if done != "" && hasHan(done) != (lang == "zh") {
				t.Errorf("%s: done in %s: %q", code, lang, done)
			}
		}
	}
	for code := range FindingTexts() {
		if !slices.Contains(known, code) {
			t.Errorf("findings.yaml explains %q, which no code names", code)
		}
	}
	for said, code := range map[string]pipelines.FindingCode{
		"its content does not have the hash it was written with":                               pipelines.FoundRunRecord,
		"IO Error: Corrupt database file: computed checksum 12 does not match stored checksum": pipelines.FoundWarehouse,
		"it names generation 4 by another content than that has":                               pipelines.FoundPointer,
		`it is not what was signed: json: unknown field "mont"`:                                pipelines.FoundClosingDocument,
		"invalid character 'x' looking for beginning of value":                                 pipelines.FoundPauses,
		"open /town/closings/2018-01/signed-1.json: no such file or directory":                 pipelines.FoundClosingDocument,
	} {
		for _, lang := range []string{"zh", "en"} {
			what, _, _, _ := ExplainFinding(pipelines.Finding{Code: code, Detail: said}, lang)
			if regexp.MustCompile(`IO Error|json:|computed|invalid character|/town`).MatchString(what) || lang == "zh" && strings.Contains(what, " it") {
				t.Errorf("%s: in words of the machine: %s", lang, what)
			}
		}
	}
}
