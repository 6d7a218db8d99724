package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"hulian/pipelines"
)

// Programme is what the town has decided about its programme: deadlines, limits, targets, tiers. The comments of
// data/programme.yaml say what each value means and in which unit.
type Programme struct {
	Town           Text             `yaml:"town"`            // empty: taken from the village list
	ProgrammeStart string           `yaml:"programme_start"` // YYYY-MM-DD; empty: the earliest start of the village list
	Issues         IssueRules       `yaml:"issues"`
	Linking        LinkingRules     `yaml:"linking"`
	Branch         BranchRules      `yaml:"branch"`
	Ripeness       RipenessRules    `yaml:"ripeness"`
	Reading        ReadingRules     `yaml:"reading"`
	Rating         RatingRules      `yaml:"rating"`
	Stars          []StarTier       `yaml:"stars"`
	LastPlace      LastPlaceRules   `yaml:"last_place"`
	HardCriteria   []HardCriterion  `yaml:"hard_criteria"`
	WeakVillages   WeakVillageRules `yaml:"weak_villages"`
	Support        SupportRules     `yaml:"support"`
	DoubtfulVisits DoubtRules       `yaml:"doubtful_visits"`
	Points         PointsRules      `yaml:"points"`
	CadreSignals   CadreRules       `yaml:"cadre_signals"`
	DataQuality    QualityRules     `yaml:"data_quality"`
	MonthClosing   ClosingRules     `yaml:"month_closing"`
	Events         []ProgrammeEvent `yaml:"events"`
}

// ProgrammeEvent is something that happened to the programme and is marked on its charts.
type ProgrammeEvent struct {
	On      string `yaml:"on"`      // YYYY-MM-DD
	Name    Text   `yaml:"name"`    // a few characters: it stands on a chart
	Village string `yaml:"village"` // ID; empty: the whole town
}

// IssueRules are the deadlines and windows of the five-step flow, in days.
type IssueRules struct {
	DueDays        DueDays `yaml:"due_days"`
	FeedbackDays   int     `yaml:"feedback_days"`
	ReopenDays     int     `yaml:"reopen_days"`
	RepeatDays     int     `yaml:"repeat_days"`
	AgeBands       []int   `yaml:"age_bands"`
	SurvivalMonths int     `yaml:"survival_months"`
}

// DueDays are the deadlines by difficulty, counted from the day reported, where the export gives none.
type DueDays struct {
	Easy   int `yaml:"easy"`
	Medium int `yaml:"medium"`
	Hard   int `yaml:"hard"`
}

// LinkingRules are the limits of linked households and visits.
type LinkingRules struct {
	HouseholdsLimit  int `yaml:"households_limit"`
	HouseholdsTarget int `yaml:"households_target"`
	UnvisitedDays    int `yaml:"unvisited_days"`
	MonthEndDays     int `yaml:"month_end_days"`
}

// BranchRules are the parts of a complete grid branch.
type BranchRules struct {
	Committee           int `yaml:"committee"`
	Groups              int `yaml:"groups"`
	LiaisonCadres       int `yaml:"liaison_cadres"`
	CentreHouseholdsMin int `yaml:"centre_households_min"`
	CentreHouseholdsMax int `yaml:"centre_households_max"`
}

// RipenessRules say how many days after a month's end its figures may be compared with older months.
type RipenessRules struct {
	ResolutionDays   int `yaml:"resolution_days"`
	ReopenDays       int `yaml:"reopen_days"`
	SatisfactionDays int `yaml:"satisfaction_days"`
}

// ReadingRules say which bases may be judged and replace the targets of measure definitions.
type ReadingRules struct {
	MinimumBase  int                `yaml:"minimum_base"`
	MinimumBases map[string]int     `yaml:"minimum_bases"` // by measure ID
	Targets      map[string]float64 `yaml:"targets"`       // by measure ID, in the measure's unit
}

// RatingRules are the weights by which the scores of a branch's parts make its total: shares of 1, all 0 where the town has laid none down.
type RatingRules struct {
	Operation   float64 `yaml:"operation"`
	Effect      float64 `yaml:"effect"`
	Cooperation float64 `yaml:"cooperation"`
	GridCadres  float64 `yaml:"grid_cadres"`
	Villagers   float64 `yaml:"villagers"`
}

// StarTier is one level of the star rating.
type StarTier struct {
	Stars   int     `yaml:"stars"`
	Name    Text    `yaml:"name"`
	Funding float64 `yaml:"funding"` // yuan a year
	Floor   float64 `yaml:"floor"`   // lowest total that reaches it, of a hundred; 0: not laid down
}

