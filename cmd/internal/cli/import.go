package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/runner"
	"hulian/pipelines/source"
)

func newImportCommand(p *program) *cobra.Command {
	var dryRun, confirm bool
	var by, reason string
	cmd := &cobra.Command{
		Use:   "import FILE|FOLDER...",
		Short: "Load the named files, compute the measures, publish",
		Long: document(`Takes the named files through all stages, wherever they lie, and writes one line for every table in them: rows read,
accepted, quarantined and ignored, and what the table was taken for: encoding, delimiter, header row. Where that is wrong
a mapping file pins it, see "hulian map". A file that was loaded before is taken as sent again: it
is the newest, and what it says holds. Of a folder every file is taken, those in folders below it too; hidden and
temporary ones are passed over, as they are in the inbox.

With --dry-run nothing is kept: the files are checked against everything that has been loaded, as a run would, and their
first hundred problems are written one a line, with sheet, row, column, value and how to mend it.`, endsARun),
		Example: "  hulian import 走访记录-2018-01.xlsx\n  hulian import /mnt/usb/2018-01\n  hulian import --dry-run issues.csv --format csv > problems.csv",
		Args: func(cmd *cobra.Command, arguments []string) error {
			if len(arguments) > 0 {
				return nil
			}
			return exactly(1, "FILE|FOLDER...")(cmd, arguments)
		},
		RunE: func(cmd *cobra.Command, paths []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			if paths, err = p.toImport(cmd.Context(), c, paths); err != nil {
				return err
			}
			if dryRun {
				return p.inspect(cmd, c, paths)
			}
			return p.run(cmd, c, runOptions{confirm: confirm, by: by, reason: reason, named: namesIn(paths)}, func(ctx context.Context, r *runner.Runner) (pipelines.Run, error) { return r.Import(ctx, paths) })
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "check the files and keep nothing")
	cmd.Flags().BoolVar(&confirm, "confirm", false, "load the files even where far fewer rows than before, or rows that can be counted in two ways, would hold them")
	cmd.Flags().StringVar(&by, "by", "", "who confirms (default: the user's name on this machine)")
	cmd.Flags().StringVar(&reason, "reason", "", "why the files are right as they are")
	config.AddFlags(cmd.Flags(), working...)
	return cmd
}

// present refuses paths that are no files before anything is begun.
func present(op string, paths []string) error {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			err = errors.New("it is a folder")
		}
		if err != nil {
			return &pipelines.Fault{Op: op, At: path, Err: err, Next: "check the path; one file is expected"}
		}
	}
	return nil
}

// toImport are the files and folders that arguments mean: patterns are resolved where no shell did it, and what is named
// twice is read once. It refuses what is not there, and a folder that holds nothing to read or the town itself.
func (p *program) toImport(ctx context.Context, c config.Config, arguments []string) (paths []string, err error) {
	wrong := func(at string, err error, next string) error {
		return &pipelines.Fault{Op: "import", At: at, Err: err, Next: next}
	}
	var infos []os.FileInfo
	var absent []string
	for _, argument := range arguments {
		found := []string{argument}
		if _, err := os.Lstat(argument); err != nil && strings.ContainsAny(argument, "*?[") {
			if found, err = filepath.Glob(argument); err != nil {
				return nil, wrong(argument, usage(errors.New("the pattern cannot be read")), "a pattern such as 走访*.xlsx, or the files by name")
			}
			if len(found) == 0 {
				return nil, wrong(argument, errors.New("no file matches the pattern"), "check the folder and the name; ls or dir lists what is there")
			}
		}
		for _, path := range found {
			info, err := os.Stat(path)
			switch {
			case err != nil:
				absent = append(absent, path)
				continue
			case !info.IsDir() && !info.Mode().IsRegular():
				return nil, wrong(path, errors.New("it is neither a file nor a folder"), "name the file with the rows")
			}
			if i := slices.IndexFunc(infos, func(other os.FileInfo) bool { return os.SameFile(other, info) }); i >= 0 {
				p.say("%s: named twice; it is read once\n", path)
				continue
			}
			if info.IsDir() {
				if err := importable(ctx, c.Dir, path); err != nil {
					return nil, wrong(path, usage(err), "name the folder that holds the exports, or the files themselves")
				}
			}
			paths, infos = append(paths, path), append(infos, info)
		}
	}
	if len(absent) > 0 {
		return nil, wrong(strings.Join(absent, ", "), errors.New("no such file or folder"), "check the path; hulian import takes files, folders and patterns such as 走访*.xlsx")
	}
	return paths, nil
}

