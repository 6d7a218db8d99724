package sample

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"hulian/pipelines"
)

// Truth is what was planted in one town: truth/planted.json for the first, planted-0002.json and so on for others.
// The pipeline never reads it.
type Truth struct {
	Note     string           `json:"note"`
	Town     string           `json:"town"`
	Seed     uint64           `json:"seed"`
	Scale    float64          `json:"scale"`
	First    string           `json:"first_month"`
	Last     string           `json:"last_month"`
	CutOff   string           `json:"cut_off"`
	Villages []PlantedVillage `json:"villages"`
	Effects  []PlantedEffect  `json:"effects"`

	Promising           []string            `json:"promising_members"`
	FabricatingMembers  []string            `json:"fabricating_members"`
	Fabricated          []string            `json:"fabricated_visits"` // visit ID, or member|household|time where the export gave none
	Bursts              []PlantedBurst      `json:"points_bursts"`
	BottomTwice         map[string][]string `json:"rated_last"`   // branch → half-years in which it was rated last of its village
	LastOfYear          map[string][]string `json:"last_of_year"` // year → branches last of their village in its yearly rating
	StarsRaised         []string            `json:"stars_raised"` // branches given a star more in 2017 than their scores make
	PaidShort           []string            `json:"paid_short"`   // branches paid less for 2017 than their tier's sum
	VacantSecretaries   []string            `json:"vacant_secretaries"`
	GridsWithoutBranch  []string            `json:"grids_without_branch"`
	BranchesWithoutGrid []string            `json:"branches_without_grid"`
	RiverGaps           map[string]int      `json:"river_gaps"` // village → metres that nobody looks after
	Repeats             int                 `json:"repeat_issues"`
	Reopened            int                 `json:"reopened_issues"`
	Corrections         map[string]int      `json:"corrections"` // export → rows sent again because the first version was wrong
	Exports             map[string]Clean    `json:"exports"`
	Files               []PlantedFile       `json:"files"`
}

// PlantedVillage is how a village was made.
type PlantedVillage struct {
	VillageID string  `json:"village_id"`
	Name      string  `json:"name"`
	Start     string  `json:"programme_start"`
	Phase     string  `json:"phase"`
	Weak      string  `json:"weak,omitempty"` // capacity or effort
	Kind      string  `json:"kind,omitempty"` // what the committee calls it
	Appointed float64 `json:"appointed_links"`
	Effort    float64 `json:"effort"`
}

// PlantedEffect is the expected share of a village's households visited in a month, without and with the programme;
// the effect is the difference. IssueDelay multiplies how long issues reported in the month take.
type PlantedEffect struct {
	VillageID  string  `json:"village_id"`
	Month      string  `json:"month"`
	Since      int     `json:"months_since_start"` // negative before it
	Without    float64 `json:"coverage_without"`
	With       float64 `json:"coverage_with"`
	Effect     float64 `json:"effect"`
	IssueDelay float64 `json:"issue_delay"`
}

// PlantedBurst is a branch that wrote up most of its half-year's points in a few weeks.
type PlantedBurst struct {
	BranchID string `json:"branch_id"`
	HalfYear string `json:"half_year"`
	From     string `json:"from"`
	To       string `json:"to"`
}

// Clean counts what must stand in one export when every file has been loaded.
type Clean struct {
	Rows     int `json:"rows"`     // current rows: distinct keys, or the last full list
	Accepted int `json:"accepted"` // rows accepted over all files
	Refused  int `json:"refused"`
	Warned   int `json:"warned"` // accepted rows with a warning
}

// PlantedFile accounts for one table of one file.
type PlantedFile struct {
	Path    string       `json:"path"`             // below the town's folder
	Member  string       `json:"member,omitempty"` // of a bundle
	Sheet   string       `json:"sheet,omitempty"`
	Export  string       `json:"export"`
	Month   string       `json:"month"`
	Format  string       `json:"format"`
	Rows    int          `json:"rows"`    // below the header, without totals and notes
	Refused int          `json:"refused"` // of these
	Resent  int          `json:"resent"`  // of these: the key was given by an earlier file
	Faults  []PlantedRow `json:"faults,omitempty"`
}

