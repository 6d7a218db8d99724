package analyze

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// analysed runs a method on a text and returns its document.
func analysed(t *testing.T, method, content string, flags ...Flag) map[string]any {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Read(t.Context(), path, "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := MethodOf(method)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Prepare(m, f, flags)
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return document
}

func warned(document map[string]any, text string) bool {
	said, _ := json.Marshal(document["warnings"])
	return strings.Contains(string(said), text)
}

// Months that begin anew every year are ordered by the year beside them; without one the file's order stands, because
// sorting would shuffle the years into each other.
func TestMonthsOfSeveralYears(t *testing.T) {
	byYear := analysed(t, "xmr", "year,month,value\n2017,1,20\n2017,2,22\n2016,1,10\n2016,2,12\n")
	if got := byYear["average_moving_range"]; got != 4.0 { // 10 12 20 22
		t.Errorf("moving range %v, want 4", got)
	}
	if first := byYear["points"].([]any)[0].([]any); first[0] != "2016-01" || first[1] != 3.0 {
		t.Errorf("first point %v", first)
	}
	kept := analysed(t, "xmr", "month,value\n1,20\n2,22\n1,10\n2,12\n")
	if got := kept["average_moving_range"]; got != 16.0/3 || !warned(kept, "the order of the file is kept") { // 20 22 10 12
		t.Errorf("moving range %v, warnings %v", got, kept["warnings"])
	}
}

// New limits begin at a period however it is written, and at the first day or week of a month.
func TestRebaseAtAPeriod(t *testing.T) {
	const table = "day,value\n2017-03-06,1\n2017-03-13,3\n2017-03-20,2\n2017-04-03,11\n2017-04-10,13\n2017-04-17,12\n"
	for _, text := range []string{"4", "row 4", "2017-04-03", "2017-04", "2017年4月", "[\"2017-04\"]", "2017-03-27"} {
		document := analysed(t, "xmr", table, Flag{"rebase", text})
		if phases, _ := document["phases"].([]any); len(phases) != 2 || document["mean"] != 12.0 {
			t.Errorf("%s: mean %v, phases %v", text, document["mean"], phases)
		}
	}
}

// Rows that are no rates stand in the output as in the file, without a rate, and are named by what is wrong.
func TestRefusedRowsStandAsInTheFile(t *testing.T) {
	const table = "unit,events,total\na,3,10\nb,,5\nc,0,0\nd,9,4\ne,5,20\nf,7,30\n"
	for _, method := range []string{"wilson", "funnel", "empirical_bayes_beta_binomial"} {
		document := analysed(t, method, table)
		rows, _ := document["rows"].([]any)
		if len(rows) != 6 {
			t.Fatalf("%s: %v", method, document)
		}
		at := map[string][]any{}
		for _, row := range rows {
			at[row.([]any)[0].(string)] = row.([]any)
		}
		if b, d := at["b"], at["d"]; b[1] != nil || b[2] != 5.0 || b[3] != nil || d[1] != 9.0 || d[2] != 4.0 || d[3] != nil {
			t.Errorf("%s: refused rows %v and %v", method, b, d)
		}
		if c := at["c"]; c[1] != 0.0 || c[2] != 0.0 || c[3] != nil {
			t.Errorf("%s: a row without a base: %v", method, c)
		}
	}
	if document := analysed(t, "wilson", table); !warned(document, "row 3: numerator or denominator is missing") || !warned(document, "row 5: 9 of 4 is not a proportion") {
		t.Errorf("warnings %v", document["warnings"])
	}
}

// Shares and large counts as offices write them are numbers, to the last digit; a mark that stands twice is none.
func TestNumbersAsOfficesWriteThem(t *testing.T) {
	for cell, want := range map[string]float64{"77.8%": .778, "77.8 ％": .778, "３‰": .003, "36万": 360000, "1.2亿": 1.2e8, "-2,000.5千": -2000500} {
		if got, ok := parseNumber(cell); !ok || got != want {
			t.Errorf("%q is read as %v (%v), want %v", cell, got, ok, want)
		}
	}
	for _, cell := range []string{"%", "万", "5%%", "5万%", "1e5万", "5万元"} {
		if got, ok := parseNumber(cell); ok {
			t.Errorf("%q is read as %v", cell, got)
		}
	}
	if got := analysed(t, "xmr", "月份,办结率\n2017-01,77.8%\n2017-02,80%\n", Flag{"period", "月份"}, Flag{"value", "办结率"})["mean"]; got != .789 {
		t.Errorf("mean %v, want 0.789", got)
	}
}

// Quarters and half-years are put in order however they are written, and may bound a baseline.
func TestPartsOfTheYear(t *testing.T) {
	for _, written := range [][4]string{
		{"2017Q1", "2017Q2", "2017Q3", "2018Q1"}, {"2017年一季度", "2017年第2季度", "2017年三季度", "2018年第一季度"},
		{"2016H2", "2017H1", "2017H2", "2018H1"}, {"2016年下半年", "2017年上半年", "2017年下半年", "2018年上半年"},
	} {
		content := "period,value\n" + written[2] + ",9\n" + written[0] + ",1\n" + written[3] + ",100\n" + written[1] + ",3\n"
		document := analysed(t, "xmr", content, Flag{"baseline", written[0] + " to " + written[2]})
		if got := document["average_moving_range"]; got != 4.0 { // 1 3 9
			t.Errorf("%s…: moving range %v, want 4", written[0], got)
		}
	}
	for _, cell := range []string{"2017Q5", "2017H3", "2017H", "17Q1", "2017年五季度"} {
		if _, ok := moment(cell); ok {
			t.Errorf("%q is read as a period", cell)
		}
	}
}
