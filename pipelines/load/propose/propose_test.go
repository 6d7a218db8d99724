package propose

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"hulian/data"
	"hulian/pipelines"
)

// table is a file of a table that is typed in a test.
func table(name string, lines ...string) known {
	return known{name: name, file: name + ".csv", content: []byte(strings.Join(lines, "\n") + "\n")}
}

// offered gives what was offered, by contract column.
func offered(p pipelines.Proposal) map[string]string {
	all := map[string]string{}
	for _, c := range p.Columns {
		if c.Column != "" {
			all[c.Column] = c.Header
		}
	}
	return all
}

// TestARowOfDataIsNeverTheHeader takes the header away from every table, leaves one to all of its rows, with and without the
// title above: no row of them is proposed as the header, under any name.
func TestARowOfDataIsNeverTheHeader(t *testing.T) {
	tables := append(madeTables(t), table("村", "", "甲村,样本镇", "乙村,样本镇", "丙村,例子镇"), table("人", "", "张样本,V01,男", "李样本,V02,女"),
		table("names", "", "Alpha Sample,Sampleton", "Beta Sample,Sampleton"))
	for _, folder := range []string{"exporter", "exporter-english", "registers"} {
		tables = append(tables, readAll(t, folder)...)
	}
	for _, k := range tables {
		if k.name == "chinese-city-management" {
			continue // it has two rows of names
		}
		lines := bytes.SplitAfter(k.content, []byte("\n"))
		above, rows := [][]byte{}, lines[k.header:]
		for _, line := range lines[:max(k.header-1, 0)] {
			if filled(strings.Split(string(line), ",")) < 2 {
				above = append(above, line)
			}
		}
		for _, left := range []int{1, 3, len(rows)} {
			for _, title := range []bool{false, true} {
				if title && len(above) == 0 {
					continue
				}
				headless := k
				headless.content = bytes.Join(rows[:min(left, len(rows))], nil)
				if title {
					headless.content = append(bytes.Join(above, nil), headless.content...)
				}
				if all, err := headless.try(t, pipelines.MappingAsk{}); err == nil {
					t.Errorf("%s, %d rows without a header, title %v: row %d is proposed as the header of %s:\n%s", k.name, left, title, all[0].HeaderRow, all[0].Export, headless.content)
				}
			}
		}
	}
}

// TestValuesRuleOffersOut: whatever a header says, a column is not offered for what its values are not.
func TestValuesRuleOffersOut(t *testing.T) {
	// A table that is understood, one column of which says one thing and holds another.
	rows := func(header string, values ...string) known {
		lines := []string{"案件编号,受理时间,村社区划码,案件类别," + header}
		for i, v := range values {
			lines = append(lines, fmt.Sprintf("SX%03d,2018-01-%02d,3302991012%02d,环境卫生,%s", i, i+1, i%3, v))
		}
		return table("案件台账", lines...)
	}
	dates := []string{"2018-01-08", "2018-01-09", "2018-02-01", "2018-02-03", "2018-02-04", "2018-02-05"}
	names := []string{"甲样本", "乙样本", "丙样本", "丁样本", "戊样本", "己样本"}
	phones := []string{"13900000001", "13900000002", "13900000003", "13900000004", "13900000005", "13900000006"}
	decimals := []string{"41.80576", "41.80601", "41.80385", "41.7", "41.95", "41.66"}
	sentences := []string{"路灯坏了，一直没有人来修。", "垃圾堆在路边，气味很大。", "邻居把杂物放在楼道里，走不过去。", "河里有死鱼，希望尽快清理。", "井盖松了，晚上很危险。", "停车位不够，天天抢。"}
	for _, test := range []struct {
		header, column string
		values         []string
	}{
		{"办理完毕日", "resolved_at", names},
		{"办理完毕日", "resolved_at", phones},
		{"群众满意情况", "satisfaction", dates},
		{"群众满意情况", "satisfaction", sentences},
		{"是否当场办结掉", "on_the_spot", dates},
		{"承办人员工号", "handler_cadre_id", dates},
		{"承办人员工号", "handler_cadre_id", decimals},
		{"承办人员工号", "handler_cadre_id", names},
		{"难易等级", "difficulty", phones},
		{"问题概述", "title", dates},
		{"问题概述", "title", phones},
		{"反映户编码", "household_id", sentences},
	} {
		p := rows(test.header, test.values...).propose(t)
		if p.Export != "issues" {
			t.Errorf("%s: taken for %s", test.header, p.Export)
		}
		if header, ok := offered(p)[test.column]; ok {
			t.Errorf("%s is offered for %s, where %q stand", header, test.column, test.values[:2])
		}
	}
}

