package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/gate"
	"hulian/dashboards/page/block"
	"hulian/dashboards/report/docx"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/townmap"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/dashboards/web"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/papers"
	"hulian/pipelines/runner"
	"hulian/pipelines/wording"
)

// reportFlags say what paper a person wants.
type reportFlags struct {
	month, unit, template string
	to                    []string
	member, measure       string
	head                  kinds.Head
	audience, accepted    string
	issue                 bool
}

// paperFile is one file a paper is written to.
type paperFile struct {
	name   string
	format filetype.Format
	body   []byte
}

// files are those that --to names, by their formats.
func (f reportFlags) files(kind kinds.Kind) (all []paperFile, err error) {
	if len(f.to) == 0 {
		return nil, &pipelines.Fault{Op: "read flags", At: "of hulian report", Err: errors.New("nothing says where the paper goes"), Next: "--to " + kind.ID + ".docx"}
	}
	for _, name := range f.to {
		format, err := filetype.Of(filepath.Ext(name))
		if err != nil {
			return nil, err
		}
		all = append(all, paperFile{name: name, format: format})
	}
	return all, nil
}

// ends are the endings of the files, as the trail keeps them.
func (f reportFlags) ends() string {
	var all []string
	for _, name := range f.to {
		all = append(all, filepath.Ext(name))
	}
	return strings.Join(all, " ")
}

