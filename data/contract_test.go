package data

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
)

// The exports of the programme, as the town names them. The list stands here once more on purpose: a contract that
// goes missing from the folder must not go unnoticed.
var wanted = []string{"villages", "population", "branches", "members", "households", "cadres", "visits", "issues",
	"points", "ratings", "member_ratings", "meetings", "posts", "tasks", "conduct", "funds", "rights", "supports",
	"cadre_decisions", "successions", "appraisals", "rules", "river_segments", "rectifications", "round_tables"}

func TestAllContractsLoad(t *testing.T) {
	all, err := readContracts("contracts")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range all {
		got = append(got, c.Export)
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(wanted)); !slices.Equal(got, want) {
		t.Errorf("exports %v, want %v", got, want)
	}
}

func TestContractsStandAfterThoseTheyNeed(t *testing.T) {
	position := map[string]int{}
	for i, c := range Contracts() {
		position[c.Export] = i
	}
	for _, c := range Contracts() {
		for _, column := range c.Columns {
			export, _, found := strings.Cut(column.References, ".")
			if found && column.Required && position[export] > position[c.Export] {
				t.Errorf("%s stands before %s, which its column %s needs", c.Export, export, column.ID)
			}
		}
	}
}

func TestColumnsSpeakBothLanguages(t *testing.T) {
	for _, c := range slices.Concat(Contracts(), Entries()) {
		for what, text := range map[string]Text{"name": c.Name, "note": c.Note} {
			if text.Zh == "" || text.En == "" {
				t.Errorf("%s: %s lacks a language", c.Export, what)
			}
		}
		for _, column := range c.Columns {
			if column.Note.Zh == "" || column.Note.En == "" || column.Example == "" {
				t.Errorf("%s.%s lacks a note in a language or an example", c.Export, column.ID)
			}
			if (column.Unit.Zh == "") != (column.Unit.En == "") {
				t.Errorf("%s.%s: the unit lacks a language", c.Export, column.ID)
			}
			if !hasHan(column.Name.Zh) || hasHan(column.Name.En) || hasHan(column.Note.En) {
				t.Errorf("%s.%s: languages are mixed up", c.Export, column.ID)
			}
		}
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

func TestHeadersNameOneColumn(t *testing.T) {
	for _, c := range Contracts() {
		claimed := map[string]string{}
		for _, column := range c.Columns {
			for _, header := range slices.Concat([]string{column.ID, column.Name.Zh, column.Name.En}, column.Headers) {
				key := HeaderKey(header)
				if key == "" {
					t.Errorf("%s.%s: the header %q is empty once normalised", c.Export, column.ID, header)
				}
				if other, ok := claimed[key]; ok && other != column.ID {
					t.Errorf("%s: %q (as %q) is claimed by %s and %s", c.Export, header, key, other, column.ID)
				}
				claimed[key] = column.ID
			}
		}
	}
}

// TestAContractThatCannotHoldIsRefused spoils a sound contract in one way at a time.
func TestAContractThatCannotHoldIsRefused(t *testing.T) {
	spoilt := func(spoil func(c *Contract, columns map[string]*Column)) error {
		c, _ := ContractOf("visits")
		c.Columns = slices.Clone(c.Columns)
		columns := map[string]*Column{}
		for i := range c.Columns {
			columns[c.Columns[i].ID] = &c.Columns[i]
		}
		spoil(&c, columns)
		return c.check(Contracts())
	}
	if err := spoilt(func(*Contract, map[string]*Column) {}); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		spoil func(c *Contract, columns map[string]*Column)
		says  string
	}{
		"one id twice":    {func(_ *Contract, columns map[string]*Column) { columns["note"].ID = "minutes" }, "column minutes: two columns have this id"},
		"a column copied": {func(c *Contract, columns map[string]*Column) { c.Columns = append(c.Columns, *columns["minutes"]) }, "column minutes: two columns have this id"},
		"one name twice": {func(_ *Contract, columns map[string]*Column) { columns["note"].Name.Zh = columns["minutes"].Name.Zh },
			"columns minutes and note: both arrive under the header"},
		"a header that is another's name but for its unit": {func(_ *Contract, columns map[string]*Column) {
			columns["note"].Headers = []string{columns["minutes"].Name.Zh + "（分）"}
		}, "columns minutes and note: both arrive under the header"},
		"a header that is another's id": {func(_ *Contract, columns map[string]*Column) { columns["minutes"].Headers = []string{"Visit ID"} },
			"columns visit_id and minutes: both arrive under the header"},
		"a key nobody has":       {func(c *Contract, _ map[string]*Column) { c.Key = []string{"visit"} }, `no column "visit"`},
		"no key":                 {func(c *Contract, _ map[string]*Column) { c.Key = nil }, "no key"},
		"an order nobody has":    {func(c *Contract, _ map[string]*Column) { c.Order = [][]string{{"begun_at"}} }, `no column "begun_at"`},
		"a name in one language": {func(_ *Contract, columns map[string]*Column) { columns["note"].Name.En = "" }, "both names are needed"},
		"values of a text":       {func(_ *Contract, columns map[string]*Column) { columns["note"].Values = []Value{{ID: "x"}} }, "values belong to an enum"},
		"a reference to no export": {func(_ *Contract, columns map[string]*Column) { columns["note"].References = "towns.town_id" },
			`no export "towns"`},
		"a reference to no column": {func(_ *Contract, columns map[string]*Column) { columns["note"].References = "members.id" },
			`members has no column "id"`},
	} {
		if err := spoilt(c.spoil); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a refusal that says %q", what, err, c.says)
		}
	}
}

