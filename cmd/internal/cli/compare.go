package cli

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hulian/cmd/internal/analyze"
	"hulian/cmd/internal/config"
	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/places"
	"hulian/dashboards/question"
	"hulian/dashboards/townmap"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
	"hulian/queries/compare"
)

// comparison is what the flags of the compare commands say.
type comparison struct {
	measure, month, sheet, table string
	only, with                   string // who is set against whom, see sides
	outcomes, pilots             []string
	seed                         uint64
	columns                      map[string]*string // flags that name columns of one's own table
}

const ownColumns = `

Of a FILE of your own (CSV, XLSX, Parquet …) every row is one unit in one period. Columns are named by flags or found by their usual
headers: unit, time, start (first period of the programme, empty for never), numerator and denominator, or a value. --outcome names
columns to compare, the main one first: COLUMN, or NUMERATOR/DENOMINATOR; :lower behind it says that less is better, :neither that
neither way is. Cells left empty are months without a source: left out, and said.`

func newCompareCommand(p *program) *cobra.Command {
	var o comparison
	cmd := &cobra.Command{
		Use:   "compare [FILE]",
		Short: "Compare pilot villages with those not yet begun, by the rule of the page",
		Long: document(`Says whether the pilots changed because of the programme, by how much, how sure that is, who gained, what an extension may
bring, and what must hold: for a measure of the town, or for a table of your own. It is the page Compare in a terminal: the same
decision in the same words. Register the plan first ("hulian compare plan"); the report says whether it came before the results.

--only and --with choose as the page does: all pilots or one, beside the villages not begun, the rollout, or one of its start groups.
Against the rollout every village is counted by months since its own start: that tells who gained more, not whether the programme
works, and carries no verdict. One pilot alone is chosen while looking at results, and exploratory.`+ownColumns, endsAsked),
		Example: `  hulian compare --dir town --measure household_coverage
  hulian compare --with rollout --only 宏跃村
  hulian compare villages.xlsx --unit 村 --time 月份 --start 启动 --outcome 办结/上报
  hulian compare villages.csv --format csv --table conditions`,
		Args: atMostAFile,
		RunE: func(cmd *cobra.Command, arguments []string) error {
			tables := comparisonTables
			if o.with != "" {
				tables = besideTables
			}
			if o.table != "" && !slices.Contains(tables, o.table) {
				return unknown("table", o.table, slices.Clone(tables), "")
			}
			report, lang, err := p.opened(cmd, o, arguments)
			if err != nil {
				return err
			}
			return p.printComparison(cmd, report, lang, o.table)
		},
	}
	o.flags(cmd.Flags())
	cmd.Flags().StringVar(&o.only, "only", "", "ID or name of the one pilot looked at (default all pilots)")
	cmd.Flags().StringVar(&o.with, "with", "", "compared with rollout, or the start group of YYYY-MM (default villages not begun)")
	cmd.Flags().StringVar(&o.table, "table", "", "which table --format csv writes: "+strings.Join(comparisonTables, ", ")+" (default result)")
	cmd.AddCommand(newComparePlanCommand(p), newComparePowerCommand(p))
	return cmd
}

func atMostAFile(cmd *cobra.Command, arguments []string) error {
	if len(arguments) > 1 {
		return exactly(1, "FILE")(cmd, arguments)
	}
	return nil
}

// flags adds those that all compare commands share.
func (o *comparison) flags(flags *pflag.FlagSet) {
	flags.StringVar(&o.measure, "measure", "", "measure of the town, or outcome of the table, to report on (default the plan's main outcome)")
	flags.StringVar(&o.month, "month", "", "last month to look at, YYYY-MM (default the newest)")
	flags.StringSliceVar(&o.outcomes, "outcome", nil, "outcomes of the table, the main one first")
	flags.StringVar(&o.sheet, "sheet", "", "sheet of a workbook (default the first with anything on it)")
	flags.Uint64Var(&o.seed, "seed", 1, "of whatever is drawn by lot: the same seed gives the same answer")
	o.columns = map[string]*string{}
	names, help := analyze.ComparingFlags()
	for i, name := range names {
		name = columnFlag(name)
		o.columns[name] = flags.String(name, "", "column: "+help[i])
	}
	config.AddFlags(flags, reading...)
}

// columnFlag is what the flag of a role is called here.
func columnFlag(role string) string {
	switch role {
	case "period":
		return "time"
	case "events":
		return "numerator"
	case "total":
		return "denominator"
	}
	return role
}

