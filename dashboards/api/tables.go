package api

import (
	"context"
	"net/http"

	"hulian/dashboards/facts"
	"hulian/dashboards/refusal"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// Mart is a table that can be read: an export, a mart or a record of files.
type Mart struct {
	ID       string       `json:"id"`
	Kind     string       `json:"kind" enum:"export,mart,record"`
	NameZh   string       `json:"name_zh"`
	NameEn   string       `json:"name_en"`
	NoteZh   string       `json:"note_zh"`
	NoteEn   string       `json:"note_en"`
	Personal bool         `json:"personal" doc:"holds something of persons, which is masked outside the own unit"`
	Columns  []MartColumn `json:"columns" nullable:"false"`
}

// MartColumn is a column of a table.
type MartColumn struct {
	Name   string `json:"name"`
	Type   string `json:"type" enum:"text,integer,number,boolean,date,timestamp"`
	NoteZh string `json:"note_zh"`
	NoteEn string `json:"note_en"`
}

// MartAsked is what a request for the rows of a table may say.
type MartAsked struct {
	Paged
	Mart    string `path:"mart" minLength:"1" maxLength:"60" doc:"ID of the table" example:"issue_flow"`
	Village string `query:"village" minLength:"1" maxLength:"60" doc:"rows of one village"`
	Branch  string `query:"branch" minLength:"1" maxLength:"60" doc:"rows of one branch"`
	Month   string `query:"month" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" maxLength:"7" doc:"rows of one month"`
}

func (a *API) registerTables() {
	register(a, operation("list-marts", http.MethodGet, "/marts", "Tables", "Exports, marts and records that the account may read, with their columns. 可读取的数据表及其列。"), a.marts)
	register(a, operation("read-mart", http.MethodGet, "/marts/{mart}", "Rows of a table",
		"Rows in pages. Names and IDs of persons outside the account's own unit are masked; the order says nothing then. Of star ratings the account of a branch reads those of its own branch. 数据表的行；权限之外的姓名、编号隐去；星级评定，支部账号只读到本支部的。"), a.mart)
}

func (a *API) marts(ctx context.Context, v visitor.Visitor, in *Paged, h Held) (List[Mart], string, error) {
	tables, err := h.Tables(ctx, v)
	if err != nil {
		return List[Mart]{}, "", err
	}
	all := make([]Mart, 0, len(tables))
	for _, t := range tables {
		m := Mart{ID: t.ID, Kind: t.Kind, NameZh: t.Name.Zh, NameEn: t.Name.En, NoteZh: t.Note.Zh, NoteEn: t.Note.En, Personal: t.Personal(), Columns: []MartColumn{}}
		for _, c := range t.Columns {
			m.Columns = append(m.Columns, MartColumn{c.ID, c.Type, c.Note.Zh, c.Note.En})
		}
		all = append(all, m)
	}
	return listed(in, h.Generation, all)
}

func (a *API) mart(ctx context.Context, v visitor.Visitor, in *MartAsked, h Held) (Rows, string, error) {
	table, err := h.Table(ctx, v, in.Mart)
	if err != nil {
		return Rows{}, "", err
	}
	filter := facts.TableFilter{Village: in.Village, Branch: in.Branch, Month: in.Month}
	if lacks := table.Takes(filter); lacks != "" {
		return Rows{}, "", refusal.New(in.lang, http.StatusNotFound, "the table "+table.ID+" has no column for "+lacks,
			data.Text{Zh: "请去掉这个条件；各表的列见 " + Root + "/marts。", En: "Leave that out; " + Root + "/marts lists the columns of every table."})
	}
	offset, err := in.place(h.Generation)
	if err == nil && table.Evidence() { // every view of restricted evidence leaves a trace, before it is shown
		err = a.Record(ctx, trail.ViewedEvidence, "marts/"+table.ID, a.Here(), nil)
	}
	if err != nil {
		return Rows{}, "", err
	}
	found, err := h.TablePage(ctx, v, table, filter, offset, in.Limit+1)
	if err != nil {
		return Rows{}, "", err
	}
	next := ""
	if int64(len(found.Rows)) > in.Limit {
		found.Rows, next = found.Rows[:in.Limit], in.next(h.Generation, offset+in.Limit)
	}
	t := Table{Rows: found.Rows}
	for _, c := range table.Columns {
		t.Columns = append(t.Columns, Column{c.ID, c.Type})
	}
	return rowsOf(h.Generation, t, next), next, nil
}
