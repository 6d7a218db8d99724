package block

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"strings"

	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// EntryForm reads the forms of a page that enter rows of one export. A page that keeps what people fill in has one; the server does
// the rest for all of them: it asks whether they may, keeps the row, writes the trail and leads back.
type EntryForm struct {
	Export string             // that keeps the rows
	Page   string             // on which the forms stand
	Needs  visitor.Permission // at the place the row is about
	Read   func(ctx context.Context, r Request, said func(string) string) (Entry, error)
}

// Entry is what a form says, read against the facts.
type Entry struct {
	Row     map[string]any   // by columns of the export; empty texts are left out when it is kept
	Rows    []map[string]any // of a form that says several at once, in place of Row
	At      visitor.Place    // that it is about
	Object  string           // what the trail calls it
	Refused string           // why it cannot be kept, as the page tells it; empty: it can
	Back    url.Values       // the address of the page that shows it
	Retry   url.Values       // and where it is refused
	Anchor  string           // place on the page
}

// All are the rows that the form says.
func (e Entry) All() []map[string]any {
	if len(e.Rows) > 0 {
		return e.Rows
	}
	return []map[string]any{e.Row}
}

// Said gathers columns of a row from a form, without the spaces around and between them.
func Said(said func(string) string, columns ...string) map[string]any {
	row := map[string]any{}
	for _, column := range columns {
		if text := strings.Join(strings.Fields(said(column)), " "); text != "" {
			row[column] = text
		}
	}
	return row
}

// NewID names something that people enter several rows about: what it is, the month it was first entered in, and chance.
func NewID(prefix, month string) string {
	var chance [3]byte
	rand.Read(chance[:])
	return prefix + "-" + strings.ReplaceAll(month, "-", "") + "-" + hex.EncodeToString(chance[:])
}

// Options are the words of a column of an export as choices, those of ids alone and in their order where some are given.
func Options(r Request, export, column, chosen string, ids ...string) []view.Choice {
	if len(ids) == 0 {
		contract, _ := data.ContractOf(export)
		of, _ := contract.Column(column)
		for _, v := range of.Values {
			ids = append(ids, v.ID)
		}
	}
	var all []view.Choice
	for _, id := range ids {
		all = append(all, view.Choice{Value: id, Name: r.Word(export, column, id), Chosen: id == chosen})
	}
	return all
}

// EntryAnswer says what came of a form that enters a row; refusals are the page's own words for why it was refused. Any other refusal is
// the name of a column that was filled in wrongly.
func EntryAnswer(r Request, export string, refusals map[string]string) []view.Block {
	why := r.Params.Get("refused")
	switch {
	case why == "" && r.Params.Get("done") != "":
		return []view.Block{view.Callout{Tone: view.ToneBetter, Title: r.T("已经记下", "It is kept"), Text: r.T("填写人和时间一并记下，备份和重建都保留。", "It is kept with your name and the time, and outlives a rebuild and a restore.")}}
	case why == "":
		return nil
	}
	said := refusals[why]
	if contract, known := data.ContractOf(export); said == "" && known {
		if column, is := contract.Column(why); is {
			said = r.Tf("“%s”没有填，或者填得不对，或者太长。请改好再提交。", "“%s” is missing, wrong or too long. Mend it and send the form again.", column.Name.In(r.Lang))
		}
	}
	if said == "" {
		said = r.T("表单内容已经过时。请重新打开本页再填。", "The form is out of date. Open the page again.")
	}
	return []view.Block{view.Callout{Tone: view.ToneWorse, Title: r.T("没有记下", "Nothing was kept"), Text: said}}
}

// Decides reports whether the visitor decides for the whole town.
func Decides(r Request) bool { return r.Visitor.May(visitor.Decide, visitor.Place{Town: r.Town.ID}) }

// MonthHidden keeps the month of the page in a form, beside its language.
func MonthHidden(r Request) []view.Field {
	return append(KeepLanguage(r), view.Field{Name: "month", Value: r.Month, Hidden: true})
}

// SecondPerson reports whether the town wants a second person for what one has entered.
func SecondPerson(r Request) bool { return r.Desk != nil && r.Desk.Second }

// MeetingDay is the day that a form about the page's month is filled in with: its last day, as of which the page is told.
func MeetingDay(r Request) string { return r.AsOf(r.Month).Format("2006-01-02") }
