package records

import (
	"context"
	"maps"
	"slices"

	"hulian/dashboards/desk"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// decides reports whether the visitor may accept what others hand in.
func decides(r block.Request) bool {
	return r.Visitor.May(visitor.Accept, visitor.Place{Town: r.Town.ID})
}

// proposals lists what waits for a second person, for those who may be it.
func proposals(r block.Request) []view.Block {
	if !decides(r) {
		return nil
	}
	waiting := slices.DeleteFunc(r.Desk.Batches(), func(b desk.Batch) bool { return b.State != desk.Proposed || !r.SeesBatch(b) })
	if len(waiting) == 0 {
		return nil
	}
	slices.Reverse(waiting) // the oldest first
	t := &view.Table{ID: "proposals", Stacked: true, Title: r.T("等待复核的文件", "Files that wait for a second person"),
		Note: r.T("报送人以外的人同意后才读入和发布。点时间查看并决定。", "They are read and published once somebody other than their author accepts them. The time leads to the decision.")}
	view.Fill(t, waiting,
		view.Of(view.Day(r.T("时间", "Received")), func(b desk.Batch) view.Cell {
			return view.Cell{Text: r.Clock(b.ReceivedAt).Format("2006-01-02 15:04"), Link: r.Link("upload", question.With("batch", b.ID))}
		}),
		view.Of(view.Words(r.T("文件", "Files")), func(b desk.Batch) view.Cell { return view.Plain(proposedOf(r, b)) }),
		view.Of(view.Words(r.T("报送人", "Handed in by")), func(b desk.Batch) view.Cell { return view.Plain(b.Author.Name) }),
		view.Of(view.Words(r.T("村", "Village")), func(b desk.Batch) view.Cell { return view.Plain(villageOf(r, b)) }))
	return []view.Block{t}
}

// proposedOf names what waits: files, or what was confirmed of one.
func proposedOf(r block.Request, b desk.Batch) string {
	switch c := b.Confirmation; {
	case c == nil:
		return b.Object()
	case c.Paper != nil:
		return r.Tf("%s（公示文件）", "%s (a report for the public)", fileNames(r, b))
	case c.Draft != nil:
		return r.Tf("%s（确认各列）", "%s (its columns were named)", c.File.Name)
	default:
		return r.Tf("%s（确认收下）", "%s (confirmed as it is)", c.File.Name)
	}
}

// villageOf is whose rows the author of a batch may hand in.
func villageOf(r block.Request, b desk.Batch) string {
	if b.Author.Village == "" {
		return r.T("全镇", "the whole town")
	}
	return r.Name(b.Author.Village)
}

// proposal shows a batch that waits for a second person, or that one has refused, and asks for the decision whoever may take it.
func proposal(ctx context.Context, r block.Request, v *view.View, b desk.Batch) error {
	if b.Confirmation != nil && b.Confirmation.Paper != nil {
		proposedPaper(r, v, b)
		return nil
	}
	if b.Confirmation != nil {
		return proposedConfirmation(ctx, r, v, b)
	}
	files := &view.Table{ID: "proposed-files", Title: r.T("文件", "Files")}
	view.Fill(files, b.Files,
		view.Of(view.Words(r.T("文件名", "Name")), func(f desk.File) view.Cell {
			c := view.Plain(f.Name)
			if b.State == desk.Proposed && decides(r) { // whoever decides looks at it first
				c.Link = "/uploads/" + b.ID + "/" + f.ID
			}
			return c
		}),
		view.Of(view.Number(r.T("字节", "Bytes")), func(f desk.File) view.Cell { return view.Count(float64(f.Size)) }),
		view.Of(view.Words(r.T("指纹（SHA-256）", "SHA-256")), func(f desk.File) view.Cell { return view.Plain(f.ID) }))
	if b.State == desk.Refused {
		v.Sentences = append(v.Sentences, r.Tf("%[1]s 复核后退回了这次报送：%[2]s。没有读入任何内容；改好后请重新上传。", "%[1]s refused these files: %[2]s. Nothing of them was read; mend them and upload them again.", b.Decider.Name, b.Reason))
		v.Blocks = append(v.Blocks, files)
		return nil
	}
	v.Sentences = append(v.Sentences, r.Tf("%[1]s 于 %[2]s 报送（%[3]s），等待第二人复核；在此之前不读入、不发布。", "%[1]s handed this in at %[2]s (%[3]s). It waits for a second person, and is neither read nor published before.",
		b.Author.Name, r.Clock(b.ReceivedAt).Format("2006-01-02 15:04"), villageOf(r, b)))
	decisionRefused(r, v)
	v.Blocks = append(v.Blocks, files)
	decision(r, v, b, readAtOnce(r), r.T("退回后不读入，文件删除；报送人会看到理由。", "They are not read and are removed; their author reads the reason."))
	return nil
}

// decisionRefused says why a decision that was tried does not count.
func decisionRefused(r block.Request, v *view.View) {
	switch r.Params.Get("refused") {
	case "own":
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("不能复核自己报送、自己确认的文件", "Nobody accepts his own files"), Text: r.T("请由另一个账号复核。", "Somebody with another account has to.")})
	case "no_reason":
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有退回", "Nothing was refused"), Text: r.T("退回要写明理由（500 字以内）。", "A refusal needs a reason of at most 500 characters.")})
	}
}

