package runner

import (
	"path/filepath"
	"strings"

	"hulian/pipelines/source"
)

// offers is what a folder offered, run by run. It is remembered beside the versions of remote files, under the place of the
// folder and the name of each file: the content it had last, and behind a mark where it is not there any more.
type offers struct {
	key    string
	before map[string]string // content by name, also of what is gone
	still  map[string]bool   // content that was there in the run before
	now    map[string]string // content by name, in this run; empty: it could not be read
	first  bool              // nothing is remembered of the folder
}

// Marks in what is remembered.
const (
	offeredBy = "offered by " // and the place of the folder, and a line break before the name of each file
	goneSince = "gone "       // before the content
	wasRead   = "read"        // of the folder itself
)

// offersOf says what a folder offered before; nil of any other source, and where nothing is remembered.
func (w *work) offersOf(s source.Source) *offers {
	if w.Memory == nil || w.named || !source.IsFolder(s) {
		return nil
	}
	o := &offers{key: w.offerKey(s), still: map[string]bool{}, now: map[string]string{}}
	o.before = w.Memory.Under(o.key + "\n")
	for name, id := range o.before {
		content, gone := strings.CutPrefix(id, goneSince)
		o.before[name] = content
		if !gone {
			o.still[content] = true
		}
	}
	o.first = len(o.before) == 0 && w.Memory.Landed(o.key) == ""
	return o
}

// offerKey names a folder, one within the town by its place in there: a town may be moved.
func (w *work) offerKey(s source.Source) string {
	at := s.Name()
	if below, err := filepath.Rel(w.Dir, at); err == nil && filepath.IsLocal(below) {
		at = below
	}
	return offeredBy + source.Readable(filepath.ToSlash(at))
}

// again takes note of what is offered, and reports whether it is offered anew: under a new name, or after something else
// under its name, and not in the run before. Of a folder nobody remembers nothing counts as offered anew.
func (o *offers) again(name, id string) bool {
	if o == nil {
		return false
	}
	o.now[name] = id
	return !o.first && !o.still[id] && o.before[name] != id
}

// note puts into versions what is to be remembered. whole says that the folder was read to its end.
func (o *offers) note(versions map[string]string, whole bool) {
	if o == nil {
		return
	}
	versions[o.key] = wasRead
	for name, id := range o.now {
		versions[o.key+"\n"+name] = id
	}
	for name, id := range o.before {
		if _, there := o.now[name]; !there && whole {
			versions[o.key+"\n"+name] = goneSince + id
		}
	}
}
