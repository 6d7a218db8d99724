package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
)

func closingPage() Page {
	return Page{
		ID: "closing", Path: "/closing", Group: GroupData, Takes: ByMonth, Params: []string{"refused", "differences"}, Live: true,
		Title:    data.Text{Zh: "月结", En: "Closing"},
		Question: data.Text{Zh: "哪些月份已经签发？签发后数字变了吗？", En: "Which months are signed, and have their numbers changed since?"},
		Build:    buildClosing,
	}
}

// Form is what a person fills in and sends to the server.
type Form struct {
	Title   string
	Text    string
	Address string // it is posted to
	Fields  []Field
	Label   string // of the button
}

// Field is one line of a form.
type Field struct {
	Name, Label string
	Value       string
	Limit       int // characters
	Required    bool
	Hidden      bool
	Choices     []Choice // one of them is taken; none: a text is typed
}

// Kind names the template of each block.
func (Form) Kind() string { return "form" }

func buildClosing(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.Tf("%s 月结", "Closing %s", r.monthName(r.Month))}
	if r.Closings == nil {
		v.Sentences = append(v.Sentences, r.T("此处没有月结记录。", "No months are closed here."))
		return v, nil
	}
	all, err := r.Closings(ctx)
	if err != nil {
		// One document that is not what was signed must not look like a page that failed.
		if fault := new(pipelines.Fault); errors.As(err, &fault) {
			v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("月结记录无法读取", "The closed months cannot be read"), Text: r.T("请把这段话转给维护人员：", "Hand this to whoever maintains the system: ") + fault.Op + " " + fault.At + ": " + fault.Err.Error(), Next: fault.Next})
			return v, nil
		}
		return v, fmt.Errorf("read the closed months: %w", err)
	}
	m := closingOf(all, r.Month)
	if why := data.ExplainRefusal(pipelines.ClosingRefusal(r.Params.Get("refused")), r.Lang); why != "" {
		v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("没有完成", "It was not done"), Text: why})
	}
	v.Sentences = append(v.Sentences, r.closingSentences(m)...)
	v.Blocks = append(v.Blocks, r.closingForms(m)...)
	v.Blocks = append(v.Blocks, r.obstacles(m))
	if m.Restatement > 0 {
		v.Blocks = append(v.Blocks, r.differences(m.Differences, nil))
	}
	if m.Restatement > 1 {
		restated := r.differences(m.Restated, nil)
		restated.ID, restated.Title = "restated", r.Tf("第 %d 次签发改动了什么", "What restatement %d changed", m.Restatement)
		restated.MoreLink = strings.Replace(restated.MoreLink, "#table-differences", "#table-restated", 1)
		restated.Empty = r.T("没有改动。", "It changed nothing.")
		restated.Columns[2].Title, restated.Columns[3].Title = r.T("上次签发", "As signed before"), r.T("本次签发", "As signed now")
		v.Blocks = append(v.Blocks, restated)
	}
	v.Blocks = append(v.Blocks, r.closedMonths(all))
	return v, nil
}

func closingOf(all []pipelines.MonthClosing, month string) pipelines.MonthClosing {
	for _, m := range all {
		if m.Month == month {
			return m
		}
	}
	return pipelines.MonthClosing{Month: month, State: pipelines.ClosingDraft}
}

// closingSentences say how the month stands, who did what, and what it was made from.
func (r Request) closingSentences(m pipelines.MonthClosing) []string {
	said := []string{r.closingLine(m)}
	switch {
	case m.Restatement > 0:
		said = append(said, r.Tf("签发的是快照第 %[1]d 版，数据截至 %[2]s，共 %[3]s 个数值，校验码 %.12[4]s。", "What was signed is snapshot %[1]d, data as of %[2]s: %[3]s values, hash %.12[4]s.",
			m.Generation, m.CutOff, Count(float64(m.Numbers)), m.Hash))
	case m.State == pipelines.ClosingChecked:
		said = append(said, r.T("数字在签发前如有变动，须重新核对。", "If the numbers change before they are signed, they are to be checked anew."))
	}
	if m.Note != "" {
		said = append(said, r.Tf("签发说明：%s", "Note: %s", m.Note))
	}
	return said
}

