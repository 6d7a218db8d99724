package cli

import (
	"context"
	"errors"
	"fmt"

	"hulian/cmd/internal/config"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/propose"
)

// mostListed bounds how many entries of a registry a proposal is judged by.
const mostListed = 200_000

// listsIn gives the registries of a snapshot to proposals: what their columns are is told by the IDs and names that stand in
// them. Names of people are no names to find an ID by.
func listsIn(q pipelines.Querier) propose.Lists {
	return func(ctx context.Context, export string) (*propose.List, error) {
		contract, ok := data.ContractOf(export)
		if !ok || len(contract.Key) != 1 {
			return nil, nil
		}
		name := "null"
		if _, named := contract.Column("name"); named && export != "members" {
			name = "name"
		}
		found, err := q.Query(ctx, fmt.Sprintf("select %s, %s from %s limit %d", contract.Key[0], name, export, mostListed))
		if err != nil {
			return nil, err
		}
		list := &propose.List{IDs: map[string]bool{}, Names: map[string]string{}}
		twice := map[string]bool{}
		for _, row := range found.Rows {
			id, _ := row[0].(string)
			name, _ := row[1].(string)
			if id == "" {
				continue
			}
			list.IDs[id] = true
			if name = match.Folded(name); name == "" {
				continue
			}
			if other, known := list.Names[name]; known && other != id {
				twice[name] = true
			}
			list.Names[name] = id
		}
		for name := range twice {
			delete(list.Names, name)
		}
		return list, nil
	}
}

// withLists does something with the registries of a town; with none where nothing is published yet, or where what is
// published cannot be read: a proposal does without.
func (p *program) withLists(ctx context.Context, c config.Config, do func(propose.Lists) error) error {
	reader, err := p.reader(ctx, c)
	if err != nil {
		return p.withoutLists(err, do)
	}
	snapshot, _, release, err := reader.Pin(ctx)
	if err != nil {
		return errors.Join(p.withoutLists(err, do), reader.Close())
	}
	defer release()
	return errors.Join(do(listsIn(snapshot)), reader.Close())
}

func (p *program) withoutLists(why error, do func(propose.Lists) error) error {
	if !errors.Is(why, pipelines.ErrNotPublished) {
		p.say("The lists of the town are not compared: %v\n", why)
	}
	return do(nil)
}