// TestKnownHeadersOverOtherValuesAreToBeLeftOut: loading would take the column by its header, so that the draft must keep it
// from doing so.
func TestKnownHeadersOverOtherValuesAreToBeLeftOut(t *testing.T) {
	p := table("社情民意", "问题编号,收集时间,村编号,问题类别,上报人,办结时间", "I1,2018-01-03,V01,环境卫生,甲样本,已解决", "I2,2018-01-04,V02,道路设施,乙样本,未解决", "I3,2018-01-05,V01,环境卫生,丙样本,已解决").propose(t)
	got := map[string]string{}
	for _, c := range p.Columns {
		if c.Unfit != "" {
			got[c.Unfit] = c.Header
		}
		if c.Unfit != "" && (c.Column != "" || len(c.Why) == 0) {
			t.Errorf("%+v", c)
		}
	}
	if want := map[string]string{"reporter_member_id": "上报人", "resolved_at": "办结时间"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("to be left out: %v, want %v", got, want)
	}
}

// TestADuplicatedNumberIsNoKey: of two numbers the one that tells rows apart is offered.
func TestADuplicatedNumberIsNoKey(t *testing.T) {
	p := table("列表", "家庭编码,流水号码,户主姓名,村编码,支部编码", "H1,7,甲样本,V1,B1", "H1,8,乙样本,V1,B1", "H2,9,丙样本,V1,B1", "H2,10,丁样本,V1,B1", "H3,11,戊样本,V1,B1", "H3,12,己样本,V1,B1").propose(t)
	if p.Export == "households" && offered(p)["household_id"] == "家庭编码" {
		t.Errorf("a registry of households is proposed whose IDs repeat: %+v", p.Columns)
	}
}

// TestTwoRowsOfHeader: a group above, a unit below, a second language.
func TestTwoRowsOfHeader(t *testing.T) {
	for name, test := range map[string]struct {
		table   known
		row     int64
		headers []string
	}{
		"merged cells": {table("人口", "村,,实有人口,,户,", "代码,名称,常住,流动,数,统计日", "V1,甲村,1200,300,400,2017-12-31", "V2,乙村,900,120,310,2017-12-31", "V3,丙村,700,90,260,2017-12-31"), 2,
			[]string{"代码", "名称", "常住", "流动", "数", "统计日"}},
		"gaps filled from above": {table("人口", "村社代码,统计日,人口数,,总户数", ",,常住,流动,", "V1,2017-12-31,1200,300,400", "V2,2017-12-31,900,120,310"), 2, []string{"村社代码", "统计日", "常住", "流动", "总户数"}},
		"units below":            {table("人口", "村社代码,统计日,常住人口数,外来人口数,总户数", ",,人,人,户", "V1,2017-12-31,1200,300,400", "V2,2017-12-31,900,120,310"), 1, []string{"村社代码", "统计日", "常住人口数", "外来人口数", "总户数"}},
		"a second language":      {table("人口", "村社代码,统计日,常住人口数,外来人口数", "Village code,Date,Residents,Migrants", "V1,2017-12-31,1200,300", "V2,2017-12-31,900,120"), 2, []string{"Village code", "Date", "Residents", "Migrants"}},
	} {
		p := test.table.propose(t)
		var headers []string
		for _, c := range p.Columns {
			headers = append(headers, c.Header)
		}
		if p.HeaderRow != test.row || fmt.Sprint(headers) != fmt.Sprint(test.headers) || p.Export != "population" {
			t.Errorf("%s: %s, row %d: %v, want row %d: %v", name, p.Export, p.HeaderRow, headers, test.row, test.headers)
		}
	}
}

