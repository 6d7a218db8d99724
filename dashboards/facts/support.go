package facts

import (
	"context"

	"hulian/queries/signals"
)

const supportsSQL = `
select s.village_id, s.kind, s.started_on, s.ended_on, s.amount_yuan, s.note
from supports s
order by s.village_id, s.started_on, s.kind`

type support struct {
	VillageID, Kind    string
	StartedOn, EndedOn string `is:"day"`
	AmountYuan         float64
	Note               string `is:"text"`
}

func (s *Snapshot) readSupports(ctx context.Context) error {
	rows, err := read[support](ctx, s.Data, "supports", supportsSQL)
	for _, row := range rows {
		s.Supports = append(s.Supports, signals.Support{Village: row.VillageID, Kind: row.Kind, Started: row.StartedOn, Ended: row.EndedOn, AmountYuan: row.AmountYuan, Note: row.Note})
	}
	return err
}