// closingLine is how a month stands, in one line: 未月结, 已核对, 已签发, 签发后有变动.
func (r Request) closingLine(m pipelines.MonthClosing) string {
	signed := ""
	if m.Restatement > 0 {
		signed = r.Tf("%s 由 %s 签发", "signed by %[2]s on %[1]s", r.moment(m.SignedAt), m.SignedBy)
		if m.Restatement > 1 {
			signed += r.Tf("（第 %d 次签发）", " (restatement %d)", m.Restatement)
		}
	}
	switch m.State {
	case pipelines.ClosingChecked:
		return r.Tf("%[1]s 未月结：%[2]s 已于 %[3]s 核对，待另一人签发。", "%[1]s is not closed: checked by %[2]s on %[3]s, to be signed.", m.Month, m.CheckedBy, r.moment(m.CheckedAt))
	case pipelines.ClosingSigned:
		line := r.Tf("%s 已签发：%s", "%s is closed: %s", m.Month, signed)
		if ripened := m.Ripened(); ripened > 0 {
			line += r.Tf("；此后随截止日推移，%d 个数值成熟", "; %d values have ripened with the cut-off since", ripened)
		}
		return line + r.T("。", ".")
	case pipelines.ClosingChanged:
		line := r.Tf("%s 签发后有变动：%s，", "%s has changed since signed: %s; ", m.Month, signed)
		corrected := r.Tf("此后更正 %d 个数值", "%d values were corrected since", m.Corrected())
		unknown := r.Tf("%d 个签发过的数值现为未知（没有收到相应的数据）", "%d values that were signed are unknown now: no data stand behind them", m.Unknown())
		switch {
		case m.Unknown() == 0:
			line += corrected
		case m.Corrected() == 0:
			line += unknown
		default:
			line += corrected + r.T("；", "; ") + unknown
		}
		return line + r.T("。", ".")
	case pipelines.ClosingDamaged:
		return r.Tf("%s 已签发，但存档缺失或损坏，签发的数值无法核实；须从备份中放回。", "%s was signed, but its record is missing or damaged: what was signed cannot be told until it is put back from a backup.", m.Month)
	default:
		return r.Tf("%s 未月结：数字还可能变化。", "%s is not closed: its numbers may still change.", m.Month)
	}
}

// closingState is the line for other pages about their month; empty where no months are closed here. A month that has
// changed since it was signed is left to the notice on top of the page, unless the view is a document without one.
func (r Request) closingState(ctx context.Context, document bool) string {
	if r.Closings == nil {
		return ""
	}
	all, err := r.Closings(ctx)
	if err != nil {
		return r.T("月结记录无法读取，见月结页。", "The closed months cannot be read: see the page on closing.")
	}
	m := closingOf(all, r.Month)
	if (m.State == pipelines.ClosingChanged || m.State == pipelines.ClosingDamaged) && !document {
		return ""
	}
	return r.closingLine(m)
}

// View builds a page. What a page shows of a month that was corrected since it was signed does not stand there as if it
// were what was signed: a notice says so first, and leads to the differences.
func (p Page) View(ctx context.Context, r Request) (View, error) {
	v, err := p.Build(ctx, r)
	if err != nil || p.ID == "closing" || !p.Takes.Has(ByMonth) || r.Closings == nil || v.Letterhead != nil {
		return v, err
	}
	all, err := r.Closings(ctx)
	if err != nil {
		v.Blocks = append([]Block{Callout{Tone: ToneWorse, Text: r.T("月结记录无法读取。", "The closed months cannot be read."), Next: r.T("见月结页", "See the page on closing"), Link: r.Link("closing")}}, v.Blocks...)
		return v, nil
	}
	switch m := closingOf(all, r.Month); m.State {
	case pipelines.ClosingDamaged:
		v.Blocks = append([]Block{Callout{Tone: ToneWorse, Text: r.closingLine(m), Next: r.T("见月结页", "See the page on closing"), Link: r.Link("closing")}}, v.Blocks...)
	case pipelines.ClosingChanged:
		v.Blocks = append([]Block{Callout{Tone: ToneWorse, Text: r.closingLine(m), Next: r.T("逐项查看签发时与现在的数值", "See each value as signed and as it is now"), Link: r.Link("closing") + "#table-differences"}}, v.Blocks...)
	case pipelines.ClosingDraft, pipelines.ClosingChecked, pipelines.ClosingSigned: // nothing to warn of
	}
	return v, nil
}