func TestEnumWordsNameOneValue(t *testing.T) {
	for _, c := range Contracts() {
		for _, column := range c.Columns {
			claimed := map[string]string{}
			for _, v := range column.Values {
				if v.ID == "" || v.Name.Zh == "" || v.Name.En == "" || len(v.Words) == 0 {
					t.Errorf("%s.%s: the value %q needs an id, both names and words", c.Export, column.ID, v.ID)
				}
				for _, word := range slices.Concat([]string{v.ID, v.Name.Zh, v.Name.En}, v.Words) {
					key := strings.ToLower(word)
					if other, ok := claimed[key]; ok && other != v.ID {
						t.Errorf("%s.%s: the word %q stands for %s and %s", c.Export, column.ID, word, other, v.ID)
					}
					claimed[key] = v.ID
				}
			}
		}
	}
}

// TestExamplesFollowTheirContract holds every example to the type, range and values of its column, because people
// copy examples.
func TestExamplesFollowTheirContract(t *testing.T) {
	for _, c := range slices.Concat(Contracts(), Entries()) {
		for _, column := range c.Columns {
			if err := followsContract(column); err != nil {
				t.Errorf("%s.%s: example %q: %v", c.Export, column.ID, column.Example, err)
			}
		}
		for _, chain := range c.Order {
			last := ""
			for _, id := range chain {
				column, _ := c.Column(id)
				if column.Example < last {
					t.Errorf("%s: the examples of %v run backwards", c.Export, chain)
				}
				last = column.Example
			}
		}
	}
}

func followsContract(column Column) error {
	switch column.Type {
	case TypeInteger, TypeDecimal:
		n, err := strconv.ParseFloat(column.Example, 64)
		if err != nil {
			return err
		}
		if column.Type == TypeInteger && n != float64(int64(n)) {
			return fmt.Errorf("not an integer")
		}
		if column.Min == nil || column.Max == nil && column.ID != "points" {
			if column.Min == nil {
				return fmt.Errorf("a number needs a range")
			}
		}
		if n < *column.Min || column.Max != nil && n > *column.Max {
			return fmt.Errorf("out of range")
		}
	case TypeDate:
		_, err := time.Parse(time.DateOnly, column.Example)
		return err
	case TypeTimestamp:
		_, err := time.Parse("2006-01-02 15:04", column.Example)
		return err
	case TypeBoolean:
		if column.Example != "是" && column.Example != "否" {
			return fmt.Errorf("not 是 or 否")
		}
	case TypeEnum:
		if !slices.ContainsFunc(column.Values, func(v Value) bool {
			return v.Name.Zh == column.Example || slices.Contains(v.Words, column.Example)
		}) {
			return fmt.Errorf("not a word of its values")
		}
	case TypeText, TypePeriod:
		if column.MaxLength > 0 && len([]rune(column.Example)) > column.MaxLength {
			return fmt.Errorf("too long")
		}
	default:
		return fmt.Errorf("unknown type %q", column.Type)
	}
	return nil
}

