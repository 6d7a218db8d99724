package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"hulian/cmd/internal/config"
	"hulian/cmd/internal/speech"
	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/gate"
	"hulian/dashboards/page/block"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/dashboards/web"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/notify"
	"hulian/pipelines/papers"
	inwords "hulian/queries/reading"
)

// checkPapers refuses kinds, readers and formats under papers in hulian.yaml that no paper made by the clock can have.
func checkPapers(c config.Config) error {
	for _, want := range c.Papers {
		kind, known := kinds.Of(want.Kind)
		switch {
		case !known:
			return unknown("kind of report", want.Kind, kinds.IDs(), "papers in hulian.yaml")
		case !kind.Kept():
			return &pipelines.Fault{Op: "read configuration", At: "papers: " + want.Kind, Err: errors.New("this paper is about one person and is not made by the clock"), Next: "leave it out of hulian.yaml"}
		case !gate.Audience(cmp.Or(want.For, string(kind.Readers()))).Known():
			return unknown("audience", want.For, audiences(), "papers in hulian.yaml")
		}
		for _, ext := range want.Formats {
			if _, err := filetype.Of(ext); err != nil {
				return err
			}
		}
	}
	return nil
}

// due gives the month before now, of which papers are made from that day of the month on; is is false before that day.
func due(now time.Time, day int) (month string, is bool) {
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, -1, 0).Format("2006-01"), now.Day() >= day
}

// clockPapers makes the papers whose day has come, after a run that has ended well, keeps them as drafts, posts notices of them and returns what
// they say. What cannot be made is told too, once a month, and tried again after the next run. Nothing of it makes a run a failed one.
func (p *program) clockPapers(ctx context.Context, c config.Config, run pipelines.Run, log *slog.Logger) (happened []notify.Happening) {
	if len(c.Papers) == 0 || run.State != pipelines.RunDone && run.State != pipelines.RunUnchanged {
		return nil
	}
	location, err := c.Location()
	if err == nil {
		happened, err = p.makeDuePapers(ctx, c, time.Now().In(location))
		if len(happened) > 0 && len(c.Notifications) > 0 {
			err = errors.Join(err, notify.Open(c.Dir, c.Notifications, log).Post(happened))
		}
	}
	if err != nil {
		if log == nil {
			log = p.logger()
		}
		log.Error("papers were not made by the clock", "error", err)
	}
	return happened
}

// makeDuePapers makes the papers that are due now and were not made before: of the month before, or, as long as it has no data, of the last
// month that is published, and says which month they wait for. It returns the notices to send: what was made, what is late, and what failed.
func (p *program) makeDuePapers(ctx context.Context, c config.Config, now time.Time) (happened []notify.Happening, err error) {
	release, free, err := holdClock(c.Dir)
	if err != nil || !free {
		return nil, err // another process makes them at this moment
	}
	defer func() { err = errors.Join(err, release()) }()
	t := func(zh, en string) string {
		if c.Lang == "en" {
			return en
		}
		return zh
	}
	book := &papers.Book{Dir: c.Dir}
	made, month, awaited := []string{}, "", ""
	failed := func(want config.Paper, unit string, why error) {
		kind, _ := kinds.Of(want.Kind)
		message, _ := (&program{words: speech.Language(c.Lang)}).explain(why)
		name := kind.Name.En
		if c.Lang != "en" {
			name = kind.Name.Zh
		}
		happened = append(happened, notify.Happening{Event: pipelines.EventPapers, Subject: strings.Join([]string{"papers", month, want.Kind, unit, want.For, "failed"}, " "),
			Title: t(inwords.MonthName(month, "zh")+name+"没有生成", name+" of "+inwords.MonthName(month, "en")+" was not made"),
			Text:  t("单位："+unit+"。原因："+message+"。下次运行后再试；也可以在“文件”页自己生成。", "Place: "+unit+". Why: "+message+". It is tried again after the next run; it can be made on the page Papers too.")})
	}
	err = p.askPapers(ctx, c, func(_ web.Pinned, snapshot facts.Snapshot, lend func(*block.Request, visitor.Visitor)) error {
		for _, want := range c.Papers {
			of, is := due(now, want.Day)
			if !is {
				continue
			}
			if month = of; of > snapshot.LastMonth {
				month, awaited = snapshot.LastMonth, of
			}
			units, err := unitsOf(snapshot, want.Units)
			if err != nil {
				failed(want, strings.Join(want.Units, " "), err)
				continue
			}
			for _, unit := range units {
				said, err := p.makeClockPaper(ctx, c, book, snapshot, lend, want, month, unit, now)
				if err != nil {
					failed(want, unit.Name, err)
				} else if said != "" {
					made = append(made, said)
				}
			}
		}
		return nil
	})
	if awaited != "" {
		happened = append(happened, notify.Happening{Event: pipelines.EventPapers, Subject: "papers " + awaited + " awaited",
			Title: t(inwords.MonthName(awaited, "zh")+"还没有数据，文件没有生成", "No paper of "+inwords.MonthName(awaited, "en")+" is made: it has no data yet"),
			Text:  t("最近有数据的是"+inwords.MonthName(month, "zh")+"，文件按该月生成；数据报来后，下次运行时生成。", "The last month with data is "+inwords.MonthName(month, "en")+", and papers are of that month. They are made by the next run after the data have come.")})
	}
	if len(made) > 0 {
		happened = append(happened, notify.Happening{Event: pipelines.EventPapers, Subject: strings.Join(append([]string{"papers", month, "made"}, made...), " "),
			Title: t(fmt.Sprintf("%s文件%d份已生成（草稿）", inwords.MonthName(month, "zh"), len(made)), fmt.Sprintf("%d papers of %s are made, as drafts", len(made), inwords.MonthName(month, "en"))),
			Text:  strings.Join(made, t("；", "; ")) + t("。请在“文件”页查看；月份签发后才能印发，公示文件须经第二人复核。", ". They are on the page Papers; they are issued once the month is signed, and what is for the public waits for a second person.")})
	}
	return happened, err
}