// changedSince lists what was corrected of a place's month since it was signed, and of one measure where it is named;
// nil where nothing was. Values of members are left to the page on closing.
func (r Request) changedSince(ctx context.Context, measure string) *Table {
	if r.Closings == nil {
		return nil
	}
	all, err := r.Closings(ctx)
	if err != nil {
		return nil // the page says that they cannot be read
	}
	here := map[string]bool{r.Unit().ID: true}
	for _, u := range r.Below() {
		here[u.ID] = true
	}
	m := closingOf(all, r.Month)
	t := r.differences(m.Differences, func(d pipelines.ClosingDifference) bool {
		return d.Kind() != pipelines.DifferenceRipened && here[d.UnitID] && d.Level != string(LevelMember) && (measure == "" || d.Measure == measure)
	})
	if m.State != pipelines.ClosingChanged || len(t.Rows) == 0 {
		return nil
	}
	t.Note = ""
	if t.MoreLink != "" {
		t.MoreLink = r.Link("closing") + "#table-differences"
	}
	return t
}

func (r Request) moment(at time.Time) string {
	if at.IsZero() {
		return missing
	}
	return r.clock(at).Format("2006-01-02 15:04")
}

// closingForms let the organisation office check and sign.
func (r Request) closingForms(m pipelines.MonthClosing) []Block {
	switch {
	case m.Restatement > 0 && len(m.Differences) == 0, m.Blocked():
		return nil
	case r.Role != RoleOffice:
		return []Block{Text{Paragraphs: []string{r.T("核对与签发由组织办公室登录后办理，也可用命令 hulian close。", "Checking and signing is for the organisation office, here or by the command hulian close.")}}}
	}
	fields := func() []Field {
		all := []Field{{Name: "month", Value: m.Month, Hidden: true}, {Name: "by", Label: r.T("姓名", "Name"), Limit: 100, Required: true}, {Name: "note", Label: r.T("说明（可不填）", "Note (optional)"), Limit: 2000}}
		return append(all, r.language()...)
	}
	forms := []Block{Form{Title: r.T("核对", "Check"), Address: "/closing/check", Fields: fields(), Label: r.T("我已核对", "I have checked it"),
		Text: r.T("核对本月的数字和下面的问题，写上姓名。", "Check the month's numbers and the list below, and write your name.")}}
	if m.CheckedBy != "" && m.CheckedAt.After(m.SignedAt) {
		forms = append([]Block{Form{Title: r.T("签发", "Sign"), Address: "/closing/sign", Fields: fields(), Label: r.T("签发", "Sign"),
			Text: r.Tf("%s 已核对。签发后本月全部数值封存，以后的更正会逐项列出。", "%s has checked it. Once signed, all values of the month are kept, and later corrections are listed one by one.", m.CheckedBy)}}, forms...)
	}
	return forms
}

// obstacles lists what stands in the way of closing the month, and what is to be known before it.
func (r Request) obstacles(m pipelines.MonthClosing) Block {
	t := &Table{ID: "problems", Stacked: true, Title: r.T("月结前的问题", "Before closing"), Empty: r.T("没有问题。", "There are no problems."),
		Columns: []Column{text(r.T("作用", "Effect")), text(r.T("问题", "Problem")), text(r.T("怎么办", "What to do"))}}
	for _, problem := range m.Problems {
		sentence, mend := data.ExplainClosing(problem, r.Lang)
		effect := Cell{Text: r.T("提醒", "warning"), Tone: ToneQuiet}
		if problem.Blocking {
			effect = Cell{Text: r.T("阻碍月结", "blocks closing"), Tone: ToneWorse}
		}
		what := Cell{Text: sentence}
		switch problem.Code {
		case pipelines.ClosingRowsOpen, pipelines.ClosingExportMissing, pipelines.ClosingVillagesPoor, pipelines.ClosingFileHeld, pipelines.ClosingFileRejected:
			what.Link = r.Link("data")
		case pipelines.ClosingEarlierMonth, pipelines.ClosingCorrectedSince:
			if problem.Subject >= r.FirstMonth && problem.Subject <= r.LastMonth {
				what.Link = r.Link("closing", At(problem.Subject), With("refused", ""))
			}
		case pipelines.ClosingMonthNotOver, pipelines.ClosingRunFailed, pipelines.ClosingCheckWarned, pipelines.ClosingDocumentBroken: // the sentence says all of it
		}
		t.Rows = append(t.Rows, []Cell{effect, what, {Text: mend}})
	}
	return t
}

