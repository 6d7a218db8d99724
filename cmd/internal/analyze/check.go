package analyze

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Difference is one value of a case that did not come out.
type Difference struct {
	Path string // e.g. table[3].survival
	Want any
	Got  any
	Note string
}

func (d Difference) String() string {
	s := fmt.Sprintf("%s: want %v, got %v", d.Path, d.Want, d.Got)
	if d.Note != "" {
		s += " (" + d.Note + ")"
	}
	return s
}

// tolerance is how far a number may be off: by either measure.
type tolerance struct{ abs, rel float64 }

func (t tolerance) allows(got, want float64) bool {
	d := math.Abs(got - want)
	// Cases are printed with 12 digits; that much is always forgiven.
	return d <= math.Max(t.abs, math.Max(t.rel, 1e-11)*math.Abs(want))
}

var (
	absolute = regexp.MustCompile(`abs ([0-9.e+-]+)`)
	relative = regexp.MustCompile(`rel ([0-9.e+-]+)`)
)

func parseTolerance(text string) (tolerance, bool) {
	var t tolerance
	a, r := absolute.FindStringSubmatch(text), relative.FindStringSubmatch(text)
	if a != nil {
		t.abs, _ = strconv.ParseFloat(strings.TrimRight(a[1], "."), 64)
	}
	if r != nil {
		t.rel, _ = strconv.ParseFloat(strings.TrimRight(r[1], "."), 64)
	}
	return t, a != nil || r != nil
}

// checker compares an expected document with one that came out: all that is expected must be there; more may be.
type checker struct {
	run        string
	tolerances map[string]string
	checked    int
	out        []Difference
	step       float64            // of the grid of a confidence set
	half       float64            // half the length of the interval at hand
	largest    map[string]float64 // of columns of the table at hand that are differences
}

// Check compares what a run gave with what its case expects. It returns how many values were compared.
func Check(c Case, run CaseRun, got []byte) (checked int, differences []Difference, err error) {
	var want, have any
	if err := json.Unmarshal(run.Expected, &want); err != nil {
		return 0, nil, err
	}
	if err := json.Unmarshal(got, &have); err != nil {
		return 0, nil, err
	}
	k := &checker{run: run.ID, tolerances: c.Tolerances}
	if root, ok := want.(map[string]any); ok {
		k.step, _ = root["grid_step"].(float64)
	}
	k.compare("", want, have)
	return k.checked, k.out, nil
}

func (k *checker) differ(path string, want, got any, note string) {
	k.out = append(k.out, Difference{strings.TrimPrefix(path, "."), want, got, note})
}

func (k *checker) compare(path string, want, got any) {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			k.differ(path, "an object", got, "")
			return
		}
		k.objects(path, want, have)
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			k.differ(path, fmt.Sprintf("%d items", len(want)), fmt.Sprintf("%v", got), "")
			return
		}
		for i := range want {
			k.compare(fmt.Sprintf("%s[%d]", path, i), want[i], have[i])
		}
	case float64:
		k.checked++
		have, ok := got.(float64)
		t := k.toleranceOf(path)
		t.abs = math.Max(t.abs, t.rel*k.largest[path[strings.LastIndexByte(path, '.')+1:]])
		if !ok || !t.allows(have, want) {
			k.differ(path, want, got, "")
		}
	default:
		k.checked++
		if want != got && fmt.Sprint(want) != fmt.Sprint(got) {
			k.differ(path, want, got, "")
		}
	}
}

func (k *checker) objects(path string, want, have map[string]any) {
	var keys []string
	for key := range want {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		switch {
		case remarked.MatchString(key) || ofReference(key) || open(want, key) || strings.HasSuffix(path, ".bootstrap") && key == "draws":
			continue // remarks, and how many draws were made
		case k.band(path, key, want[key], have):
			continue
		case isHeader(want, key):
			continue // compared with its rows, column by column
		case strings.HasSuffix(path, ".bootstrap") || path == ".bootstrap":
			k.bootstrap(path+"."+key, want[key], have[key])
			continue
		}
		if _, ok := have[key]; !ok {
			k.differ(path+"."+key, want[key], "nothing", "")
			continue
		}
		if columns, rows, ok := gridOf(want, key); ok {
			gotColumns, gotRows, isGrid := gridOf(have, key)
			if !isGrid {
				k.differ(path+"."+key, "a table", have[key], "")
				continue
			}
			k.grids(path+"."+key, columns, rows, gotColumns, gotRows)
			continue
		}
		k.compare(path+"."+key, want[key], have[key])
	}
}

// remarked are the keys of what is said beside the values, and of other values that are accepted too.
var remarked = regexp.MustCompile(`^(?:.*_)?note$|_of_reference_program$`)

func isHeader(o map[string]any, key string) bool {
	rows := strings.TrimSuffix(key, "_columns")
	if key == "columns" {
		rows = "rows"
	}
	_, _, ok := gridOf(o, rows)
	return ok && rows != key
}

// gridOf finds a table: rows under key, its column names under "columns" or key + "_columns".
func gridOf(o map[string]any, key string) (columns []string, rows []any, ok bool) {
	names := key + "_columns"
	if key == "rows" {
		names = "columns"
	}
	list, isList := o[names].([]any)
	rows, isRows := o[key].([]any)
	if !isList || !isRows {
		return nil, nil, false
	}
	for _, c := range list {
		columns = append(columns, fmt.Sprint(c))
	}
	return columns, rows, true
}

