package facts

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"hulian/dashboards/visitor"
	"hulian/pipelines/personal"
)

// protected are the fields of a row that not every visitor may see as they are. Tags say which: is:"person" is a name,
// is:"member", is:"household" and is:"cadre" are IDs, is:"key" is the key of a row of an export, is:"text" is a text that people wrote. The
// fields VillageID or OfVillage, BranchID and FileID, where the row has them, say whom it is about; of a row without them nothing
// is known but the town.
type protected struct {
	village, branch, file int // the numbers of these fields; -1: there is none
	member                int // of whom the row is
	persons, texts        []int
	ids                   map[int]visitor.Subject
}

// protectedFields finds what is protected in rows of one type.
func protectedFields(of reflect.Type) protected {
	at := func(name string) int {
		if field, ok := of.FieldByName(name); ok {
			return field.Index[0]
		}
		return -1
	}
	p := protected{village: max(at("VillageID"), at("OfVillage")), branch: at("BranchID"), file: at("FileID"), member: -1, ids: map[int]visitor.Subject{}}
	for i := range of.NumField() {
		switch of.Field(i).Tag.Get("is") {
		case "person":
			p.persons = append(p.persons, i)
		case "text":
			p.texts = append(p.texts, i)
		case "household":
			p.ids[i] = visitor.Household
		case "cadre":
			p.ids[i] = visitor.Cadre
		case "key":
			p.ids[i] = visitor.Record
		case "member":
			p.ids[i] = visitor.Member
			if p.member < 0 {
				p.member = i
			}
		}
	}
	return p
}

// shown gives rows as the visitor may see them: names, IDs and the names in texts in full where he sees the persons of the row's
// place or has handed in its file, masked elsewhere. The rows that all share stay as they are.
func shown[T any](ctx context.Context, f Facts, v visitor.Visitor, shared []T) ([]T, error) {
	p := protectedFields(reflect.TypeFor[T]())
	if len(p.persons)+len(p.texts)+len(p.ids) == 0 || len(shared) == 0 {
		return shared, nil
	}
	var names personal.Names
	if len(p.texts) > 0 && !f.SeesPersons(v) {
		var err error
		if names, err = f.KnownNames(ctx); err != nil {
			return nil, err
		}
	}
	all := slices.Clone(shared)
	for i := range all {
		row := reflect.ValueOf(&all[i]).Elem()
		text := func(field int) string {
			if field < 0 {
				return ""
			}
			return row.Field(field).String()
		}
		at := f.place(text(p.village), text(p.branch))
		at.Member = text(p.member)
		as := v
		if f.HandedIn[text(p.file)] {
			as = visitor.Operator(v.Account, v.Origin) // what he sent himself is known to him
		}
		for _, field := range p.texts {
			row.Field(field).SetString(as.Text(names, at, text(field)))
		}
		for _, field := range p.persons {
			row.Field(field).SetString(f.person(as, at, text(field)))
		}
		for field, subject := range p.ids {
			row.Field(field).SetString(f.id(as, subject, at, text(field)))
		}
	}
	return all, nil
}

// Hide gives what masks the names of known persons in texts that do not say which place they are about; it does nothing for
// whoever sees the persons of the whole town.
func (f Facts) Hide(ctx context.Context, v visitor.Visitor) (func(text string) string, error) {
	at := f.place("", "")
	switch {
	case !v.SeesUnit(at):
		return nil, ErrHidden
	case v.SeesPerson(at):
		return func(text string) string { return text }, nil
	}
	names, err := f.KnownNames(ctx)
	return func(text string) string { return v.Text(names, at, text) }, err
}

const namesSQL = `
select m.name
from members m
where m.name is not null
union
select h.head_name
from households h
where h.head_name is not null`

// KnownNames are those of all members and heads of households, to find them in texts.
func (f Facts) KnownNames(ctx context.Context) (personal.Names, error) {
	all, err := f.shared.rows("names of persons", func() (any, int, error) {
		table, err := f.Data.Query(ctx, namesSQL)
		if err != nil {
			return nil, 0, fmt.Errorf("read the names of persons: %w", err)
		}
		names := make([]string, len(table.Rows))
		for i, row := range table.Rows {
			names[i] = cell{row[0]}.text()
		}
		return personal.NewNames(names), len(names), nil
	})
	if err != nil {
		return personal.Names{}, err
	}
	return all.(personal.Names), nil
}
