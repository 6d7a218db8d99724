package analyze

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Columns with names of their own are told by what they hold, and every guess is said.
func TestColumnsWithNamesOfTheirOwn(t *testing.T) {
	for name, c := range map[string]struct {
		method, table string
		flags         []Flag
		says          []string
	}{
		"events are never more than their base": {"wilson", "player,at_bats,hits\nClemente,45,18\nHoward,45,16\n", nil, []string{`"hits" is taken for events`, `"at_bats" is taken for total`}},
		"in Chinese":                            {"funnel", "村,办结,受理\n富和园,81,263\n新园,15,148\n", nil, []string{`"办结" is taken for events`, `"受理" is taken for total`}},
		"marks do not count": {"p_chart", "week,bad,looked_at,trial\n1,4,50,1\n2,6,60,1\n3,1,50,0\n", []Flag{{"baseline", "trial=1"}},
			[]string{`"bad" is taken for events`, `"looked_at" is taken for total`, `"week" is taken for period`}},
		"one column left":    {"xmr", "week,litres\n1,4\n2,6\n3,1\n", nil, []string{`"litres" is taken for value`}},
		"of those mentioned": {"xmr", "week,litres,price\n1,4,2\n2,6,3\n3,1,2\n", []Flag{{"week", "week"}, {"price", "price"}}, []string{`"price" is taken for value`}},
		"the unit":           {"callaway_santanna", "county_code,year,lemp,first.treat\n1,1,2,0\n1,2,3,0\n2,1,3,2\n2,2,6,2\n", nil, []string{`"county_code" is taken for unit`}},
		"whether it happened": {"kaplan_meier_logrank", "patient,days,died,clinic\n1,6,1,A\n2,6,0,B\n3,10,1,A\n4,13,1,B\n", []Flag{{"groups", "B,A"}},
			[]string{`"died" is taken for event`, `"clinic" is taken for group`}},
	} {
		document := analysed(t, c.method, c.table, c.flags...)
		for _, says := range c.says {
			if !warned(document, strings.ReplaceAll(says, `"`, `\"`)) {
				t.Errorf("%s: no word of %s: %v", name, says, document["warnings"])
			}
		}
	}
}

// Where two columns could be meant, neither is taken.
func TestNoGuessBetweenTwo(t *testing.T) {
	for name, c := range map[string][2]string{
		"neither is the larger":     {"wilson", "place,this,that\na,1,2\nb,4,3\n"},
		"three columns of numbers":  {"wilson", "place,this,that,other\na,1,2,7\nb,3,4,9\n"},
		"two columns for the value": {"xmr", "week,this,that\n1,1,2\n2,3,4\n"},
	} {
		path := filepath.Join(t.TempDir(), "in.csv")
		if err := os.WriteFile(path, []byte(c[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(t.Context(), path, "")
		if err != nil {
			t.Fatal(err)
		}
		m, err := MethodOf(c[0])
		if err != nil {
			t.Fatal(err)
		}
		call, err := Prepare(m, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := call.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no column is called") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A test lists its groups in the order they were asked for, and takes its strata from a column.
func TestLogRankOptions(t *testing.T) {
	const table = "time,event,group,strata\n1,1,a,x\n2,1,b,x\n3,1,a,x\n4,0,b,x\n2,1,a,y\n5,1,b,y\n6,1,a,y\n7,1,b,\n"
	document := analysed(t, "kaplan_meier_logrank", table, Flag{"groups", `["b","a"]`})
	if groups := document["groups"].([]any); groups[0] != "b" || document["observed"].([]any)[0] != 2.0 || document["n_strata"] != 2.0 {
		t.Errorf("%v", document)
	}
	if !warned(document, "1 rows have no stratum") {
		t.Errorf("warnings %v", document["warnings"])
	}
}

// Events against expected events are no proportions.
func TestExpectedEvents(t *testing.T) {
	const table = "hospital,observed,expected\nA,12,10.5\nB,30,22.1\nC,3,8.8\n"
	document := analysed(t, "funnel", table)
	if document["theta"] != 1.0 || document["n_units"] != 3.0 || document["square_root_additive"] == nil || document["arcsine_additive"] != nil {
		t.Errorf("%v", document)
	}
	for _, flag := range []Flag{{"theta", "0.9"}, {"target", "0.9"}} {
		if document := analysed(t, "funnel", table, flag); document["theta"] != 0.9 {
			t.Errorf("--%s: centre %v", flag.Name, document["theta"])
		}
	}
	if document := analysed(t, "funnel", table, Flag{"model", "binomial"}); !warned(document, "is not a rate") {
		t.Errorf("a binomial model was asked for: %v", document["warnings"])
	}
}

// Both ways to the prior stand side by side, and the distinct pairs of numbers beside the units, in the order of their
// columns.
func TestShrunkTables(t *testing.T) {
	const table = "id,successes,trials\na,3,20\nb,0,19\nc,3,18\nd,0,19\ne,9,20\nf,12,20\ng,5,10\n"
	for method, priors := range map[string][]string{"empirical_bayes_gamma_poisson": {"mle", "mom_marshall"}, "empirical_bayes_beta_binomial": {"mle", "mom_kleinman"}} {
		document := analysed(t, method, table)
		for _, prior := range priors {
			if p, _ := document[prior].(map[string]any); p == nil || p["alpha"] == nil {
				t.Errorf("%s: %s is %v", method, prior, document[prior])
			}
		}
		rows, pairs := document["rows"].([]any), document["pairs"].([]any)
		if len(rows) != 7 || len(pairs) != 6 {
			t.Fatalf("%s: %d rows and %d pairs", method, len(rows), len(pairs))
		}
		if second, third := pairs[1].([]any), pairs[2].([]any); second[0] != 3.0 || second[1] != 18.0 || third[1] != 20.0 {
			t.Errorf("%s: pairs %v", method, pairs)
		}
	}
}

// Pairs are strata: what lies between them is no chance.
func TestPermutationByStrata(t *testing.T) {
	const table = "pair,group,height\n1,treatment,10\n1,control,8\n2,treatment,20\n2,control,17\n3,treatment,31\n3,control,30\n,control,9\n"
	document := analysed(t, "permutation", table)
	if document["n_permutations"] != 8.0 || document["p_greater"] != 0.125 || document["n_strata"] != 3.0 || !warned(document, "1 rows have no stratum") {
		t.Errorf("%v", document)
	}
}
