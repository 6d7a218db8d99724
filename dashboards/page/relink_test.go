package page

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/page/places"
	"hulian/dashboards/spreadsheet"
)

// exempted is the test town with the only member of a branch exempt and another one at hand, and without hands in another branch.
func exempted(t *testing.T) facts.Snapshot {
	t.Helper()
	town := pagetest.New(t)
	town.Exec(t, "update members set duty_status = 'exempt' where member_id in ('MB11', 'MB22')")
	town.Exec(t, "insert into members (member_id, branch_id, name, duty_status) values ('M2', 'B11', '李小红', 'active')")
	return asktest.OpenedOf(t, town)
}

func TestAProposalOfLinksIsShown(t *testing.T) {
	s := exempted(t)
	v, err := View(t.Context(), asktest.AskedBy(t, asktest.Office, s, "relink", "lang=zh"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "1个支部人手不足，缺1人；建议调整1户联户（共6户）"; v.Headline.Weak+v.Headline.Rest != want {
		t.Errorf("%s, want %s", v.Headline.Weak+v.Headline.Rest, want)
	}
	for table, want := range map[string]string{"changes": "HB11 | 赵大有 | 王小明 | 李小红 | M2 | 党员已免除", "grids": " | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1"} {
		if rows := strings.Join(tableIn(t, v, table), "\n"); !strings.Contains(rows, want) {
			t.Errorf("%s: %s, want %s", table, rows, want)
		}
	}
}

// TestTheRegisterHoldsTheProposal: it can be handed in as it is, and holds every other household as it was.
func TestTheRegisterHoldsTheProposal(t *testing.T) {
	s := exempted(t)
	sheet, changed, err := places.Register(t.Context(), asktest.AskedBy(t, asktest.Office, s, "relink", "lang=zh&branch=B11"))
	if err != nil || changed != 1 || len(sheet.Rows) != 6 {
		t.Fatalf("%d of %d households changed, %v", changed, len(sheet.Rows), err)
	}
	for head, want := range map[string]any{"农户编号": "HB11", "户主姓名": "赵大有", "联系党员编号": "M2", "困难类型": "低收入", "联系起始日期": spreadsheet.Day("2018-01-31")} {
		if i := slices.Index(sheet.Head, head); i < 0 || sheet.Rows[0][i] != want {
			t.Errorf("%s: %v, want %v", head, sheet.Rows[0], want)
		}
	}
	if _, _, err := places.Register(t.Context(), asktest.AskedBy(t, asktest.Analyst, s, "relink", "")); !errors.Is(err, facts.ErrHidden) {
		t.Errorf("an analyst gets the register: %v", err)
	}
}
