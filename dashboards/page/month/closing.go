package month

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/records"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
	"hulian/queries/reading"
)

// Closing builds the page on which months are checked and signed.
func Closing(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.Tf("%s 月结", "Closing %s", r.MonthName(r.Month))}
	if r.Closings == nil {
		v.Sentences = append(v.Sentences, r.T("此处没有月结记录。", "No months are closed here."))
		return v, nil
	}
	all, err := r.Closings(ctx)
	if err != nil {
		// One document that is not what was signed must not look like a page that failed.
		if fault := new(pipelines.Fault); errors.As(err, &fault) {
			v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("月结记录无法读取", "The closed months cannot be read"), Text: r.T("请把这段话转给维护人员：", "Hand this to whoever maintains the system: ") + fault.Op + " " + fault.At + ": " + fault.Err.Error(), Next: fault.Advised()})
			return v, nil
		}
		return v, fmt.Errorf("read the closed months: %w", err)
	}
	m := ClosingOf(all, r.Month)
	if why := data.ExplainRefusal(pipelines.ClosingRefusal(r.Params.Get("refused")), r.Lang); why != "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有完成", "It was not done"), Text: why})
	}
	v.Sentences = append(v.Sentences, closingSentences(r, m)...)
	v.Headline = closingHeadline(r, m)
	side := append([]view.Block{whoSigns(r, m)}, closingForms(r, m)...)
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 8, Blocks: []view.Block{obstacles(r, m)}}, {Span: 4, Blocks: side}}}, view.Lead{})
	if m.Restatement > 0 {
		v.Blocks = append(v.Blocks, differences(r, m.Differences, nil))
	}
	if m.Restatement > 1 {
		restated := differences(r, m.Restated, nil)
		restated.ID, restated.Title = "restated", r.Tf("第 %d 次签发改动了什么", "What restatement %d changed", m.Restatement)
		restated.MoreLink = strings.Replace(restated.MoreLink, "#table-differences", "#table-restated", 1)
		restated.Empty = r.T("没有改动。", "It changed nothing.")
		restated.Columns[2].Title, restated.Columns[3].Title = r.T("上次签发", "As signed before"), r.T("本次签发", "As signed now")
		v.Blocks = append(v.Blocks, restated)
	}
	v.Blocks = append(v.Blocks, closedMonths(r, all))
	return v, nil
}

// closingHeadline says in one line whether the month can be closed, by whom it is, or what has changed since.
func closingHeadline(r block.Request, m pipelines.MonthClosing) view.Headline {
	name := r.MonthName(m.Month)
	before := 0
	for _, problem := range m.Problems {
		if problem.Blocking {
			before++
		}
	}
	switch m.State {
	case pipelines.ClosingSigned:
		return view.Headline{Rest: r.Tf("%[1]s已由%[2]s签发，此后没有更正", "%[1]s is closed, signed by %[2]s; nothing was corrected since", name, m.SignedBy)}
	case pipelines.ClosingChanged:
		return view.Headline{Weak: r.Tf("%[1]s签发后有%[2]d个数值变动", "%[2]d values of %[1]s have changed since it was signed", name, m.Corrected()+m.Unknown()), Rest: r.T("，请核对后重新签发", ": check and sign anew")}
	case pipelines.ClosingDamaged:
		return view.Headline{Weak: r.Tf("%s的签发存档缺失或损坏", "The signed record of %s is missing or damaged", name), Rest: r.T("，请管理员从备份中放回", ": have an administrator put it back from a backup")}
	case pipelines.ClosingDraft, pipelines.ClosingChecked:
	}
	switch {
	case before > 0:
		return view.Headline{Weak: r.Tf("%[1]s还不能月结：%[2]d件事须先处理", "%[1]s cannot be closed yet: %[2]d matters come first", name, before)}
	case m.State == pipelines.ClosingChecked:
		return view.Headline{Rest: r.Tf("%[1]s已由%[2]s核对，待另一人签发", "%[1]s is checked by %[2]s: somebody else signs it", name, m.CheckedBy)}
	case len(m.Problems) > 0:
		return view.Headline{Rest: r.Tf("%[1]s可以核对；有%[2]d件事需要知道", "%[1]s can be checked; %[2]d things are to be known before", name, len(m.Problems))}
	default:
		return view.Headline{Rest: r.Tf("%s可以核对：没有待处理事项", "%s can be checked: nothing stands in the way", name)}
	}
}