func TestIssuesKnowTheOrderOfTheFiveSteps(t *testing.T) {
	c, _ := ContractOf("issues")
	want := []string{"reported_at", "classified_at", "routed_at", "resolved_at", "fed_back_at"}
	if !slices.ContainsFunc(c.Order, func(chain []string) bool { return slices.Equal(chain, want) }) {
		t.Errorf("order %v, want %v among it", c.Order, want)
	}
}

// codes lists the problem codes.
func codes(t *testing.T) (all []pipelines.Code) {
	t.Helper()
	for _, text := range constants(t, "problem.go", "Code") {
		all = append(all, pipelines.Code(text))
	}
	return all
}

// constants reads the constants of a type from the source that declares them, so that a new one without words fails.
func constants(t *testing.T, name, of string) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "pipelines", name), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.CONST {
			continue
		}
		for _, spec := range general.Specs {
			value, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			literal, ok := value.Values[0].(*ast.BasicLit)
			if typed, isName := value.Type.(*ast.Ident); !ok || !isName || typed.Name != of {
				continue
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, text)
		}
	}
	if len(all) < 20 {
		t.Fatalf("found only %d constants of type %s", len(all), of)
	}
	return all
}

func TestEveryProblemIsExplained(t *testing.T) {
	known := codes(t)
	for _, code := range known {
		text := ProblemTexts()[code]
		for what, in := range map[string]Text{"name": text.Name, "sentence": text.Sentence, "mend": text.Mend} {
			if !hasHan(in.Zh) || in.En == "" || hasHan(in.En) {
				t.Errorf("%s: the %s lacks a language", code, what)
			}
		}
		if code == "" {
			t.Error("an empty code")
		}
	}
	for code := range ProblemTexts() {
		if !slices.Contains(known, code) {
			t.Errorf("problems.yaml explains %q, which no code names", code)
		}
	}
}

func TestExplainLeavesNoGaps(t *testing.T) {
	for _, code := range codes(t) {
		for _, lang := range []string{"zh", "en"} {
			sentence, mend := Explain(pipelines.Problem{Code: code, Export: "issues", File: "一月.xlsx", Sheet: "Sheet1",
				Row: 17, Letter: "G", Column: "difficulty", Header: "难度", Value: "无所谓", Detail: pipelines.NewDetail(pipelines.DetailWords, "细节")}, lang)
			if strings.ContainsAny(sentence+mend, "{}") {
				t.Errorf("%s in %s has a gap: %s / %s", code, lang, sentence, mend)
			}
		}
	}
	sentence, mend := Explain(pipelines.Problem{Code: pipelines.NotAllowed, Export: "issues", Row: 17, Letter: "H",
		Column: "difficulty", Value: "无所谓"}, "zh")
	for _, part := range []string{"第17行", "H列", "难易程度", "无所谓"} {
		if !strings.Contains(sentence, part) {
			t.Errorf("the sentence %q does not name %q", sentence, part)
		}
	}
	if !strings.Contains(mend, "易、中、难") {
		t.Errorf("the mend %q does not list the choices", mend)
	}
}

func TestHeaderKey(t *testing.T) {
	for header, want := range map[string]string{
		"常住人口(人)":     "常住人口",
		"常住人口（人）":     "常住人口",
		" Visit  ID ": "visitid",
		"visit_id":    "visitid",
		"ＡＢＣ１２":       "abc12",
		"*村名":         "村名",
		"（备注）":        "备注",
		"未闭合(单位":      "未闭合",
		"进度%":         "进度%",
		"办结\n时间":      "办结时间",
		"":            "",
		"镇（街道）【2018】": "镇",
	} {
		if got := HeaderKey(header); got != want {
			t.Errorf("HeaderKey(%q) = %q, want %q", header, got, want)
		}
	}
}

func FuzzHeaderKey(f *testing.F) {
	f.Add("常住人口(人)")
	f.Add("))((％")
	f.Fuzz(func(t *testing.T, header string) {
		key := HeaderKey(header)
		if again := HeaderKey(key); again != key {
			t.Errorf("HeaderKey(%q) = %q, but of that %q", header, key, again)
		}
	})
}

func TestNearest(t *testing.T) {
	among := []string{"resolution_rate", "on_time_rate", "card_rate", "visits"}
	for word, want := range map[string]string{
		"resolution_rat": "resolution_rate", "Card_Rate": "card_rate", "vists": "visits", "population": "", "": "",
	} {
		if got := Nearest(word, among); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
