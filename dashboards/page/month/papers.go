package month

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/records"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// Papers builds the page of what is issued in a month: which kinds there are, the versions of one of them, and what has changed since it
// was issued.
func Papers(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.Tf("%[1]s %[2]s 文件", "%[1]s, %[2]s: papers", r.Unit().Name, r.MonthName(r.Month))}
	if r.Papers == nil {
		v.Sentences = append(v.Sentences, r.T("此处不留存文件。", "No papers are kept here."))
		return v, nil
	}
	all, err := r.Papers.Versions()
	if err != nil {
		if fault := new(pipelines.Fault); errors.As(err, &fault) {
			v.Blocks = append(v.Blocks, papersUnread(r, fault))
			return v, nil
		}
		return v, fmt.Errorf("read the versions of papers: %w", err)
	}
	all = slices.DeleteFunc(slices.Clone(all), func(p pipelines.PaperVersion) bool { return p.Month != r.Month || p.Unit != r.Unit().ID })
	kinds := slices.DeleteFunc(r.Papers.Kinds(), func(k block.PaperKind) bool { return !paperHere(r, k) })
	if len(kinds) == 0 {
		v.Sentences = append(v.Sentences, r.T("这个单位没有文件。", "No paper is made of this place."))
		return v, nil
	}
	chosen := kinds[0]
	if i := slices.IndexFunc(kinds, func(k block.PaperKind) bool { return k.ID == r.Params.Get("kind") }); i >= 0 {
		chosen = kinds[i]
	}
	mine := slices.DeleteFunc(slices.Clone(all), func(p pipelines.PaperVersion) bool { return p.Kind != chosen.ID })
	v.Headline = papersHeadline(r, all)
	if why := data.ExplainPaperRefusal(pipelines.PaperRefusal(r.Params.Get("refused")), r.Lang); why != "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有印发", "It was not issued"), Text: why})
	}
	if r.Params.Get("done") != "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneBetter, Title: r.T("已经印发", "It is issued"), Text: r.T("内容和各种格式都已留存，此后不再改动。", "Its content and every format are kept and do not change any more.")})
	}
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 8, Blocks: []view.Block{kindsOfMonth(r, kinds, all, chosen)}}, {Span: 4, Blocks: issueForms(ctx, r, chosen)}}})
	moved, err := movedOf(ctx, r, mine)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, moved...)
	v.Blocks = append(v.Blocks, versionsOf(r, chosen, mine))
	return v, nil
}

// papersUnread says that something of the kept papers is damaged.
func papersUnread(r block.Request, fault *pipelines.Fault) view.Callout {
	return view.Callout{Tone: view.ToneWorse, Title: r.T("留存的文件无法读取", "The kept papers cannot be read"), Text: r.T("请把这段话转给维护人员：", "Hand this to whoever maintains the system: ") + fault.Op + " " + fault.At + ": " + fault.Err.Error(), Next: fault.Advised()}
}

// paperHere reports whether a kind is made of the place, by somebody who may see its page.
func paperHere(r block.Request, k block.PaperKind) bool {
	p, known := question.ByID(k.Page)
	if !known || !p.OpenTo(r.Visitor) {
		return false
	}
	switch r.Unit().Level {
	case facts.LevelTown:
		return !k.OfUnit
	case facts.LevelVillage:
		return p.Takes.Has(question.ByVillage)
	default:
		return p.Takes.Has(question.ByBranch)
	}
}

func papersHeadline(r block.Request, all []pipelines.PaperVersion) view.Headline {
	issued := map[pipelines.PaperKey]bool{}
	drafts := 0
	for _, p := range all {
		if p.State == pipelines.PaperIssued {
			issued[p.PaperKey] = true
		} else if !p.Gone {
			drafts++
		}
	}
	if len(issued) == 0 {
		return view.Headline{Rest: r.Tf("%[1]s还没有印发文件；留存草稿%[2]d份", "No paper of %[1]s is issued; %[2]d drafts are kept", r.MonthName(r.Month), drafts)}
	}
	return view.Headline{Rest: r.Tf("%[1]s印发文件%[2]d种；留存草稿%[3]d份", "%[2]d papers of %[1]s are issued; %[3]d drafts are kept", r.MonthName(r.Month), len(issued), drafts)}
}

