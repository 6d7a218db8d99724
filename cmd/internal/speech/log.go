package speech

import (
	"context"
	"log/slog"

	"hulian/pipelines"
)

// Handler says the messages of a log, and the errors among its values. Levels and keys stay, for programs read them.
func (l Language) Handler(next slog.Handler) slog.Handler {
	if l != Chinese {
		return next
	}
	return handler{next, l}
}

type handler struct {
	slog.Handler
	language Language
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	said := slog.NewRecord(record.Time, record.Level, h.language.T(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		said.AddAttrs(h.say(a))
		return true
	})
	return h.Handler.Handle(ctx, said)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	said := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		said[i] = h.say(a)
	}
	return handler{h.Handler.WithAttrs(said), h.language}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.language}
}

func (h handler) say(a slog.Attr) slog.Attr {
	if err, ok := a.Value.Any().(error); ok {
		text := h.language.Error(err)
		for _, fault := range pipelines.Faults(err) {
			if fault.Next != "" {
				text += "（" + h.language.Next(fault) + "）"
				break
			}
		}
		return slog.String(a.Key, text)
	}
	return a
}
