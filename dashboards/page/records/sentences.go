package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
	"hulian/queries/wording"
)

// BuildSentences shows what the papers say in words, or offers to change one sentence.
func BuildSentences(_ context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("文件用语", "Sentences")}
	if r.Standing == nil {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Title: r.T("这里不保存文件用语", "No sentences are kept here")})
		return v, nil
	}
	now, err := r.Standing()
	if err != nil {
		if fault := new(pipelines.Fault); errors.As(err, &fault) {
			v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("文件用语无法读取", "The sentences cannot be read"), Text: r.T("请把这段话转给维护人员：", "Hand this to whoever maintains the system: ") + fault.Op + " " + fault.At + ": " + fault.Err.Error(), Next: fault.Advised()})
			return v, nil
		}
		return v, err
	}
	v.Blocks = append(v.Blocks, sentenceNotices(r, now)...)
	if id := r.Params.Get("sentence"); id != "" && setsStandards(r) {
		s, known := data.SentenceOf(id)
		if !known {
			return v, fmt.Errorf("%w: sentence=%s", question.ErrUnknownUnit, id)
		}
		return oneSentence(r, v, now, s), nil
	}
	v.Headline.Rest = r.Tf("%d句文件用语，本镇改过%d句", "%d sentences of the papers, %d of them the town's own", len(data.Sentences()), len(now.Own))
	v.Sentences = append(v.Sentences, r.T("改动后，预览和此后生成的文件都用新的句子；已经印发的文件不变。", "Previews and papers made from now on say what is changed here; what was issued stays."))
	v.Blocks = append(v.Blocks, view.Lead{}, sentenceTable(r, now), sentenceHistory(r, now))
	v.Blocks = append(v.Blocks, takesBack(r, now)...)
	return v, nil
}

func sentenceNotices(r block.Request, now data.Wording) (blocks []view.Block) {
	for id := range now.Unsound {
		blocks = append(blocks, view.Callout{Tone: view.ToneWorse, Title: r.Tf("本镇的句子“%s”不再适用，暂用通用的句子", "The town's sentence %q fits no more; the usual one stands in its place", aboutOf(r, id)), Text: r.T("它提到的指标已经改名或取消，请重新改写。", "A measure it names has another name or is gone: change it again.")})
	}
	if r.Params.Get("done") != "" {
		blocks = append(blocks, view.Callout{Tone: view.ToneBetter, Title: r.T("已保存，记入操作记录。", "Saved, and in the audit trail.")})
	}
	why := r.Params.Get("refused")
	if why == "" {
		return blocks
	}
	var text string
	code, placeholder, _ := strings.Cut(why, ":")
	switch code {
	case string(data.SentenceMoved):
		text = r.T("打开以后有人改过这句话，请看清现在的句子再改。", "Somebody has changed it since you opened it: look at what it says now.")
	case string(data.SentenceSame):
		text = r.T("句子没有变化。", "It says that already.")
	case string(data.SentenceUnknown):
		text = r.T("没有这句话，或没有这次修改。", "There is no such sentence, or no such change.")
	case "no_reason":
		text = r.T("请写明理由。", "Give a reason.")
	default:
		wrong := wording.Wrong{Why: wording.Why(code), Placeholder: placeholder}
		if s, known := data.SentenceOf(r.Params.Get("sentence")); known {
			for _, said := range []string{r.Params.Get("zh"), r.Params.Get("en")} {
				if again := wording.Check(s, said); again != nil && again.Why == wrong.Why && again.Placeholder == placeholder {
					wrong = *again
				}
			}
		}
		text = wrong.In(r.Lang)
	}
	return append(blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: text})
}

func aboutOf(r block.Request, id string) string {
	if s, known := data.SentenceOf(id); known {
		return s.About.In(r.Lang)
	}
	return id
}

