package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"hulian/cmd/internal/analyze"
	"hulian/cmd/internal/config"
	"hulian/dashboards/page/places"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/queries/compare"
	"hulian/queries/stats/estimate"
)

// readPlanFile reads a plan, and puts the flags that were given above what it says.
func readPlanFile(path string, flags planned, given *pflag.FlagSet) (plan planned, err error) {
	if path == "" {
		return flags, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return plan, &pipelines.Fault{Op: "read the plan", At: path, Err: err, Next: "name a YAML file that may be read"}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&plan); err != nil {
		return plan, usage(&pipelines.Fault{Op: "read the plan", At: path, Err: err, Next: "question, outcomes, smallest, direction, compared_with, several, unmoved, cost, looks_on, remark"})
	}
	for _, f := range []struct {
		name        string
		into, value *string
	}{{"question", &plan.Question, &flags.Question}, {"smallest", &plan.Smallest, &flags.Smallest}, {"direction", &plan.Direction, &flags.Direction}, {"compared-with", &plan.ComparedWith, &flags.ComparedWith},
		{"several", &plan.Several, &flags.Several}, {"unmoved", &plan.Unmoved, &flags.Unmoved}, {"total-cost", &plan.Cost, &flags.Cost}, {"looks-on", &plan.LooksOn, &flags.LooksOn}, {"remark", &plan.Remark, &flags.Remark}} {
		if given.Changed(f.name) || *f.into == "" {
			*f.into = *f.value
		}
	}
	if given.Changed("outcomes") {
		plan.Outcomes = flags.Outcomes
	}
	return plan, nil
}

// kept is a plan for a table as it stands in the file beside it.
type kept struct {
	planned    `yaml:",inline"`
	KnownTo    string `yaml:"known_to"`    // last period with data when it was registered; a number without leading zeros
	OfVillages string `yaml:"of_villages"` // the pilots and their starts then, numbers likewise
	KnownData  string `yaml:"known_data"`  // SHA-256 of the planned outcomes up to KnownTo, as knownData reads them
	EnteredBy  string `yaml:"entered_by"`
	EnteredAt  string `yaml:"entered_at"`
}

// keptAt is where the plans for a table stand.
func keptAt(table string) string { return table + ".plan.yaml" }

// readKept reads the plans for a table, the newest last.
func readKept(table string) (all []kept, err error) {
	content, err := os.ReadFile(keptAt(table))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = yaml.Unmarshal(content, &all)
	}
	if i := slices.IndexFunc(all, func(k kept) bool { return len(k.Outcomes) == 0 || k.KnownTo == "" }); err == nil && i >= 0 {
		err = pipelines.Errorf("plan %d lacks outcomes or known_to", i+1)
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "read the plan", At: keptAt(table), Err: err, Next: "mend the file, or move it away: without it the results are exploratory"}
	}
	return all, nil
}

// planTable keeps the plan for a table in a dated file beside it.
func (p *program) planTable(cmd *cobra.Command, c config.Config, o comparison, table string, plan planned, by string) error {
	before, err := readKept(table)
	if err != nil {
		return err
	}
	if err := plan.check(len(before) > 0, c.Lang); err != nil {
		return err
	}
	o.outcomes = plan.Outcomes
	if plan.Unmoved != "" {
		o.outcomes = append(slices.Clone(o.outcomes), plan.Unmoved)
	}
	own, err := p.readOwn(cmd.Context(), o, table)
	if err != nil {
		return err
	}
	to := lastKnown(own.Panels[0])
	k := kept{planned: plan, KnownTo: unpadded(to), OfVillages: compare.Pilots(unpaddedStarts(own.Panels[0].Villages)), KnownData: knownData(own.Panels, plan.Outcomes, to), EnteredBy: by, EnteredAt: time.Now().Format(time.RFC3339)}
	written, err := yaml.Marshal(append(before, k))
	if err != nil {
		return err
	}
	if err := durable.Write(keptAt(table), written, 0o644); err != nil {
		return err
	}
	p.say("the plan is registered: %s, with data up to %s\n", keptAt(table), k.KnownTo)
	return nil
}

// unpadded is a period without the zeros that make labels of one table sort: a longer table has more of them.
func unpadded(period string) string { return strings.TrimLeft(period, "0") }

func unpaddedStarts(villages []compare.Village) []compare.Village {
	all := slices.Clone(villages)
	for i := range all {
		all[i].Start = unpadded(all[i].Start)
	}
	return all
}

// padded writes a period as the labels of a table are written.
func padded(period string, labels []string) string {
	if len(labels) == 0 {
		return period
	}
	return strings.Repeat("0", max(0, len(labels[0])-len(period))) + period
}

