package cli

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"hulian/cmd/internal/analyze"
	"hulian/cmd/internal/config"
	"hulian/cmd/internal/speech"
	"hulian/data"
	"hulian/queries"
)

// spokenIn are the folders whose sentences the command line says, from this one; below them too.
var spokenIn = []string{".", "../config", "../analyze", "../../../pipelines"}

// literal is the text of a string that stands in the code, put together from several or not.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, ok := literal(e.X)
		right, also := literal(e.Y)
		return left + right, ok && also && e.Op == token.ADD
	case *ast.ParenExpr:
		return literal(e.X)
	}
	return "", false
}

// formless is the form of an error made by fmt.Errorf, which keeps none, so that its Chinese is never found.
func formless(node ast.Node) string {
	if call, ok := node.(*ast.CallExpr); ok && len(call.Args) > 0 {
		if made, ok := call.Fun.(*ast.SelectorExpr); ok && made.Sel.Name == "Errorf" {
			if from, ok := made.X.(*ast.Ident); ok && from.Name == "fmt" {
				form, _ := literal(call.Args[0])
				return form
			}
		}
	}
	return ""
}

// sentences gathers what one node of the code says to people.
func sentences(node ast.Node, said func(string)) {
	say := func(e ast.Expr) {
		if text, ok := literal(e); ok {
			said(strings.TrimRight(text, "\n"))
		}
	}
	named := func(e ast.Expr) string {
		switch e := e.(type) {
		case *ast.Ident:
			return e.Name
		case *ast.SelectorExpr:
			return e.Sel.Name
		}
		return ""
	}
	switch n := node.(type) {
	case *ast.CompositeLit:
		if named(n.Type) != "Fault" {
			return
		}
		for _, element := range n.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok && slices.Contains([]string{"Op", "Next"}, named(pair.Key)) {
				say(pair.Value)
			}
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			if i < len(n.Rhs) && slices.Contains([]string{"Next", "next", "mend", "advice"}, named(to)) {
				say(n.Rhs[i])
			}
		}
	case *ast.FuncDecl:
		name := n.Name.Name
		if n.Body == nil || name != "next" && name != "tooLong" && (name != "Error" || n.Recv == nil) && !strings.HasSuffix(name, "Advice") {
			return
		}
		ast.Inspect(n.Body, func(inner ast.Node) bool {
			if answer, ok := inner.(*ast.ReturnStmt); ok {
				for _, e := range answer.Results {
					say(e)
				}
			}
			return true
		})
	case *ast.CallExpr:
		if len(n.Args) == 0 {
			return
		}
		switch name := named(n.Fun); name {
		case "T", "Tf", "say", "Errorf":
			say(n.Args[0])
		case "New", "Info", "Warn", "Error":
			if from, ok := n.Fun.(*ast.SelectorExpr); ok && (name != "New" || named(from.X) == "errors") {
				say(n.Args[0])
			}
		case "wrong":
			say(n.Args[len(n.Args)-1])
		case "fault": // what was done first, what to do next at the end
			say(n.Args[0])
			say(n.Args[len(n.Args)-1])
		case "at": // of a table: its last is what to do next
			if len(n.Args) == 4 {
				say(n.Args[3])
			}
		case "Fprintf", "Fprintln":
			if to, ok := n.Args[0].(*ast.SelectorExpr); ok && to.Sel.Name == "Err" && len(n.Args) > 1 {
				say(n.Args[1])
			}
		case "unknown":
			if kind, ok := literal(n.Args[0]); ok {
				said("read " + kind)
			}
		}
	}
}

var verbs = regexp.MustCompile(`%(?:\[\d+\])?[-+ #0]*[\d.]*[a-zA-Z]`)

// needsChinese reports whether a form holds words: not only names of commands, flags and arguments, and what is filled in.
func needsChinese(form string, commands []string) bool {
	for word := range strings.FieldsFuncSeq(verbs.ReplaceAllString(form, ""), func(r rune) bool { return strings.ContainsRune(" \n\t:;,()[]{}=|\"'/…", r) }) {
		if strings.HasPrefix(word, "-") || slices.Contains(commands, word) || !regexp.MustCompile(`[a-z]{2}`).MatchString(word) || strings.Contains(word, ".") && !strings.HasSuffix(word, ".") {
			continue
		}
		return true
	}
	return false
}

