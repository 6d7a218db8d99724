package load

import (
	"context"
	"slices"

	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/load/ledger"
)

// HandedInFiles is the export in which stands who handed files in.
const HandedInFiles = pipelines.HandedInFiles

// handedIn says of files whose rows their author may hand in, by the file's ID.
type handedIn map[string]*ownership

type ownership struct {
	first    int64    // number of the file in which it was entered first that somebody handed it in
	villages []string // whose rows may stand in it
	town     bool     // somebody handed it in who may hand in the whole town's rows
}

// enter notes that somebody handed a file in.
func (h handedIn) enter(id, village string, entry int64) {
	o := h[id]
	if o == nil {
		o = &ownership{first: entry}
		h[id] = o
	}
	if village == "" {
		o.town = true
	} else if !slices.Contains(o.villages, village) {
		o.villages = append(o.villages, village)
		slices.Sort(o.villages)
	}
}

// only gives the villages whose rows may stand in a file; nil: all. Content that had come another way before somebody handed it
// in for his village is not narrowed by that.
func (h handedIn) only(id string, firstArrival int64) []string {
	o := h[id]
	if o == nil || o.town || o.first > firstArrival {
		return nil
	}
	return o.villages
}

// owned finds out whose rows may stand in which file. Where that has become another one of a file that is loaded, everything is
// loaded anew.
func (r *run) owned(ctx context.Context, fresh map[int64]bool) error {
	all, err := r.tx.Query(ctx, "select file_id, coalesce(of_village, ''), _file from exports."+HandedInFiles+" order by _file, _row")
	if err != nil {
		return err
	}
	before, now := handedIn{}, handedIn{}
	newest := map[string]int64{} // file in which was entered last that somebody handed it in
	for _, row := range all.Rows {
		id, _ := row[0].(string)
		village, _ := row[1].(string)
		entry, _ := row[2].(int64)
		now.enter(id, village, entry)
		if fresh[entry] {
			newest[id] = max(newest[id], entry)
		} else {
			before.enter(id, village, entry)
		}
	}
	arrived := map[string]int64{}
	for _, f := range r.landed {
		if no, known := arrived[f.ID]; !known || f.No < no {
			arrived[f.ID] = f.No
		}
	}
	r.decided.only = map[int64][]string{}
	for _, f := range r.landed {
		is := now.only(f.ID, arrived[f.ID])
		if is != nil {
			r.decided.only[f.No] = is
		}
		if was := before.only(f.ID, arrived[f.ID]); f.No >= newest[f.ID] || slices.Equal(was, is) || r.letGo {
			continue
		}
		loaded, err := r.loadedBefore(ctx, f)
		if err != nil {
			return err
		}
		if loaded {
			return pipelines.Errorf("%w: %s was handed in again, for other villages", ErrRebuild, f.Name)
		}
	}
	return nil
}

// loadedBefore reports whether rows of a file stand in the warehouse, or in quarantine.
func (r *run) loadedBefore(ctx context.Context, f land.File) (bool, error) {
	found, err := r.tx.Query(ctx, "select 1 from ops.files where file_no = ? and state = ?", f.No, ledger.Loaded)
	return err == nil && len(found.Rows) > 0, err
}