// kindsOfMonth says of every kind where it is seen, and how far it has come.
func kindsOfMonth(r block.Request, kinds []block.PaperKind, all []pipelines.PaperVersion, chosen block.PaperKind) *view.Table {
	t := &view.Table{ID: "kinds", Stacked: true, Title: r.T("本月的文件", "Papers of the month")}
	last := func(k block.PaperKind, state pipelines.PaperState) view.Cell {
		for _, p := range slices.Backward(all) {
			if p.Kind == k.ID && p.State == state && !p.Gone {
				return view.Cell{Text: r.Moment(p.At), Note: cmp.Or(p.By, r.T("定时", "the clock"))}
			}
		}
		return view.Cell{Text: reading.Missing}
	}
	view.Fill(t, kinds,
		view.Of(view.Words(r.T("文件", "Paper")), func(k block.PaperKind) view.Cell {
			c := view.Cell{Text: k.Name.In(r.Lang), Link: r.Link("papers", question.With("kind", k.ID), question.With("done", ""), question.With("refused", ""))}
			if k.ID == chosen.ID {
				c.Note = r.T("各版本见下表", "its versions stand below")
			}
			return c
		}),
		view.Of(view.Words(r.T("预览", "Preview")), func(k block.PaperKind) view.Cell {
			changes := []question.Change{question.With("kind", ""), question.With("done", ""), question.With("refused", "")}
			for name := range k.Params {
				changes = append(changes, question.With(name, k.Params.Get(name)))
			}
			return view.Cell{Text: r.T("预览、下载", "preview, download"), Link: r.Link(k.Page, changes...)}
		}),
		view.Of(view.Day(r.T("最近的草稿", "Last draft")), func(k block.PaperKind) view.Cell { return last(k, pipelines.PaperDraft) }),
		view.Of(view.Day(r.T("印发", "Issued")), func(k block.PaperKind) view.Cell { return last(k, pipelines.PaperIssued) }))
	return t
}

// issueForms let whoever signs months issue the chosen paper with the closing of its month; others read what it waits for.
func issueForms(ctx context.Context, r block.Request, k block.PaperKind) []view.Block {
	if !r.Papers.Issues {
		return []view.Block{view.Text{Paragraphs: []string{r.T("文件在月份签发后印发，由有权签发月份的账号办理；在此之前都是草稿。", "A paper is issued once its month is signed, by an account that signs months; until then it is a draft.")}}}
	}
	if r.Closings != nil {
		all, err := r.Closings(ctx)
		if err != nil {
			return []view.Block{view.Callout{Tone: view.ToneWorse, Text: r.T("月结记录无法读取，见月结页。", "The closed months cannot be read: see the page on closing."), Link: r.Link("closing")}}
		}
		if m := ClosingOf(all, r.Month); m.State != pipelines.ClosingSigned {
			return []view.Block{view.Text{Paragraphs: []string{ClosingLine(r, m), r.T("本月签发后才能印发文件。", "Its papers can be issued once it is signed.")}}}
		}
	}
	fields := []view.Field{{Name: "issue", Value: "1", Hidden: true}, {Name: "month", Value: r.Month, Hidden: true}, {Name: "village", Value: r.Village, Hidden: true}, {Name: "branch", Value: r.Branch, Hidden: true}}
	for name := range k.Params {
		fields = append(fields, view.Field{Name: name, Value: k.Params.Get(name), Hidden: true})
	}
	to := view.Field{Name: "for", Label: r.T("发给", "For")}
	for _, a := range k.Readers {
		to.Choices = append(to.Choices, view.Choice{Value: a, Name: audienceName(r, a), Chosen: a == k.Readers[0]})
	}
	return []view.Block{view.Form{ID: "issue", Title: r.Tf("印发%s", "Issue: %s", k.Name.In(r.Lang)), Address: "/papers/" + k.ID, Fields: append(append(fields, to), block.KeepLanguage(r)...), Label: r.T("印发", "Issue"),
		Text: r.T("印发后，内容和 Word、PDF、Excel、网页各一份随月结留存，不再改动；以后数字有变动，逐项列出。", "Once issued, its content and a Word, PDF, Excel and HTML file are kept with the closing and do not change; what moves later is listed value by value.")}}
}

func audienceName(r block.Request, a string) string {
	switch a {
	case "committee":
		return r.T("镇党委", "the committee")
	case "village":
		return r.T("本村", "the village")
	case "public":
		return r.T("公示", "the public")
	default:
		return a
	}
}

