package cli

import (
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"
	"github.com/schollz/progressbar/v3"

	"hulian/pipelines"
)

// progress draws a bar a stage on standard error, and nothing where that is no terminal. The pages of this process are told either way.
func (p *program) progress() (drawn pipelines.Progress, finish func()) {
	if !p.Terminal {
		return &p.underway, func() {}
	}
	b := &bars{p: p}
	return b, b.finish
}

const (
	room   = 36                     // places beside the bar, on a terminal of 80
	redraw = 100 * time.Millisecond // often enough to look alive
)

type bars struct {
	p     *program
	mu    sync.Mutex
	bar   *progressbar.ProgressBar
	stage pipelines.Stage
}

// Stage begins the bar of a stage; a total of 0 spins.
func (b *bars) Stage(name pipelines.Stage, total int) {
	b.p.underway.Stage(name, total)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
	if total == 0 {
		total = -1
	}
	b.stage = name
	b.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(b.p.Err), progressbar.OptionSetDescription(b.p.words.T(string(name))),
		progressbar.OptionSetWidth(24), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(false),
		progressbar.OptionThrottle(redraw), progressbar.OptionShowDescriptionAtLineEnd())
}

// Step advances the bar.
func (b *bars) Step(detail string) {
	b.p.underway.Step(detail)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar == nil {
		return
	}
	b.bar.Describe(b.p.words.T(string(b.stage)) + " " + shorten(detail, room))
	_ = b.bar.Add(1) // a bar that cannot be drawn stops nothing
}

func (b *bars) finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
}

func (b *bars) clear() {
	if b.bar != nil {
		_ = b.bar.Finish() // as in Step
		b.bar = nil
	}
}

// shorten cuts a text to a number of places on a terminal.
func shorten(text string, places int) string {
	if uniseg.StringWidth(text) <= places {
		return text
	}
	var kept strings.Builder
	for left := places - 1; text != ""; {
		letter, rest, width, _ := uniseg.FirstGraphemeClusterInString(text, -1)
		if left -= width; left < 0 {
			break
		}
		kept.WriteString(letter)
		text = rest
	}
	return kept.String() + "…"
}