// importable refuses a folder in which nothing is to be read, and one that the town lies in.
func importable(ctx context.Context, town, folder string) error {
	at, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	home, err := filepath.Abs(town)
	if err != nil {
		return err
	}
	if within, err := filepath.Rel(at, home); err == nil && within != ".." && !strings.HasPrefix(within, ".."+string(filepath.Separator)) {
		return errors.New("the town's own folder lies in it")
	}
	for item, err := range source.Files(folder).Items(ctx) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && item.Name != "" {
			return nil
		}
	}
	return errors.New("it holds no file; hidden and temporary ones are passed over")
}

// namesIn gives the names under which files arrive that a person names, those in folders among them.
func namesIn(paths []string) (names []string) {
	for _, at := range paths {
		names = append(names, source.Readable(filepath.Base(at)))
		if info, err := os.Stat(at); err != nil || !info.IsDir() {
			continue
		}
		// What cannot be looked at, the run says.
		_ = filepath.WalkDir(at, func(below string, entry fs.DirEntry, err error) error {
			if name, relErr := filepath.Rel(at, below); err == nil && relErr == nil && !entry.IsDir() {
				names = append(names, source.Readable(filepath.ToSlash(name)))
			}
			return nil
		})
	}
	return names
}

// inspect checks files with everything that has been loaded, and writes every problem. It fails where a run would: where a
// file would be refused whole or held, or none could be loaded.
func (p *program) inspect(cmd *cobra.Command, c config.Config, paths []string) error {
	if _, err := outputFormat(cmd); err != nil {
		return err
	}
	drawn, finish := p.progress()
	defer finish()
	r, err := p.runner(c, "", runOptions{drawn: drawn})
	if err != nil {
		return err
	}
	result, err := r.Try(cmd.Context(), paths)
	if err != nil {
		return err
	}
	finish()
	accepted := int64(0)
	for _, f := range result.Files {
		accepted += f.Accepted
		p.say("%s\n", p.describe(f))
	}
	for _, unread := range result.Unread { // the others are looked at all the same
		message, next := p.explain(unread)
		p.say("%s\nTry: %s\n", message, next)
	}
	for _, name := range result.Known {
		p.say("%s: its content had arrived before\n", name)
	}
	if err := p.print(cmd, problemTable(result.Problems, c.Lang)); err != nil {
		return err
	}
	switch refused := refusedWhole(result.Files); {
	case len(result.Held) > 0 && len(refused) == 0:
		return &pipelines.Fault{Op: "check", At: strings.Join(result.Held, ", "), Err: pipelines.ErrHeld, Next: "check the file, then send it again complete, or import it with --confirm"}
	case accepted == 0 && len(result.Known) == 0, len(refused) > 0:
		return &pipelines.Fault{Op: "check", At: p.words.Tf("%d tables", len(result.Files)), Err: pipelines.ErrNothingLoaded, Next: "mend the files as the lines above say, and check them again"}
	}
	return nil
}

// describe is one file's table in a line for people.
func (p *program) describe(f pipelines.Reconciliation) string {
	name := f.Name
	if f.Sheet != "" {
		name += " [" + f.Sheet + "]"
	}
	if reading := data.ExplainReading(f.ReadAs, p.lang()); reading != "" {
		name += " (" + reading + ")"
	}
	if f.Problem != "" {
		return fmt.Sprintf("%s: %s", name, p.words.Of(data.ProblemTexts()[f.Problem].Name))
	}
	line := p.words.Tf("%s: %s, %d rows read = %d accepted + %d quarantined + %d ignored, %d warnings", name, f.Export, f.Read, f.Accepted, f.Quarantined, f.Ignored, f.Warnings)
	if said := data.ExplainDetails(f.Detail, p.lang()); said != "" {
		line += "; " + said
	}
	return line
}

// problemTable lists problems as a clerk with the file open in Excel needs them.
func problemTable(problems []pipelines.Problem, lang string) pipelines.Table {
	table := pipelines.Table{Columns: []string{"file", "sheet", "export", "row", "letter", "column", "header", "value", "severity", "problem", "sentence", "mend"}}
	for _, f := range problems {
		sentence, mend := data.Explain(f, lang)
		table.Rows = append(table.Rows, []any{f.File, f.Sheet, f.Export, blankZero(f.Row), f.Letter, f.Column, f.Header, f.Value, string(f.Severity), string(f.Code), sentence, mend})
	}
	return table
}

// blankZero leaves the row empty for a problem of the whole file.
func blankZero(row int64) any {
	if row == 0 {
		return nil
	}
	return row
}
