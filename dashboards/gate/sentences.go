package gate

import (
	"regexp"
	"slices"
	"strings"
)

// Numbers of persons and households in sentences, with what stands around them.
var (
	countBefore = regexp.MustCompile(`([0-9０-９][0-9０-９,.]*|第)?([0-9０-９]+|[一二两三四])( ?(?:多)?(?:人|户|名|位|口|个农户|个家庭|个家|个群众)|(?i: (?:[a-z]+ )?(?:persons?|people|households?|members?|residents?|villagers?|families|family|cadres?|men|man|women|woman|children|child)\b))`)
	countBehind = regexp.MustCompile(`((?:人数|户数|人次|户次)[为是：: ]{0,3}|(?i:\b(?:persons|people|households|members|residents|villagers|families|cadres)(?: ?[:=] ?| )))([1-4])($|[^0-9.,%])`)
	baseWithin  = regexp.MustCompile(`([0-9][0-9,]*) ?(/|／| of (?:the )?|分之)([0-9][0-9,]*)`)
	percent     = regexp.MustCompile(`[0-9０-９.．]+ ?(?:[%％‰]|个百分点|percentage points?|percent)`)
)

// counted is what stands behind a number of persons, or behind a rate of them.
var counted = regexp.MustCompile(`^ ?(?:[%％]|人|户|名|位|口|(?i:persons?|people|households?|members?|residents?|villagers?|families)\b)`)

// norms is what stands before a number that says how many there ought to be, or the end of a range: 每户应有1名党员, 1–3户.
var norms = regexp.MustCompile(`(?:(?:应|每|须|规定|要求|不超过|不少于|至少|(?i:at least|at most|each|every|should)\b)[^，。；、：（(;:,]{0,12}|[0-9] ?[-–~至])$`)

// others is what stands behind a number of something else.
var others = regexp.MustCompile(`^ ?(?:个(?:村|月|季度|社区|支部|镇)|天|种|类|条|元|年|月|日|号|组|(?i:villages?|months?|days?|branch(?:es)?|yuan)\b)`)

// idioms are what begins like a number of households and is none: 一户一档.
var idioms = regexp.MustCompile(`^一(?:人|户|位|名|口)(?:一|多)`)

// sayings rewrites the sentences of a paper for everybody.
type sayings struct {
	fewer    string              // "少于5"
	head     string              // what the whole paper is about
	tokens   map[string][]string // numbers that are withheld in tables, as they are written, by what they are about
	totals   []string            // those of all rows
	withheld int
}

// about notes a number that was withheld, as it was shown.
func (s *sayings) about(row string, total bool, numbers ...string) {
	if s.tokens == nil {
		s.tokens = map[string][]string{}
	}
	for _, n := range numbers {
		n = strings.Trim(n, " %")
		if !strings.ContainsAny(n, "0123456789") {
			continue
		}
		if !slices.Contains(s.tokens[row], n) {
			s.tokens[row] = append(s.tokens[row], n)
		}
		if total || strings.Contains(s.head, row) {
			s.totals = append(s.totals, n)
		}
	}
}

// text is a sentence without the numbers that are withheld.
// row is that of the table it stands in.
func (s *sayings) text(text, row string) string {
	if !strings.ContainsAny(text, "0123456789０１２３４５６７８９一二两三四") {
		return text
	}
	text = s.bases(text)
	text = s.counts(text)
	for about, tokens := range s.tokens {
		if about == row || strings.Contains(text, about) {
			for _, token := range tokens {
				text = s.token(text, token, false)
			}
		}
	}
	for _, token := range s.totals { // a sentence about the whole does not name it
		text = s.token(text, token, true)
	}
	return text
}

// bases takes out rates that stand on too few, and the percentages beside them, which tell the same.
func (s *sayings) bases(text string) string {
	found := false
	text = replace(baseWithin, text, func(m []string, before, behind string) string {
		num, isWhole := whole64(m[1])
		den, too := whole64(m[3])
		if !isWhole || !too || strings.HasSuffix(before, "/") || strings.HasPrefix(behind, "/") || strings.HasSuffix(before, "-") || num > den || !small(num) && !small(den-num) && !small(den) {
			return m[0]
		}
		found = true
		s.withheld++
		return withheld
	})
	if found {
		text = percent.ReplaceAllString(text, withheld)
	}
	return text
}

// counts takes out small numbers of persons.
func (s *sayings) counts(text string) string {
	text = replace(countBefore, text, func(m []string, before, behind string) string {
		if m[1] != "" || strings.HasSuffix(before, "第") || idioms.MatchString(m[2]+m[3]+behind) || strings.HasSuffix(before, "/") || !isSmall(m[2]) || norms.MatchString(before) {
			return m[0]
		}
		if r := []rune(before); len(r) > 0 && strings.ContainsRune("一二三四五六七八九十百千万零〇两.．,第", r[len(r)-1]) {
			return m[0]
		}
		s.withheld++
		return s.fewer + m[3]
	})
	return replace(countBehind, text, func(m []string, _, _ string) string {
		s.withheld++
		return m[1] + s.fewer + m[3]
	})
}

func isSmall(number string) bool {
	switch number {
	case "一", "二", "两", "三", "四", "1", "2", "3", "4", "１", "２", "３", "４":
		return true
	}
	return false
}

// token takes a number out that was withheld of what the text is about, where it stands for itself and is no day and no order; ofPersons: where
// it is said to be of persons.
func (s *sayings) token(text, token string, ofPersons bool) string {
	if !strings.Contains(text, token) {
		return text
	}
	of := regexp.MustCompile(regexp.QuoteMeta(token))
	return replace(of, text, func(m []string, before, behind string) string {
		if ofPersons && !counted.MatchString(behind) || others.MatchString(behind) {
			return m[0]
		}
		if ends(before, "0123456789.,第") || begins(behind, "0123456789") || (begins(behind, ".,") && begins(strings.TrimLeft(behind, ".,"), "0123456789")) || ends(before, "-") {
			return m[0]
		}
		s.withheld++
		return withheld
	})
}

func begins(text, any string) bool {
	for _, r := range text {
		return strings.ContainsRune(any, r)
	}
	return false
}

func ends(text, any string) bool {
	r := []rune(text)
	return len(r) > 0 && strings.ContainsRune(any, r[len(r)-1])
}

// replace is ReplaceAllStringFunc with the groups and what stands around.
func replace(of *regexp.Regexp, text string, with func(groups []string, before, behind string) string) string {
	var b strings.Builder
	last := 0
	for _, at := range of.FindAllStringSubmatchIndex(text, -1) {
		groups := make([]string, len(at)/2)
		for i := range groups {
			if at[2*i] >= 0 {
				groups[i] = text[at[2*i]:at[2*i+1]]
			}
		}
		b.WriteString(text[last:at[0]])
		b.WriteString(with(groups, text[:at[0]], text[at[1]:]))
		last = at[1]
	}
	b.WriteString(text[last:])
	return b.String()
}