// differenceKinds are the kinds of differences, in the order in which they are listed.
var differenceKinds = []struct {
	kind pipelines.DifferenceKind
	name data.Text
}{
	{pipelines.DifferenceCorrected, data.Text{Zh: "更正", En: "corrected"}},
	{pipelines.DifferenceUnknown, data.Text{Zh: "现为未知", En: "unknown now"}},
	{pipelines.DifferenceRipened, data.Text{Zh: "成熟", En: "ripened"}},
}

// shownDifferences is how many differences the page lists before all are asked for.
const shownDifferences = 100

// differences lists values that are not what was signed, with both bases; wanted narrows them, nil: all. Values of
// members are for the organisation office; for others their number is given.
func (r Request) differences(all []pipelines.ClosingDifference, wanted func(pipelines.ClosingDifference) bool) *Table {
	t := &Table{ID: "differences", Stacked: true, Title: r.T("签发后的变动", "Changed since signed"), Empty: r.T("签发后没有变动。", "Nothing has changed since it was signed."),
		Note: r.T("“成熟”是截止日推移后自然会变的指标，不是更正。“现为未知”是签发了数值（如 0）、而没有收到相应数据的指标。", "“Ripened” values belong to measures that move with the cut-off; they are not corrections. “Unknown now” is what was signed as a number, such as 0, though no data stand behind it."),
		Columns: []Column{text(r.T("指标", "Measure")), text(r.T("单位", "Place")), {Title: r.T("签发时", "As signed"), Kind: ColumnRate}, {Title: r.T("现在", "Now"), Kind: ColumnRate},
			number(r.T("始于快照", "Since snapshot")), text(r.T("性质", "Kind"))}}
	levels := []string{string(LevelTown), string(LevelVillage), string(LevelBranch), string(LevelMember)}
	found := slices.SortedStableFunc(slices.Values(all), func(a, b pipelines.ClosingDifference) int {
		return cmp.Compare(slices.Index(levels, a.Level), slices.Index(levels, b.Level))
	})
	persons := 0
	for _, kind := range differenceKinds {
		for _, d := range found {
			if d.Kind() != kind.kind || wanted != nil && !wanted(d) {
				continue
			}
			if d.Level == string(LevelMember) && r.Role != RoleOffice {
				persons++
				continue
			}
			measure, _ := queries.MeasureOf(d.Measure)
			t.Rows = append(t.Rows, []Cell{{Text: measure.Name.In(r.Lang), Value: d.Measure, Link: r.measureLink(measure)}, {Text: r.placeOf(d), Value: d.UnitID}, r.signedCell(measure, d.Signed), r.signedCell(measure, d.Now),
				r.sinceCell(d), {Text: kind.name.In(r.Lang)}})
		}
	}
	if persons > 0 {
		t.Note += r.Tf("另有 %s 个党员个人的数值也变了，组织办公室登录后可见。", " Values of %s members changed too; the organisation office sees them.", Count(float64(persons)))
	}
	if all := len(t.Rows); all > shownDifferences && r.Params.Get("differences") != "all" {
		t.Rows = t.Rows[:shownDifferences]
		t.More = r.Tf("共 %[2]s 处，此处显示前 %[1]s 处。", "The first %[1]s of %[2]s.", Count(shownDifferences), Count(float64(all)))
		t.MoreLink = r.Link("closing", With("differences", "all"), With("refused", "")) + "#table-differences"
	}
	return t
}

