package runner

import (
	"cmp"
	"errors"
	"path/filepath"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// mended is an error with what helps in the place of the advice that was given on its way.
type mended struct {
	error
	text string
}

func (m *mended) Error() string { return m.text }

func (m *mended) Unwrap() error { return m.error }

// damaged gives every part of an error that comes of a damaged file the advice that helps: it is not to run again.
func damaged(dir string, err error) error {
	if err == nil || !errors.Is(err, pipelines.ErrDamaged) {
		return err
	}
	var all []error
	for _, part := range parts(err) {
		var known *mended
		if !errors.Is(part, pipelines.ErrDamaged) || errors.As(part, &known) {
			all = append(all, part)
			continue
		}
		fault := &pipelines.Fault{}
		for inner := part; errors.As(inner, &fault) && errors.Is(fault.Err, pipelines.ErrDamaged); inner = fault.Err {
			part = fault // the innermost that knows of the damage
		}
		all = append(all, &pipelines.Fault{Op: "read", At: cmp.Or(fault.At, filepath.Join(dir, warehouseName)), Err: &mended{part, reason(part)}, Next: cmp.Or(pipelines.Advice(part, pipelines.ErrDamaged), warehouse.Mend)})
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}