func sentenceTable(r block.Request, now data.Wording) *view.Table {
	t := &view.Table{ID: "sentences", Stacked: true, PageRows: len(data.Sentences()), Title: r.T("各类文件的句子", "Sentences of the papers")}
	view.Fill(t, data.Sentences(),
		view.Of(view.Words(r.T("说什么", "What it says")), func(s data.Sentence) view.Cell {
			c := view.Cell{Text: s.About.In(r.Lang)}
			if setsStandards(r) {
				c.Link = r.Link("sentences", question.With("sentence", s.ID), question.With("done", ""), question.With("refused", ""), question.With("zh", ""), question.With("en", ""))
			}
			return c
		}),
		view.Of(view.Words(r.T("中文", "Chinese")), func(s data.Sentence) view.Cell { return view.Plain(shownSentence(r, s, now.Of(s.ID).Zh)) }),
		view.Of(view.Words(r.T("英文", "English")), func(s data.Sentence) view.Cell { return view.Plain(shownSentence(r, s, now.Of(s.ID).En)) }),
		view.Of(view.Words(r.T("谁定的", "Whose")), func(s data.Sentence) view.Cell {
			if _, own := now.Own[s.ID]; !own {
				return view.Cell{Text: r.T("通用", "everybody's"), Tone: view.ToneQuiet}
			}
			i := slices.IndexFunc(now.Changes, func(c data.SentenceChange) bool { return c.Sentence == s.ID })
			return view.Cell{Text: now.Changes[i].By, Note: r.Moment(now.Changes[i].At)}
		}))
	return t
}

// shownSentence is a text with the names of measures in place of their IDs, for readers.
func shownSentence(r block.Request, s data.Sentence, text string) string {
	for _, id := range wording.Measures(s, text) {
		m, known := queries.MeasureOf(id)
		if !known {
			continue
		}
		name := m.Name.In(r.Lang)
		text = strings.NewReplacer("{"+id+"}", "〔"+name+"〕", "{"+id+".num}", "〔"+name+r.T("·分子", ", numerator")+"〕", "{"+id+".den}", "〔"+name+r.T("·分母", ", denominator")+"〕", "{"+id+".aside}", "").Replace(text)
	}
	return strings.NewReplacer("{", "〔", "}", "〕").Replace(text)
}

// oneSentence offers to change one sentence.
func oneSentence(r block.Request, v view.View, now data.Wording, s data.Sentence) view.View {
	is := now.Of(s.ID)
	typed := is
	if r.Params.Get("zh") != "" || r.Params.Get("en") != "" { // what was refused is not lost
		typed = data.Text{Zh: r.Params.Get("zh"), En: r.Params.Get("en")}
	}
	v.Headline.Rest = s.About.In(r.Lang)
	fields := []view.Field{
		{Name: "sentence", Value: s.ID, Hidden: true}, {Name: "from_zh", Value: is.Zh, Hidden: true}, {Name: "from_en", Value: is.En, Hidden: true},
		{Name: "zh", Label: r.T("中文", "Chinese"), Value: typed.Zh, Limit: wording.Longest, Required: true, Long: true},
		{Name: "en", Label: r.T("英文", "English"), Value: typed.En, Limit: wording.Longest, Required: true, Long: true},
		{Name: "reason", Label: r.T("理由", "Reason"), Limit: 200, Required: true, Long: true},
	}
	placeholders := &view.Table{ID: "placeholders", Stacked: true, PageRows: 200, Title: r.T("可用的栏目", "Placeholders"), Note: r.T("各指标都可用：{指标} 是数值，{指标.num} 是分子，{指标.den} 是分母，{指标.aside} 是数据是否可靠的说明。句子提到的指标没有数据时，这句话不说。", "Every measure may stand here: {measure} is its value, {measure.num} its numerator, {measure.den} its denominator, {measure.aside} how far it may be trusted. Where a measure it names is not known, the sentence is not said.")}
	var names [][2]string
	for _, slot := range s.Slots {
		names = append(names, [2]string{"{" + slot + "}", r.T("由程序填入", "filled in by the program")})
	}
	for _, m := range queries.Measures() {
		if slices.Contains(m.Levels, queries.Town) && slices.Contains(m.Levels, queries.Village) {
			names = append(names, [2]string{"{" + m.ID + "}", m.Name.In(r.Lang)})
		}
	}
	view.Fill(placeholders, names,
		view.Of(view.Words(r.T("栏目", "Placeholder")), func(n [2]string) view.Cell { return view.Plain(n[0]) }),
		view.Of(view.Words(r.T("内容", "What it is")), func(n [2]string) view.Cell { return view.Plain(n[1]) }))
	v.Blocks = append(v.Blocks, view.Form{ID: "change", Title: r.T("改写", "Change it"), Address: "/sentences/change", Fields: append(fields, block.KeepLanguage(r)...), Label: r.T("保存", "Save"),
		Text: r.T("花括号里的栏目由数据填入；不要直接写数字。", "What stands in braces is filled in from the data; type no figures.")},
		view.Links{Links: []view.Link{{Text: r.T("回到全部句子", "All sentences"), Address: r.Link("sentences", question.With("sentence", ""), question.With("done", ""), question.With("refused", ""), question.With("zh", ""), question.With("en", ""))}, {Text: r.T("预览月度通报", "Preview the notice"), Address: r.Link("report")}}},
		placeholders, view.Lead{}, sentenceHistory(r, now))
	v.Blocks = append(v.Blocks, takesBack(r, now)...)
	return v
}

