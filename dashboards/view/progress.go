package view

// Progress is how far a run has come, stage by stage.
type Progress struct {
	Frame
	Stages []Stage
	Live   bool   // the run is at work: the page renews it
	Said   string // in one sentence: what it does now, how long it will still take
}

// Stage is one part of a run.
type Stage struct {
	Name  string
	State StageState
	Done  int // of All; 0 of 0: it cannot be said
	All   int
	Took  string
	Text  string // what came of it, or why it failed
}

// StageState says how far a stage is.
type StageState string

// States of stages.
const (
	StageWaiting StageState = "waiting"
	StageRunning StageState = "running"
	StageDone    StageState = "done"
	StageFailed  StageState = "failed"
)

// Kind names the template of the block.
func (*Progress) Kind() string { return "progress" }

// StateWord says the state of a stage.
func (p *Progress) StateWord(s Stage) string {
	l := p.Language
	switch s.State {
	case StageRunning:
		return l.T("进行中", "running")
	case StageDone:
		return l.T("完成", "done")
	case StageFailed:
		return l.T("失败", "failed")
	default:
		return l.T("等待", "waiting")
	}
}