// named are the flags that name columns, as the reader of tables takes them.
func (o comparison) named() (all []analyze.Flag) {
	for name, value := range o.columns {
		if *value != "" {
			all = append(all, analyze.Flag{Name: name, Value: *value})
		}
	}
	slices.SortFunc(all, func(a, b analyze.Flag) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// told is a comparison with what only the table of one's own makes worth saying.
type told struct {
	compare.Report
	notes   []data.Text // of what was assumed in reading the table
	table   bool        // it is of one
	periods bool        // its periods are no months
	sides   compare.Sides
	beside  bool // pilots stand against villages of the rollout, in Waves where they can be compared
	seed    uint64
}

// opened is the report that the commands begin with, and the language they write it in. What is wrong with the flags is said before
// anything is read.
func (p *program) opened(cmd *cobra.Command, o comparison, files []string) (report told, lang string, err error) {
	if _, err := outputFormat(cmd); err != nil {
		return report, "", err
	}
	c, err := p.config(cmd)
	if err != nil {
		return report, "", err
	}
	report, err = p.compared(cmd, c, o, files)
	return report, c.Lang, err
}

// compared makes the report of the town, or of a table.
func (p *program) compared(cmd *cobra.Command, c config.Config, o comparison, files []string) (report told, err error) {
	drawn, finish := p.progress()
	defer finish()
	drawn.Stage(stageCompare, 0)
	if len(files) == 1 {
		return p.comparedTable(cmd.Context(), o, files[0], drawn)
	}
	if err := o.onlyTown(); err != nil {
		return report, err
	}
	err = p.asking(cmd.Context(), c, o, func(r block.Request) error {
		sides, err := o.sides(places.ComparedVillages(r))
		if err != nil {
			return err
		}
		if sides.Pilot != "" {
			r.Params.Set("pilot", sides.Pilot)
		}
		found, err := places.Compared(cmd.Context(), r, o.seed)
		report = told{Report: found, seed: o.seed}.against(sides)
		return err
	})
	return report, err
}

const stageCompare pipelines.Stage = "compare"

// onlyTown refuses flags that are for a table where none is named.
func (o comparison) onlyTown() error {
	given := o.named()
	if len(given) > 0 {
		return usage(&pipelines.Fault{Op: "read flags", At: "--" + given[0].Name, Err: errors.New("it names a column, and no file is named"), Next: "hulian compare FILE --" + given[0].Name + " " + given[0].Value})
	}
	if o.sheet != "" {
		return usage(&pipelines.Fault{Op: "read flags", At: "--sheet", Err: errors.New("no file is named"), Next: "hulian compare FILE --sheet " + o.sheet})
	}
	return nil
}

// asking puts the page's question to the published snapshot of the town.
func (p *program) asking(ctx context.Context, c config.Config, o comparison, do func(block.Request) error) error {
	values := url.Values{"lang": {c.Lang}}
	if o.measure != "" {
		id := queries.IDOf(o.measure)
		var known []string
		for _, m := range queries.Measures() {
			if compare.Comparable(m) {
				known = append(known, m.ID)
			}
		}
		if m, is := queries.MeasureOf(id); !is || !m.At(queries.Village) {
			return unknown("measure", o.measure, known, `hulian query "select measure, name_en from measure_definitions"`)
		}
		values.Set("measure", id)
	}
	if o.month != "" {
		if err := p.checkScope(ctx, c, []string{o.month}, nil); err != nil {
			return err
		}
		values.Set("month", o.month)
	}
	programme, err := p.programme(c)
	if err != nil {
		return err
	}
	return p.published(ctx, c, func(q pipelines.Querier) error {
		s, err := facts.Open(ctx, q)
		if err != nil {
			return err
		}
		page, _ := question.ByID("compare")
		r, err := block.Ask(s, page, values)
		if err != nil {
			return usage(err)
		}
		r.Visitor, r.Programme, r.Map = everything(s.Town.ID), r.By(programme), townmap.In(c.Dir).Map
		return do(r)
	})
}

// planned is a plan as a file or flags give it.
type planned struct {
	Question     string   `yaml:"question"`
	Outcomes     []string `yaml:"outcomes"`      // the main one first
	Smallest     string   `yaml:"smallest"`      // effect of the main outcome worth having; percentage points of a rate
	Direction    string   `yaml:"direction"`     // better or either
	ComparedWith string   `yaml:"compared_with"` // not_begun, by_start or before_after
	Several      string   `yaml:"several"`       // in_order or together
	Unmoved      string   `yaml:"unmoved,omitempty"`
	Cost         string   `yaml:"cost,omitempty"` // of the pilots in the months compared, yuan
	LooksOn      string   `yaml:"looks_on,omitempty"`
	Remark       string   `yaml:"remark,omitempty"`
}

// said gives a field as the form of the page names it.
func (p planned) said(name string) string {
	if n, is := strings.CutPrefix(name, "outcome_"); is {
		if k, err := strconv.Atoi(n); err == nil && k <= len(p.Outcomes) {
			return p.Outcomes[k-1]
		}
		return ""
	}
	return map[string]string{"question": p.Question, "smallest": p.Smallest, "direction": p.Direction, "compared_with": p.ComparedWith, "several": p.Several, "unmoved": p.Unmoved,
		"cost": p.Cost, "looks_on": p.LooksOn, "remark": p.Remark}[name]
}

func newComparePlanCommand(p *program) *cobra.Command {
	var o comparison
	var given planned
	var file, by string
	cmd := &cobra.Command{
		Use:   "plan [FILE]",
		Short: "Register what is compared, and how, before the results",
		Long: document(`Keeps how pilots are to be compared: the question, the outcomes in their order, the smallest effect worth having, who is compared
with whom. A town's plan is kept as a dated row of the export plans, as the page Compare keeps it, and published; the plan for a
table of your own in a dated file beside it (FILE.plan.yaml). With it stand the pilots, their starts, and up to when there are
data, so that every report can say whether the plan came first. An earlier plan is kept; a later one needs --remark.

--plan reads the same from a YAML file: question, outcomes (a list), smallest, direction, compared_with, several, unmoved, cost, looks_on,
remark. Flags stand above it.`, endsARun),
		Example: `  hulian compare plan --question 走访覆盖率提高了吗 --outcomes household_coverage,on_time_rate --smallest 5 --by 王样本
  hulian compare plan villages.csv --plan plan.yaml --by 王样本`,
		Args: atMostAFile,
		RunE: func(cmd *cobra.Command, arguments []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			plan, err := readPlanFile(file, given, cmd.Flags())
			if err != nil {
				return err
			}
			if strings.TrimSpace(by) == "" {
				return usage(&pipelines.Fault{Op: "register the plan", Err: errors.New("nobody said who registers it"), Next: "--by NAME"})
			}
			if len(arguments) == 1 {
				return p.planTable(cmd, c, o, arguments[0], plan, by)
			}
			if err := o.onlyTown(); err != nil {
				return err
			}
			return p.planTown(cmd, c, o, plan, by)
		},
	}
	flags := cmd.Flags()
	o.flags(flags)
	flags.StringVar(&file, "plan", "", "a YAML file that holds the plan")
	flags.StringVar(&by, "by", "", "who registers it")
	flags.StringVar(&given.Question, "question", "", "what the comparison is to answer")
	flags.StringSliceVar(&given.Outcomes, "outcomes", nil, "measures, or outcomes of the table, the main one first")
	flags.StringVar(&given.Smallest, "smallest", "", "smallest effect worth having; of a rate in percentage points")
	flags.StringVar(&given.Direction, "direction", "better", "better, or either")
	flags.StringVar(&given.ComparedWith, "compared-with", "not_begun", "not_begun, by_start or before_after")
	flags.StringVar(&given.Several, "several", "in_order", "in_order, or together")
	flags.StringVar(&given.Unmoved, "unmoved", "", "an outcome that the programme should not move")
	flags.StringVar(&given.Cost, "total-cost", "", "what the pilots cost in the months compared, yuan")
	flags.StringVar(&given.LooksOn, "looks-on", "", "day on which results are to be looked at, YYYY-MM-DD")
	flags.StringVar(&given.Remark, "remark", "", "why an earlier plan is changed")
	config.AddFlags(flags, "time_zone", "cut_off", "inbox", "keep_generations", "keep_landed_days", "keep_runs")
	return cmd
}

// planTown keeps the plan as the page's form does.
func (p *program) planTown(cmd *cobra.Command, c config.Config, o comparison, plan planned, by string) error {
	var e block.Entry
	err := p.asking(cmd.Context(), c, o, func(r block.Request) (err error) {
		e, err = places.PlanForm.Read(cmd.Context(), r, plan.said)
		return err
	})
	if err != nil {
		return err
	}
	contract, _ := data.ContractOf(places.PlanForm.Export)
	if faults := contract.Faults(e.Row); e.Refused == "" && len(faults) > 0 {
		e.Refused = faults[0].Column
	}
	if e.Refused != "" {
		return refusedPlan(e.Refused, c.Lang)
	}
	p.runs = true
	r, err := p.runner(c, "", runOptions{})
	if err != nil {
		return err
	}
	run, err := r.Keep(cmd.Context(), pipelines.Entered{Export: places.PlanForm.Export, By: by, Rows: e.All()})
	if err != nil {
		return err
	}
	p.say("the plan is registered; generation %d\n", run.Generation)
	return nil
}

// refusedPlan says why a plan is not kept, in the words of the page.
func refusedPlan(column, lang string) error {
	why, ok := places.PlanRefusals(language.Language{Lang: lang})[column]
	if !ok {
		contract, _ := data.ContractOf(places.PlanForm.Export)
		if of, known := contract.Column(column); known {
			why = of.Name.In(lang) + map[bool]string{true: "：", false: ": "}[lang == "zh"] + of.Note.In(lang)
		}
	}
	flag := map[string]string{"cost": "total-cost", "twice": "outcomes"}[column]
	if flag == "" {
		flag = strings.ReplaceAll(column, "_", "-")
	}
	return usage(&pipelines.Fault{Op: "register the plan", At: "--" + flag, Err: errors.New(why), Next: "hulian compare plan --help"})
}