// holdClock lets one process at a time make the papers that are due: "hulian run" by cron and a server may come upon the same day. free is
// false where another is at it.
func holdClock(dir string) (release func() error, free bool, err error) {
	folder := filepath.Join(dir, "papers")
	if err := durable.MkdirAll(folder); err != nil {
		return nil, false, &pipelines.Fault{Op: "make papers by the clock", At: folder, Err: err, Next: "check the disk and who may write there"}
	}
	lock := flock.New(filepath.Join(folder, "clock.lock"))
	free, err = lock.TryLock()
	if err != nil {
		return nil, false, &pipelines.Fault{Op: "make papers by the clock", At: folder, Err: err, Next: "check the disk and who may write there"}
	}
	return lock.Unlock, free, nil
}

// unitsOf are the units that names stand for; of none the town.
func unitsOf(s facts.Snapshot, names []string) (all []facts.Unit, err error) {
	for _, name := range names {
		named := func(u facts.Unit) bool { return u.ID == name || u.Name == name }
		switch units := slices.Concat([]facts.Unit{s.Town}, s.Villages, s.Branches); {
		case name == "town":
			all = append(all, s.Town)
		case name == "villages":
			all = append(all, s.Villages...)
		case name == "branches":
			all = append(all, s.Branches...)
		case slices.ContainsFunc(units, named):
			all = append(all, units[slices.IndexFunc(units, named)])
		default:
			return nil, &pipelines.Fault{Op: "make papers by the clock", At: name, Err: errors.New("there is no such unit"), Next: "town, villages, branches, or a name as the page Villages has it, under papers in hulian.yaml"}
		}
	}
	if len(names) == 0 {
		all = append(all, s.Town)
	}
	return all, nil
}

// makeClockPaper makes one paper and keeps it as a draft; one that is kept already of its month is not made again. It says which it made.
func (p *program) makeClockPaper(ctx context.Context, c config.Config, book *papers.Book, snapshot facts.Snapshot, lend func(*block.Request, visitor.Visitor), want config.Paper, month string, unit facts.Unit, now time.Time) (said string, err error) {
	kind, _ := kinds.Of(want.Kind)
	ask, err := kind.Ask(snapshot, kinds.Asked{Month: month, Unit: unit.ID})
	if err != nil {
		return "", err
	}
	ask.Lang = cmp.Or(want.Lang, c.Lang)
	lend(&ask, visitor.Visitor{Role: kind.Role, Scope: visitor.Scope{Towns: []string{snapshot.Town.ID}}, Origin: visitor.Schedule})
	to := gate.Audience(cmp.Or(want.For, string(kind.Readers())))
	key := kind.Key(ask, to)
	all, err := book.Versions()
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(all, func(v pipelines.PaperVersion) bool { return v.PaperKey == key && v.By == "" }) {
		return "", nil // the clock has made it
	}
	version, _ := build()
	made, err := kind.Make(ctx, ask, kinds.Head{For: to, At: now}, version)
	if err != nil {
		return "", err
	}
	if made.Template, err = townTemplate(c.Dir, ""); err != nil {
		return "", err
	}
	made.Watermark = gate.Watermark(to, ask.T("定时生成", "made by the clock"), now, ask.Language)
	formats := want.Formats
	if len(formats) == 0 {
		formats = []string{"docx"}
	}
	var files []pipelines.PaperContent // all of them before anything is kept: what cannot be written leaves nothing
	for _, ext := range formats {
		format, err := filetype.Of(ext)
		if err != nil {
			return "", err
		}
		var b bytes.Buffer
		if err := format.Write(&b, made); err != nil {
			return "", err
		}
		files = append(files, pipelines.PaperContent{Name: kind.FileName(ask, format.Ext), Content: b.Bytes()})
	}
	of := made.Of
	of.Number = 1
	for _, v := range all {
		if v.PaperKey == key {
			of.Number = v.Number + 1
		}
	}
	// The trail comes first: what nobody could write down is not made.
	if err := p.recordPaper(ctx, c, trail.IssuedReport, of, trail.Done); err != nil {
		return "", err
	}
	if err := keepClockPaper(ctx, filepath.Join(c.Dir, uploadsName), book, made, files, desk.Author{Name: ask.T("定时", "the clock")}); err != nil {
		return "", errors.Join(err, p.recordPaper(ctx, c, trail.IssuedReport, of, trail.Failed))
	}
	return kind.Name.In(ask.Lang) + ask.T("（", " (") + unit.Name + ask.T("）", ")"), nil
}

// keepClockPaper keeps a paper made by the clock as one draft, in all its formats. A paper for the public waits for a second person.
func keepClockPaper(ctx context.Context, uploads string, book *papers.Book, made filetype.Made, files []pipelines.PaperContent, by desk.Author) error {
	awaits := ""
	if gate.Audience(made.Of.For).SecondPerson() {
		batch, err := desk.ProposePaper(uploads, files, desk.Paper{Kind: made.Of.Kind, Unit: made.Of.Unit, Month: made.Of.Month, For: made.Of.For, Withheld: made.Passed.Withheld}, by)
		if err != nil {
			return err
		}
		awaits = batch.ID
	}
	_, err := kinds.KeepDraft(ctx, book, made, awaits, files...)
	return err
}
