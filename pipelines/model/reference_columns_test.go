package model

import (
	"strings"

	"hulian/queries"
)

// countedIn is the month in which a measure counts an issue by one of its days, and whether that day is known. An issue that is
// known not to have it is counted in no month.
func (r *reference) countedIn(i row, dated string) (month string, known bool) {
	reported, _ := i.when("reported_at")
	column := map[string]string{"due": "due_on", "resolved": "resolved_at", "routed": "routed_to"}[dated]
	switch at, has := i.when(column); {
	case dated == "":
		return monthOf(reported), true
	case !i.truth("tells " + column):
		return monthOf(reported), false
	case dated == "routed" && i.text("routed_to") == "":
		return "", false
	case dated == "routed":
		if at, has = i.when("routed_at"); !has {
			at = reported
		}
		return monthOf(at), true
	case !has || dated == "due" && day(at).After(r.cutOff):
		return "", false
	default:
		return monthOf(at), true
	}
}

// toldBy says how many issues of a village a measure would count in a month, and how many of them give a column.
func (r *reference) toldBy(issues []row, village, month, column, dated string) (told, of int) {
	for _, i := range issues {
		in, known := r.countedIn(i, dated)
		if i.text("village_id") != village || in != month {
			continue
		}
		of++
		if known && i.truth("tells "+column) {
			told++
		}
	}
	return told, of
}

// lacking reports whether some column of issues makes a measure unknown in a month; a count asks for all rows, a rate for one.
func (r *reference) lacking(m queries.Measure, village, month, dated string, columns []string) bool {
	for _, name := range columns {
		export, column, _ := strings.Cut(name, ".")
		if export != "issues" {
			continue
		}
		told, of := r.toldBy(r.known, village, month, column, dated)
		if of > 0 && (told == 0 || !m.Rate() && told < of) {
			return true
		}
	}
	return false
}

// untold reports whether the issues reported in a month that a measure reaches leave out a column.
func (r *reference) untold(m queries.Measure, village, month string) bool {
	columns := m.Given
	if len(m.Reach.Given) > 0 {
		columns = m.Reach.Given
	}
	return r.lacking(m, village, month, "", columns)
}

// unknownColumns adds what is not known because no issue that counts in a month gives a column.
func (r *reference) unknownColumns(silent map[string]map[[2]string]string, reasons map[unknownKey]string) {
	r.known = r.knownIssues()
	for _, m := range queries.Measures() {
		gathers := m.Reach.Back == "start" || m.Reach.Back == "record"
		for village := range r.villages {
			for _, month := range r.months {
				missing := r.lacking(m, village, month, m.Dated, m.Given) || r.lacking(m, village, month, "", m.Reach.Given)
				if gathers {
					reached, lacking, ok := r.reached(m, village, month, silent)
					missing = ok && lacking >= reached && r.silentOf(m, village, month, silent) == ""
				}
				if missing || r.neverTold(m) {
					reasons[unknownKey{m.ID, village, month}] = "column"
				}
			}
		}
	}
}

func (r *reference) silentOf(m queries.Measure, village, month string, silent map[string]map[[2]string]string) string {
	for _, export := range m.Source {
		if reason := silent[export][[2]string{village, month}]; reason != "" {
			return reason
		}
	}
	return ""
}

// neverTold reports whether no issue of the town gives a column the measure needs.
func (r *reference) neverTold(m queries.Measure) bool {
	for _, name := range append(append([]string{}, m.Given...), m.Reach.Given...) {
		export, column, _ := strings.Cut(name, ".")
		told := export != "issues" || len(r.known) == 0
		for _, i := range r.known {
			told = told || i.truth("tells "+column)
		}
		if !told {
			return true
		}
	}
	return false
}