func (k *checker) grids(path string, columns []string, want []any, gotColumns []string, got []any) {
	k.largest = sized(columns, want)
	defer func() { k.largest = nil }()
	if k.keyed(path, columns, want, gotColumns, got) {
		return
	}
	if len(want) != len(got) {
		k.differ(path, fmt.Sprintf("%d rows", len(want)), fmt.Sprintf("%d rows", len(got)), "")
		return
	}
	for i := range want {
		wanted, ok1 := want[i].([]any)
		have, ok2 := got[i].([]any)
		if !ok1 || !ok2 {
			k.differ(fmt.Sprintf("%s[%d]", path, i), want[i], got[i], "")
			continue
		}
		if !k.row(fmt.Sprintf("%s[%d]", path, i), columns, wanted, gotColumns, have) {
			return
		}
	}
}

// bootstrap compares values that are random: critical values within 0.2, standard errors within 12%.
func (k *checker) bootstrap(path string, want, got any) {
	switch want := want.(type) {
	case float64:
		k.checked++
		have, ok := got.(float64)
		if !ok || math.Abs(have-want) > 0.2 {
			k.differ(path, want, got, "within 0.2")
		}
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			k.differ(path, want, got, "")
			return
		}
		for i := range want {
			a, okA := want[i].([]any)
			b, okB := have[i].([]any)
			if !okA || !okB || len(a) != len(b) || len(a) == 0 {
				k.differ(path, want[i], have[i], "")
				continue
			}
			last := len(a) - 1
			x, okX := a[last].(float64)
			y, okY := b[last].(float64)
			k.checked++
			if fmt.Sprint(a[:last]) != fmt.Sprint(b[:last]) || !okX || !okY || math.Abs(y-x) > 0.12*x {
				k.differ(fmt.Sprintf("%s[%d]", path, i), a, b, "within 12%")
			}
		}
	}
}

// toleranceOf finds the tolerance whose words fit the path best; where none fits, ten digits must agree.
func (k *checker) toleranceOf(path string) tolerance {
	best, found := 0, tolerance{abs: 1e-10, rel: 1e-9}
	lower := strings.ToLower(path)
	last := lower[strings.LastIndexAny(lower, ".")+1:]
	if i := strings.IndexByte(last, '['); i > 0 {
		last = last[:i]
	}
	for _, label := range slices.Sorted(maps.Keys(k.tolerances)) {
		t, ok := parseTolerance(k.tolerances[label])
		of := oneRun.FindStringSubmatch(label)
		if !ok || strings.Contains(label, "bootstrap") || of != nil && of[1] != k.run {
			continue
		}
		for _, word := range strings.FieldsFunc(strings.ToLower(label), func(r rune) bool { return r == ',' || r == '(' || r == ')' }) {
			word = strings.TrimSpace(word)
			score := 0
			stem := strings.TrimSuffix(word, "s")
			switch {
			case word == "":
			case (last == word || last == stem) && of != nil:
				score = 110
			case last == word || last == stem:
				score = 100
			case synonyms[word] != nil && synonyms[word].MatchString(lower):
				score = 90
			case len(stem) > 1 && strings.Contains(last, strings.ReplaceAll(stem, " ", "_")):
				score = 50 + len(stem)
			case len(stem) > 2 && strings.Contains(lower, strings.ReplaceAll(stem, " ", "_")):
				score = 10 + len(stem)
			}
			if score > best {
				best, found = score, k.inUnits(k.tolerances[label], t)
			}
		}
	}
	return found
}

// oneRun is how a tolerance says that it is one run's: "se, run rc_x_dr".
var oneRun = regexp.MustCompile(`\brun (\S+)$`)

// synonyms are words of tolerances that stand for several keys.
var synonyms = map[string]*regexp.Regexp{
	"limits":                 regexp.MustCompile(`\.(lower|upper|mr_upper|sigma_hat|alternate_limits)`),
	"ci":                     regexp.MustCompile(`(_low|_high|ci95|\.ci_)`),
	"aggregates":             regexp.MustCompile(`(simple|dynamic|group|calendar)\.(att|overall_att|rows)`),
	"effects":                regexp.MustCompile(`(effect|total|difference|contribution|three_part|share)`),
	"moments":                regexp.MustCompile(`\.mom_`),
	"shrunk rate":            regexp.MustCompile(`\.shrunk$`),
	"interval":               regexp.MustCompile(`\]\.(low|high)$`),
	"log-likelihood":         regexp.MustCompile(`loglik`),
	"exact":                  regexp.MustCompile(`\.exact_`),
	"approx":                 regexp.MustCompile(`\.approx_`),
	"od limits":              regexp.MustCompile(`(halfwidth|arcsine_additive\.limits)`),
	"uniform critical value": regexp.MustCompile(`\.crit\d+(_|$)`),
	"wald":                   regexp.MustCompile(`\.w$`),
	"se":                     regexp.MustCompile(`(\.|_)(se|se_[a-z0-9_]+)(\.l\d+.*)?$`),
	"cohort estimates":       regexp.MustCompile(`\.?rows\[\d+\]\.estimate$`),
	"estimate":               regexp.MustCompile(`effect_curve`),
	"identified sets":        regexp.MustCompile(`identified_(low|high)$`),
}
