package sample

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"hulian/pipelines"
)

// Options say how much of which town is written where. The zero value of each field but Dir is the demo: one town at
// full size, 24 months from 2016-02, seed 2018.
type Options struct {
	Dir    string
	Seed   uint64  // 0: 2018
	Towns  int     // 0: 1; the first is 逍林镇, the others are invented
	Scale  float64 // size of each town against the published one; 0: 1
	Months int     // 0: up to 2018-01
	Start  string  // first month, as 2016-02; empty: 2016-02

	Flat  bool // plant no effect of the programme: for false alarms
	Even  bool // plant no weak village, no fabrication, no burst, nobody promising; the published village is then not exact
	Clean bool // plant no bad rows

	Progress pipelines.Progress // nil: silent
}

// The sizes a town can be made in: a smaller one has branches without an active member, a larger one is no town.
const (
	SmallestScale = .1
	LargestScale  = 50
)

// Summary is what was written.
type Summary struct {
	Towns   int              `json:"towns"`
	Files   int              `json:"files"`
	Rows    int64            `json:"rows"`    // of all exports, without titles, totals and notes
	CutOff  string           `json:"cut_off"` // the last day on which anything happens
	Exports map[string]Clean `json:"exports"` // over all towns
	Talks   []Talk           `json:"-"`       // that people of the first town have recorded; no file brings them
}

// options are Options with every default filled in.
type options struct {
	Options
	first, last month
}

func (o Options) filled() (options, error) {
	if o.Dir == "" {
		return options{}, fmt.Errorf("no folder to write the sample town to")
	}
	if o.Seed == 0 {
		o.Seed = 2018
	}
	if o.Towns == 0 {
		o.Towns = 1
	}
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.Progress == nil {
		o.Progress = pipelines.Silent{}
	}
	filled := options{Options: o, first: firstMonth}
	if o.Start != "" {
		first, err := parseMonth(o.Start)
		if err != nil {
			return options{}, err
		}
		filled.first = first
	}
	if o.Months == 0 {
		filled.Months = int(lastMonth-filled.first) + 1
	}
	filled.last = filled.first + month(filled.Months) - 1
	if filled.Months < 1 || filled.Months > 60 || o.Towns < 1 || o.Towns > 9999 || !(o.Scale >= SmallestScale && o.Scale <= LargestScale) {
		return options{}, fmt.Errorf("the sample has 1 to 60 months, 1 to 9999 towns and a scale from %g to %d; asked for %d, %d, %g", SmallestScale, LargestScale, filled.Months, o.Towns, o.Scale)
	}
	return filled, nil
}

// Write makes the towns and writes what they would hand in.
func Write(ctx context.Context, o Options) (Summary, error) {
	filled, err := o.filled()
	if err != nil {
		return Summary{}, &pipelines.Fault{Op: "write the sample town", At: o.Dir, Err: err, Next: "change the options"}
	}
	summary, err := write(ctx, filled)
	if err != nil {
		return summary, &pipelines.Fault{Op: "write the sample town", At: o.Dir, Err: err, Next: "make room on the disk, or name a folder you may write to, and start again"}
	}
	return summary, nil
}

func write(ctx context.Context, o options) (s Summary, err error) {
	if err := os.MkdirAll(filepath.Join(o.Dir, "truth"), dirMode); err != nil {
		return s, err
	}
	if err := os.WriteFile(filepath.Join(o.Dir, "NOTE.txt"), []byte(notice+"\n"), fileMode); err != nil { // nobody here is real
		return s, err
	}
	if err := os.WriteFile(filepath.Join(o.Dir, "programme.yaml"), []byte(programme()), fileMode); err != nil {
		return s, err
	}
	s = Summary{Towns: o.Towns, CutOff: o.last.last().String(), Exports: map[string]Clean{}}
	county := &countyOffice{dir: o.Dir, files: map[string]*countyFile{}}
	var first *Truth
	defer func() {
		if err = errors.Join(err, county.close()); err == nil {
			err = first.write(o.Dir, 0) // last of all: everything else is there
		}
	}()
	o.Progress.Stage("sample", o.Towns*o.Months)
	for index := range o.Towns {
		t, err := newTown(o, index)
		if err != nil {
			return s, err
		}
		office := &mail{ctx: ctx, t: t, county: county}
		for m := o.first; m <= o.last; m++ {
			if err := ctx.Err(); err != nil {
				return s, err
			}
			if err := office.month(m); err != nil {
				return s, err
			}
			o.Progress.Step(t.name + " " + m.String())
		}
		if index == 0 {
			first, s.Talks = t.truth, t.talks()
		} else if err := t.truth.write(o.Dir, index); err != nil {
			return s, err
		}
		s.Files += office.files
		for export, c := range t.truth.Exports {
			sum := s.Exports[export]
			s.Exports[export] = Clean{sum.Rows + c.Rows, sum.Accepted + c.Accepted, sum.Refused + c.Refused, sum.Warned + c.Warned}
			s.Rows += int64(c.Accepted + c.Refused)
		}
	}
	s.Files += len(county.files)
	return s, nil
}

// Permissions of a town's files and folders: its owner's alone, as of a real one.
const (
	fileMode = 0o600
	dirMode  = 0o700
)