// LastPlaceRules say what counts as the last place of a yearly rating, and how often it asks for more than a talk.
type LastPlaceRules struct {
	Years    int `yaml:"years"`    // running, for organisational adjustment
	Branches int `yaml:"branches"` // of the village rated, at least
}

// HardCriterion makes a village weak without further statistics. It reads a measure or a fact and is met when the
// value lies below Below, or above Above, in each of the last Months months.
type HardCriterion struct {
	ID          string   `yaml:"id"`
	Name        Text     `yaml:"name"`
	Measure     string   `yaml:"measure"`
	Fact        string   `yaml:"fact"`
	Below       *float64 `yaml:"below"`
	Above       *float64 `yaml:"above"`
	Months      int      `yaml:"months"`
	MinimumBase int      `yaml:"minimum_base"`
}

// Facts a hard criterion may read beside measures.
const (
	FactVacantSecretaries     = "vacant_secretaries"              // branches without a secretary
	FactWithoutReconciliation = "branches_without_reconciliation" // share of branches
	firstYear, lastYear       = 1990, 2100
	dateLayout                = "2006-01-02"
)

// WeakVillageRules are the second key to a weak village: a signal that persists.
type WeakVillageRules struct {
	Periods       int     `yaml:"periods"`        // months running the evidence must stand
	Probability   float64 `yaml:"probability"`    // of the village lying behind beyond the ordinary differences, all evidence joined
	Margin        float64 `yaml:"margin"`         // share below the middle village's that counts as behind
	Measures      int     `yaml:"measures"`       // families of measures in which it must lie behind
	LongestPeriod int     `yaml:"longest_period"` // months that are summed at most until a base suffices
	Expected      float64 `yaml:"expected"`       // share of villages believed weak before the data are looked at
	FunnelLimit   float64 `yaml:"funnel_limit"`
}

// SupportRules are what help for weak villages is held against; 0 where the town has laid nothing down.
type SupportRules struct {
	AnswerDays     int     `yaml:"answer_days"`     // from the end of the month in which a village became weak to the start of its help
	AnsweredTarget float64 `yaml:"answered_target"` // share of the signals that are to be answered in time
	JudgedTarget   float64 `yaml:"judged_target"`   // share of the actions that are to be judged by their day
}

// DoubtRules say when a visit is a prompt for a call-back.
type DoubtRules struct {
	SameMinuteVisits  int `yaml:"same_minute_visits"`
	SameTextRepeats   int `yaml:"same_text_repeats"`
	SameTextMinLength int `yaml:"same_text_min_length"`
	DailyVisits       int `yaml:"daily_visits"`
	CallbackSample    int `yaml:"callback_sample"`
}

// PointsRules say what a burst of points is.
type PointsRules struct {
	BurstDays  int     `yaml:"burst_days"`
	BurstIndex float64 `yaml:"burst_index"`
}

// CadreRules are the least evidence before a reserve-cadre signal is shown.
type CadreRules struct {
	Peers               int `yaml:"peers"`
	HardIssues          int `yaml:"hard_issues"`
	Tasks               int `yaml:"tasks"`
	VisitMonths         int `yaml:"visit_months"`
	SatisfactionAnswers int `yaml:"satisfaction_answers"`
	PointsMonths        int `yaml:"points_months"`

	FalseShare float64 `yaml:"false_share"` // of those listed, expected to stand there by chance alone
}

// QualityRules say when data are too poor to judge by, and which files are expected every month.
type QualityRules struct {
	Threshold   float64  `yaml:"threshold"`
	DeadlineDay int      `yaml:"deadline_day"`
	Expected    []string `yaml:"expected"`           // every month
	Quarterly   []string `yaml:"expected_quarterly"` // once a quarter of the calendar year, and so on
	HalfYearly  []string `yaml:"expected_half_yearly"`
	Yearly      []string `yaml:"expected_yearly"`
}

// ClosingRules say how months are closed.
type ClosingRules struct {
	OnePerson bool `yaml:"one_person"` // whoever checked a month may sign it too
}

// DefaultProgramme returns the embedded defaults. Every call returns a value of its own.
func DefaultProgramme() Programme {
	var p Programme
	if err := strict("programme.yaml", &p); err != nil {
		panic("embedded programme: " + err.Error()) // part of the binary: a test reads it
	}
	return p
}

