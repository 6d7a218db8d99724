package organisation

import (
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// untold is the part of a fact's name that stands for rows which do not say it.
const untold = "untold"

// memberKinds are the kinds of members in the order of the contract.
func memberKinds() []string {
	c, _ := data.ContractOf("members")
	column, _ := c.Column("kind")
	var all []string
	for _, v := range column.Values {
		all = append(all, v.ID)
	}
	return all
}

// membersByKind counts the members of the month by kind: in-service and mobile members count in the 3+3+2 as well.
func membersByKind(r block.Request, told facts.OrganisationFacts) *view.Table {
	t := &view.Table{ID: "kinds", Title: r.Tf("党员类别 · %s", "Members by kind · %s", r.MonthName(r.Month)), Note: r.T("含不作联户要求的党员；按月末名册。", "Exempt members included; as the list stands at the month's end."),
		Empty:   r.T("没有党员名册，或名册没有登记党员类别，情况未知。", "There is no list of members, or it does not say their kind: nothing is known."),
		Columns: []view.Column{view.Words(r.T("类别", "Kind")), view.Number(r.T("党员数", "Members")), view.Rate(r.T("占比", "Share"), "%")}}
	known := told.Prefixed("kind_").At(r.Month).Sum() - told.Of("kind_"+untold, r.Month).Sum()
	if known == 0 {
		return t
	}
	for _, kind := range memberKinds() {
		n := told.Of("kind_"+kind, r.Month).Sum()
		t.Rows = append(t.Rows, []view.Cell{{Text: r.Word("members", "kind", kind)}, view.Count(n), view.Share(n, known)})
	}
	t.Total = []view.Cell{{Text: r.T("合计", "Total")}, view.Count(known), {}}
	if left := told.Of("kind_"+untold, r.Month).Sum(); left > 0 {
		t.Note += r.Tf("另有 %s 名没有登记类别，不计入。", " %s more name no kind and are left out.", reading.Count(left))
	}
	return t
}

// kindSentence says how many of the members are in service and how many mobile; empty where nobody knows.
func kindSentence(r block.Request, told facts.OrganisationFacts) string {
	known := told.Prefixed("kind_").At(r.Month).Sum() - told.Of("kind_"+untold, r.Month).Sum()
	if known == 0 {
		return ""
	}
	service, mobile := told.Of("kind_in_service", r.Month).Sum(), told.Of("kind_mobile", r.Month).Sum()
	return r.Tf("登记了类别的 %[1]s 名党员中，在职党员 %[2]s 名，流动党员 %[3]s 名。", "Of %[1]s members whose kind is on record %[2]s are in service and %[3]s mobile.",
		reading.Count(known), reading.Count(service), reading.Count(mobile))
}
