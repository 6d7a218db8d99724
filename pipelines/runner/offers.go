package runner

import (
	"path/filepath"
	"strings"

	"hulian/pipelines/source"
)

// offers is what a source offered, run by run. It is remembered beside the versions of remote files, under the place of the
// source and the name of each file: the content it had last, and behind a mark where a folder does not hold it any more.
type offers struct {
	key    string
	folder bool
	before map[string]string // content by name, also of what is gone
	still  map[string]bool   // content that was there in the run before
	now    map[string]string // content by name, in this run; empty: it could not be read
	first  bool              // nothing is remembered of the source
}

// Marks in what is remembered.
const (
	offeredBy = "offered by " // and the place of the folder, and a line break before the name of each file
	goneSince = "gone "       // before the content
	wasRead   = "read"        // of the source itself
)

// offersOf says what a source offered before; nil of files that a person named, and where nothing is remembered.
func (w *work) offersOf(s source.Source) *offers {
	if w.Memory == nil || w.named {
		return nil
	}
	o := &offers{key: w.offerKey(s), folder: source.IsFolder(s), still: map[string]bool{}, now: map[string]string{}}
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

// offerKey names a source, a folder within the town by its place in there: a town may be moved.
func (w *work) offerKey(s source.Source) string {
	at := s.Name()
	if below, err := filepath.Rel(w.Dir, at); err == nil && filepath.IsLocal(below) {
		at = below
	}
	return offeredBy + source.Readable(filepath.ToSlash(at))
}

// again takes note of what is offered, and reports whether it is offered anew: after something else under its name, or under a
// new name, and not in the run before. Of a source nobody remembers nothing counts as offered anew. A server does not offer
// what it has offered before and has not changed, so that of its files only the name tells.
func (o *offers) again(name, id string) bool {
	if o == nil {
		return false
	}
	o.now[name] = id
	before, known := o.before[name]
	if !o.folder {
		return known && before != id
	}
	return !o.first && !o.still[id] && before != id
}

// note puts into versions what is to be remembered. whole says that the source was read to its end.
func (o *offers) note(versions map[string]string, whole bool) {
	if o == nil {
		return
	}
	versions[o.key] = wasRead
	for name, id := range o.now {
		versions[o.key+"\n"+name] = id
	}
	for name, id := range o.before {
		if _, there := o.now[name]; !there && whole && o.folder {
			versions[o.key+"\n"+name] = goneSince + id
		}
	}
}