// knownData is the SHA-256 of the outcomes' values up to a period, so that a later look can tell whether the past was rewritten; whatever the
// table's other columns and later rows hold.
func knownData(panels []compare.Panel, outcomes []string, to string) string {
	sum := sha256.New()
	for _, id := range outcomes {
		at := ownPanel(panels, id)
		if at < 0 {
			continue
		}
		of := panels[at]
		for _, village := range slices.Sorted(maps.Keys(of.Series)) {
			for i, m := range of.Series[village] {
				if of.Months[i] <= to && !math.IsNaN(m.Value) {
					fmt.Fprintf(sum, "%q %q %s %g %g\n", id, village, unpadded(of.Months[i]), m.Numerator, m.Denominator)
				}
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// lastKnown is the last period of which any unit has a value.
func lastKnown(of compare.Panel) string {
	for i := len(of.Months) - 1; i >= 0; i-- {
		for _, series := range of.Series {
			if !math.IsNaN(series[i].Value) {
				return of.Months[i]
			}
		}
	}
	return ""
}

// check holds the plan to what a town's plan is held to.
func (p planned) check(earlier bool, lang string) error {
	contract, _ := data.ContractOf(places.PlanForm.Export)
	row := map[string]any{"of_month": "-", "known_to": "-", "outcomes": strings.Join(p.Outcomes, " ")}
	for _, column := range []string{"question", "smallest", "direction", "compared_with", "several", "looks_on", "remark"} {
		if text := strings.TrimSpace(p.said(column)); text != "" {
			row[column] = text
		}
	}
	if smallest, err := strconv.ParseFloat(p.Smallest, 64); err != nil || !(smallest > 0) || math.IsInf(smallest, 0) {
		return refusedPlan("smallest", lang)
	}
	if cost, err := strconv.ParseFloat(p.Cost, 64); p.Cost != "" && (err != nil || !(cost >= 0) || math.IsInf(cost, 0)) {
		return refusedPlan("cost", lang)
	}
	for i, id := range p.Outcomes {
		if slices.Contains(p.Outcomes[:i], id) {
			return refusedPlan("twice", lang)
		}
	}
	if slices.Contains(p.Outcomes, p.Unmoved) {
		return refusedPlan("unmoved", lang)
	}
	if faults := contract.Faults(row); len(faults) > 0 {
		return refusedPlan(faults[0].Column, lang)
	}
	if earlier && strings.TrimSpace(p.Remark) == "" {
		return refusedPlan("remark", lang)
	}
	return nil
}

// registered is a plan as the comparison takes it, beside what the table holds now.
func (k kept) registered(panels []compare.Panel, main compare.Panel, cost estimate.Number) *compare.Registered {
	to, villages := padded(k.KnownTo, main.Months), k.OfVillages
	if villages == compare.Pilots(unpaddedStarts(main.Villages)) {
		villages = compare.Pilots(main.Villages)
	}
	smallest, err := strconv.ParseFloat(k.Smallest, 64)
	if err != nil {
		smallest = math.NaN()
	}
	if main.Measure.Unit == "share" {
		smallest /= 100
	}
	if total, err := strconv.ParseFloat(k.Cost, 64); err == nil {
		cost = estimate.Of(total)
	}
	return &compare.Registered{Outcomes: k.Outcomes, InOrder: k.Several == "in_order", Better: k.Direction == "better", Smallest: smallest, KnownTo: to, Villages: villages,
		Revised: k.KnownData != "" && k.KnownData != knownData(panels, k.Outcomes, to), Rule: k.ComparedWith, Unmoved: k.Unmoved, Cost: cost}
}

func (p *program) readOwn(ctx context.Context, o comparison, table string) (analyze.Own, error) {
	frame, err := analyze.Read(ctx, table, o.sheet)
	if err != nil {
		return analyze.Own{}, err
	}
	own, err := analyze.ReadOwn(frame, o.named(), o.outcomes, o.seed)
	return own, wrongUsage(err)
}

// comparedTable makes the report of a table of one's own: its plan's outcomes, and those asked for.
func (p *program) comparedTable(ctx context.Context, o comparison, table string, drawn pipelines.Progress) (report told, err error) {
	if o.month != "" {
		return report, usage(&pipelines.Fault{Op: "read flags", At: "--month", Err: errors.New("it is for a town"), Next: "leave later rows out of the file"})
	}
	plans, err := readKept(table)
	if err != nil {
		return report, err
	}
	if len(plans) > 0 {
		plan := plans[len(plans)-1]
		for _, id := range slices.Concat(plan.Outcomes, []string{plan.Unmoved, o.measure}) {
			if id != "" && !slices.Contains(o.outcomes, id) {
				o.outcomes = append(o.outcomes, id)
			}
		}
	} else if o.measure != "" && !slices.Contains(o.outcomes, o.measure) {
		o.outcomes = append(o.outcomes, o.measure)
	}
	own, err := p.readOwn(ctx, o, table)
	if err != nil {
		return report, err
	}
	sides, err := o.sides(own.Panels[0].Villages)
	if err != nil {
		return report, err
	}
	for i, panel := range own.Panels {
		own.Panels[i] = compare.Sides{Pilot: sides.Pilot}.Of(panel)
	}
	known, chosen := own.Known, 0
	known.Chosen = sides.Pilot != ""
	if len(plans) > 0 {
		plan := plans[len(plans)-1]
		if at := ownPanel(own.Panels, plan.Outcomes[0]); at >= 0 {
			chosen = at
		}
		known.Plan, known.Plans, known.PlannedOn = plan.registered(own.Panels, own.Panels[chosen], own.Cost), len(plans), plan.EnteredAt[:min(len(plan.EnteredAt), len(time.DateOnly))]
	}
	if at := ownPanel(own.Panels, o.measure); at >= 0 {
		chosen = at
	}
	drawn.Stage(stageCompare, len(own.Panels))
	all := make([]compare.Result, len(own.Panels))
	for i, panel := range own.Panels {
		if all[i] = compare.Glance(panel); i == chosen {
			all[i] = compare.Compare(panel)
		}
		drawn.Step(panel.Measure.Name.En)
	}
	report = told{Report: compare.ReportOf(own.Panels[chosen], all[chosen], all, known), notes: own.Notes, table: true, periods: !own.Monthly, seed: o.seed}
	if known.Plan == nil { // what it cost may be known without a plan
		report.Cost = report.Costs(own.Cost)
	}
	for _, w := range own.Assumed {
		report.notes = append(report.notes, data.Text{Zh: w.In("zh"), En: w.In("en")})
	}
	return report.against(sides), nil
}

func ownPanel(panels []compare.Panel, id string) int {
	return slices.IndexFunc(panels, func(p compare.Panel) bool { return p.Measure.ID == id })
}

// newComparePowerCommand says what a pilot could find, before it begins.
func newComparePowerCommand(p *program) *cobra.Command {
	var o comparison
	var smallest float64
	cmd := &cobra.Command{
		Use:   "power [FILE]",
		Short: "Say before a pilot begins what it could find",
		Long: document(`Judges a pilot before it begins: villages, months before, holes, villages at the pilots' level, and the smallest change that
would be found 80% of the time after some months, from how much the villages moved in the past. --pilots plans which villages
begin; without it those of the town's list, or of the table. With --smallest it says whether the smallest effect worth having
would be found.`+ownColumns, endsAsked),
		Example: `  hulian compare power --measure household_coverage --pilots 宏跃村,新园村 --smallest 5
  hulian compare power before.csv --outcome visited/households --pilots 甲村,乙村`,
		Args: atMostAFile,
		RunE: func(cmd *cobra.Command, arguments []string) error {
			report, lang, err := p.opened(cmd, o, arguments) // the past of the outcome is all that is shown of it
			if err != nil {
				return err
			}
			if len(o.pilots) > 0 {
				if report.Panel, err = planPilots(report.Panel, o.pilots); err != nil {
					return err
				}
				report.notes = slices.DeleteFunc(report.notes, func(n data.Text) bool { return n == analyze.FirstArePilots })
			}
			worth := math.NaN()
			if report.Plan != nil && report.Plan.Main() == report.Panel.Measure.ID {
				worth = report.Plan.Smallest
			}
			if cmd.Flags().Changed("smallest") {
				if worth = smallest; report.Panel.Measure.Unit == "share" {
					worth /= 100
				}
			}
			return p.printBeforehand(cmd, report, worth, lang)
		},
	}
	o.flags(cmd.Flags())
	cmd.Flags().StringSliceVar(&o.pilots, "pilots", nil, "IDs or names of the villages that are to begin")
	cmd.Flags().Float64Var(&smallest, "smallest", 0, "smallest effect worth having; of a rate in percentage points")
	return cmd
}

// planPilots marks the villages that are to begin, after the last month.
func planPilots(of compare.Panel, wanted []string) (compare.Panel, error) {
	of.Villages = slices.Clone(of.Villages)
	var known []string
	found := map[string]bool{}
	for i, v := range of.Villages {
		known = append(known, v.Name)
		named := slices.IndexFunc(wanted, func(w string) bool { return w == v.ID || w == v.Name })
		if of.Villages[i].Pilot, of.Villages[i].Start = named >= 0, ""; named >= 0 {
			found[wanted[named]] = true
		}
	}
	for _, w := range wanted {
		if !found[w] {
			return of, unknown("village", w, known, "")
		}
	}
	return of, nil
}
