package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/markup"
	"hulian/pipelines/source"
)

// landedName is the folder of a town that keeps what has arrived.
const landedName = "landed"

// problemFilter narrows a list of problems.
type problemFilter struct{ file, state, code, export string }

func (f *problemFilter) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "file", "", "of one file: its name, number or id")
	cmd.Flags().StringVar(&f.code, "code", "", "of one kind, e.g. not_allowed")
	cmd.Flags().StringVar(&f.export, "export", "", "of one export, e.g. visits")
}

// condition is the filter over p (problems) and f (files).
func (f problemFilter) condition() (string, []any, error) {
	where, args := []string{"true"}, []any{}
	add := func(term string, values ...any) {
		where, args = append(where, term), append(args, values...)
	}
	states := []string{"open", "repaired", "waived", "carried", "all"}
	switch f.state {
	case "open", "repaired", "waived", "carried":
		add("p.state = ?", f.state)
	case "all":
	default:
		return "", nil, unknown("state", f.state, states, "")
	}
	if f.file != "" {
		add(ofFile, f.file, f.file, f.file, f.file)
	}
	if f.code != "" {
		if _, ok := data.ProblemTexts()[pipelines.Code(f.code)]; !ok {
			var names []string
			for code := range data.ProblemTexts() {
				names = append(names, string(code))
			}
			return "", nil, unknown("code", f.code, names, `hulian query "select distinct code from problems"`)
		}
		add("p.code = ?", f.code)
	}
	if f.export != "" {
		if _, ok := data.ContractOf(f.export); !ok {
			return "", nil, unknown("export", f.export, exportNames(), "hulian template")
		}
		add("p.export = ?", f.export)
	}
	return strings.Join(where, " and "), args, nil
}

func newProblemsCommand(p *program) *cobra.Command {
	filter := problemFilter{}
	cmd := &cobra.Command{
		Use:   "problems",
		Short: "List what is wrong with rows, mark it in the file, waive it",
		Long: document(`Writes the problems of the published snapshot, one a line: number, state, file, sheet, row, column, value, what is wrong
and how to mend it. A problem is open until a newer file repairs its row or a person waives it.`, endsAsked),
		Example: "  hulian problems --file 走访记录-2018-01.xlsx\n  hulian problems --state waived --format csv > waived.csv\n  hulian problems mark 走访记录-2018-01.xlsx -o 走访记录-待改.xlsx\n  hulian problems waive 17 18 --by 王样本 --reason 原始记录已遗失",
		Args:    exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if _, err := outputFormat(cmd); err != nil {
				return err
			}
			var found []markup.Problem
			if err := p.published(cmd.Context(), c, func(q pipelines.Querier) error {
				found, err = filter.find(cmd.Context(), q)
				return err
			}); err != nil {
				return err
			}
			table := pipelines.Table{Columns: []string{"problem", "state", "file", "sheet", "export", "row", "letter", "header", "value", "severity", "code", "sentence", "mend"}}
			for _, f := range found {
				sentence, mend := data.Explain(f.Problem, c.Lang)
				table.Rows = append(table.Rows, []any{f.No, string(f.State), f.File, f.Sheet, f.Export, blankZero(f.Row), f.Letter, f.Header, f.Value, string(f.Severity), string(f.Code), sentence, mend})
			}
			return p.print(cmd, table)
		},
	}
	filter.flags(cmd)
	cmd.Flags().StringVar(&filter.state, "state", "open", "open, repaired, waived, carried (on in a newer file) or all")
	cmd.AddCommand(newMarkCommand(p), newWaiveCommand(p))
	return cmd
}

func (f problemFilter) find(ctx context.Context, q pipelines.Querier) ([]markup.Problem, error) {
	where, args, err := f.condition()
	if err != nil {
		return nil, err
	}
	if f.file != "" {
		if err := f.exists(ctx, q); err != nil {
			return nil, err
		}
	}
	return markup.Problems(ctx, q, where, args...)
}

// exists refuses a file that never arrived: a list without a line would say that nothing is wrong with it.
func (f problemFilter) exists(ctx context.Context, q pipelines.Querier) error {
	found, err := q.Query(ctx, "select count(*) from files f where "+ofFile, f.file, f.file, f.file, f.file)
	if err != nil || found.Rows[0][0] != int64(0) {
		return err
	}
	all, err := q.Query(ctx, "select distinct name from files")
	if err != nil {
		return err
	}
	var names []string
	for _, row := range all.Rows {
		name := fmt.Sprint(row[0])
		names = append(names, name, path.Base(name))
	}
	next := `hulian query "select file_no, name from files"`
	if nearest := data.Nearest(f.file, names); nearest != "" {
		next = nearest
	}
	return unknown("file", f.file, nil, next)
}

// ofFile says that files f is the file a person named.
const ofFile = "(f.name = ? or ends_with(f.name, '/' || ?) or cast(f.file_no as varchar) = ? or f.file_id = ?)"