// TestRegistriesTellWhatAColumnIs: IDs and names that are loaded already say more than headers.
func TestRegistriesTellWhatAColumnIs(t *testing.T) {
	lists := func(_ context.Context, export string) (*List, error) {
		switch export {
		case "villages":
			return &List{IDs: map[string]bool{"V1": true, "V2": true, "V3": true}, Names: map[string]string{"东篱村": "V1", "南亭村": "V2", "西渡村": "V3"}}, nil
		case "members":
			return &List{IDs: map[string]bool{"P1": true, "P2": true, "P3": true, "P4": true}}, nil
		case "households":
			return &List{IDs: map[string]bool{"F1": true, "F2": true, "F3": true, "F4": true}}, nil
		}
		return nil, nil
	}
	propose := func(k known) pipelines.Proposal {
		t.Helper()
		all, err := k.tryWith(t, pipelines.MappingAsk{}, lists)
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	// The headers say nothing of what the two columns of codes are.
	p := propose(table("入户打卡", "码一,码二,入户时间,方式", "F1,P1,2018-01-03 09:00,电话", "F2,P2,2018-01-04 09:00,微信", "F3,P3,2018-01-05 09:00,电话", "F4,P4,2018-01-06 09:00,电话"))
	if got := offered(p); p.Export != "visits" || got["household_id"] != "码一" || got["member_id"] != "码二" {
		t.Errorf("%s: %v", p.Export, got)
	}
	// Names of villages stand for their IDs, and the words say for which.
	p = propose(table("热线工单", "工单号,来电时间,诉求所属社区,诉求分类", "R1,2018-01-02,东篱村,噪音", "R2,2018-01-03,南亭村,噪音", "R3,2018-01-04,西渡村,道路", "R4,2018-01-05,北塘村,道路"))
	if got := offered(p)["village_id"]; got != "诉求所属社区" {
		t.Errorf("the village is %q", got)
	}
	means := map[string]string{}
	for _, w := range p.Words {
		means[w.Word] = w.Means
	}
	if means["东篱村"] != "V1" || means["西渡村"] != "V3" || means["北塘村"] != "" || len(means) != 4 {
		t.Errorf("names of villages mean %v", means)
	}
	for _, c := range p.Columns {
		if said := data.ExplainDetails(c.Why, "en"); c.Column == "village_id" && !strings.Contains(said, "3 of 4 different values are in “Villages”") {
			t.Errorf("why: %s", said)
		}
	}
}

func TestHowDaysAreWritten(t *testing.T) {
	for name, test := range map[string]struct {
		days         []string
		format, says string
	}{
		"the day first":                 {[]string{"03/01/2018", "25/01/2018", "04/02/2018"}, "%d/%m/%Y", "25/01/2018"},
		"the month first, with times":   {[]string{"01/03/2018 09:12:00 AM", "01/25/2018 10:00:00 PM"}, "%m/%d/%Y", "01/25/2018"},
		"points":                        {[]string{"03.01.2018", "04.02.2018"}, "%d.%m.%Y", "no other way"},
		"it cannot be told":             {[]string{"03/01/2018", "04/02/2018"}, "", "two ways"},
		"both ways in one file":         {[]string{"25/01/2018", "01/25/2018"}, "", ""},
		"the year first needs nothing":  {[]string{"2018/01/25", "2018/02/03"}, "", ""},
		"no format has a year this way": {[]string{"25/01/18", "26/01/18"}, "", ""},
	} {
		lines := []string{"Case number,Date received,Neighborhood,Category"}
		for i, day := range test.days {
			lines = append(lines, fmt.Sprintf("C-%d,%s,Old Harbor,Noise", i, day))
		}
		p := table("cases", lines...).propose(t)
		if said := data.ExplainDetail(p.DateWhy, "en"); p.DateFormat != test.format || !strings.Contains(said, test.says) || (said == "") != (test.says == "") {
			t.Errorf("%s: %q because %q", name, p.DateFormat, said)
		}
		if offered(p)["reported_at"] != "Date received" {
			t.Errorf("%s: %v", name, offered(p))
		}
	}
}

func TestHeadersAreUnderstood(t *testing.T) {
	for header, want := range map[string]sense{
		"案件编号":                   {"id", map[string]float64{"issue": 1}},
		"案件編號":                   {"id", map[string]float64{"issue": 1}},
		"Service Request Number": {"id", map[string]float64{"issue": 1}},
		"ServiceRequestNum":      {"id", map[string]float64{"issue": 1}},
		"Número de solicitud":    {"id", map[string]float64{"issue": 1}},
		"Meldungsnummer":         {"id", map[string]float64{"issue": 1}},
		"민원 번호":                  {"id", map[string]float64{"issue": 1}},
		"Date of Closing":        {"time", map[string]float64{"resolved": 1}},
		"Date prévue de clôture": {"time", map[string]float64{"due": 1}}, // what is planned has not happened
		"承办人联系电话":                {"phone", map[string]float64{"handler": 1, "person": 0.3}},
		"是否当场办结（是/否）":            {"yesno", map[string]float64{"spot": 1, "resolved": 1}},
		"Номер обращения":        {"id", map[string]float64{"issue": 1}},
	} {
		found := false
		for _, s := range words().senses(header) {
			found = found || s.answer == want.answer && fmt.Sprint(s.about) == fmt.Sprint(want.about)
		}
		if !found {
			t.Errorf("%s is understood as %v, want %v", header, words().senses(header), want)
		}
	}
}

func FuzzPropose(f *testing.F) {
	f.Add("案件编号,受理时间", "SX1,2018-01-03\nSX2,2018-01-04")
	f.Add("a;b", "1;2")
	f.Add("Número\tFecha", "1\t31/12/2018\n2\t30/12/2018")
	f.Add("%,（）,是否", "1,2,3")
	f.Fuzz(func(t *testing.T, header, rows string) {
		all, err := table("x", header, rows).try(t, pipelines.MappingAsk{})
		if err != nil {
			return
		}
		// Every offer is a column of the contract, for a header of the table, once.
		for _, p := range all {
			contract, ok := data.ContractOf(p.Export)
			if !ok {
				t.Fatalf("no export %q", p.Export)
			}
			seen := map[string]bool{}
			for _, c := range p.Columns {
				if _, known := contract.Column(c.Column); c.Column != "" && (!known || seen[c.Column] || c.Header == "") {
					t.Fatalf("%+v", p)
				}
				seen[c.Column] = true
			}
		}
	})
}