func newReportCommand(p *program) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report KIND",
		Short: "Make a paper to issue: the monthly notice, the minutes, the support list, a public notice",
		Long: document(`Makes a paper from the published snapshot, with the numbers and words of the pages: `+kindList()+`.

The format follows from the name given by --to: .docx is Word in the form of GB/T 9704-2012, to be opened, changed and
stamped; .pdf is the same, to be sent and printed; .xlsx is the annex, every table with numbers to reckon with; .html is a page
that prints from a browser. Several --to write the same paper in several formats, from the same snapshot. A village sheet asks for --unit,
a member's evidence sheet for --member: it is made as the office sees it, for the committee alone, and the audit trail says of whom it
was. VILLAGE, MEMBER and UPLOAD stand for IDs of your town. The newest month and the whole town are taken where --month and --unit say
nothing else. A month that is not signed says so on its first page and bears no date. Who made which paper stands in the audit trail.

A town may have its own look: letterhead.docx or letterhead.dotx in its folder, or a file named by --template. Styles, sheet,
heads and feet are taken from it; the text is not. Pages on which it has neither get the number of the page and the words that say for whom
the paper is. Who gets a copy and who prints it (imprint in hulian.yaml) stands at the end of what is sent to others.

--for says who reads it: what they may not see is masked, and a paper on which the number of a person is left is refused. One for the
public withholds numbers of fewer than 5 persons or households, and others from which such a number could be worked out. It is not
written at once: it waits until a second person accepts it (hulian uploads accept, or the page Upload); --accepted then writes it.

Every paper of a month is kept as a draft (hulian papers). --issue issues it with the closing of its month, which has to be signed: its
content and every format are kept and do not change any more; a later draft says which figures have moved since, from what to what.
月度通报、例会纪要、帮扶清单、村情单、比较报告、依据单、公示，都可以生成 Word（.docx）、PDF（.pdf）、Excel 附表（.xlsx）和网页（.html）：hulian report monthly --month 2018-01 --to 通报.docx；镇里自己的公文模板放在目录下，取名 letterhead.docx。
用 --for 说明给谁看；公示文件（--for public）隐去姓名和少于5的人数、户数，须经第二人复核后才能取出（--accepted）。`, endsAsked),
		Example: `  hulian query "select unit_id, unit_name from units"
  hulian report monthly --month 2018-01 --to 通报.docx --to 附表.xlsx
  hulian report monthly --month 2018-01 --unit VILLAGE --to 村通报.docx
  hulian report monthly --month 2018-01 --red-head 中共逍林镇委员会文件 --number 逍党〔2018〕3号 --addressed-to 各村党总支 --to 通报.docx
  hulian report minutes --month 2018-01 --to 纪要.docx
  hulian report support --to 帮扶清单.docx
  hulian report village --unit VILLAGE --to 村情单.pdf
  hulian report comparison --measure on_time_rate --to 比较.xlsx
  hulian report evidence --member MEMBER --to 依据单.docx
  hulian report public --month 2018-01 --to 公示.docx
  hulian report public --accepted UPLOAD --to 公示.docx
  hulian report monthly --month 2018-01 --issue`,
		Args: exactly(1, "KIND"),
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			kind, known := kinds.Of(arguments[0])
			if !known {
				return unknown("kind of report", arguments[0], kinds.IDs(), "hulian report --help")
			}
			f.head.For = gate.Audience(cmp.Or(f.audience, string(kind.Readers())))
			if !f.head.For.Known() {
				return unknown("audience", f.audience, audiences(), "hulian report --help")
			}
			if f.issue {
				return p.issueReport(cmd.Context(), c, kind, f)
			}
			files, err := f.files(kind)
			if err != nil {
				return usage(err)
			}
			if f.accepted != "" {
				return p.acceptedReport(cmd.Context(), c, f)
			}
			made, err := p.report(cmd.Context(), c, kind, files, f)
			if err != nil {
				var refused *gate.Refusal
				if errors.As(err, &refused) {
					err = &pipelines.Fault{Op: "make the " + kind.ID + " report", At: "for " + string(f.head.For), Err: refused, Next: "take it out of the record it comes from"}
				}
				outcome := trail.Failed
				if refused != nil {
					outcome = trail.Denied
				}
				return errors.Join(err, p.recordReport(cmd.Context(), c, kind, f, outcome, gate.Passed{For: f.head.For}))
			}
			if f.head.For.SecondPerson() {
				return p.proposeReport(cmd.Context(), c, kind, files, f, made)
			}
			// The trail comes first: what nobody could write down does not leave.
			if err := p.recordReport(cmd.Context(), c, kind, f, trail.Done, made.Passed); err != nil {
				return err
			}
			for _, file := range files {
				if err := writePaper(file.name, file.body); err != nil {
					return errors.Join(err, p.recordReport(cmd.Context(), c, kind, f, trail.Failed, made.Passed))
				}
				p.say("%s: %s\n", p.words.Of(kind.Name), file.name)
			}
			return p.keepDraft(cmd.Context(), c, kind, made, "", files...)
		},
	}
	cmd.Flags().StringVar(&f.month, "month", "", "month, such as 2018-01 (default: the newest)")
	cmd.Flags().StringVar(&f.unit, "unit", "", "ID or name of a village or branch (default: the town)")
	cmd.Flags().StringArrayVar(&f.to, "to", nil, "the file to write; its ending says the format; may be given several times, for the paper and its annex of the same figures")
	cmd.Flags().StringVar(&f.audience, "for", "", "who reads it: "+strings.Join(audiences(), ", ")+" (default: committee; public of the public notice)")
	cmd.Flags().StringVar(&f.member, "member", "", "ID of the member whose evidence sheet it is")
	cmd.Flags().StringVar(&f.measure, "measure", "", "measure that is compared (default: the main outcome of the plan)")
	cmd.Flags().StringVar(&f.accepted, "accepted", "", "write the paper that a second person has accepted, by its ID (hulian uploads)")
	cmd.Flags().BoolVar(&f.issue, "issue", false, "issue it with the closing of its month: it is kept for good, in every format")
	cmd.Flags().StringVar(&f.template, "template", "", "file of Word to take styles, sheet, heads and feet from (default: letterhead.docx or letterhead.dotx in the town's folder)")
	cmd.Flags().StringVar(&f.head.RedHead, "red-head", "", "name in red over the first page (default: none)")
	cmd.Flags().StringVar(&f.head.Number, "number", "", "number of the document (default: none)")
	cmd.Flags().StringVar(&f.head.To, "addressed-to", "", "whom it is addressed to (default: none)")
	cmd.Flags().StringVar(&f.head.Imprint.Date, "printed", "", "day it is printed, in words, for the imprint (imprint in hulian.yaml; default: the date of issue)")
	cmd.Flags().StringVar(&f.head.Date, "date", "", "date of issue in words (default: the day the month was signed)")
	config.AddFlags(cmd.Flags(), append([]string{"time_zone"}, reading...)...)
	return cmd
}

func kindList() string {
	var all []string
	for _, k := range kinds.All() {
		all = append(all, k.ID+" ("+k.Name.En+", "+k.Name.Zh+")")
	}
	return strings.Join(all, ", ")
}

