package analyze

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzRun gives every method a file and flags of any kind: it may refuse them, but not panic, and what comes out is
// JSON, which has no NaN.
func FuzzRun(f *testing.F) {
	for i, m := range Methods() {
		f.Add(uint8(i), []byte(examples[m.Name]), "confidence", "0.9")
	}
	f.Add(uint8(5), []byte("period,value\n2,1\n1,2\n3,9\n"), "baseline", "rows 1-3 without 2")
	f.Add(uint8(5), []byte("period,value\n2016-01,1\n2016-02,2\n2016-03,9\n"), "baseline", "2016-01 to 2016-02 without first 1")
	f.Add(uint8(5), []byte("period,value\n2,1\n1,2\n3,9\n"), "baseline", "period <= 2, last 1")
	f.Add(uint8(5), []byte("period,value\n2,1\n1,2\n3,9\n"), "constant", "3/(2/sqrt(pi))")
	f.Add(uint8(5), []byte("period;value\n２,1\n1,2\n"), "rebase", "[2]")
	f.Add(uint8(13), []byte("unit,events,total\na,1,2\nb,0,0\n"), "levels", "[0.5]")
	f.Add(uint8(22), []byte("patient,days,died,clinic\n1,6,1,A\n2,6,0,B\n"), "groups", "B,A")
	f.Fuzz(func(t *testing.T, which uint8, content []byte, name, value string) {
		if len(content) > 2000 {
			return
		}
		methods := Methods()
		m := methods[int(which)%len(methods)]
		path := filepath.Join(t.TempDir(), "data")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Read(t.Context(), path, "")
		if err != nil {
			return
		}
		flags := []Flag{{name, value}}
		if name == "draws" {
			flags = nil // a large number of them is only slow
		}
		for _, flags := range [][]Flag{nil, flags} {
			call, err := Prepare(m, file, flags)
			if err != nil {
				continue
			}
			document, err := call.Run(t.Context())
			if err != nil {
				if strings.TrimSpace(err.Error()) == "" {
					t.Fatal("refused without a reason")
				}
				continue
			}
			if _, err := json.Marshal(document); err != nil {
				t.Fatalf("%s: %v", m.Name, err)
			}
			document.Split("zh")
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1", "-1.5e3", "1,234.5", "１２", "12,34", "0x10", "", "∞", "1_000", "−3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := parseNumber(s); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Fatalf("%q is %v", s, v)
		}
	})
}