// ReadProgramme returns the defaults overlaid by the town's file. A file that does not exist changes nothing; lists
// replace the default list whole, the maps of reading gain keys. An unknown key is refused with the nearest right one.
func ReadProgramme(path string) (Programme, error) {
	p := DefaultProgramme()
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = p.overlay(content)
	}
	if err != nil {
		return Programme{}, &pipelines.Fault{Op: "read programme", At: path, Err: err,
			Next: "correct the line, or delete the key to keep the default"}
	}
	return p, nil
}

func (p *Programme) overlay(content []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil // empty, or only comments
	case err != nil:
		return err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("the file holds more than one document")
	}
	root := document.Content[0]
	if isNull(root) {
		return nil
	}
	if err := NoReferences(root); err != nil {
		return err
	}
	withoutEmpty(root)
	if err := Decode(root, p); err != nil {
		return err
	}
	return p.check()
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// withoutEmpty takes out the keys without a value: such a key keeps its default, where the decoder would empty a list.
func withoutEmpty(node *yaml.Node) {
	if node.Kind == yaml.MappingNode {
		var kept []*yaml.Node
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !isNull(node.Content[i+1]) {
				kept = append(kept, node.Content[i], node.Content[i+1])
			}
		}
		node.Content = kept
	}
	for _, inner := range node.Content {
		withoutEmpty(inner)
	}
}

// ProgrammeExplained is the file of defaults as a town's own file that changes nothing yet: every line of it is a comment.
func ProgrammeExplained() string {
	content, err := files.ReadFile("programme.yaml")
	if err != nil {
		panic("embedded programme: " + err.Error()) // part of the binary
	}
	_, settings, _ := strings.Cut(string(content), "\n\n") // the head speaks of the file of defaults
	return programmeHead + "\n" + Commented(settings)
}

const programmeHead = `# 本镇的约定。每一项都列着默认值，行首有“# ”的不起作用：要改哪一项，就去掉那一行和它所属各级（如 issues:）行首的“# ”（井号和空格），
# 再改数值。日数为自然日；比例在 0 与 1 之间；金额单位为元。写成列表的（如 stars）要改就整段写全。
# What this town has decided. Every setting stands here with its default; a line that begins with "# " does nothing. To
# change a setting, take the "# " off its line and off the lines it stands below (issues:, say), then change the value.
# Days are calendar days; shares are between 0 and 1; money is in yuan. A list, such as stars, replaces the default whole.
`

// Commented puts a comment sign before every line of a YAML text that is not a comment of the outermost level, so that
// taking "# " off a line brings its key back where it belongs.
func Commented(settings string) string {
	var text strings.Builder
	for line := range strings.Lines(settings) {
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			text.WriteString("# ")
		}
		text.WriteString(line)
	}
	return text.String()
}

// StartDate returns the day the programme began and whether the town has fixed it.
func (p Programme) StartDate() (time.Time, bool) {
	t, err := time.Parse(dateLayout, p.ProgrammeStart)
	return t, err == nil
}

// check refuses values that would make a measure meaningless.
func (p Programme) check() error {
	if p.ProgrammeStart != "" {
		if start, ok := p.StartDate(); !ok || start.Year() < firstYear || start.Year() > lastYear {
			return fmt.Errorf("programme_start: %q is not a date such as 2017-05-01", p.ProgrammeStart)
		}
	}
	for _, setting := range settings() {
		if limit, bounded := BoundsOf(setting.Path); bounded {
			if x := number(p.Value(setting.Path)); !limit.Holds(x) {
				return fmt.Errorf("%s: %g %s", setting.Path, x, limit.says)
			}
		}
	}
	if bands := p.Issues.AgeBands; len(bands) == 0 || bands[0] < 0 || !slices.IsSorted(bands) || len(slices.Compact(slices.Clone(bands))) < len(bands) {
		return fmt.Errorf("issues.age_bands: %v must be days in rising order", p.Issues.AgeBands)
	}
	if err := p.DataQuality.check(); err != nil {
		return err
	}
	for i, e := range p.Events {
		if _, err := time.Parse(time.DateOnly, e.On); err != nil {
			return fmt.Errorf("events: the date of event %d, %q, is not written YYYY-MM-DD", i+1, e.On)
		}
		if e.Name.Zh == "" || e.Name.En == "" {
			return fmt.Errorf("events: event %d of %s needs its name in both languages", i+1, e.On)
		}
	}
	return errors.Join(p.checkCriteria(), p.checkNumbers())
}

