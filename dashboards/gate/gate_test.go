package gate

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"hulian/dashboards/chart"
	"hulian/dashboards/language"
	"hulian/dashboards/view"
	"hulian/pipelines/personal"
)

var (
	zh      = language.Language{Lang: language.Chinese}
	noNames personal.Names
	known   = personal.NewNames([]string{"王小明", "Li Wei"})
)

// planted puts a text into every text of a paper there is, one at a time, and gives the papers by the place.
func planted(t *testing.T, text string) map[string]view.View {
	t.Helper()
	all := map[string]view.View{}
	count := 0
	v := paperWithAll()
	if err := (&walk{text: func(_ Place, said string, _ bool) string { count++; return said }}).view(&v); err != nil {
		t.Fatal(err)
	}
	for n := range count {
		v, i, where := paperWithAll(), 0, ""
		err := (&walk{text: func(at Place, said string, _ bool) string {
			i++
			if i-1 != n || json.Valid([]byte(said)) && strings.HasPrefix(said, "{") {
				return said
			}
			where = fmt.Sprintf("%d %v %s", n, at, said)
			return said + "，" + text
		}}).view(&v)
		if err != nil {
			t.Fatal(err)
		}
		if where != "" {
			all[where] = v
		}
	}
	// Texts of a picture's option are read as one.
	v = paperWithAll()
	for _, b := range v.Blocks {
		if c, is := b.(*view.Chart); is {
			c.Option = json.RawMessage(strings.Replace(string(c.Option), "走访户数", "走访户数"+text, 1))
		}
	}
	all["option"] = v
	return all
}

// paperWithAll is a paper with every kind of block a report is made of, and no number of persons that is small.
func paperWithAll() view.View {
	frame := func(id, title string) view.Frame {
		return view.Frame{ID: id, Title: title, Note: "每格一个村", More: "共3村", Language: zh}
	}
	cells := func() *view.Table {
		return &view.Table{ID: "villages", Title: "各村走访", Note: "按村", Empty: "无", More: "共3村",
			Columns: []view.Column{view.Words("村"), {Title: "户数", Unit: "户", Kind: view.ColumnNumber, Note: "在册"}, view.Rate("走访率", "%"), view.Words("说明")},
			Rows: [][]view.Cell{
				{{Text: "李家村"}, view.Count(120), view.Share(60, 120), {Text: "按期", Note: "良好", Interval: "40–60%", Read: "无变化"}},
				{{Text: "王家村"}, view.Count(80), view.Share(40, 80), {Text: "按期"}},
				{{Text: "陈家村"}, view.Count(90), view.Share(45, 90), {Text: "按期"}}},
			Total: []view.Cell{{Text: "全镇"}, view.Count(290), view.Share(145, 290), {}}}
	}
	value := view.Value{X: 50, Text: "50%", Numerator: 60, Denominator: 120}
	return view.View{
		Heading: "某镇公示", Headline: view.Headline{Weak: "李家村走访率较低", Rest: "其余平稳"}, Sentences: []string{"本月走访145户，走访率50.0%（145/290）。", "各村均已完成。"},
		Letterhead: &view.Letterhead{Issuer: "某镇党委", Period: "2018年1月", Basis: []string{"截至2018年1月31日", "行接受率99.0%"}},
		Blocks: []view.Block{
			view.Section{ID: "visits", Title: "走访", Note: "按户"},
			view.Text{Paragraphs: []string{"走访按户统计。"}}, view.Points{Lines: []string{"一村一策。"}},
			view.Callout{Title: "提示", Text: "数据完整", Next: "请核对", Link: "/data"},
			view.Stats{Tiles: []view.Stat{{Label: "走访率", Value: "50.0%", Base: "145/290", Interval: "44–56%", Change: "比上月+1.0", Reading: "平稳", Link: "/visits", Measure: "m"}}},
			cells(),
			&view.Chart{Title: "走访图", Note: "按月", Chart: chart.Chart{Option: json.RawMessage(`{"title":{"text":"走访户数"},"aria":{"description":"三村走访"},"series":[{"data":[60,40,45]}]}`)}, Table: *cells()},
			&view.Heat{Frame: frame("heat", "各村对照"), Corner: "村", Columns: []view.HeatColumn{{Title: "走访率", Note: "按户"}},
				Rows: []view.HeatRow{{Name: "李家村", Link: "/village", Badge: "弱", Cells: []view.HeatCell{{Value: value, Apart: "单列"}}}, {Name: "王家村", Cells: []view.HeatCell{{Value: value}}}}},
			&view.Tiles{Frame: frame("tiles", "本月"), Tiles: []view.Tile{{ID: "t", Label: "走访率", Value: value, Change: "比上月+1.9", Verdict: "平稳"}}},
			&view.Forest{Frame: frame("forest", "估计"), Rows: []view.ForestRow{{Name: "效果", Estimate: view.Value{X: 1.5, Text: "1.5"}, Low: 0.5, High: 2.5}}},
			view.Grounds{Blocks: []view.Block{view.Text{Paragraphs: []string{"口径见附件。"}}}},
			view.Row{Parts: []view.Part{{Span: 6, Blocks: []view.Block{view.Text{Paragraphs: []string{"左栏"}}}}}},
		},
	}
}

