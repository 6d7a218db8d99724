package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/dashboards/web"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/papers"
)

func newPapersCommand(p *program) *cobra.Command {
	var month, kind string
	cmd := &cobra.Command{
		Use:   "papers",
		Short: "List the papers that are kept: drafts, and what was issued; say what has changed since",
		Long: document(`Lists the versions of papers that are kept, oldest first: drafts, and what was issued with the closing of its month
("hulian report KIND --issue"). Of each paper the newest 10 drafts are kept, and everything that was issued; neither is ever changed.

"hulian papers get ID --to FILE" writes a file of a version as it was kept, "hulian papers changes ID" makes the paper again from the
published snapshot and writes each figure and sentence that would stand otherwise in it today: as kept, and now.`, endsPlainly),
		Example: `  hulian papers --month 2018-01
  hulian papers get k7q2m4x3c5n6p7r2 --to 通报.docx
  hulian papers changes k7q2m4x3c5n6p7r2 --format csv`,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, location, err := p.configIn(cmd)
			if err != nil {
				return err
			}
			if _, known := kinds.Of(kind); kind != "" && !known {
				return unknown("kind of report", kind, kinds.IDs(), "hulian report --help")
			}
			all, err := (&papers.Book{Dir: c.Dir}).Versions()
			if err != nil {
				return err
			}
			all = slices.DeleteFunc(all, func(v pipelines.PaperVersion) bool {
				return month != "" && v.Month != month || kind != "" && v.Kind != kind
			})
			return p.print(cmd, papersTable(all, location))
		},
	}
	cmd.Flags().StringVar(&month, "month", "", "of this month alone, such as 2018-01")
	cmd.Flags().StringVar(&kind, "kind", "", "of this kind alone, such as monthly")
	config.AddFlags(cmd.Flags(), "time_zone")
	cmd.AddCommand(newGetPaperCommand(p), newPaperChangesCommand(p))
	return cmd
}

func papersTable(all []pipelines.PaperVersion, location *time.Location) pipelines.Table {
	t := pipelines.Table{Columns: []string{"id", "kind", "month", "unit_id", "unit_name", "for", "language", "version", "state", "by", "at", "generation", "restatement", "files", "awaits", "kept", "content"}}
	for _, v := range all {
		var files []string
		for _, f := range v.Files {
			files = append(files, f.Name)
		}
		t.Rows = append(t.Rows, []any{v.ID, v.Kind, v.Month, v.Unit, v.UnitName, v.For, v.Lang, int64(v.Number), string(v.State), v.By, momentOf(v.At, location), int64(v.Generation), int64(v.Restatement), strings.Join(files, " "), v.Awaits, !v.Gone, v.Content})
	}
	return t
}

func newGetPaperCommand(p *program) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "get ID",
		Short: "Write a file of a version as it was kept",
		Long:  document("Writes the file of the version that has the ending of the name given by --to, byte for byte as it was kept.", endsAsked),
		Args:  exactly(1, "ID"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			book := &papers.Book{Dir: c.Dir}
			v, err := book.Version(ids[0])
			if errors.Is(err, pipelines.ErrUnknown) {
				return usage(err)
			}
			if err != nil {
				return err
			}
			i := inFormat(keptNames(v), to)
			if i < 0 {
				var there []string
				for _, f := range v.Files {
					there = append(there, filepath.Ext(f.Name))
				}
				return unknown("format", filepath.Ext(to), there, "--to FILE with an ending that is kept")
			}
			body, err := book.File(v, v.Files[i].Name)
			if err != nil {
				return err
			}
			// The trail comes first: what nobody could write down does not leave.
			if err := p.recordPaper(cmd.Context(), c, trail.TookPaper, v, trail.Done); err != nil {
				return err
			}
			if err := writePaper(to, body); err != nil {
				return err
			}
			fmt.Fprintf(p.Err, "%s: %s\n", v.Files[i].Name, to)
			return nil
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the file to write; its ending says which format")
	return cmd
}

// inFormat is the place of the name that has the same ending as a file to be written; -1: none has.
func inFormat(names []string, to string) int {
	return slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(filepath.Ext(name), filepath.Ext(to)) })
}

func keptNames(v pipelines.PaperVersion) (names []string) {
	for _, f := range v.Files {
		names = append(names, f.Name)
	}
	return names
}

func newPaperChangesCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "changes ID",
		Short: "Say which figures of a version would be others today",
		Long: document(`Makes the paper again from the published snapshot, for those it was made for, and writes each figure and sentence that stands
otherwise in it than in the version: as kept, and now. No rows: nothing has moved.`, endsAsked),
		Args: exactly(1, "ID"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			v, err := (&papers.Book{Dir: c.Dir}).Version(ids[0])
			if errors.Is(err, pipelines.ErrUnknown) {
				return usage(err)
			}
			if err != nil {
				return err
			}
			t := pipelines.Table{Columns: []string{"where", "row", "column", "was", "now"}}
			err = p.askPapers(cmd.Context(), c, func(_ web.Pinned, snapshot facts.Snapshot, lend func(*block.Request, visitor.Visitor)) error {
				kind, ask, err := kinds.AskOf(snapshot, v)
				if err != nil {
					return err
				}
				lend(&ask, kinds.As(v))
				version, _ := build()
				changes, err := kind.ChangesOf(cmd.Context(), ask, v, version)
				for _, change := range changes {
					t.Rows = append(t.Rows, []any{change.Part, change.Row, change.Column, change.Was, change.Now})
				}
				return err
			})
			if err != nil {
				return err
			}
			return p.print(cmd, t)
		},
	}
	config.AddFlags(cmd.Flags(), append([]string{"time_zone"}, reading...)...)
	return cmd
}

// keepDraft keeps what was made as a draft of its month.
func (p *program) keepDraft(ctx context.Context, c config.Config, kind kinds.Kind, made filetype.Made, awaits string, files ...paperFile) error {
	var contents []pipelines.PaperContent
	for _, file := range files {
		contents = append(contents, pipelines.PaperContent{Name: kind.FileName(made.Screen.Request, file.format.Ext), Content: file.body})
	}
	of, err := kinds.KeepDraft(ctx, &papers.Book{Dir: c.Dir}, made, awaits, contents...)
	if err == nil && of.ID != "" {
		fmt.Fprintf(p.Err, "Kept as %s, version %d: %s\n", of.State, of.Number, of.ID)
	}
	return err
}

// issueReport issues a paper with the closing of its month, and writes the formats of it that are asked for.
func (p *program) issueReport(ctx context.Context, c config.Config, kind kinds.Kind, f reportFlags) error {
	own, err := townTemplate(c.Dir, f.template)
	if err != nil {
		return usage(err)
	}
	book := &papers.Book{Dir: c.Dir}
	from := kinds.Issuing{Keeper: book, Template: own, Accepted: desk.Accepted(filepath.Join(c.Dir, uploadsName))}
	recorded := false
	from.Before = func(of pipelines.PaperVersion, _ filetype.Made) error { // what nobody could write down is not issued
		recorded = true
		return p.recordPaper(ctx, c, trail.PublishedReport, of, trail.Done)
	}
	var of pipelines.PaperVersion
	err = p.askReport(ctx, c, kind, f, func(ask block.Request, version string) (err error) {
		of, _, err = kind.Issue(ctx, from, ask, headNow(c, f), version)
		return err
	})
	var refused pipelines.PaperRefusal
	if errors.As(err, &refused) {
		fault := &pipelines.Fault{Op: "issue the " + kind.ID + " report", At: f.month, Err: errors.New(strings.TrimSuffix(data.ExplainPaperRefusal(refused, "en"), ".")), Next: "hulian papers"}
		switch refused {
		case pipelines.PaperNotSigned, pipelines.PaperMonthChanged, pipelines.PaperMonthDamaged:
			fault.Next = "hulian close " + f.month
		case pipelines.PaperNotAccepted:
			fault.Next = "hulian report " + kind.ID + " --for public --to FILE.docx"
		case pipelines.PaperNotKept, pipelines.PaperSame:
		}
		of = pipelines.PaperVersion{PaperKey: pipelines.PaperKey{Kind: kind.ID, Month: f.month, Unit: f.unit, For: string(f.head.For)}}
		return errors.Join(fault, p.recordPaper(ctx, c, trail.PublishedReport, of, trail.Denied))
	}
	if err != nil {
		if recorded {
			err = errors.Join(err, p.recordPaper(ctx, c, trail.PublishedReport, of, trail.Failed))
		}
		return err
	}
	fmt.Fprintf(p.Err, "%s issued, version %d: %s\n", kind.Name.En, of.Number, of.ID)
	for _, to := range f.to {
		i := inFormat(keptNames(of), to)
		if i < 0 {
			return usage(&pipelines.Fault{Op: "write report", At: to, Err: errors.New("it is not kept in that format"), Next: "hulian papers get " + of.ID + " --to FILE"})
		}
		body, err := book.File(of, of.Files[i].Name)
		if err != nil {
			return err
		}
		if err := writePaper(to, body); err != nil {
			return err
		}
	}
	return nil
}

// recordPaper writes into the audit trail what was done with a version. As record has it.
func (p *program) recordPaper(ctx context.Context, c config.Config, action trail.Action, v pipelines.PaperVersion, outcome trail.Outcome) error {
	object := strings.Join(strings.Fields(fmt.Sprintf("%s %s %s for=%s %s %d", v.Kind, v.Month, v.Unit, v.For, v.State, v.Number)), " ")
	return p.record(ctx, c, trail.Event{By: operator(), Action: action, Object: object, Outcome: outcome})
}