// sentenceHistory lists the changes, and lets them be taken back.
func sentenceHistory(r block.Request, now data.Wording) *view.Table {
	t := &view.Table{ID: "changes", Stacked: true, Title: r.T("修改记录", "Changes"), Empty: r.T("没有改过。", "Nothing has been changed.")}
	changes := now.Changes
	if id := r.Params.Get("sentence"); id != "" {
		changes = slices.DeleteFunc(slices.Clone(changes), func(c data.SentenceChange) bool { return c.Sentence != id })
	}
	view.Fill(t, changes,
		view.Of(view.Day(r.T("时间", "When")), func(c data.SentenceChange) view.Cell { return view.Plain(r.Moment(c.At)) }),
		view.Of(view.Words(r.T("修改人", "By")), func(c data.SentenceChange) view.Cell { return view.Plain(c.By) }),
		view.Of(view.Words(r.T("句子", "Sentence")), func(c data.SentenceChange) view.Cell { return view.Plain(aboutOf(r, c.Sentence)) }),
		view.Of(view.Words(r.T("原来", "Before")), func(c data.SentenceChange) view.Cell { return view.Plain(c.From.In(r.Lang)) }),
		view.Of(view.Words(r.T("改为", "Now")), func(c data.SentenceChange) view.Cell { return view.Plain(c.To.In(r.Lang)) }),
		view.Of(view.Words(r.T("理由", "Reason")), func(c data.SentenceChange) view.Cell {
			if c.TakesOut != "" {
				return view.Cell{Text: c.Reason, Note: r.Tf("撤回第%s次修改", "takes change %s back", c.TakesOut)}
			}
			return view.Plain(c.Reason)
		}),
		view.Of(view.Number(r.T("序号", "No.")), func(c data.SentenceChange) view.Cell { return view.Plain(c.ID) }))
	return t
}

// takesBack lists the last change of each sentence that can be taken back.
func takesBack(r block.Request, now data.Wording) (all []view.Block) {
	if !r.Visitor.May(visitor.SetStandards, visitor.Place{Town: r.Town.ID}) {
		return nil
	}
	seen := map[string]bool{}
	var choices []view.Choice
	for _, c := range now.Changes {
		if id := r.Params.Get("sentence"); !seen[c.Sentence] && (id == "" || id == c.Sentence) {
			choices = append(choices, view.Choice{Value: c.ID, Name: r.Tf("%[1]s：%[2]s（%[3]s）", "%[1]s: %[2]s (%[3]s)", c.ID, aboutOf(r, c.Sentence), c.By)})
		}
		seen[c.Sentence] = true
	}
	if len(choices) == 0 {
		return nil
	}
	return []view.Block{view.Form{ID: "back", Title: r.T("撤回一次修改", "Take a change back"), Address: "/sentences/back", Label: r.T("撤回", "Take it back"),
		Fields: append([]view.Field{{Name: "change", Label: r.T("修改", "Change"), Choices: choices}, {Name: "reason", Label: r.T("理由", "Reason"), Limit: 200, Required: true}}, block.KeepLanguage(r)...),
		Text:   r.T("撤回后恢复修改前的句子；撤回也记入修改记录。", "The sentence before it stands again; taking it back is a change too.")}}
}