// signing is one of the two steps by which a month is closed.
type signing struct{ step, by, at string }

// whoSigns says who has checked and signed the month, and whose turn it is.
func whoSigns(r block.Request, m pipelines.MonthClosing) *view.Table {
	checked := signing{step: r.T("① 核对", "1 Check"), by: r.T("待组织办公室核对", "the organisation office, not yet"), at: reading.Missing}
	if m.CheckedBy != "" {
		checked.by, checked.at = m.CheckedBy, r.Moment(m.CheckedAt)
	}
	signed := signing{step: r.T("② 签发", "2 Sign"), by: r.T("待组织办公室或镇党委的另一个账号签发", "another account of the office or the committee, not yet"), at: reading.Missing}
	if m.SignedBy != "" {
		signed.by, signed.at = m.SignedBy, r.Moment(m.SignedAt)
	}
	t := &view.Table{ID: "signers", Stacked: true, Title: r.T("谁核对、谁签发", "Who checks, who signs")}
	view.Fill(t, []signing{checked, signed},
		view.Of(view.Words(r.T("步骤", "Step")), func(s signing) view.Cell { return view.Plain(s.step) }),
		view.Of(view.Words(r.T("办理人", "By")), func(s signing) view.Cell { return view.Plain(s.by) }),
		view.Of(view.Day(r.T("时间", "When")), func(s signing) view.Cell { return view.Plain(s.at) }))
	return t
}

// ClosingOf says how a month stands.
func ClosingOf(all []pipelines.MonthClosing, month string) pipelines.MonthClosing {
	for _, m := range all {
		if m.Month == month {
			return m
		}
	}
	return pipelines.MonthClosing{Month: month, State: pipelines.ClosingDraft}
}

// closingSentences say how the month stands, who did what, and what it was made from.
func closingSentences(r block.Request, m pipelines.MonthClosing) []string {
	said := []string{ClosingLine(r, m)}
	switch {
	case m.Restatement > 0:
		said = append(said, r.Tf("签发的是快照第 %[1]d 版，数据截至 %[2]s，共 %[3]s 个数值，校验码 %.12[4]s。", "What was signed is snapshot %[1]d, data as of %[2]s: %[3]s values, hash %.12[4]s.",
			m.Generation, m.CutOff, reading.Count(float64(m.Numbers)), m.Hash))
	case m.State == pipelines.ClosingChecked:
		said = append(said, r.T("数字在签发前如有变动，须重新核对。", "If the numbers change before they are signed, they are to be checked anew."))
	}
	if m.Note != "" {
		said = append(said, r.Tf("签发说明：%s", "Note: %s", m.Note))
	}
	return said
}

// ClosingLine is how a month stands, in one line: 未月结, 已核对, 已签发, 签发后有变动.
func ClosingLine(r block.Request, m pipelines.MonthClosing) string {
	signed := ""
	if m.Restatement > 0 {
		signed = r.Tf("%s 由 %s 签发", "signed by %[2]s on %[1]s", r.Moment(m.SignedAt), m.SignedBy)
		if m.Restatement > 1 {
			signed += r.Tf("（第 %d 次签发）", " (restatement %d)", m.Restatement)
		}
	}
	switch m.State {
	case pipelines.ClosingChecked:
		return r.Tf("%[1]s未月结：%[2]s 已于 %[3]s 核对，待另一人签发。", "%[1]s is not closed: checked by %[2]s on %[3]s, to be signed.", r.MonthName(m.Month), m.CheckedBy, r.Moment(m.CheckedAt))
	case pipelines.ClosingSigned:
		line := r.Tf("%s已签发：%s", "%s is closed: %s", r.MonthName(m.Month), signed)
		if ripened := m.Ripened(); ripened > 0 {
			line += r.Tf("；此后随截止日推移，%d个数值定型", "; %d values have ripened with the cut-off since", ripened)
		}
		return line + r.T("。", ".")
	case pipelines.ClosingChanged:
		line := r.Tf("%s签发后有变动：%s，", "%s has changed since signed: %s; ", r.MonthName(m.Month), signed)
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
		return r.Tf("%s已签发，但存档缺失或损坏，签发的数值无法核实；须从备份中放回。", "%s was signed, but its record is missing or damaged: what was signed cannot be told until it is put back from a backup.", r.MonthName(m.Month))
	default:
		return r.Tf("%s未月结：数字还可能变化。", "%s is not closed: its numbers may still change.", r.MonthName(m.Month))
	}
}