// report makes a paper as the role would see it that the paper is for, in all the formats asked for: one snapshot is held for all of it, so that a
// run that publishes meanwhile changes nothing.
func (p *program) report(ctx context.Context, c config.Config, kind kinds.Kind, files []paperFile, f reportFlags) (made filetype.Made, err error) {
	own, err := townTemplate(c.Dir, f.template)
	if err != nil {
		return made, usage(err)
	}
	err = p.askReport(ctx, c, kind, f, func(ask block.Request, version string) error {
		if made, err = kind.Make(ctx, ask, headNow(c, f), version); err != nil {
			return err
		}
		made.Template = own
		for i, file := range files {
			var b bytes.Buffer
			if err := file.format.Write(&b, made); err != nil {
				return err
			}
			files[i].body = b.Bytes()
		}
		return nil
	})
	return made, err
}

// headNow is the head of a paper: who makes it (the operator), when (now), and the town's imprint.
func headNow(c config.Config, f reportFlags) kinds.Head {
	f.head.By, f.head.At = operator().Author(), time.Now()
	f.head.Imprint.CopyTo, f.head.Imprint.Office = c.Imprint.CopyTo, c.Imprint.Office
	return f.head
}

// askReport puts the question of a kind to the published snapshot, as the role of the kind, and does something with it.
func (p *program) askReport(ctx context.Context, c config.Config, kind kinds.Kind, f reportFlags, do func(ask block.Request, version string) error) error {
	return p.askPapers(ctx, c, func(pinned web.Pinned, snapshot facts.Snapshot, lend func(*block.Request, visitor.Visitor)) error {
		ask, err := kind.Ask(snapshot, kinds.Asked{Month: f.month, Unit: f.unit, Member: f.member, Measure: f.measure})
		if err != nil {
			return usage(err)
		}
		lend(&ask, visitor.Visitor{Role: kind.Role, Scope: visitor.Scope{Towns: []string{snapshot.Town.ID}}, Origin: visitor.CLI})
		version, _ := build()
		return do(ask, version)
	})
}

// askPapers opens the published snapshot for papers. lend gives a question what the town has beside it.
func (p *program) askPapers(ctx context.Context, c config.Config, do func(pinned web.Pinned, snapshot facts.Snapshot, lend func(*block.Request, visitor.Visitor)) error) (err error) {
	programme, err := p.programme(c)
	if err != nil {
		return err
	}
	location, err := c.Location()
	if err != nil {
		return usage(err)
	}
	book, err := p.book(c)
	if err != nil {
		return err
	}
	reader := p.shown.Load()
	if reader == nil {
		if reader, err = p.reader(ctx, c); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, reader.Close()) }()
	}
	pinned, err := p.pin(ctx, c, reader) // once for all: a run may publish meanwhile
	if err != nil {
		return err
	}
	defer pinned.Release()
	snapshot, err := facts.Open(ctx, pinned.Data)
	if err != nil {
		return err
	}
	kept := &papers.Book{Dir: c.Dir}
	said, err := (&wording.Book{Dir: c.Dir}).Standing()
	if err != nil {
		message, next := p.explain(err)
		p.say("the town's own sentences are not used, the usual ones stand: %s\nTry: %s\n", message, next)
		said = data.Wording{Unread: true}
	}
	return do(pinned, snapshot, func(ask *block.Request, who visitor.Visitor) {
		if ask.Lang == "" {
			ask.Lang = c.Lang
		}
		ask.Zone = location
		ask.Programme, ask.Generation, ask.Hash = ask.By(programme), pinned.Generation, pinned.Hash
		ask.Visitor, ask.Wording, ask.Map = who, said, townmap.In(c.Dir).Map
		ask.Closings = func(ctx context.Context) ([]pipelines.MonthClosing, error) {
			return closings{c.Dir, book}.Months(ctx, pinned)
		}
		ask.Runs = func() ([]pipelines.Run, error) { return runner.History(c.Dir) }
		ask.Papers = &block.Papers{Versions: kept.Versions, Content: kept.Content, Kinds: kinds.Offered}
	})
}

// recordReport writes into the audit trail that a paper was made or refused, for whom, and how much was withheld, where one is kept.
func (p *program) recordReport(ctx context.Context, c config.Config, kind kinds.Kind, f reportFlags, outcome trail.Outcome, passed gate.Passed) error {
	object := strings.Join(strings.Fields(kind.ID+" "+f.month+" "+f.unit+" "+f.member+" "+f.ends()+" "+passed.Trail()), " ")
	return p.record(ctx, c, trail.Event{By: operator(), Action: trail.IssuedReport, Object: object, Outcome: outcome})
}