// movedOf says of each issued version in force what would stand otherwise in it today.
func movedOf(ctx context.Context, r block.Request, mine []pipelines.PaperVersion) (blocks []view.Block, err error) {
	if r.Papers.Changes == nil {
		return nil, nil
	}
	inForce := map[pipelines.PaperKey]pipelines.PaperVersion{}
	for _, p := range mine {
		if p.State == pipelines.PaperIssued {
			inForce[p.PaperKey] = p
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(inForce), func(a, b pipelines.PaperKey) int {
		return cmp.Or(cmp.Compare(a.For, b.For), cmp.Compare(b.Lang, a.Lang))
	}) {
		p := inForce[key]
		takes := mayTake(r, p)
		if !takes && (!r.Visitor.SeesUnit(paperPlace(r)) || r.Branch != "" && !r.Visitor.May(visitor.SeePages, paperPlace(r))) {
			continue
		}
		changes, err := r.Papers.Changes(ctx, p)
		if err != nil {
			if fault := new(pipelines.Fault); errors.As(err, &fault) {
				blocks = append(blocks, papersUnread(r, fault))
				continue
			}
			return nil, err
		}
		if takes && p.For != "public" { // made with rights of its own, it notes nothing with this page
			for _, c := range changes {
				for _, said := range []string{c.Row, c.Was, c.Now} {
					r.Disclose(said)
				}
			}
		}
		name := audienceName(r, p.For) + r.T("，", ", ") + languageName(r, p.Lang)
		if len(changes) == 0 {
			blocks = append(blocks, view.Text{Paragraphs: []string{r.Tf("印发的第%[1]d版（%[2]s）：印发后数字没有变动。", "Issued version %[1]d (%[2]s): nothing in it has changed since.", p.Number, name)}})
			continue
		}
		if !takes { // a draft of his own says which of them he may see
			blocks = append(blocks, view.Text{Paragraphs: []string{r.Tf("印发的第%[1]d版（%[2]s）：印发后有%[3]s；生成草稿时列出您可见的部分。", "Issued version %[1]d (%[2]s): %[3]s; a draft says which, as far as you may see them.", p.Number, name, otherwise(r, len(changes)))}})
			continue
		}
		moved := Moved(r, p, changes, 0)
		for _, b := range moved {
			if t, is := b.(*view.Table); is {
				t.ID += "-" + p.For + "-" + p.Lang
			}
		}
		blocks = append(blocks, moved...)
	}
	return blocks, nil
}

// otherwise counts what has moved since a paper was issued.
func otherwise(r block.Request, n int) string {
	return r.N(n, "%d处变动", "%d thing would stand otherwise today", "%d things would stand otherwise today")
}

func languageName(r block.Request, lang string) string {
	if lang == language.English {
		return r.T("英文", "English")
	}
	return r.T("中文", "Chinese")
}

// Moved says which figures of an issued paper have moved, from what to what, and what came in between; nothing where none has. It stands
// on the page of papers, and in every draft that is made after the paper was issued. Of changes beyond what the reader may see it says how
// many there are.
func Moved(r block.Request, before pipelines.PaperVersion, changes []pipelines.PaperChange, beyond int) []view.Block {
	if len(changes)+beyond == 0 {
		return nil
	}
	t := &view.Table{ID: "moved", Stacked: true, PageRows: 50, Title: r.T("印发后的变动", "Changed since issued")}
	view.Fill(t, changes,
		view.Of(view.Words(r.T("位置", "Where")), func(c pipelines.PaperChange) view.Cell { return view.Plain(c.Part) }),
		view.Of(view.Words(r.T("行", "Row")), func(c pipelines.PaperChange) view.Cell { return view.Plain(cmp.Or(c.Row, r.T("文字", "words"))) }),
		view.Of(view.Words(r.T("栏", "Column")), func(c pipelines.PaperChange) view.Cell { return view.Plain(c.Column) }),
		view.Of(view.Words(r.T("印发时", "As issued")), func(c pipelines.PaperChange) view.Cell { return view.Plain(cmp.Or(c.Was, r.T("没有", "not there"))) }),
		view.Of(view.Words(r.T("现在", "Now")), func(c pipelines.PaperChange) view.Cell { return view.Plain(cmp.Or(c.Now, r.T("没有", "not there"))) }))
	note := r.Tf("第%[1]d版由%[2]s于%[3]s印发（快照第%[4]d版，数据截至%[5]s）；此后有%[6]s，印发的文件不改。", "Version %[1]d was issued by %[2]s at %[3]s (snapshot %[4]d, data as of %[5]s); %[6]s. What was issued is not changed.",
		before.Number, cmp.Or(before.By, r.T("定时", "the clock")), r.Moment(before.At), before.Generation, before.CutOff, otherwise(r, len(changes)+beyond))
	public := before.For == "public" // who issued it, and the names of files, are no matter of the public's
	if public {
		note = r.Tf("第%[1]d版于%[2]s印发；此后有%[3]s，印发的文件不改。", "Version %[1]d was issued at %[2]s; %[3]s. What was issued is not changed.", before.Number, r.Moment(before.At), otherwise(r, len(changes)+beyond))
	}
	if beyond > 0 {
		note += r.N(beyond, "其中%d处不在可见范围内，只计数、不列出。", " %d of them is beyond what may be seen here, and is counted alone.", " %d of them are beyond what may be seen here, and are counted alone.")
	}
	blocks := []view.Block{view.Section{ID: "moved", Title: r.T("印发后的变动", "Changed since issued"), Note: note}}
	if len(changes) > 0 {
		blocks = append(blocks, t)
	}
	if public {
		return blocks
	}
	return append(blocks, since(r, before))
}

// since lists the runs between an issued paper and now: by what its figures moved.
func since(r block.Request, before pipelines.PaperVersion) view.Block {
	var runs []pipelines.Run
	if r.Runs != nil {
		all, err := r.Runs()
		if err != nil {
			return view.Callout{Tone: view.ToneWorse, Text: r.T("运行记录无法读取，变动的原因未知。", "The history of runs cannot be read: why they moved is not known.")}
		}
		for _, run := range all {
			if run.Generation > before.Generation && run.Generation <= r.Generation {
				runs = append(runs, run)
			}
		}
	}
	t := &view.Table{ID: "moved-runs", Stacked: true, PageRows: 30, Title: r.T("变动的来由", "What came in between"), Empty: r.T("运行记录里没有说明；可能改了工作标准、文件用语，或换了程序版本。", "The history of runs does not say; the standards, the words of the papers or the program may have changed.")}
	view.Fill(t, runs,
		view.Of(view.Day(r.T("运行", "Run")), func(run pipelines.Run) view.Cell { return view.Plain(r.Moment(run.StartedAt)) }),
		view.Of(view.Words(r.T("起因", "Trigger")), func(run pipelines.Run) view.Cell { return records.StartedBy(run, r.Lang) }),
		view.Of(view.Words(r.T("收到的文件", "Files that came")), func(run pipelines.Run) view.Cell {
			var names []string
			for _, f := range run.Files {
				if f.Accepted > 0 && !slices.Contains(names, visitor.FreeText(f.Name)) {
					names = append(names, visitor.FreeText(f.Name))
				}
			}
			shown := strings.Join(names[:min(5, len(names))], r.T("、", ", "))
			if left := len(names) - 5; left > 0 {
				shown += r.Tf("等%d个", " and %d more", len(names))
			}
			return view.Plain(cmp.Or(shown, r.T("没有新文件", "no new file")))
		}),
		view.Of(view.Number(r.T("改动的总览数字", "Headline figures changed")), func(run pipelines.Run) view.Cell { return view.Count(float64(len(run.Changed))) }))
	return t
}

// mayTake reports whether the visitor may take a kept paper of this place away.
func mayTake(r block.Request, p pipelines.PaperVersion) bool {
	return MayTake(r.Visitor, paperPlace(r), p)
}

func paperPlace(r block.Request) visitor.Place {
	return visitor.Place{Town: r.Town.ID, Village: r.Village, Branch: r.Branch}
}

// MayTake reports whether a visitor may take a kept paper of a place away: what is issued for everybody whoever may take anything, any
// other whoever reads as much as its maker. Names are not all that tells them apart: words of talks and decisions are hidden too.
func MayTake(who visitor.Visitor, at visitor.Place, p pipelines.PaperVersion) bool {
	if !who.MayAnywhere(visitor.Export) || !who.SeesUnit(at) || at.Branch != "" && !who.May(visitor.SeePages, at) {
		return false
	}
	maker := visitor.Visitor{Role: visitor.Role(p.Role), Scope: visitor.Scope{Towns: p.Towns, Village: p.Village, Branch: p.Branch}}
	if who.SeesPerson(visitor.Place{Town: at.Town}) || who.Key() == maker.Key() {
		return true
	}
	switch p.For {
	case "public":
		return p.State == pipelines.PaperIssued
	case "village":
		return at.Village != "" && who.SeesPerson(visitor.Place{Town: at.Town, Village: at.Village})
	default:
		return false
	}
}

// formats are the columns of files, by their endings.
var formats = []struct{ ext, name string }{{".docx", "Word"}, {".pdf", "PDF"}, {".xlsx", "Excel"}, {".html", "HTML"}}

// accepted are the files of a draft that a second person has accepted; nil of any other.
func accepted(r block.Request, p pipelines.PaperVersion) []desk.File {
	if r.Desk == nil || p.Awaits == "" || p.State != pipelines.PaperDraft || !r.Visitor.MayAnywhere(visitor.Export) {
		return nil
	}
	b, known := r.Desk.Batch(p.Awaits)
	if !known || b.State != desk.Done {
		return nil
	}
	return b.Files
}

// versionsOf lists the versions of a paper, the newest first, with a file of each format that is kept.
func versionsOf(r block.Request, k block.PaperKind, mine []pipelines.PaperVersion) *view.Table {
	t := &view.Table{ID: "versions", Stacked: true, Title: r.Tf("%s的各版本", "Versions of: %s", k.Name.In(r.Lang)), Empty: r.T("还没有留存过版本；在预览页生成文件时留存。", "No version is kept yet; one is when a file is made on its page."),
		Note: r.T("每种文件、每种权限留存最近10份草稿；待第二人复核的和印发的全部留存，从不改动。", "Of each paper the newest 10 drafts are kept of makers with the same rights; what waits for a second person and what is issued is all kept and never changed.")}
	mine = slices.Clone(mine)
	slices.Reverse(mine)
	columns := []view.ColumnOf[pipelines.PaperVersion]{
		view.Of(view.Number(r.T("版本", "Version")), func(p pipelines.PaperVersion) view.Cell { return view.Count(float64(p.Number)) }),
		view.Of(view.Words(r.T("状态", "State")), func(p pipelines.PaperVersion) view.Cell {
			switch {
			case p.State == pipelines.PaperIssued:
				return view.Cell{Text: r.T("已印发", "issued"), Note: r.Tf("随第%d次签发", "with signing %d", p.Restatement), Tone: view.ToneBetter}
			case p.Gone:
				return view.Cell{Text: r.T("草稿，已不留存", "draft, not kept any more"), Tone: view.ToneQuiet}
			case len(accepted(r, p)) > 0:
				return view.Cell{Text: r.T("草稿，第二人已同意", "draft, accepted by a second person"), Tone: view.ToneBetter}
			case p.Awaits != "":
				return view.Cell{Text: r.T("草稿，须第二人复核", "draft, for a second person"), Link: "/papers/" + p.Awaits}
			default:
				return view.Cell{Text: r.T("草稿", "draft"), Tone: view.ToneQuiet}
			}
		}),
		view.Of(view.Words(r.T("发给", "For")), func(p pipelines.PaperVersion) view.Cell {
			return view.Cell{Text: audienceName(r, p.For), Note: languageName(r, p.Lang)}
		}),
		view.Of(view.Words(r.T("办理人", "By")), func(p pipelines.PaperVersion) view.Cell { return view.Plain(cmp.Or(p.By, r.T("定时", "the clock"))) }),
		view.Of(view.Day(r.T("时间", "When")), func(p pipelines.PaperVersion) view.Cell { return view.Plain(r.Moment(p.At)) }),
		view.Of(view.Number(r.T("快照", "Snapshot")), func(p pipelines.PaperVersion) view.Cell {
			return view.Cell{Text: fmt.Sprint(p.Generation), Note: p.CutOff}
		}),
	}
	for _, f := range formats {
		columns = append(columns, view.Of(view.Words(f.name), func(p pipelines.PaperVersion) view.Cell {
			i := slices.IndexFunc(p.Files, func(file pipelines.PaperFile) bool { return path.Ext(file.Name) == f.ext })
			if decided := accepted(r, p); slices.ContainsFunc(decided, func(file desk.File) bool { return path.Ext(file.Name) == f.ext }) {
				return view.Cell{Text: r.T("取出", "take"), Link: block.AcceptedFile(p.Awaits, f.ext)}
			}
			switch {
			case i < 0 || p.Gone:
				return view.Cell{Text: reading.Missing}
			case !mayTake(r, p):
				return view.Cell{Text: r.T("不予提供", "not for you"), Tone: view.ToneQuiet}
			}
			return view.Cell{Text: r.T("下载", "download"), Link: "/papers/" + p.ID + "/" + p.Files[i].Name}
		}))
	}
	view.Fill(t, mine, append(columns, view.Of(view.Words(r.T("校验码", "Hash")), func(p pipelines.PaperVersion) view.Cell {
		return view.Cell{Text: fmt.Sprintf("%.12s", p.Content), Value: p.Content}
	}))...)
	return t
}