// TestEverySentenceHasItsChinese reads the code for what it says to people and looks each up. Help is looked up where it is printed, see
// below. What it prints on failure is to be filled in and put into a file of the catalogue.
func TestEverySentenceHasItsChinese(t *testing.T) {
	commands := []string{"hulian"}
	for _, c := range tree(newRootCommand(&program{})) {
		commands = append(commands, c.Name())
	}
	inCode, lost := map[string]string{}, map[string]string{}
	for _, dir := range spokenIn {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "clitest") || strings.Contains(path, "sourcetest") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				sentences(node, func(form string) { inCode[form] = path })
				if form := formless(node); form != "" {
					lost[form] = path
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := speech.Phrases()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for file, phrases := range all {
		for _, p := range phrases {
			if known[p.En] != "" {
				t.Errorf("%s: %q stands twice, in %s too", file, p.En, known[p.En])
			}
			known[p.En] = file
			if p.Zh == "" {
				t.Errorf("%s: %q has no Chinese", file, p.En)
			}
			en, zh := filled(p.En), filled(p.Zh) // by number, Chinese may leave out what only English needs
			if strings.Contains(p.Zh, "%[") {
				en = slices.DeleteFunc(en, func(one string) bool { return !slices.Contains(zh, one) })
			}
			if !slices.Equal(en, zh) {
				t.Errorf("%s: %q fills in %v, its Chinese %v", file, p.En, en, zh)
			}
		}
	}
	for form, path := range lost {
		if known[form] != "" && needsChinese(form, commands) {
			t.Errorf("%s: fmt.Errorf makes %q, which has Chinese: make it by pipelines.Errorf", path, form)
		}
	}
	var missing []data.Text
	for form, path := range inCode {
		if known[form] == "" && needsChinese(form, commands) {
			missing = append(missing, data.Text{En: form, Zh: path})
		}
	}
	if len(missing) > 0 {
		slices.SortFunc(missing, func(a, b data.Text) int { return strings.Compare(a.Zh+a.En, b.Zh+b.En) })
		stubs, _ := yaml.Marshal(missing)
		t.Errorf("%d sentences have no Chinese in cmd/internal/speech/zh:\n%s", len(missing), stubs)
	}
}

// filled lists the values that a form fills in, in their order.
func filled(form string) (all []string) {
	next := 1
	for _, verb := range verbs.FindAllString(strings.ReplaceAll(form, "%%", ""), -1) {
		if strings.HasPrefix(verb, "% ") { // "80% of": no value
			continue
		}
		at, kind := next, verb[len(verb)-1:]
		if i := strings.IndexByte(verb, '['); i >= 0 {
			at, _ = strconv.Atoi(verb[i+1 : strings.IndexByte(verb, ']')])
		}
		next = at + 1
		if kind == "w" {
			kind = "v"
		}
		if one := fmt.Sprint(at, kind); !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	slices.Sort(all)
	return all
}

// leftInEnglish are the words that stay as they are in Chinese help, beside the names of commands, flags, columns, measures and values:
// formats, programs, standards, statistical methods and their authors.
var leftInEnglish = strings.Fields(`zh en YYYY MM DD GB HULIAN
	table csv json xlsx CSV XLSX JSON YAML Parquet SQL SVG PNG ZIP Word Excel PDF TLS SHA API GeoJSON
	eq Holm Newey West Laney Wilson Byar Welch Greenwood Edgeworth Rademacher Pearson XmR Go Linux macOS bash zsh fish powershell systemd cron age Trino ECharts Authorization Bearer TOKEN docx pdf html tar gz zip yaml`)

// TestHelpInChineseIsChinese reads the help of every command as an official sees it. No line of words may be left in English: neither
// cobra's own nor ours. Lines of commands to type, of files to write and of formulas are no sentences.
func TestHelpInChineseIsChinese(t *testing.T) {
	p := &program{words: speech.Chinese}
	root := newRootCommand(p)
	p.translate(root)
	sentence := regexp.MustCompile(`[A-Za-z][\w']*(?:[ ,;:]+[A-Za-z][\w']+){3,}`)
	for _, command := range tree(root) {
		var out bytes.Buffer
		command.SetOut(&out)
		if err := command.Help(); err != nil {
			t.Fatal(err)
		}
		chinese := 0
		for line := range strings.Lines(out.String()) {
			if strings.ContainsFunc(line, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				chinese++
			}
			if strings.HasPrefix(strings.TrimSpace(line), "hulian ") {
				continue
			}
			for _, found := range sentence.FindAllString(line, -1) {
				if !typed(found) {
					t.Errorf("%s: left in English: %q in %q", command.CommandPath(), found, strings.TrimSpace(line))
				}
			}
		}
		if chinese < 3 {
			t.Errorf("%s: hardly any Chinese:\n%s", command.CommandPath(), out.String())
		}
		for _, own := range []string{"Usage:", "Flags:", "Commands:", "Examples:", "Aliases:", "for more information", "(default", "help for"} {
			if strings.Contains(out.String(), own) {
				t.Errorf("%s: cobra says %q", command.CommandPath(), own)
			}
		}
	}
}

// typed reports whether every word of a run is something that is typed or cited, and none is said.
func typed(run string) bool {
	for word := range strings.FieldsFuncSeq(run, func(r rune) bool { return strings.ContainsRune(" ,;:", r) }) {
		if !slices.Contains(leftInEnglish, word) && !names()[word] {
			return false
		}
	}
	return true
}

// names are the names of commands, flags, columns, measures, values and methods.
var names = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	add := func(more ...string) {
		for _, one := range more {
			for word := range strings.FieldsFuncSeq(one, func(r rune) bool { return strings.ContainsRune(" |.", r) }) {
				all[word] = true
			}
		}
	}
	for _, c := range tree(newRootCommand(&program{})) {
		add(append(c.Aliases, c.Use, c.Name(), "sudo u")...)
		c.Flags().VisitAll(func(f *pflag.Flag) { add(f.Name, f.Value.Type()) })
	}
	for _, c := range data.Contracts() {
		add(c.Export)
		for _, column := range c.Columns {
			add(column.ID)
			for _, value := range column.Values {
				add(value.ID)
			}
		}
	}
	for _, m := range queries.Measures() {
		add(m.ID)
	}
	for _, m := range analyze.Methods() {
		add(m.Name)
		for _, role := range m.Roles {
			add(append(role.Also, role.Name)...)
			add(role.Was...)
		}
		for _, option := range m.Options {
			add(option.Name)
		}
	}
	for _, k := range data.MappingKeys() {
		add(k.Path)
	}
	add(config.Keys()...)
	return all
})