// proposeReport keeps a paper, in all its formats, until a second person has looked at it.
func (p *program) proposeReport(ctx context.Context, c config.Config, kind kinds.Kind, files []paperFile, f reportFlags, made filetype.Made) error {
	// The trail comes first: what nobody could write down is put before nobody.
	if err := p.recordReport(ctx, c, kind, f, trail.Done, made.Passed); err != nil {
		return err
	}
	who := operator()
	r := made.Screen.Request
	var formats []pipelines.PaperContent
	for _, file := range files {
		formats = append(formats, pipelines.PaperContent{Name: kind.FileName(r, file.format.Ext), Content: file.body})
	}
	b, err := desk.ProposePaper(filepath.Join(c.Dir, uploadsName), formats,
		desk.Paper{Kind: kind.ID, Unit: r.Unit().ID, Month: r.Month, For: string(f.head.For), Withheld: made.Passed.Withheld}, desk.Author{Account: who.Account, Name: who.Author()})
	if err != nil {
		return errors.Join(err, p.recordReport(ctx, c, kind, f, trail.Failed, made.Passed))
	}
	p.say("%s waits for a second person: %s. Once accepted: hulian report %s --accepted %s --to %s\n", p.words.Of(kind.Name), b.ID, kind.ID, b.ID, strings.Join(f.to, " --to "))
	return p.keepDraft(ctx, c, kind, made, b.ID, files...)
}

// acceptedReport writes a paper that a second person has accepted, as it was accepted, in the formats that are asked for.
func (p *program) acceptedReport(ctx context.Context, c config.Config, f reportFlags) error {
	b, formats, err := desk.PaperOf(filepath.Join(c.Dir, uploadsName), f.accepted)
	if errors.Is(err, pipelines.ErrUnknown) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	var wanted []pipelines.PaperContent
	for _, to := range f.to {
		i := inFormat(b.Names(), to)
		if i < 0 {
			var made []string
			for _, one := range formats {
				made = append(made, filepath.Ext(one.Name))
			}
			return usage(&pipelines.Fault{Op: "write report", At: to, Err: pipelines.Errorf("the paper was accepted as %s alone", strings.Join(made, ", ")), Next: "--to with such an ending"})
		}
		wanted = append(wanted, formats[i])
	}
	event := trail.Event{By: operator(), Action: trail.ReleasedReport, Object: strings.TrimSpace(b.Object() + " " + f.ends())}
	// The trail comes first: what nobody could write down does not leave.
	if err := p.record(ctx, c, event); err != nil {
		return err
	}
	for i, to := range f.to {
		if err := writePaper(to, wanted[i].Content); err != nil {
			event.Outcome = trail.Failed
			return errors.Join(err, p.record(ctx, c, event))
		}
		p.say("%s, accepted by %s: %s\n", wanted[i].Name, b.Decider.Name, to)
	}
	return nil
}

// record writes an event into the audit trail. A town without accounts has none, and nothing is written.
func (p *program) record(ctx context.Context, c config.Config, event trail.Event) (err error) {
	db, absent, err := p.database(ctx, c, false)
	if err != nil || absent {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return trail.Open(db).Write(ctx, event)
}

func writePaper(to string, body []byte) error {
	if err := durable.Write(to, body, 0o640); err != nil {
		return &pipelines.Fault{Op: "write report", At: to, Err: err, Next: "a folder that exists and may be written to"}
	}
	return nil
}

func audiences() (all []string) {
	for _, a := range gate.Audiences() {
		all = append(all, string(a))
	}
	return all
}

// townTemplate reads the town's own file of Word; nil where it has none.
func townTemplate(dir, named string) (*docx.Template, error) {
	names := []string{named}
	if named == "" {
		names = []string{filepath.Join(dir, "letterhead.docx"), filepath.Join(dir, "letterhead.dotx")}
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) && named == "" {
			continue
		}
		if err != nil {
			return nil, &pipelines.Fault{Op: "read the Word template", At: name, Err: err, Next: "--template FILE.docx"}
		}
		return docx.ReadTemplate(name, content)
	}
	return nil, nil
}
