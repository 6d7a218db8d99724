package runner

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"hulian/pipelines"
)

// keptLines is how many lines of log a run's document holds: a town's run writes some dozens, and a folder of
// thousands of bad files must not make a document nobody can open.
const keptLines = 1000

// journal is a slog.Handler that keeps what a run logs for its document and passes it on.
type journal struct {
	next slog.Handler
	tail string // attributes given by With, as text
	kept *lines
}

type lines struct {
	mu      sync.Mutex
	lines   []pipelines.LogLine
	dropped int
}

func newJournal(next slog.Handler) *journal { return &journal{next: next, kept: &lines{}} }

// Enabled keeps information and worse, whatever the level of the log behind.
func (j *journal) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || j.next.Enabled(ctx, level)
}

// Handle keeps one record.
func (j *journal) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo {
		var text strings.Builder
		text.WriteString(r.Message + j.tail)
		r.Attrs(func(a slog.Attr) bool { attribute(&text, a); return true })
		j.kept.add(pipelines.LogLine{At: r.Time.UTC().Truncate(time.Millisecond), Level: r.Level.String(), Text: strings.Join(strings.Fields(text.String()), " ")})
	}
	if !j.next.Enabled(ctx, r.Level) {
		return nil
	}
	return j.next.Handle(ctx, r)
}

// WithAttrs returns a journal into the same document.
func (j *journal) WithAttrs(attributes []slog.Attr) slog.Handler {
	var text strings.Builder
	for _, a := range attributes {
		attribute(&text, a)
	}
	return &journal{next: j.next.WithAttrs(attributes), tail: j.tail + text.String(), kept: j.kept}
}

// WithGroup returns a journal into the same document.
func (j *journal) WithGroup(name string) slog.Handler {
	return &journal{next: j.next.WithGroup(name), tail: j.tail, kept: j.kept}
}

// attribute leaves out what is nothing, so that a line says only what there is to say.
func attribute(text *strings.Builder, a slog.Attr) {
	value := a.Value.Resolve()
	if value.Kind() == slog.KindInt64 && value.Int64() == 0 || value.Kind() == slog.KindString && value.String() == "" {
		return
	}
	written := value.String()
	if value.Kind() == slog.KindDuration {
		written = value.Duration().Round(time.Millisecond).String()
	}
	if strings.ContainsAny(written, " =\"") {
		written = fmt.Sprintf("%q", written)
	}
	fmt.Fprintf(text, " %s=%s", a.Key, written)
}

// add keeps the first lines and, in place of the last, how many there were more.
func (l *lines) add(line pipelines.LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) < keptLines-1 {
		l.lines = append(l.lines, line)
		return
	}
	l.dropped++
	last := pipelines.LogLine{At: line.At, Level: line.Level, Text: fmt.Sprintf("%s (%d lines before it are left out)", line.Text, l.dropped-1)}
	l.lines = append(l.lines[:keptLines-1], last)
}

func (l *lines) all() []pipelines.LogLine {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}
