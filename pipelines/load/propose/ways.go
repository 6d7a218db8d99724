package propose

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

// described is what the first rows say of one column of the file.
type described struct {
	header  string
	cells   []string // trimmed, one a row
	filled  int
	words   map[string]int
	values  profile
	numbers []float64
	broken  bool // a number among them has decimals
}

// describe looks at the sampled rows of a column. A header that stands twice cannot be named.
func (t *proposing) describe() (all []described) {
	for n, at := range t.at {
		header := t.made.Columns[n].Header
		if slices.ContainsFunc(all, func(d described) bool { return d.header == header }) {
			continue
		}
		d := described{header: header, words: map[string]int{}}
		for _, cells := range t.first {
			text := ""
			if at < len(cells) {
				text = trim(cells[at])
			}
			d.cells = append(d.cells, text)
			if text == "" {
				continue
			}
			d.filled++
			d.words[text]++
			d.values.add(decode.Cell{Text: text}, text)
			if n, err := strconv.ParseFloat(aUnit.ReplaceAllString(text, ""), 64); err == nil {
				d.numbers = append(d.numbers, n)
				d.broken = d.broken || n != float64(int64(n))
			}
		}
		all = append(all, d)
	}
	return all
}

var (
	aUnit = regexp.MustCompile(`\s*(天|日|工作日|小时|分钟|个?月|days?|hours?|minutes?|months?)$`)
)

func (d described) isDay() bool    { return d.values.kind() == momentKind }
func (d described) isNumber() bool { return d.filled > 0 && len(d.numbers)*10 >= d.filled*9 }
func (d described) repeats() bool  { return len(d.words) < d.filled }

// headed by words that say what a column is for.
var (
	endWords   = regexp.MustCompile(`(?i)clos|complet|resol|finish|done|办结|结案|完成|办理时间|处理时间`)
	spanWords  = regexp.MustCompile(`(?i)\bdays?\b|_days?\b|hours?|minutes?|months?|duration|elapsed|天|日数|小时|时长|用时|耗时|时限|期限|工作日`)
	dueWords   = regexp.MustCompile(`(?i)due|limit|target|sla|时限|期限|限办|应办`)
	replyWords = regexp.MustCompile(`(?i)repl|respon|answer|feedback|答复|回复|反馈|回访`)
	hourWords  = regexp.MustCompile(`(?i)hour|小时`)
	minWords   = regexp.MustCompile(`(?i)minute|分钟`)
	monthWords = regexp.MustCompile(`(?i)month|个月|月数`)
	townWords  = regexp.MustCompile(`(?i)^(所属|所在)?(乡镇|镇|街道|镇街|镇乡街道|区县|县区|区|县|乡)(名称?)?$|town|city|district|county|borough|municipality`)
	keyWords   = regexp.MustCompile(`(?i)年|号|序|编|批|期|\bno\b|\bid\b|num|code|year|seq|serial`)
	startWords = regexp.MustCompile(`(?i)start|begin|arriv|\bin\b|开始|到达|起`)
	stopWords  = regexp.MustCompile(`(?i)end|finish|leave|left|depart|\bout\b|结束|离开|止`)

	closedWord = regexp.MustCompile(`closed?|completed?|resolved|finished|done|办结|结案|完成|完结|已解决|已办`)
	openWord   = regexp.MustCompile(`^(un|in|not|re-?open)|^[未没不待非]|正在|[^已]办理中|pending`)
)

// saysClosed reports whether a word of a status says that the matter is over.
func saysClosed(word string) bool {
	folded := match.Folded(word)
	return closedWord.MatchString(folded) && !openWord.MatchString(folded)
}

// endings are the columns whose day means that something is over; a day that stands there for what is still open is wrong.
var endings = []string{"resolved_at", "done_on", "released_on", "kept_on", "mended_on", "closed_on"}

// ways proposes how columns could be made other than by taking a column as it is.
func (t *proposing) ways() (ways []pipelines.ProposedWay) {
	if len(t.first) == 0 {
		return nil
	}
	all := t.describe()
	from := map[string]string{} // contract column → header
	sure := map[string]bool{}
	for _, c := range t.made.Columns {
		if c.Column != "" {
			from[c.Column], sure[c.Column] = c.Header, c.Sure
		}
	}
	find := func(header string) *described {
		at := slices.IndexFunc(all, func(d described) bool { return d.header == header })
		if at < 0 || header == "" {
			return nil
		}
		return &all[at]
	}
	ways = append(ways, t.onlyClosed(all, from, find)...)
	ways = append(ways, t.spans(all, from, sure, find)...)
	for _, c := range t.of.Columns {
		if d := find(from[c.ID]); d != nil && c.Type == data.TypeInteger && d.isNumber() && d.broken {
			ways = append(ways, pipelines.ProposedWay{Key: "round", Column: c.ID, Made: pipelines.MappedColumn{Header: d.header, Round: true}})
		}
	}
	ways = append(ways, t.keys(all, from, sure, find)...)
	for _, d := range all {
		if most, n := mostFrequent(d); n > 1 && n <= 50 && townWords.MatchString(d.header) && d.repeats() {
			ways = append(ways, pipelines.ProposedWay{Key: "where", Where: match.Condition{Header: d.header, Is: []string{most}}})
			break
		}
	}
	return ways
}

func mostFrequent(d described) (word string, words int) {
	for w, n := range d.words {
		if n > d.words[word] || n == d.words[word] && w < word {
			word = w
		}
	}
	return word, len(d.words)
}