// closingState is the line for other pages about their month; empty where no months are closed here. A month that has
// changed since it was signed is left to the notice on top of the page, unless the view is a document without one.
func closingState(ctx context.Context, r block.Request, document bool) string {
	if r.Closings == nil {
		return ""
	}
	all, err := r.Closings(ctx)
	if err != nil {
		return r.T("月结记录无法读取，见月结页。", "The closed months cannot be read: see the page on closing.")
	}
	m := ClosingOf(all, r.Month)
	if (m.State == pipelines.ClosingChanged || m.State == pipelines.ClosingDamaged) && !document {
		return ""
	}
	return ClosingLine(r, m)
}

// issuedOn is the day the month was signed, in words, and whether it is still a draft: so it is called where the record of closed months cannot
// be read, which closingState says on the same paper.
func issuedOn(ctx context.Context, r block.Request) (day string, draft bool) {
	if r.Closings == nil {
		return "", true
	}
	all, err := r.Closings(ctx)
	if err != nil {
		return "", true
	}
	m := ClosingOf(all, r.Month)
	if m.SignedAt.IsZero() {
		return "", true
	}
	return r.Clock(m.SignedAt).Format(r.T("2006年1月2日", "2 January 2006")), false
}

// ChangedSince lists what was corrected of a place's month since it was signed, and of one measure where it is named;
// nil where nothing was. Values of members are left to the page on closing.
func ChangedSince(ctx context.Context, r block.Request, measure string) *view.Table {
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
	m := ClosingOf(all, r.Month)
	t := differences(r, m.Differences, func(d pipelines.ClosingDifference) bool {
		return d.Kind() != pipelines.DifferenceRipened && here[d.UnitID] && d.Level != string(facts.LevelMember) && (measure == "" || d.Measure == measure)
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

// closingForms let whoever may check and sign.
func closingForms(r block.Request, m pipelines.MonthClosing) []view.Block {
	switch {
	case m.Restatement > 0 && len(m.Differences) == 0, m.Blocked():
		return nil
	case !r.Visitor.MayAnywhere(visitor.CheckMonth) && !r.Visitor.MayAnywhere(visitor.SignMonth):
		return []view.Block{view.Text{Paragraphs: []string{r.T("核对由组织办公室办理，签发由组织办公室或镇党委的另一个账号办理。", "The organisation office checks a month; another account of the office or of the committee signs it.")}}}
	}
	fields := func() []view.Field {
		all := []view.Field{{Name: "month", Value: m.Month, Hidden: true}, {Name: "note", Label: r.T("说明（可不填）", "Note (optional)"), Limit: 2000}}
		return append(all, block.KeepLanguage(r)...)
	}
	var forms []view.Block
	if r.Visitor.MayAnywhere(visitor.CheckMonth) {
		forms = append(forms, view.Form{Title: r.T("核对", "Check"), Address: "/closing/check", Fields: fields(), Label: r.T("我已核对", "I have checked it"),
			Text: r.T("核对本月的数字和旁边列出的问题。核对人记为您的账号。", "Check the month's numbers and the list beside. Your account is recorded as who checked.")})
	}
	if m.CheckedBy != "" && m.CheckedAt.After(m.SignedAt) && r.Visitor.MayAnywhere(visitor.SignMonth) {
		forms = append([]view.Block{view.Form{Title: r.T("签发", "Sign"), Address: "/closing/sign", Fields: fields(), Label: r.T("签发", "Sign"),
			Text: r.Tf("%s 已核对，须由另一个账号签发。签发后本月全部数值封存，以后的更正会逐项列出。", "%s has checked it; another account signs. Once signed, all values of the month are kept, and later corrections are listed one by one.", m.CheckedBy)}}, forms...)
	}
	return forms
}

// obstacles lists what stands in the way of closing the month, and what is to be known before it.
func obstacles(r block.Request, m pipelines.MonthClosing) view.Block {
	t := &view.Table{ID: "problems", Stacked: true, Title: r.T("月结前的问题", "Before closing"), Empty: r.T("没有问题。", "There are no problems."),
		Columns: []view.Column{view.Words(r.T("作用", "Effect")), view.Words(r.T("问题", "Problem")), view.Words(r.T("怎么办", "What to do"))}}
	for _, problem := range m.Problems {
		sentence, mend := data.ExplainClosing(problem, r.Lang)
		effect := view.Cell{Text: r.T("提醒", "warning"), Tone: view.ToneQuiet}
		if problem.Blocking {
			effect = view.Cell{Text: r.T("须先处理", "comes first"), Tone: view.ToneWorse}
		}
		what := view.Cell{Text: sentence}
		switch problem.Code {
		case pipelines.ClosingRowsOpen, pipelines.ClosingExportMissing, pipelines.ClosingVillagesPoor, pipelines.ClosingFileHeld, pipelines.ClosingFileRejected:
			what.Link = r.Link("data")
		case pipelines.ClosingEarlierMonth, pipelines.ClosingCorrectedSince:
			if problem.Subject >= r.FirstMonth && problem.Subject <= r.LastMonth {
				what.Link = r.Link("closing", question.At(problem.Subject), question.With("refused", ""))
			}
		case pipelines.ClosingMonthNotOver, pipelines.ClosingRunFailed, pipelines.ClosingCheckWarned, pipelines.ClosingDocumentBroken: // the sentence says all of it
		}
		t.Rows = append(t.Rows, []view.Cell{effect, what, {Text: mend}})
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
	{pipelines.DifferenceRipened, data.Text{Zh: "定型", En: "ripened"}},
}

// shownDifferences is how many differences stand at once.
const shownDifferences = 100

// differences lists values that are not what was signed, with both bases; wanted narrows them, nil: all. Values of
// members are for the organisation office; for others their number is given.
func differences(r block.Request, all []pipelines.ClosingDifference, wanted func(pipelines.ClosingDifference) bool) *view.Table {
	t := &view.Table{ID: "differences", Stacked: true, Title: r.T("签发后的变动", "Changed since signed"), Empty: r.T("签发后没有变动。", "Nothing has changed since it was signed."),
		Note: r.T("“定型”是截止日推移后自然会变的指标，不是更正。“现为未知”是签发了数值（如 0）、而没有收到相应数据的指标。", "“Ripened” values belong to measures that move with the cut-off; they are not corrections. “Unknown now” is what was signed as a number, such as 0, though no data stand behind it."),
		Columns: []view.Column{view.Words(r.T("指标", "Measure")), view.Words(r.T("单位", "Place")), {Title: r.T("签发时", "As signed"), Kind: view.ColumnRate}, {Title: r.T("现在", "Now"), Kind: view.ColumnRate},
			view.Number(r.T("始于快照", "Since snapshot")), view.Words(r.T("性质", "Kind"))}}
	levels := []string{string(facts.LevelTown), string(facts.LevelVillage), string(facts.LevelBranch), string(facts.LevelMember)}
	found := slices.SortedStableFunc(slices.Values(all), func(a, b pipelines.ClosingDifference) int {
		return cmp.Compare(slices.Index(levels, a.Level), slices.Index(levels, b.Level))
	})
	persons := 0
	for _, kind := range differenceKinds {
		for _, d := range found {
			if d.Kind() != kind.kind || wanted != nil && !wanted(d) {
				continue
			}
			if d.Level == string(facts.LevelMember) && !r.SeesPersons(r.Visitor) {
				persons++
				continue
			}
			measure, _ := queries.MeasureOf(d.Measure)
			t.Rows = append(t.Rows, []view.Cell{{Text: measure.Name.In(r.Lang), Value: d.Measure, Link: measureLink(r, measure)}, {Text: placeOf(r, d), Value: d.UnitID}, signedCell(r, measure, d.Signed), signedCell(r, measure, d.Now),
				sinceCell(r, d), {Text: kind.name.In(r.Lang)}})
		}
	}
	if persons > 0 {
		t.Note += r.Tf("另有 %s 个党员个人的数值也变了，组织办公室登录后可见。", " Values of %s members changed too; the organisation office sees them.", reading.Count(float64(persons)))
	}
	t.PageRows = shownDifferences
	return t
}

// sinceCell is the snapshot that brought a difference, and its day.
func sinceCell(r block.Request, d pipelines.ClosingDifference) view.Cell {
	c := view.Count(float64(d.Since))
	if !d.SinceAt.IsZero() {
		c.Note = r.Moment(d.SinceAt)
	}
	return c
}

func measureLink(r block.Request, m queries.Measure) string {
	if m.ID == "" {
		return ""
	}
	return r.Link("measures", question.With("measure", m.ID))
}

func placeOf(r block.Request, d pipelines.ClosingDifference) string {
	switch {
	case d.Level == string(facts.LevelMember):
		return r.Tf("党员 %s", "member %s", d.UnitID)
	case d.UnitName != "":
		return d.UnitName
	default:
		return r.Name(d.UnitID)
	}
}

func signedCell(r block.Request, m queries.Measure, n *pipelines.ClosingNumber) view.Cell {
	if n == nil {
		return view.Cell{Text: r.T("没有这一项", "no such value")}
	}
	known := func(x *float64) (float64, string) {
		if x == nil {
			return math.NaN(), ""
		}
		return *x, strconv.FormatFloat(*x, 'f', -1, 64)
	}
	v, c := facts.Value{Measure: &m}, view.Cell{}
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
func closedMonths(r block.Request, all []pipelines.MonthClosing) view.Block {
	t := &view.Table{ID: "months", Stacked: true, Title: r.T("各月", "Months"), Empty: r.T("没有月份。", "There are no months."),
		Columns: []view.Column{view.Day(r.T("月份", "Month")), view.Words(r.T("状态", "State")), view.Words(r.T("核对", "Checked by")), view.Words(r.T("签发", "Signed by")),
			view.Number(r.T("签发次数", "Restatement")), view.Number(r.T("更正", "Corrected")), view.Number(r.T("现为未知", "Unknown now")), view.Number(r.T("定型", "Ripened")), view.Number(r.T("待处理事项", "To settle")), view.Words(r.T("校验码", "Hash"))}}
	for _, m := range all {
		blocking := 0
		for _, problem := range m.Problems {
			if problem.Blocking {
				blocking++
			}
		}
		month := view.Cell{Text: m.Month}
		if m.Month >= r.FirstMonth && m.Month <= r.LastMonth {
			month.Link = r.Link("closing", question.At(m.Month), question.With("refused", ""))
		}
		checked, signed := view.Cell{Text: m.CheckedBy}, view.Cell{Text: m.SignedBy}
		if m.CheckedBy != "" {
			checked.Note = r.Moment(m.CheckedAt)
		}
		if m.SignedBy != "" {
			signed.Note = r.Moment(m.SignedAt)
		}
		row := []view.Cell{month, records.StateCell(closingStates, m.State, r.Lang), checked, signed}
		for _, n := range []int{m.Restatement, m.Corrected(), m.Unknown(), m.Ripened()} {
			if m.Restatement == 0 {
				row = append(row, view.Cell{})
			} else {
				row = append(row, view.Count(float64(n)))
			}
		}
		if m.Restatement > 0 && len(m.Differences) == 0 {
			row = append(row, view.Cell{})
		} else {
			row = append(row, view.Count(float64(blocking)))
		}
		short := m.Hash
		if len(short) > 12 {
			short = short[:12]
		}
		t.Rows = append(t.Rows, append(row, view.Cell{Text: short, Value: m.Hash}))
	}
	return t
}

var closingStates = map[pipelines.ClosingState]records.Named{
	pipelines.ClosingDraft:   {Name: data.Text{Zh: "未月结", En: "not closed"}, Tone: view.ToneQuiet},
	pipelines.ClosingChecked: {Name: data.Text{Zh: "已核对，待签发", En: "checked"}, Tone: view.ToneNone},
	pipelines.ClosingSigned:  {Name: data.Text{Zh: "已签发", En: "signed"}, Tone: view.ToneNone},
	pipelines.ClosingDamaged: {Name: data.Text{Zh: "签发存档损坏", En: "signed record damaged"}, Tone: view.ToneWorse},
	pipelines.ClosingChanged: {Name: data.Text{Zh: "签发后有变动", En: "changed since signed"}, Tone: view.ToneWorse},
}