// PlantedRow is a row that must be refused, or accepted with a warning.
type PlantedRow struct {
	Row     int              `json:"row"` // physical, from 1, as Excel counts; for NDJSON the line; for Parquet the row
	Codes   []pipelines.Code `json:"codes"`
	Column  string           `json:"column,omitempty"`
	Value   string           `json:"value,omitempty"`
	Warning bool             `json:"warning,omitempty"`
}

// notice stands in the truth and in the folder.
const notice = "本目录是模拟数据：除十一个村（社区）的名称、代码和已公开的全镇合计数外，人员、户、事项、村的强弱与成效都是虚构的，" +
	"不反映任何真实的人和村。This folder is simulated: beyond the names and codes of the eleven villages and the town totals that were published, every person, " +
	"household, issue, weakness and effect is invented and says nothing about any real person or village."

func newTruth(t *town) *Truth {
	return &Truth{Note: notice, Town: t.name, Seed: t.Seed, Scale: t.size, First: t.first.String(), Last: t.last.String(),
		CutOff: t.last.last().String(), BottomTwice: map[string][]string{}, LastOfYear: map[string][]string{}, Corrections: map[string]int{}, Exports: map[string]Clean{}}
}

func (p *Truth) correct(export string, rows int) { p.Corrections[export] += rows }

// plan writes down what is known once the town is drawn.
func (p *Truth) plan(t *town) {
	for i := range t.villages {
		v := &t.villages[i]
		phase := "rollout"
		if v.start == programmeMonth {
			phase = "pilot"
		}
		p.Villages = append(p.Villages, PlantedVillage{v.code, v.name, v.start.first().String(), phase, v.weak, t.kindOf(i), v.appointedShare(), v.effort})
		for m := t.first; m <= t.last; m++ {
			without, with := t.effectOf(v, m)
			p.Effects = append(p.Effects, PlantedEffect{v.code, m.String(), int(m - v.start), round(without), round(with), round(with - without), round(t.issueDelay(v, m))})
		}
	}
	for i := range t.members {
		if t.members[i].promising {
			p.Promising = append(p.Promising, t.members[i].id)
		}
		if t.members[i].fabricates {
			p.FabricatingMembers = append(p.FabricatingMembers, t.members[i].id)
		}
	}
	for i := range t.branches {
		b := &t.branches[i]
		if b.lateBurst && t.last >= monthOf(2017, 12) {
			p.Bursts = append(p.Bursts, PlantedBurst{b.id, "2017H2", "2017-12-03", "2017-12-31"})
		}
		if b.vacantFrom != never {
			p.VacantSecretaries = append(p.VacantSecretaries, b.id)
		}
	}
}

func round(x float64) float64 { return float64(int(x*1e6+.5*sign(x))) / 1e6 }

func sign(x float64) float64 {
	if x < 0 {
		return -1
	}
	return 1
}

// delivered accounts for a table once it is written; row is the physical row of the table's first row.
func (p *Truth) delivered(f PlantedFile, rows *table, row int) {
	f.Export, f.Rows, f.Resent = rows.export, rows.len(), rows.resent
	warned := 0
	for i := range rows.len() {
		fault, ok := rows.faults[i]
		if !ok {
			continue
		}
		f.Faults = append(f.Faults, PlantedRow{Row: row + i, Codes: fault.codes, Column: fault.column, Value: fault.value, Warning: fault.warning})
		if fault.warning {
			warned++
		} else {
			f.Refused++
		}
	}
	p.Files = append(p.Files, f)
	c := p.Exports[rows.export]
	c.Accepted += f.Rows - f.Refused
	c.Refused += f.Refused
	c.Warned += warned
	if isList(rows.export) {
		c.Rows = f.Rows - f.Refused
	} else {
		c.Rows += f.Rows - f.Refused - f.Resent
	}
	p.Exports[rows.export] = c
}

// write stores the truth.
func (p *Truth) write(dir string, index int) error {
	name := "planted.json"
	if index > 0 {
		name = fmt.Sprintf("planted-%04d.json", index+1)
	}
	content, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "truth", name), append(content, '\n'), fileMode)
}
