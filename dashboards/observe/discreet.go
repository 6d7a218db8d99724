package observe

import (
	"context"
	"log/slog"
	"slices"

	"hulian/pipelines/personal"
)

// leftOut are attributes that hold names or what people wrote. They stand in the records of runs and in the audit trail, which have
// readers of their own; a log is read by whoever keeps the machine.
var leftOut = []string{"by", "accepted_by", "reason", "row"}

// Discreet keeps personal data out of a log: attributes that hold names are left out, and numbers of identity cards and
// telephones are masked in every text.
func Discreet(log slog.Handler) slog.Handler { return discreet{log} }

type discreet struct{ slog.Handler }

// Handle implements slog.Handler.
func (d discreet) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, personal.Mask(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		if a, ok := masked(a); ok {
			clean.AddAttrs(a)
		}
		return true
	})
	return d.Handler.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (d discreet) WithAttrs(all []slog.Attr) slog.Handler {
	var clean []slog.Attr
	for _, a := range all {
		if a, ok := masked(a); ok {
			clean = append(clean, a)
		}
	}
	return discreet{d.Handler.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (d discreet) WithGroup(name string) slog.Handler { return discreet{d.Handler.WithGroup(name)} }

// masked is an attribute as the log may hold it; ok is false where it may not.
func masked(a slog.Attr) (_ slog.Attr, ok bool) {
	if slices.Contains(leftOut, a.Key) {
		return a, false
	}
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(personal.Mask(a.Value.String()))
	case slog.KindAny:
		if err, is := a.Value.Any().(error); is {
			a.Value = slog.StringValue(personal.Mask(err.Error()))
		}
	case slog.KindGroup:
		var inside []slog.Attr
		for _, one := range a.Value.Group() {
			if one, ok := masked(one); ok {
				inside = append(inside, one)
			}
		}
		a.Value = slog.GroupValue(inside...)
	default:
	}
	return a, true
}
