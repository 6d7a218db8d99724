package facts

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// tagged is the tag that masks a field of a typed row as a class masks a column of a published table.
var tagged = map[class][]string{memberID: {"member"}, householdID: {"household"}, recordID: {"key", "text"}, personName: {"person"}, freeText: {"text"},
	ofPerson: {"text"}, townOnly: {"text", "key"}}

// TestTypedRowsAreMaskedAsTablesAre: a field of a row that a page reads carries the tag which does to it what the class of its column does
// to the published tables, so that what is hidden there does not show here. Where one column name has several classes, by table, the
// tag of any of them will do; where one of them is open to everybody, none is needed.
func TestTypedRowsAreMaskedAsTablesAre(t *testing.T) {
	byColumn := map[string][]class{}
	for name, c := range classes {
		column := name[strings.LastIndex(name, ".")+1:]
		byColumn[column] = append(byColumn[column], c)
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	judged := map[string]int{}
	check := func(field *ast.Field, name string) {
		tag := ""
		if field.Tag != nil {
			text, _ := strconv.Unquote(field.Tag.Value)
			tag = reflect.StructTag(text).Get("is")
		}
		all := byColumn[snake(name)]
		if len(all) == 0 {
			return
		}
		var wanted []string
		for _, c := range all {
			if c == plain || len(tagged[c]) == 0 {
				return
			}
			wanted = append(wanted, tagged[c]...)
		}
		judged[tag]++
		for _, want := range wanted {
			if tag == want {
				return
			}
		}
		t.Errorf("the field %s of a typed row is tagged %q; the published tables mask %s, so that it needs one of %q", name, tag, snake(name), wanted)
	}
	look := func(n ast.Node) bool {
		row, is := n.(*ast.StructType)
		if !is {
			return true
		}
		for _, field := range row.Fields.List {
			if kind, is := field.Type.(*ast.Ident); !is || kind.Name != "string" {
				continue
			}
			for _, name := range field.Names {
				if name.IsExported() {
					check(field, name.Name)
				}
			}
		}
		return true
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, look)
	}
	for _, tag := range []string{"member", "household", "person", "text"} {
		if judged[tag] == 0 {
			t.Errorf("no field that is tagged %q was looked at: the test is blind", tag)
		}
	}
}