// onlyClosed finds days of closing that are filled where a status says that the matter is open.
func (t *proposing) onlyClosed(all []described, from map[string]string, find func(string) *described) (ways []pipelines.ProposedWay) {
	for _, id := range endings {
		if _, known := t.of.Column(id); !known {
			continue
		}
		day := find(from[id])
		if day == nil {
			if at := slices.IndexFunc(all, func(d described) bool { return d.isDay() && endWords.MatchString(d.header) && !t.used(d.header) }); at >= 0 {
				day = &all[at]
			}
		}
		if day == nil || !day.isDay() {
			continue
		}
		for _, status := range all {
			var over []string
			for word := range status.words {
				if saysClosed(word) {
					over = append(over, word)
				}
			}
			slices.Sort(over)
			if len(over) == 0 || len(over) == len(status.words) || len(status.words) > 20 {
				continue
			}
			early := false
			for i, text := range status.cells {
				early = early || text != "" && day.cells[i] != "" && !slices.Contains(over, text)
			}
			if early {
				ways = append(ways, pipelines.ProposedWay{Key: "only", Column: id, Made: pipelines.MappedColumn{Header: day.header, Only: &match.Condition{Header: status.header, Is: over}}})
				break
			}
		}
	}
	return ways
}

// used reports whether a header was taken for a column of the contract.
func (t *proposing) used(header string) bool {
	return slices.ContainsFunc(t.made.Columns, func(c pipelines.ProposedColumn) bool { return c.Header == header && c.Column != "" })
}

// spans finds durations that, behind the day on which something began, give a day the file does not hold; and two times
// whose distance is the time something took.
func (t *proposing) spans(all []described, from map[string]string, sure map[string]bool, find func(string) *described) (ways []pipelines.ProposedWay) {
	begin := ""
	for _, c := range t.of.Columns {
		if d := find(from[c.ID]); d != nil && begin == "" && c.Required && (c.Type == data.TypeDate || c.Type == data.TypeTimestamp) {
			begin = d.header
		}
	}
	taken := map[string]bool{}
	for _, d := range all {
		if begin == "" || !d.isNumber() || !spanWords.MatchString(d.header) || slices.Min(d.numbers) < 0 || slices.Max(d.numbers) > 36500 {
			continue
		}
		target := "resolved_at"
		switch {
		case dueWords.MatchString(d.header):
			target = "due_on"
		case replyWords.MatchString(d.header):
			target = "fed_back_at"
		}
		if _, known := t.of.Column(target); !known || sure[target] || taken[target] {
			continue
		}
		if known := find(from[target]); known != nil && known.isDay() {
			continue // the file holds the day itself
		}
		taken[target] = true
		ways = append(ways, pipelines.ProposedWay{Key: "plus", Column: target, Made: pipelines.MappedColumn{From: begin, Plus: d.header, Unit: unitOf(d.header)}})
	}
	if _, known := t.of.Column("minutes"); known && from["minutes"] == "" {
		first, last := "", ""
		for _, d := range all {
			switch {
			case d.isDay() && first == "" && startWords.MatchString(d.header):
				first = d.header
			case d.isDay() && last == "" && stopWords.MatchString(d.header):
				last = d.header
			}
		}
		if first != "" && last != "" {
			ways = append(ways, pipelines.ProposedWay{Key: "until", Column: "minutes", Made: pipelines.MappedColumn{From: first, Until: last}})
		}
	}
	return ways
}

func unitOf(header string) string {
	switch {
	case hourWords.MatchString(header):
		return pipelines.Hours
	case minWords.MatchString(header):
		return pipelines.Minutes
	case monthWords.MatchString(header):
		return pipelines.Months
	}
	return pipelines.Days
}

// keys proposes what could name a row: two columns that do so together, or the row itself; and, of a key that repeats,
// which of its rows holds.
func (t *proposing) keys(all []described, from map[string]string, sure map[string]bool, find func(string) *described) []pipelines.ProposedWay {
	if len(t.of.Key) != 1 {
		return nil
	}
	id := t.of.Key[0]
	known := find(from[id])
	if known != nil && !known.repeats() {
		return nil
	}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if keyWords.MatchString(a.header) && keyWords.MatchString(b.header) && a.filled == len(t.first) && b.filled == len(t.first) && a.repeats() && b.repeats() && togetherUnique(a, b) {
				return []pipelines.ProposedWay{{Key: "join", Column: id, Made: pipelines.MappedColumn{Join: []string{a.header, b.header}, With: "-"}}}
			}
		}
	}
	switch column, _ := t.of.Column(id); {
	case known != nil && t.of.Kind != data.Registry || known != nil && sure[id]:
		return []pipelines.ProposedWay{{Key: "keep", Keep: pipelines.KeepLast}}
	case known == nil && column.Required && t.of.Kind == data.Event:
		return []pipelines.ProposedWay{{Key: "row", Column: id, Made: pipelines.MappedColumn{Row: true}}}
	}
	return nil
}

func togetherUnique(a, b described) bool {
	seen := map[string]bool{}
	for i := range a.cells {
		both := strings.Join([]string{a.cells[i], b.cells[i]}, "\x00")
		if seen[both] {
			return false
		}
		seen[both] = true
	}
	return true
}

// wanted reports whether a row passes what was said of the rows that are taken.
func (t *proposing) wanted(cells []string) bool {
	for _, c := range t.ask.Where {
		at := slices.IndexFunc(t.made.Columns, func(p pipelines.ProposedColumn) bool { return p.Header == c.Header })
		if at < 0 {
			continue
		}
		text := ""
		if t.at[at] < len(cells) {
			text = match.Folded(trim(cells[t.at[at]]))
		}
		is := func(word string) bool { return match.Folded(word) == text }
		if len(c.Is) > 0 && !slices.ContainsFunc(c.Is, is) || slices.ContainsFunc(c.Not, is) {
			return false
		}
	}
	return true
}
