package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/analyze"
	"hulian/pipelines"
)

func newAnalyzeCommand(p *program) *cobra.Command {
	var path, run string
	var check bool
	cmd := &cobra.Command{
		Use:   "analyze METHOD FILE",
		Short: "Run one statistical method on any CSV, XLSX or Parquet file",
		Long: document(`Runs a method of the town's statistics on a file of your own. Columns are named by flags (--events deaths --total births),
by the same names in every method, and found by themselves where their headers are usual ones, in English or Chinese
(办结, 上报, 月份, 村): what was found is told. --COLUMN VALUE keeps the rows of that value. --format json gives
every number and table; --plot draws the result.

Without METHOD, the methods are listed. "hulian analyze METHOD --help" explains one.

--case runs a published worked example as it is: a JSON file with method, input, options and expected values, its data
beside it. --check compares what comes out with what is expected.`, endsAsked),
		Example: `  hulian analyze wilson villages.csv --events resolved --total reported
  hulian analyze xmr monthly.xlsx --value 办结率 --direction up --plot chart.svg
  hulian analyze --case example.json --check`,
		Args: func(cmd *cobra.Command, arguments []string) error {
			if len(arguments) == 0 {
				return nil
			}
			_, err := analyze.MethodOf(arguments[0])
			if err == nil {
				return exactly(0, "")(cmd, arguments)
			}
			return usage(err)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if path == "" {
				if run != "" || check {
					return usage(&pipelines.Fault{Op: "read flags", At: "of " + cmd.CommandPath(), Err: errors.New("--run and --check are for a case"), Next: "--case FILE.json"})
				}
				return p.print(cmd, methodList())
			}
			return wrongUsage(p.analyzeCase(cmd, path, run, check))
		},
	}
	cmd.Flags().StringVar(&path, "case", "", "a worked example to run")
	cmd.Flags().StringVar(&run, "run", "", "the run of the case (default all of them)")
	cmd.Flags().BoolVar(&check, "check", false, "compare with the values the case expects")
	for _, m := range analyze.Methods() {
		cmd.AddCommand(newMethodCommand(p, m))
	}
	return cmd
}

// wrongUsage marks what the analysis calls wrong usage as such for the exit status.
func wrongUsage(err error) error {
	var wrong analyze.Usage
	if errors.As(err, &wrong) {
		return usage(err)
	}
	return err
}

func methodList() pipelines.Table {
	table := pipelines.Table{Columns: []string{"method", "what it does", "columns"}}
	for _, m := range analyze.Methods() {
		var roles []string
		for _, r := range m.Roles {
			name := r.Name
			if r.Optional {
				name = "[" + name + "]"
			}
			roles = append(roles, name)
		}
		table.Rows = append(table.Rows, []any{m.Name, m.Short, strings.Join(roles, " ")})
	}
	return table
}

