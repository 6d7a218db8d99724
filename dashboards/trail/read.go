package trail

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"hulian/dashboards/spreadsheet"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// Question narrows what is read of the trail. Zero values ask for everything the visitor may read.
type Question struct {
	Unit    string // ID of a village or branch
	Account string
	Action  Action
	Before  int64 // entries with smaller numbers only, for the next page
	Limit   int   // at most this many; 0: all
}

// Read gives entries, newest first, as far as the visitor may read them: those about his scope. What
// names no town is of the town whose folder it is. Whoever may read no trail gets none.
func (b *Book) Read(ctx context.Context, v visitor.Visitor, q Question) iter.Seq2[Entry, error] {
	if !v.MayAnywhere(visitor.ReadTrail) {
		return func(func(Entry, error) bool) {}
	}
	var conditions []string
	var args []any
	where := func(condition string, values ...any) {
		conditions, args = append(conditions, condition), append(args, values...)
	}
	if !v.Everywhere() {
		towns := "town in (''" + strings.Repeat(", ?", len(v.Scope.Towns)) + ")"
		values := make([]any, len(v.Scope.Towns))
		for i, town := range v.Scope.Towns {
			values[i] = town
		}
		where(towns, values...)
	}
	for _, equal := range []struct{ column, value string }{
		{"village", v.Scope.Village}, {"branch", v.Scope.Branch}, // of the visitor
		{"account", q.Account}, {"action", string(q.Action)},
	} {
		if equal.value != "" {
			where(equal.column+" = ?", equal.value)
		}
	}
	if q.Unit != "" {
		where("? in (village, branch)", q.Unit)
	}
	if q.Before > 0 {
		where("number < ?", q.Before)
	}
	limit := -1
	if q.Limit > 0 {
		limit = q.Limit
	}
	if len(conditions) == 0 {
		where("true")
	}
	return b.entries(ctx, "where "+strings.Join(conditions, " and ")+" order by number desc limit ?", append(args, limit)...)
}

// Page reads one page of the trail. next is the Before of the page behind it; 0 where there is none.
func (b *Book) Page(ctx context.Context, v visitor.Visitor, q Question) (page []Entry, next int64, err error) {
	size := q.Limit
	if size > 0 {
		q.Limit++ // one more tells whether there is a page behind
	}
	for e, err := range b.Read(ctx, v, q) {
		if err != nil {
			return nil, 0, err
		}
		if size > 0 && len(page) == size {
			return page, page[size-1].Number, nil
		}
		page = append(page, e)
	}
	return page, 0, nil
}

var headings = []data.Text{
	{Zh: "序号", En: "number"}, {Zh: "时间", En: "time"}, {Zh: "账号", En: "account"}, {Zh: "姓名", En: "name"}, {Zh: "角色", En: "role"},
	{Zh: "途径", En: "origin"}, {Zh: "网络地址", En: "address"}, {Zh: "镇", En: "town"}, {Zh: "村", En: "village"}, {Zh: "支部", En: "branch"},
	{Zh: "操作", En: "action"}, {Zh: "说明", En: "what was done"}, {Zh: "对象", En: "object"}, {Zh: "结果", En: "outcome"}, {Zh: "校验值", En: "hash"},
}

// WriteCSV writes entries as a spreadsheet opens them: UTF-8 with a byte-order mark, moments in the town's time zone, and no
// cell that would be run as a formula, since names of files and accounts are chosen by people.
func WriteCSV(w io.Writer, entries iter.Seq2[Entry, error], lang string, zone *time.Location) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	var line []string
	for _, h := range headings {
		line = append(line, h.In(lang))
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		line = append(line[:0], strconv.FormatInt(e.Number, 10), e.Moment.In(zone).Format("2006-01-02 15:04:05.000"))
		for _, text := range []string{e.Account, e.Name, e.Role.Title().In(lang), string(e.Origin), e.Address, e.Place.Town, e.Place.Village, e.Place.Branch,
			string(e.Action), e.Sentence(lang), e.Object, e.Outcome.Words().In(lang), e.Hash} {
			line = append(line, spreadsheet.Inert(text))
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write the trail: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}