// sinceCell is the snapshot that brought a difference, and its day.
func (r Request) sinceCell(d pipelines.ClosingDifference) Cell {
	c := countCell(float64(d.Since))
	if !d.SinceAt.IsZero() {
		c.Note = r.moment(d.SinceAt)
	}
	return c
}

func (r Request) measureLink(m queries.Measure) string {
	if m.ID == "" {
		return ""
	}
	return r.Link("measures", With("measure", m.ID))
}

func (r Request) placeOf(d pipelines.ClosingDifference) string {
	switch {
	case d.Level == string(LevelMember):
		return r.Tf("党员 %s", "member %s", d.UnitID)
	case d.UnitName != "":
		return d.UnitName
	default:
		return r.Name(d.UnitID)
	}
}

func (r Request) signedCell(m queries.Measure, n *pipelines.ClosingNumber) Cell {
	if n == nil {
		return Cell{Text: r.T("没有这一项", "no such value")}
	}
	known := func(x *float64) (float64, string) {
		if x == nil {
			return math.NaN(), ""
		}
		return *x, strconv.FormatFloat(*x, 'f', -1, 64)
	}
	v, c := Value{Measure: m}, Cell{}
	v.Num, c.Num = known(n.Numerator)
	v.Den, c.Den = known(n.Denominator)
	v.Value, c.Value = known(n.Value)
	v.Reason = n.Reason
	if !m.Rate() {
		c.Num, c.Den = "", ""
	}
	c.Text, c.Base = v.Text(r.Lang), v.Base(r.Lang)
	return c
}

// closedMonths says how every month stands.
func (r Request) closedMonths(all []pipelines.MonthClosing) Block {
	t := &Table{ID: "months", Stacked: true, Title: r.T("各月", "Months"), Empty: r.T("没有月份。", "There are no months."),
		Columns: []Column{date(r.T("月份", "Month")), text(r.T("状态", "State")), text(r.T("核对", "Checked by")), text(r.T("签发", "Signed by")),
			number(r.T("签发次数", "Restatement")), number(r.T("更正", "Corrected")), number(r.T("现为未知", "Unknown now")), number(r.T("成熟", "Ripened")), number(r.T("阻碍", "Blocking")), text(r.T("校验码", "Hash"))}}
	for _, m := range all {
		blocking := 0
		for _, problem := range m.Problems {
			if problem.Blocking {
				blocking++
			}
		}
		month := Cell{Text: m.Month}
		if m.Month >= r.FirstMonth && m.Month <= r.LastMonth {
			month.Link = r.Link("closing", At(m.Month), With("refused", ""), With("differences", ""))
		}
		checked, signed := Cell{Text: m.CheckedBy}, Cell{Text: m.SignedBy}
		if m.CheckedBy != "" {
			checked.Note = r.moment(m.CheckedAt)
		}
		if m.SignedBy != "" {
			signed.Note = r.moment(m.SignedAt)
		}
		row := []Cell{month, stateCell(closingStates, m.State, r.Lang), checked, signed}
		for _, n := range []int{m.Restatement, m.Corrected(), m.Unknown(), m.Ripened()} {
			if m.Restatement == 0 {
				row = append(row, Cell{})
			} else {
				row = append(row, countCell(float64(n)))
			}
		}
		if m.Restatement > 0 && len(m.Differences) == 0 {
			row = append(row, Cell{})
		} else {
			row = append(row, countCell(float64(blocking)))
		}
		short := m.Hash
		if len(short) > 12 {
			short = short[:12]
		}
		t.Rows = append(t.Rows, append(row, Cell{Text: short, Value: m.Hash}))
	}
	return t
}

var closingStates = map[pipelines.ClosingState]named{
	pipelines.ClosingDraft:   {data.Text{Zh: "未月结", En: "not closed"}, ToneQuiet},
	pipelines.ClosingChecked: {data.Text{Zh: "已核对，待签发", En: "checked"}, ToneNone},
	pipelines.ClosingSigned:  {data.Text{Zh: "已签发", En: "signed"}, ToneNone},
	pipelines.ClosingDamaged: {data.Text{Zh: "签发存档损坏", En: "signed record damaged"}, ToneWorse},
	pipelines.ClosingChanged: {data.Text{Zh: "签发后有变动", En: "changed since signed"}, ToneWorse},
}
