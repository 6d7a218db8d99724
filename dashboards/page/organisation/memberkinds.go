package organisation

import (
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// kindsOf are the numbers of members by kind in the page's month, how many have a kind on record, and how many have none.
func kindsOf(r block.Request, told facts.OrganisationFacts) (kinds facts.OrganisationFacts, known, none float64) {
	kinds = told.Prefixed("kind_").Between(r.Month, r.Month)
	none = kinds.Of("kind_"+untold, "").Sum()
	return kinds, kinds.Sum() - none, none
}

// membersByKind counts the members of the month by kind: in-service and mobile members count in the 3+3+2 as well.
func membersByKind(r block.Request, told facts.OrganisationFacts) *view.Table {
	t := &view.Table{ID: "kinds", Title: r.Tf("党员类别 · %s", "Members by kind · %s", r.MonthName(r.Month)), Note: r.T("含不作联户要求的党员；按月末名册。", "Exempt members included; as the list stands at the month's end."),
		Empty:   r.T("没有党员名册，或名册没有登记党员类别，情况未知。", "There is no list of members, or it does not say their kind: nothing is known."),
		Columns: []view.Column{view.Words(r.T("类别", "Kind")), view.Number(r.T("党员数", "Members")), view.Rate(r.T("占比", "Share"), "%")}}
	kinds, known, none := kindsOf(r, told)
	if known == 0 {
		return t
	}
	for _, kind := range valuesOf("members", "kind") {
		n := kinds.Of("kind_"+kind, "").Sum()
		t.Rows = append(t.Rows, []view.Cell{{Text: r.Word("members", "kind", kind)}, view.Count(n), view.Share(n, known)})
	}
	t.Total = []view.Cell{{Text: r.T("合计", "Total")}, view.Count(known), {}}
	if none > 0 {
		t.Note += r.Tf("另有 %s 名没有登记类别，不计入。", " %s more name no kind and are left out.", reading.Count(none))
	}
	return t
}

// kindSentence says how many of the members are in service and how many mobile; empty where nobody knows.
func kindSentence(r block.Request, told facts.OrganisationFacts) string {
	kinds, known, _ := kindsOf(r, told)
	if known == 0 {
		return ""
	}
	service, mobile := kinds.Of("kind_in_service", "").Sum(), kinds.Of("kind_mobile", "").Sum()
	return r.Tf("登记了类别的 %[1]s 名党员中，在职党员 %[2]s 名，流动党员 %[3]s 名。", "Of %[1]s members whose kind is on record %[2]s are in service and %[3]s mobile.",
		reading.Count(known), reading.Count(service), reading.Count(mobile))
}
