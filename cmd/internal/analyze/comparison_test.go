package analyze

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// villages is a table as a county has it: months, a start in May for the pilot, percentages, and a village with a hole.
func villages() string {
	var b strings.Builder
	b.WriteString("村,月份,启动月份,办结率\n")
	for i, name := range []string{"甲", "乙", "丙", "丁", "戊"} {
		for m := 1; m <= 6; m++ {
			start, rate := "", 50+5*i+(m*(i+2))%4
			if i == 0 {
				start = "2023-05"
				if m >= 5 {
					rate += 12
				}
			}
			cell := fmt.Sprintf("%d%%", rate)
			if i == 4 && m == 3 {
				cell = ""
			}
			fmt.Fprintf(&b, "%s,2023-%02d,%s,%s\n", name, m, start, cell)
		}
	}
	return b.String()
}

func TestPilotAgainstAMix(t *testing.T) {
	control := analysed(t, "synthetic_control", villages())
	if control["pre_periods"] != 4.0 || control["post_periods"] != 2.0 || control["n_donors"] != 3.0 || !warned(control, "戊") {
		t.Errorf("periods %v and %v, donors %v, %v", control["pre_periods"], control["post_periods"], control["n_donors"], control["warnings"])
	}
	if said := control["reading"].(map[string]any)["zh"].(string); !strings.Contains(said, "个百分点") || !strings.Contains(said, "单位太少") {
		t.Errorf("said %s", said)
	}
	if gaps := control["gaps"].([]any); gaps[0].([]any)[0] != "2023-01" {
		t.Errorf("gaps %v", gaps[0])
	}
	did := analysed(t, "synthetic_did", villages())
	if did["T0"] != 4.0 || did["T1"] != 2.0 || math.Abs(did["estimate"].(float64)-.12) > .05 {
		t.Errorf("T0 %v, T1 %v, estimate %v", did["T0"], did["T1"], did["estimate"])
	}
	moved := analysed(t, "synthetic_did", villages(), Flag{"start", "2023-04"})
	if moved["T0"] != 3.0 || moved["T1"] != 3.0 {
		t.Errorf("--start is passed by: T0 %v", moved["T0"])
	}
	two := analysed(t, "synthetic_did", villages(), Flag{"treated", "甲,乙"}, Flag{"start", "2023-05"})
	if two["n_treated"] != 2.0 || two["n_controls"] != 2.0 || !warned(two, "no placebo test") {
		t.Errorf("two pilots: %v of %v, %v", two["n_treated"], two["n_controls"], two["warnings"])
	}
}

func TestComparisonsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		method, table string
		flags         []Flag
		says          string
	}{
		"no such unit":     {"synthetic_control", villages(), []Flag{{"treated", "己"}}, "treated unit"},
		"half a range":     {"synthetic_control", villages(), []Flag{{"pre", "2023-01"}}, "first and a last period"},
		"no period":        {"synthetic_control", villages(), []Flag{{"start", "spring"}}, "a period as the file writes them"},
		"nobody treated":   {"synthetic_did", "id,time,y\na,1,2\nb,1,3\n", nil, "no column says who is treated"},
		"treated always":   {"synthetic_did", "id,time,treated,y\na,1,1,2\na,2,1,2\nb,1,0,3\nb,2,0,3\n", nil, "after the start"},
		"short predictors": {"synthetic_control", villages(), []Flag{{"predictors", `{"units":["乙","丙"],"rows":[["x",1,2,3]]}`}}, "row 1 has 3 numbers"},
		"no covariance":    {"honest_did", "time,role,beta\n1,pre,0.1\n3,post,1\n", nil, "covariance"},
		"neither side":     {"honest_did", "time,role,beta,v1\n1,later,0.1,1\n", nil, `"later" is neither`},
	} {
		_, err := tried(t, c.method, c.table, c.flags...)
		if err == nil || !strings.Contains(fmt.Sprintf("%+v %s", err, next(err)), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	still := analysed(t, "synthetic_control", "id,time,treated,y\na,1,0,2\na,2,0,2\na,3,1,2\nb,1,0,2\nb,2,0,2\nb,3,0,2\nc,1,0,2\nc,2,0,2\nc,3,0,2\n")
	if still["att_post_mean"] != nil || !warned(still, "not_estimable") {
		t.Errorf("constant outcomes: %v", still)
	}
}

// differences compares an expected document with one that came out.
func differences(t *testing.T, tolerances map[string]string, want, got string) []string {
	t.Helper()
	_, found, err := Check(Case{Tolerances: tolerances}, CaseRun{Expected: json.RawMessage(want)}, []byte(got))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range found {
		out = append(out, d.String())
	}
	slices.Sort(out)
	return out
}

// What a check forgives, and what it does not.
func TestCheckOfComparisons(t *testing.T) {
	weights := `{"weights_columns":["unit","weight"],"weights":[["a",0.7],["b",0.3]]}`
	for name, c := range map[string]struct {
		tolerances map[string]string
		want, got  string
		wrong      int
	}{
		"another order of weights":    {map[string]string{"weights": "abs 1e-4"}, weights, `{"weights_columns":["unit","weight"],"weights":[["b",0.30001],["a",0.69999],["c",0.00001]]}`, 0},
		"a weight too many":           {map[string]string{"weights": "abs 1e-4"}, weights, `{"weights_columns":["unit","weight"],"weights":[["a",0.7],["b",0.3],["c",0.1]]}`, 1},
		"a weight missing":            {map[string]string{"weights": "abs 1e-4"}, weights, `{"weights_columns":["unit","weight"],"weights":[["a",0.7]]}`, 1},
		"three grid steps":            {map[string]string{"c_lf": "abs 3 grid steps"}, `{"grid_step":0.01,"c_lf_columns":["Mbar","low","high"],"c_lf":[[1,0.1,0.2]]}`, `{"grid_step":0.01,"c_lf_columns":["Mbar","low","high"],"c_lf":[[0,0,0],[1,0.13,0.17]]}`, 0},
		"four grid steps":             {map[string]string{"c_lf": "abs 3 grid steps"}, `{"grid_step":0.01,"c_lf_columns":["Mbar","low","high"],"c_lf":[[1,0.1,0.2]]}`, `{"grid_step":0.01,"c_lf_columns":["Mbar","low","high"],"c_lf":[[1,0.14,0.2]]}`, 1},
		"a share of the half length":  {map[string]string{"flci": "abs 0.005 * half length"}, `{"flci_columns":["M","low","high"],"flci":[[0,0.1,0.3]]}`, `{"flci_columns":["M","low","high"],"flci":[[0,0.1004,0.302]]}`, 1},
		"a standard error in band":    {nil, `{"mc_band_200":[1,2]}`, `{"placebo_se":1.5,"draws":200}`, 0},
		"a standard error out of it":  {nil, `{"mc_band_200":[1,2]}`, `{"placebo_se":2.5,"draws":200}`, 1},
		"other draws":                 {nil, `{"mc_band_200":[1,2]}`, `{"placebo_se":1.5,"draws":100}`, 1},
		"a row that is not unique":    {nil, `{"columns":["unit","att","unique_weights"],"rows":[["a",1,false],["b",2,true]]}`, `{"columns":["unit","att","unique_weights"],"rows":[["b",2,true],["a",9,false]]}`, 0},
		"a row that is":               {nil, `{"columns":["unit","att","unique_weights"],"rows":[["a",1,true]]}`, `{"columns":["unit","att","unique_weights"],"rows":[["a",9,true]]}`, 1},
		"a value of another program":  {nil, `{"reference_program":{"estimate":1},"n":2}`, `{"n":2}`, 0},
		"weights that are not unique": {nil, `{"unique_weights":false,"att_post_mean":1,"pre_rmspe":2}`, `{"unique_weights":false,"att_post_mean":5,"pre_rmspe":2}`, 0},
		"a difference within 1e-9":    {map[string]string{"did": "rel 1e-9"}, `{"columns":["start","did"],"rows":[[1,20],[2,0.1]]}`, `{"columns":["start","did"],"rows":[[1,20],[2,0.100000001]]}`, 0},
		"a difference beyond":         {map[string]string{"did": "rel 1e-9"}, `{"columns":["start","did"],"rows":[[1,20],[2,0.1]]}`, `{"columns":["start","did"],"rows":[[1,20],[2,0.1000001]]}`, 1},
	} {
		if found := differences(t, c.tolerances, c.want, c.got); len(found) != c.wrong {
			t.Errorf("%s: %v, want %d differences", name, found, c.wrong)
		}
	}
}