// decision asks whoever may take it for the decision about a batch.
func decision(r block.Request, v *view.View, b desk.Batch, accepting, refusing string) {
	if !decides(r) || b.Author.Account == r.Visitor.Account {
		return
	}
	address := "/uploads/" + b.ID + "/"
	v.Blocks = append(v.Blocks,
		view.Form{Title: r.T("同意采用", "Accept it"), Text: accepting,
			Address: address + "accept", Fields: block.KeepLanguage(r), Label: r.T("同意采用", "Accept")},
		view.Form{Title: r.T("退回", "Refuse it"), Text: refusing,
			Address: address + "refuse", Fields: slices.Concat(block.ReasonField(r), block.KeepLanguage(r)), Label: r.T("退回", "Refuse")})
}

func readAtOnce(r block.Request) string {
	return r.T("同意后马上读入，通过检查即发布；您的姓名记入操作记录。", "It is read at once, and published where nothing speaks against it. Your name stands in the audit trail.")
}

// proposedPaper shows a report for everybody: who made it, what was withheld, and the file itself to whoever decides, and to all once it is accepted.
func proposedPaper(r block.Request, v *view.View, b desk.Batch) {
	p, made := b.Confirmation.Paper, r.Clock(b.ReceivedAt).Format("2006-01-02 15:04")
	unit := r.Name(p.Unit)
	withheld := r.Tf("其中%d处数值因人数或户数少于5（或可由其推算）不予公布。", "%d numbers in it are withheld, of fewer than 5 persons or households or ones that would give such a number away.", p.Withheld)
	files := func(address func(desk.File) string) (l view.Links) {
		for _, f := range b.Files {
			l.Links = append(l.Links, view.Link{Text: r.Tf("打开文件 %s", "Open the file %s", f.Name), Address: address(f)})
		}
		return l
	}
	switch b.State {
	case desk.Refused:
		v.Sentences = append(v.Sentences, r.Tf("%[1]s 复核后退回了这份公示文件：%[2]s。文件没有发出，已删除。", "%[1]s refused this report for the public: %[2]s. It was not given out, and is removed.", b.Decider.Name, b.Reason))
	case desk.Done:
		v.Sentences = append(v.Sentences, r.Tf("%[1]s 生成的公示文件（%[2]s，%[3]s）已由 %[4]s 复核同意，可以公布。", "The report for the public that %[1]s made (%[2]s, %[3]s) was accepted by %[4]s and may be given out.", b.Author.Name, unit, p.Month, b.Decider.Name), withheld)
		v.Blocks = append(v.Blocks, files(func(f desk.File) string { return block.AcceptedFile(b.ID, f.Name) }))
	default:
		v.Sentences = append(v.Sentences, r.Tf("%[1]s 于 %[2]s 生成了公示文件（%[3]s，%[4]s），等待第二人复核；在此之前不能取出。", "%[1]s made a report for the public at %[2]s (%[3]s, %[4]s). It waits for a second person, and cannot be taken out before.", b.Author.Name, made, unit, p.Month), withheld)
		decisionRefused(r, v)
		if decides(r) {
			v.Blocks = append(v.Blocks, files(func(f desk.File) string { return "/uploads/" + b.ID + "/" + f.ID }))
		}
		decision(r, v, b, r.T("同意后即可取出公布；您的姓名记入操作记录。请先打开文件看一遍：不应有姓名、住址、号码。", "It may be given out then. Your name stands in the audit trail. Open the file first: no name, address or number of a person belongs in it."),
			r.T("退回后文件删除；生成的人会看到理由。", "The file is removed; whoever made it reads the reason."))
	}
}

