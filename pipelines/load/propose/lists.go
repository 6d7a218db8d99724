package propose

import (
	"context"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/match"
)

// List is what is loaded of a registry already.
type List struct {
	IDs   map[string]bool
	Names map[string]string // folded name → ID, of names that only one row has; empty where rows have no names of their own
}

// Lists gives the list of an export; nil where nothing is loaded of it.
type Lists func(ctx context.Context, export string) (*List, error)

// Shares of the different values of a column that stand in a list.
const (
	inList     = 0.5 // the column refers to it
	surelyIn   = 0.9 // likewise, whatever the header says
	fewInList  = 3   // different values below which nothing is told
	manyInList = 20  // from how many entries on a list, none of which stands in the column, speaks against it
	headedBy   = 0.8 // likeness of a header to a column whose list holds its values
)

// read asks for the lists that columns refer to.
func (lists Lists) read(ctx context.Context) (map[string]*List, error) {
	known := map[string]*List{}
	if lists == nil {
		return known, nil
	}
	for _, c := range data.Contracts() {
		for _, column := range c.Columns {
			export, _, refers := strings.Cut(column.References, ".")
			if _, asked := known[export]; !refers || asked {
				continue
			}
			list, err := lists(ctx, export)
			if err != nil {
				return nil, err
			}
			known[export] = list
		}
	}
	return known, nil
}

// listed lets the list that a column refers to judge its values: that they stand in it says more than how they look. byName
// says that the values are names in place of IDs.
func (t *columns) listed(m *meant, column *meantColumn, h *heading, p *profile, o *offer, v verdict) (_ verdict, byName bool) {
	export, _, _ := strings.Cut(column.References, ".")
	list := t.lists[export]
	if list == nil || len(p.distinct) < fewInList {
		return v, false
	}
	found, named := 0, 0
	for text := range p.distinct {
		if list.IDs[text] {
			found++
		} else if list.Names[match.Folded(text)] != "" {
			named++
		}
	}
	of := len(p.distinct)
	share := float64(max(found, named)) / float64(of)
	switch {
	case share >= inList:
		v = verdict{speaks: 1, why: pipelines.NewDetail(pipelines.DetailValuesInList, max(found, named), of, pipelines.ExportNamed(export))}
		if share >= surelyIn && !h.contradicts(ids) && m.refersOnce(export, column) {
			o.likeness = max(o.likeness, headedBy)
		}
	case found+named == 0 && of >= manyInList && len(list.IDs) >= manyInList:
		v.doubt = true
	}
	return v, named > found && share >= inList
}

// refersOnce reports whether no other column of an export refers to the same list, or none that is required as this one is.
func (m *meant) refersOnce(export string, column *meantColumn) bool {
	for _, other := range m.columns {
		if to, _, _ := strings.Cut(other.References, "."); to == export && other.ID != column.ID && (other.Required || !column.Required) {
			return false
		}
	}
	return true
}
