package land

import (
	"context"

	"hulian/pipelines"
)

// View is what had landed at one time: it does not follow what lands afterwards, and touches nothing, so that another
// process may land files meanwhile.
type View struct {
	dir    string
	files  []File
	pruned map[string]bool
}

// Look reads what has landed in the folder of a store. A line of the manifest that cannot be trusted is an error that wraps
// ErrDamaged, as it is for Open.
func Look(dir string) (*View, error) {
	all, err := Inspect(dir)
	v := &View{dir: dir, pruned: all.Pruned}
	for _, line := range all.Lines {
		if err == nil {
			err = line.Err
		}
		v.files = append(v.files, line.File)
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "read landed files", At: Manifest(dir), Err: err, Next: "hulian check"}
	}
	return v, nil
}

// Files returns all landed files in order of arrival.
func (v *View) Files() []File { return v.files }

// Verified says where content lies, once it has been hashed and is what landed.
func (v *View) Verified(ctx context.Context, id string) (string, error) {
	return Verified(ctx, v.dir, id)
}

// Pruned reports whether the content of a landed file was let go.
func (v *View) Pruned(id string) bool { return v.pruned[id] }
