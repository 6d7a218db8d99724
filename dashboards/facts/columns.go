package facts

import (
	"strings"

	"hulian/dashboards/visitor"
	"hulian/data"
)

// class says who may see what stands in a column of a published table.
type class int

const (
	unsaid      class = iota // nobody has said yet: shown to those alone who see the persons of the whole town
	plain                    // everybody who sees the table
	memberID                 // in full, or a pseudonym
	householdID              //
	cadreID                  //
	recordID                 // of an event: made of IDs of persons where the exporter gives none
	personName               // in full, or the surname
	freeText                 // everybody, without the numbers of persons
	ofPerson                 // whoever sees the person; others see that there is something
	townOnly                 // whoever sees the persons of the whole town: nobody knows whom it is about
)

// subjects are the classes that pseudonyms stand for.
var subjects = map[class]visitor.Subject{memberID: visitor.Member, householdID: visitor.Household, cadreID: visitor.Cadre, recordID: visitor.Record}

// restricted are the tables of evidence about persons, which whoever may not see evidence does not see at all.
var restricted = map[string]bool{"cadre_context": true, "cadre_signals": true, "cadre_decisions": true, "cadre_history": true, "conduct": true, "appraisals": true, "member_appraisals": true, "member_ratings": true}

// byBranch are the tables that say why a branch got the stars it got and what it was paid: a branch's secretary reads the rows of his own
// branch alone. Measures made of them are compared in public.
var byBranch = map[string]bool{"ratings": true, "star_history": true}

// classes of columns, by table.column or, for every table, by column. Columns of other types than text hold nothing of a person
// unless they stand here.
var classes = func() map[string]class {
	all := map[string]class{
		"member_id": memberID, "linked_member_id": memberID, "reporter_member_id": memberID, "responsible_member_id": memberID, "secretary_id": memberID,
		"household_id": householdID,
		"cadre_id":     cadreID, "town_cadre_id": cadreID, "village_cadre_id": cadreID, "handler_cadre_id": cadreID,
		"responsible_cadre_id": cadreID, "supervisor_id": cadreID, "chief": cadreID,
		"visit_id": recordID, "issue_id": recordID, "reopened_from": recordID, "task_id": recordID, "post_id": recordID, "entry_id": recordID, "rectification_id": recordID,
		"head_name": personName, "members.name": personName, "member_load.name": personName, "cadre_context.name": personName,
		"issues.title": freeText, "issue_flow.title": freeText, "tasks.title": freeText, "posts.segment": freeText, "rectifications.shortcoming": freeText, "round_tables.topic": freeText, "points.rule": freeText,
		"visits.note": ofPerson, "points.reason": ofPerson, "cadre_decisions.reason": ofPerson, "cadre_decisions.decided_by": ofPerson, "cadre_history.reason": ofPerson, "cadre_history.decided_by": ofPerson, "rights.outcome": ofPerson,
		"members.exempt_reason": ofPerson, "members.birth_date": ofPerson, "members.group_no": ofPerson, "member_ratings.dealt_with": ofPerson, "cadre_signals.detail": ofPerson, "doubtful_visits.detail": ofPerson,
		"points.reverses": recordID, "points.approved_by": townOnly, "rules.wording": freeText, "rules.article": freeText, "village_rules.article": freeText, "village_rules.article_text": freeText,
		"supports.note": townOnly, "problems.value": townOnly, "problems.detail": townOnly, "problems.row_key": townOnly, "files.origin": townOnly,
		"waivers.waived_by": townOnly, "waivers.reason": townOnly, "reconciliation.detail": townOnly,
	}
	for _, column := range strings.Fields(`level unit_id unit_name parent_id town village_id branch_id old_id new_id old_name phase fund_since link_basis link_origin
		governance_grid_id river segment_id zone source
		month half_year period measure measure_group unit direction name_zh name_en numerator_zh numerator_en denominator_zh denominator_en note_zh note_en
		export category difficulty kind programme state month_state signal satisfaction satisfaction_answer routed_to criterion fact contradiction duty_status channel duty
		file_id run_id sheet letter column_id header code severity read_with read_as
		line village_funds.partner role gender education result enterprise_partner vulnerable
		branch_structure.name branches.name villages.name files.name measures.reason measures_restated.reason measures_restated.basis
		reconciliation.problem snapshot_facts.key snapshot_facts.value cadre_context.decision cadre_context.member_rating cadre_decisions.decision cadre_history.decision cadre_history.of_month cadre_history.entered_by cadre_context.kind cadres.level`) {
		all[column] = plain
	}
	return all
}()

func classOf(table, column, sqlType string) class {
	for _, name := range []string{table + "." + column, column} {
		if c, said := classes[name]; said {
			return c
		}
	}
	if sqlType != "VARCHAR" {
		return plain
	}
	return unsaid
}

// records are the tables of what became of files, with what tells their rows apart.
var records = map[string]struct {
	key        []string
	name, note data.Text
}{
	"files":          {[]string{"file_no"}, data.Text{Zh: "收到的文件", En: "Files received"}, data.Text{Zh: "收到的每个文件一行。", En: "One row for every file received."}},
	"reconciliation": {[]string{"file_no", "sheet", "export"}, data.Text{Zh: "逐文件核对", En: "Reconciliation of files"}, data.Text{Zh: "每个文件的每张表一行：读入、采用、待改、略过的行数。", En: "One row for every table of a file: rows read, accepted, quarantined, ignored."}},
	"problems":       {[]string{"problem_no"}, data.Text{Zh: "问题行", En: "Problems of rows"}, data.Text{Zh: "每处问题一行。", En: "One row for every problem of a row."}},
	"waivers":        {[]string{"problem_no"}, data.Text{Zh: "免于整改", En: "Waivers"}, data.Text{Zh: "免于整改的问题。", En: "Problems that were waived."}},
}