// left is everything a reader of a paper could find in it.
func left(t *testing.T, v view.View) string {
	t.Helper()
	all, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	err = (&walk{text: func(_ Place, text string, _ bool) string { b.WriteString(text + "\n"); return text }, address: func(_ Place, _, a string) string { b.WriteString(a + "\n"); return a }}).view(&v)
	if err != nil {
		t.Fatal(err)
	}
	return b.String() + string(all)
}

// TestNothingPlantedPasses: identity numbers, phones, cards, addresses, names, and small numbers of persons, in every text of every block.
func TestNothingPlantedPasses(t *testing.T) {
	if _, passed, err := Pass(paperWithAll(), Public, known, zh); err != nil || passed.Withheld > 0 {
		t.Fatalf("the paper without anything planted: %+v, %v", passed, err)
	}
	for text, kind := range map[string]personal.Kind{
		"330282198001011234": personal.IdentityCard, "３３０２８２１９８００１０１１２３４": personal.IdentityCard, "1101 0519 4912 3100 2x": personal.IdentityCard, "13812345678": personal.Phone, "0574-63501234": personal.Phone,
		"6228480402564890018": personal.BankCard, "李家村3组12号": personal.Address, "人民路25号201室": personal.Address,
	} {
		places := planted(t, text)
		if len(places) < 50 {
			t.Fatalf("only %d places", len(places))
		}
		for where, v := range places {
			out, _, err := Pass(v, Public, known, zh)
			var refused *Refusal
			if err == nil && !strings.Contains(left(t, out), text) {
				continue // it stood where a paper for everybody has nothing
			}
			if !errors.As(err, &refused) || refused.Kind != kind {
				t.Errorf("%s at %s: %v", text, where, err)
			} else if strings.Contains(refused.Error()+refused.In(zh), text) {
				t.Errorf("the refusal repeats what it refuses: %v", refused)
			}
		}
	}
	for text, masked := range map[string]string{"王小明": "王小明", "Li Wei": "Li Wei", "3户": "3户", "三户": "三户", "走访率75.0%（3/4）": "75.0", "户数：2": "户数：2", "2 households": "2 households", "50/52": "50/52", "1 of 12 households": "1 of 12"} {
		for where, v := range planted(t, text) {
			out, _, err := Pass(v, Public, known, zh)
			if err != nil {
				t.Errorf("%s at %s: %v", text, where, err)
				continue
			}
			if strings.Contains(left(t, out), masked) {
				t.Errorf("%s stands at %s", text, where)
			}
		}
	}
}

// TestNumbersOfPersonsReachNobody: no paper leaves with a number of a person, whoever it is for, and says where it stands.
func TestNumbersOfPersonsReachNobody(t *testing.T) {
	for _, to := range Audiences() {
		v := paperWithAll()
		v.Blocks[5].(*view.Table).Rows[1][3].Text = "电话13812345678"
		_, _, err := Pass(v, to, noNames, zh)
		var refused *Refusal
		if !errors.As(err, &refused) || refused.At != (Place{"各村走访", "王家村", "说明"}) {
			t.Errorf("%s: %v", to, err)
			continue
		}
		if said := refused.In(zh); said != "文件没有生成：“各村走访”，“王家村”一行，“说明”列里有电话号码。请在原来的记录里删去后再试。" {
			t.Error(said)
		}
		v = paperWithAll()
		v.Blocks[3] = view.Callout{Title: "提示", Link: "/search?q=13812345678"}
		if _, _, err := Pass(v, to, noNames, zh); to != Public && !errors.As(err, &refused) { // one for everybody leads nowhere
			t.Errorf("%s: an address with a number passes: %v", to, err)
		}
	}
	if _, _, err := Pass(paperWithAll(), "friends", noNames, zh); err == nil {
		t.Error("there is no such audience")
	}
}