func newMarkCommand(p *program) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "mark FILE",
		Short: "Write the file again as a workbook with what is wrong marked in it",
		Long: document(`Takes a file that was loaded, named by its name, number or id, and writes it as a workbook: bad cells are coloured and carry
a comment, the first sheet sums up by village and by kind. A workbook keeps its sheets, formats and rows. Repair it and
import it: only the repaired rows come in.`, endsAsked),
		Example: "  hulian problems mark 走访记录-2018-01.xlsx\n  hulian problems mark 12 -o 待改.xlsx",
		Args:    exactly(1, "FILE"),
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			return p.published(cmd.Context(), c, func(q pipelines.Querier) error { return p.mark(cmd.Context(), c, q, arguments[0], output) })
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", `workbook to write; "-" is standard output (default: the file's name with a word)`)
	return cmd
}

func (p *program) mark(ctx context.Context, c config.Config, q pipelines.Querier, named, output string) error {
	file, err := markup.Find(ctx, q, source.Readable(named))
	if errors.Is(err, pipelines.ErrUnknown) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	path, err := land.Verified(ctx, filepath.Join(c.Dir, landedName), file.ID)
	if err != nil {
		return err
	}
	options := markup.Options{Path: path, Lang: c.Lang, MappingsDir: filepath.Join(c.Dir, mappingsName)}
	if output == "-" {
		return markup.Write(ctx, p.Out, file, options)
	}
	if output == "" {
		output = markup.Name(file.Name, c.Lang)
	}
	return p.create(output, "mark", func(w io.Writer) error { return markup.Write(ctx, w, file, options) })
}

// create writes a new file and never over one: somebody may have worked in it.
func (p *program) create(path, op string, write func(io.Writer) error) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &pipelines.Fault{Op: op, At: path, Err: errors.New("the file exists and may have been worked in"), Next: "-o with another name, or move the file away"}
	}
	if err != nil {
		return &pipelines.Fault{Op: op, At: path, Err: err, Next: "-o with a place you may write to"}
	}
	whole := false
	defer func() {
		if !whole { // whatever happened: nothing half-written stays
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := errors.Join(write(file), file.Close()); err != nil {
		return err
	}
	whole = true
	fmt.Fprintln(p.Err, path)
	return nil
}

func newWaiveCommand(p *program) *cobra.Command {
	filter := problemFilter{state: "open"}
	var problems []int64
	var by, reason string
	cmd := &cobra.Command{
		Use:   "waive [PROBLEM...]",
		Args:  cobra.ArbitraryArgs,
		Short: "Say that problems need no repair, with name and reason",
		Long: document(`Closes open problems without repair: named by their numbers, or all open ones of a file, kind or export. The rows stay as they
are, refused or accepted with a warning; who waived them and why stands in the table waivers.`, endsAsked),
		Example: "  hulian problems waive 17 18 --by 王样本 --reason 原始记录已遗失\n  hulian problems waive --file 走访.csv --code exempt_visitor --by 王样本 --reason 本人自愿走访",
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if strings.TrimSpace(by) == "" || strings.TrimSpace(reason) == "" {
				return &pipelines.Fault{Op: "waive", Err: usage(errors.New("a waiver needs a name and a reason")), Next: "--by NAME --reason TEXT"}
			}
			for _, argument := range arguments {
				no, err := strconv.ParseInt(argument, 10, 64)
				if err != nil {
					return &pipelines.Fault{Op: "waive", At: argument, Err: usage(errors.New("not the number of a problem")), Next: "hulian problems"}
				}
				problems = append(problems, no)
			}
			filtered := filter.file+filter.code+filter.export != ""
			if filtered == (len(arguments) > 0) {
				return &pipelines.Fault{Op: "waive", Err: usage(errors.New("name problems by number, or all of a --file, --code or --export")), Next: "hulian problems"}
			}
			if filtered {
				if err := p.published(cmd.Context(), c, func(q pipelines.Querier) error {
					found, err := filter.find(cmd.Context(), q)
					for _, f := range found {
						problems = append(problems, f.No)
					}
					return err
				}); err != nil {
					return err
				}
			}
			r, err := p.runner(c, "", runOptions{})
			if err != nil {
				return err
			}
			p.runs = true
			n, run, err := r.Waive(cmd.Context(), problems, by, reason)
			if errors.Is(err, pipelines.ErrUnknown) {
				return usage(err)
			}
			if err != nil {
				return err
			}
			p.say("%d problems waived; generation %d\n", n, run.Generation)
			return nil
		},
	}
	filter.flags(cmd)
	cmd.Flags().StringVar(&by, "by", "", "who waives")
	cmd.Flags().StringVar(&reason, "reason", "", "why no repair is needed")
	config.AddFlags(cmd.Flags(), working...)
	return cmd
}