// newMethodCommand is one method. Its flags are read here and not by the library, because a flag may also be any column of
// the file.
func newMethodCommand(p *program, m analyze.Method) *cobra.Command {
	cmd := &cobra.Command{
		Use:                m.Name + " FILE",
		Aliases:            m.Aliases,
		Short:              m.Short,
		Long:               document(m.Long+"\n\nA flag may also be a column of the file: --COLUMN VALUE keeps the rows with that value.", endsAsked),
		DisableFlagParsing: true,
		Args:               cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, arguments []string) error {
			a, err := parseAnalysis(cmd, m, arguments)
			if err != nil {
				return usage(err)
			}
			if a.help {
				return cmd.Help()
			}
			return wrongUsage(p.analyze(cmd, m, a))
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	for _, r := range m.Roles {
		text := p.words.Tf("%s: %s", p.words.T("column"), p.words.T(r.Help))
		if len(r.Was) > 0 {
			text += p.words.Tf("; also --%s", strings.Join(r.Was, ", --"))
		}
		if len(r.Also) > 0 {
			text += p.words.Tf(" (default %s, or one called %s)", r.Name, strings.Join(r.Also[:min(len(r.Also), 4)], ", "))
		}
		flags.String(r.Name, "", text)
	}
	for _, o := range m.Options {
		if known := flags.Lookup(o.Name); known != nil {
			known.Usage += p.words.Tf("; or %s", p.words.T(o.Help))
			continue
		}
		flags.String(o.Name, o.Default, p.words.Tf("%s: %s", p.words.T(string(o.Kind)), p.words.T(o.Help)))
	}
	flags.String("sheet", "", "sheet of a workbook (default the first with anything on it)")
	flags.String("plot", "", "picture to write: NAME.svg or NAME.png")
	flags.String("table", "", "which table --format csv writes (default the first)")
	return cmd
}

// analysis is a parsed command line.
type analysis struct {
	file               string
	sheet, plot, table string
	flags              []analyze.Flag
	help               bool
}

// parseAnalysis splits arguments into the file, the command's own flags, and those that name columns and options.
func parseAnalysis(cmd *cobra.Command, m analyze.Method, arguments []string) (analysis, error) {
	var a analysis
	var files []string
	own := map[string]*string{"sheet": &a.sheet, "plot": &a.plot, "table": &a.table}
	fault := func(err error) error {
		return &pipelines.Fault{Op: "read flags", At: "of " + cmd.CommandPath(), Err: err, Next: cmd.CommandPath() + " --help"}
	}
	for i := 0; i < len(arguments); i++ {
		argument := arguments[i]
		if argument == "--" {
			files = append(files, arguments[i+1:]...)
			break
		}
		if argument == "-h" || argument == "--help" {
			return analysis{help: true}, nil
		}
		if !strings.HasPrefix(argument, "--") {
			files = append(files, argument)
			continue
		}
		name, value, given := strings.Cut(argument[2:], "=")
		if !given {
			next := i+1 < len(arguments)
			switch {
			case truthOption(m, name) && (!next || !isTruth(arguments[i+1])):
				value = "true"
			case !next:
				return a, fault(pipelines.Errorf("flag needs an argument: --%s", name))
			default:
				i++
				value = arguments[i]
			}
		}
		shared := cmd.InheritedFlags().Lookup(name)
		switch {
		case own[name] != nil:
			*own[name] = value
		case shared != nil:
			if err := shared.Value.Set(value); err != nil {
				return a, fault(err)
			}
			shared.Changed = true
		default:
			a.flags = append(a.flags, analyze.Flag{Name: name, Value: value})
		}
	}
	if len(files) > 1 || len(files) == 0 && !withoutFile(m, a.flags) {
		return a, exactly(1, "FILE")(cmd, files)
	}
	if len(files) == 1 {
		a.file = files[0]
	}
	return a, nil
}

func truthOption(m analyze.Method, name string) bool {
	for _, o := range m.Options {
		if o.Name == strings.ReplaceAll(name, "-", "_") {
			return o.Kind == analyze.Truth
		}
	}
	return false
}

func isTruth(s string) bool {
	switch strings.ToLower(s) {
	case "true", "false", "1", "0", "yes", "no", "null":
		return true
	}
	return false
}

func withoutFile(m analyze.Method, flags []analyze.Flag) bool {
	for _, f := range flags {
		if m.WithoutFile != "" && f.Name == m.WithoutFile {
			return true
		}
	}
	return false
}

func (p *program) analyze(cmd *cobra.Command, m analyze.Method, a analysis) error {
	if _, err := outputFormat(cmd); err != nil {
		return err
	}
	if a.plot != "" {
		if err := analyze.CheckPicture(a.plot); err != nil {
			return err
		}
	}
	var file analyze.Frame
	if a.file != "" {
		var err error
		if file, err = analyze.Read(cmd.Context(), a.file, a.sheet); err != nil {
			return err
		}
	}
	call, err := analyze.Prepare(m, file, a.flags)
	if err != nil {
		return err
	}
	document, err := call.Run(cmd.Context())
	if err != nil {
		return err
	}
	if err := p.printDocument(cmd, document, a.table); err != nil {
		return err
	}
	if a.plot == "" {
		return nil
	}
	replaced, err := call.Draw(document, a.plot)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.Err, a.plot)
	const most = 20
	if len(replaced) > most {
		replaced = append(replaced[:most:most], "…")
	}
	if len(replaced) > 0 {
		p.say("the picture has no Chinese letters: %s; --plot %s.svg has them\n",
			strings.Join(replaced, ", "), strings.TrimSuffix(a.plot, filepath.Ext(a.plot)))
	}
	return nil
}

func (p *program) analyzeCase(cmd *cobra.Command, path, run string, check bool) error {
	c, err := analyze.ReadCase(path)
	if err != nil {
		return err
	}
	outcomes, err := c.Execute(cmd.Context(), run)
	if err != nil {
		return err
	}
	if check {
		return p.checkCase(cmd, c, outcomes)
	}
	if run != "" || len(outcomes) == 1 {
		return p.printDocument(cmd, outcomes[0].Document, "")
	}
	all := &analyze.Object{}
	for _, o := range outcomes {
		all.Set(o.Run.ID, o.Document)
	}
	return p.printDocument(cmd, all, "")
}

var errCaseDiffers = errors.New("the values differ from those expected")

func (p *program) checkCase(cmd *cobra.Command, c analyze.Case, outcomes []analyze.Outcome) error {
	table := pipelines.Table{Columns: []string{"case", "run", "compared", "different"}}
	failed := 0
	for _, o := range outcomes {
		content, err := json.Marshal(o.Document)
		if err != nil {
			return err
		}
		checked, differences, err := analyze.Check(c, o.Run, content)
		if err != nil {
			return err
		}
		for _, d := range differences {
			p.say("%s, run %s: %s\n", c.Name, o.Run.ID, d)
		}
		failed += len(differences)
		table.Rows = append(table.Rows, []any{c.Name, o.Run.ID, int64(checked), int64(len(differences))})
	}
	if err := p.print(cmd, table); err != nil {
		return err
	}
	if failed > 0 {
		return &pipelines.Fault{Op: "check the case", At: c.Name, Err: pipelines.Errorf("%d: %w", failed, errCaseDiffers), Next: "read the differences above; the case names its conventions"}
	}
	return nil
}