// TestTheCommitteeReadsItAll: what its maker may see stays as it is.
func TestTheCommitteeReadsItAll(t *testing.T) {
	for _, to := range []Audience{Committee, Village} {
		v := paperWithAll()
		v.Sentences = append(v.Sentences, "王小明等3户，住李家村3组12号。")
		want := paperWithAll()
		want.Sentences = append(want.Sentences, "王小明等3户，住李家村3组12号。")
		got, passed, err := Pass(v, to, known, zh)
		if err != nil || passed.Withheld != 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", to, passed, err)
		}
	}
}

// TestSmallNumbersLeaveEverywhere: one small number takes its picture, its partner and the sentence about it along.
func TestSmallNumbersLeaveEverywhere(t *testing.T) {
	v := paperWithAll()
	for _, table := range []*view.Table{v.Blocks[5].(*view.Table), &v.Blocks[6].(*view.Chart).Table} {
		table.Rows[1][1], table.Total[1] = view.Count(3), view.Count(213)
	}
	v.Sentences = append(v.Sentences, "王家村户数为3，陈家村90户，全镇213户；3月5日复核3个村。")
	v.Blocks[6].(*view.Chart).Option = json.RawMessage(`{"title":{"text":"走访户数"},"series":[{"data":[120,3,90]}]}`)
	out, passed, err := Pass(v, Public, known, zh)
	if err != nil {
		t.Fatal(err)
	}
	if _, is := out.Blocks[6].(*view.Table); !is || passed.Pictures != 1 {
		t.Errorf("the picture of a withheld number stays: %T %+v", out.Blocks[6], passed)
	}
	table := out.Blocks[5].(*view.Table)
	if table.Rows[1][1].Text != withheld || table.Rows[2][1].Text != withheld || table.Total[1].Text != "213" || table.Rows[0][1].Text != "120" {
		t.Errorf("%+v", table.Rows)
	}
	if got := out.Sentences[2]; got != "王家村户数为少于5，陈家村＊户，全镇213户；3月5日复核3个村。" {
		t.Error(got)
	}
	if said := left(t, out); !strings.Contains(said, "不予公布") || !strings.Contains(said, "没有与其他月份、其他种类的公开文件对照核查") {
		t.Error("the paper does not say what its signs mean, and what was not looked at")
	}
}

// TestHarmlessNumbersStay: ranks, points and what is declared to be no persons.
func TestHarmlessNumbersStay(t *testing.T) {
	table := &view.Table{Columns: []view.Column{view.Words("村"), view.Number("名次"), {Title: "得分", Unit: "分", Kind: view.ColumnNumber}, {Title: "任务", Kind: view.ColumnNumber, Harmless: true}, {Title: "事项", Kind: view.ColumnNumber}}}
	for i := range 4 {
		table.Rows = append(table.Rows, []view.Cell{{Text: fmt.Sprint("村", "甲乙丙丁"[3*i:3*i+3])}, view.Count(float64(i + 1)), view.Count(float64(i + 1)), view.Count(float64(i + 1)), view.Count(float64(i + 1))})
	}
	v, _, err := Pass(view.View{Blocks: []view.Block{table}, Sentences: []string{"第3名，一户一档，一人一策，2018年3月，3个村，50户中25户。"}}, Public, noNames, zh)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range v.Blocks[0].(*view.Table).Rows {
		if row[1].Text == withheld || row[2].Text == withheld || row[3].Text == withheld || row[4].Text != withheld {
			t.Errorf("%+v", row)
		}
	}
	if v.Sentences[0] != "第3名，一户一档，一人一策，2018年3月，3个村，50户中25户。" {
		t.Error(v.Sentences[0])
	}
}

func TestFilesAreNamedAfterNobody(t *testing.T) {
	for _, name := range []string{"公示-王小明.docx", "13812345678.pdf", "人民路25号.xlsx"} {
		var refused *Refusal
		if err := CheckFile(Public, known, "hulian", name); !errors.As(err, &refused) || !refused.File || strings.Contains(refused.In(zh)+refused.Error(), strings.TrimSuffix(name, ".pdf")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := CheckFile(Public, known, "某镇公示-2018-01.docx", "某镇党委"); err != nil {
		t.Error(err)
	}
	if err := CheckFile(Committee, known, "王小明.docx"); err != nil {
		t.Error(err)
	}
}