// proposedConfirmation shows what somebody has confirmed of a file and a second person is to look at, or has refused: the rows that a
// held file has and had, or how the columns of a table are to be read.
func proposedConfirmation(ctx context.Context, r block.Request, v *view.View, b desk.Batch) error {
	c := b.Confirmation
	what := r.Tf("文件“%s”确实只有这些行", "that the file “%s” is right as it is", c.File.Name)
	if c.Draft != nil {
		what = r.Tf("文件“%s”各列的意思", "what the columns of “%s” are", c.File.Name)
	}
	if b.State == desk.Refused {
		v.Sentences = append(v.Sentences, r.Tf("%[1]s 确认了%[2]s；%[3]s 复核后退回：%[4]s。没有改动任何数据。", "%[1]s confirmed %[2]s; %[3]s refused it: %[4]s. Nothing was changed.", c.By, what, b.Decider.Name, b.Reason))
	} else {
		v.Sentences = append(v.Sentences, r.Tf("%[1]s 于 %[2]s 确认了%[3]s，等待第二人复核；在此之前不读入、不发布。", "%[1]s confirmed %[3]s at %[2]s. It waits for a second person, and nothing is read or published before.",
			c.By, r.Clock(b.ReceivedAt).Format("2006-01-02 15:04"), what))
	}
	decisionRefused(r, v)
	if c.Draft != nil {
		v.Blocks = append(v.Blocks, proposedMapping(r, *c.Draft)...)
	} else {
		v.Sentences = append(v.Sentences, r.Tf("理由：%s。", "The reason given: %s.", c.Reason))
		forms, err := heldForms(ctx, r, c.File.ID)
		if err != nil {
			return err
		}
		for _, form := range forms {
			v.Sentences = append(v.Sentences, form.Text)
		}
	}
	if b.State == desk.Proposed {
		decision(r, v, b, readAtOnce(r), r.T("退回后不改动任何数据；确认的人会看到理由。", "Nothing is changed then; whoever confirmed it reads the reason."))
	}
	return nil
}

// proposedMapping shows how the columns and words of a table are to be read.
func proposedMapping(r block.Request, d pipelines.MappingDraft) (shown []view.Block) {
	type word struct{ export, column, text, means string }
	var all []word
	for _, e := range d.Exports {
		shown = append(shown, readAsTable(r, Naming{Draft: d}, e))
		for _, column := range slices.Sorted(maps.Keys(e.Values)) {
			for _, text := range slices.Sorted(maps.Keys(e.Values[column])) {
				all = append(all, word{e.Export, column, text, e.Values[column][text]})
			}
		}
	}
	if len(all) == 0 {
		return shown
	}
	words := &view.Table{ID: "proposed-words", Title: r.T("词的意思", "What words mean")}
	view.Fill(words, all,
		view.Of(view.Words(r.T("列", "Column")), func(w word) view.Cell {
			contract, _ := data.ContractOf(w.export)
			column, _ := contract.Column(w.column)
			return view.Plain(column.Name.In(r.Lang))
		}),
		view.Of(view.Words(r.T("文件中的词", "Word of the file")), func(w word) view.Cell { return view.Plain(w.text) }),
		view.Of(view.Words(r.T("意思是", "It means")), func(w word) view.Cell { return view.Plain(r.Word(w.export, w.column, w.means)) }))
	return append(shown, words)
}