// checkNumbers refuses what YAML calls a number and nothing can be compared with (.nan, .inf), and bases below 0.
func (p Programme) checkNumbers() error {
	numbers := map[string]float64{"points.burst_index": p.Points.BurstIndex}
	for measure, target := range p.Reading.Targets {
		numbers["reading.targets."+measure] = target
	}
	for _, tier := range p.Stars {
		numbers[fmt.Sprintf("stars: funding of %d", tier.Stars)] = tier.Funding
		numbers[fmt.Sprintf("stars: floor of %d", tier.Stars)] = tier.Floor
	}
	for _, c := range p.HardCriteria {
		for key, limit := range map[string]*float64{"below": c.Below, "above": c.Above} {
			if limit != nil {
				numbers["hard_criteria "+c.ID+": "+key] = *limit
			}
		}
	}
	for key, x := range numbers {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s: %g cannot be compared with anything", key, x)
		}
	}
	counts := map[string]int{}
	for measure, base := range p.Reading.MinimumBases {
		counts["reading.minimum_bases."+measure] = base
	}
	for key, n := range counts {
		if n < 0 {
			return fmt.Errorf("%s: %d is below 0", key, n)
		}
	}
	return nil
}

func (p Programme) checkCriteria() error {
	seen := map[string]bool{}
	for _, c := range p.HardCriteria {
		switch {
		case c.ID == "" || seen[c.ID]:
			return fmt.Errorf("hard_criteria: every criterion needs an id of its own, %q does not do", c.ID)
		case c.Name.Zh == "" || c.Name.En == "":
			return fmt.Errorf("hard_criteria %s: both names are needed", c.ID)
		case (c.Measure == "") == (c.Fact == ""):
			return fmt.Errorf("hard_criteria %s: it reads either a measure or a fact", c.ID)
		case c.Fact != "" && c.Fact != FactVacantSecretaries && c.Fact != FactWithoutReconciliation:
			return fmt.Errorf("hard_criteria %s: %w fact %q: there are %s and %s", c.ID, pipelines.ErrUnknown, c.Fact,
				FactVacantSecretaries, FactWithoutReconciliation)
		case (c.Below == nil) == (c.Above == nil):
			return fmt.Errorf("hard_criteria %s: it needs either below or above", c.ID)
		case c.Months < 1:
			return fmt.Errorf("hard_criteria %s: months must be 1 or more", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

func exports() []string {
	var names []string
	for _, c := range Contracts() {
		names = append(names, c.Export)
	}
	return names
}

// DueExport is an export that every village owes once in a period of so many months: 1, 3, 6 or 12, of the calendar year.
type DueExport struct {
	Export string
	Months int
}

// All are the exports that are due at all, the monthly ones first.
func (q QualityRules) All() (all []DueExport) {
	for _, due := range q.periods() {
		for _, export := range due.exports {
			all = append(all, DueExport{export, due.months})
		}
	}
	return all
}

// Due are the exports whose period ends with a month, written as 2018-03. Nothing is due of what is no month.
func (q QualityRules) Due(month string) []DueExport {
	on, err := time.Parse("2006-01", month)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(q.All(), func(e DueExport) bool { return int(on.Month())%e.Months != 0 })
}

// Expects reports whether an export is due at all, however seldom.
func (q QualityRules) Expects(export string) bool {
	return slices.ContainsFunc(q.All(), func(e DueExport) bool { return e.Export == export })
}

// duePeriod is a setting that names exports, and how many months lie from one to the next.
type duePeriod struct {
	setting string
	months  int
	exports []string
}

func (q QualityRules) periods() []duePeriod {
	return []duePeriod{{"data_quality.expected", 1, q.Expected}, {"data_quality.expected_quarterly", 3, q.Quarterly}, {"data_quality.expected_half_yearly", 6, q.HalfYearly}, {"data_quality.expected_yearly", 12, q.Yearly}}
}

// check refuses an export that is none, that is expected twice, and one that is expected of a quarter, half-year or year and tells no day.
func (q QualityRules) check() error {
	by := map[string]string{}
	for _, due := range q.periods() {
		for _, export := range due.exports {
			c, ok := ContractOf(export)
			switch other, twice := by[export]; {
			case !ok:
				return fmt.Errorf("%s: %w %q: did you mean %q?", due.setting, pipelines.ErrUnknown, export, Nearest(export, exports()))
			case twice && other == due.setting:
				return fmt.Errorf("%s: %q stands there twice", due.setting, export)
			case twice:
				return fmt.Errorf("%s: %q is expected by %s already", due.setting, export, other)
			case due.months > 1 && (c.Kind != Event || c.DatedBy == ""):
				return fmt.Errorf("%s: %q has no day that tells which months it is of", due.setting, export)
			}
			by[export] = due.setting
		}
	}
	return nil
}
