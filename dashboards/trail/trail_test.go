package trail

import (
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hulian/dashboards/sqlite"
	"hulian/dashboards/visitor"
)

const town = "逍林镇"

func book(t *testing.T) *Book {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b := Open(db)
	at := time.Date(2018, 2, 1, 0, 0, 0, 0, time.UTC)
	b.now = func() time.Time { at = at.Add(time.Second); return at }
	return b
}

func somebody(role visitor.Role, scope visitor.Scope) visitor.Visitor {
	scope.Towns = []string{town}
	return visitor.Visitor{Account: "wang", Name: "王小明", Role: role, Scope: scope, Origin: visitor.Web}
}

var office = somebody(visitor.Office, visitor.Scope{})

func write(t *testing.T, b *Book, events ...Event) {
	t.Helper()
	for _, e := range events {
		if err := b.Write(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, entries iter.Seq2[Entry, error]) (all []Entry) {
	t.Helper()
	for e, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func TestAnEntryHoldsWhoWhenWhereFromAndWhat(t *testing.T) {
	b := book(t)
	write(t, b, Event{By: office, Address: "10.0.0.7", Action: Uploaded, Object: "visits.csv", At: visitor.Place{Town: town, Village: "V01"}})
	all := read(t, b.Read(t.Context(), office, Question{}))
	if len(all) != 1 {
		t.Fatalf("%d entries", len(all))
	}
	e := all[0]
	want := Entry{Number: 1, Moment: time.Date(2018, 2, 1, 0, 0, 1, 0, time.UTC), Account: "wang", Name: "王小明", Role: visitor.Office, Origin: visitor.Web, Address: "10.0.0.7",
		Place: visitor.Place{Town: town, Village: "V01"}, Action: Uploaded, Object: "visits.csv", Outcome: Done}
	want.Hash, want.hash, want.previous = e.Hash, e.hash, e.previous
	if fmt.Sprintf("%+v", e) != fmt.Sprintf("%+v", want) {
		t.Errorf("%+v", e)
	}
	if e.Sentence("zh") != "上传 visits.csv" || e.Sentence("en") != "uploaded visits.csv" {
		t.Errorf("%s / %s", e.Sentence("zh"), e.Sentence("en"))
	}
}

func TestEveryActionHasItsSentence(t *testing.T) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "action.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Action" {
				declared++
			}
		}
		return true
	})
	if len(actions) != declared || len(Actions()) != declared {
		t.Errorf("%d actions are declared, %d have a sentence, %d are listed", declared, len(actions), len(Actions()))
	}
	for _, a := range Actions() {
		zh, en := actions[a].Zh, actions[a].En
		if zh == "" || en == "" || strings.Count(zh, "%s") != strings.Count(en, "%s") {
			t.Errorf("%s: %q, %q", a, zh, en)
		}
	}
}

func TestUnknownActionsAreRefused(t *testing.T) {
	if err := book(t).Write(t.Context(), Event{By: office, Action: "danced"}); err == nil {
		t.Error("taken")
	}
}

// TestEntriesAreReadByThoseOfTheUnit: each role with its scope reads exactly the events about it.
func TestEntriesAreReadByThoseOfTheUnit(t *testing.T) {
	b := book(t)
	for object, at := range map[string]visitor.Place{
		"town": {Town: town}, "v1": {Town: town, Village: "V01"}, "v2": {Town: town, Village: "V02"}, "b1": {Town: town, Village: "V01", Branch: "B01"},
		"other": {Town: "周巷镇", Village: "V01"}, "nowhere": {},
	} {
		write(t, b, Event{By: office, Action: Uploaded, Object: object, At: at})
	}
	for _, c := range []struct {
		visitor.Visitor
		want string
	}{
		{office, "b1 nowhere town v1 v2"},
		{somebody(visitor.Auditor, visitor.Scope{}), "b1 nowhere town v1 v2"},
		{somebody(visitor.VillageSecretary, visitor.Scope{Village: "V01"}), "b1 v1"},
		{somebody(visitor.BranchSecretary, visitor.Scope{Village: "V01", Branch: "B01"}), "b1"},
		{somebody(visitor.Clerk, visitor.Scope{}), ""},
		{somebody(visitor.Analyst, visitor.Scope{}), ""},
		{somebody(visitor.VillageSecretary, visitor.Scope{}), ""}, // no village: no rights
		{visitor.Visitor{}, ""},
		{visitor.Operator("root", visitor.CLI), "b1 nowhere other town v1 v2"},
	} {
		var got []string
		for _, e := range read(t, b.Read(t.Context(), c.Visitor, Question{})) {
			got = append(got, e.Object)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s reads %v, want %s", c.Key(), got, c.want)
		}
	}
	// A question narrows and never widens.
	secretary := somebody(visitor.VillageSecretary, visitor.Scope{Village: "V01"})
	if all := read(t, b.Read(t.Context(), secretary, Question{Unit: "V02"})); len(all) != 0 {
		t.Errorf("another village is read: %v", all)
	}
	if all := read(t, b.Read(t.Context(), office, Question{Unit: "V02", Action: Uploaded, Account: "wang"})); len(all) != 1 || all[0].Object != "v2" {
		t.Errorf("%v", all)
	}
}

func TestPagesHoldEveryEntryOnce(t *testing.T) {
	b := book(t)
	for i := range 25 {
		write(t, b, Event{By: office, Action: Waived, Object: fmt.Sprint(i), At: visitor.Place{Town: town}})
	}
	var seen []int64
	for before, pages := int64(0), 0; pages == 0 || before > 0; pages++ {
		page, next, err := b.Page(t.Context(), office, Question{Limit: 10, Before: before})
		if err != nil || pages > 3 {
			t.Fatalf("page %d: %v", pages, err)
		}
		for _, e := range page {
			seen = append(seen, e.Number)
		}
		before = next
	}
	if len(seen) != 25 || seen[0] != 25 || seen[24] != 1 || !slices.IsSortedFunc(seen, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("%v", seen)
	}
}

func TestEntriesAreNeverChangedOrDeleted(t *testing.T) {
	b := book(t)
	write(t, b, Event{By: office, Action: Signed, Object: "2018-01"})
	for _, statement := range []string{"update trail set account = 'li'", "delete from trail", "replace into trail select * from trail where number = 1", "insert or replace into trail select * from trail",
		"insert into trail select number + 1, at, account, shown, role, origin, address, town, village, branch, action, object, outcome, zeroblob(32), hash from trail"} {
		_, err := b.db.ExecContext(t.Context(), statement)
		if err == nil {
			t.Errorf("%s is taken", statement)
		}
	}
	if n, _, err := b.Verify(t.Context()); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestVerifyNamesTheFirstBrokenRow for whoever takes the triggers away first.
func TestVerifyNamesTheFirstBrokenRow(t *testing.T) {
	for name, c := range map[string]struct {
		statement string
		number    int64
	}{
		"another account":      {"update trail set account = 'li' where number = 3", 3},
		"another moment":       {"update trail set at = at + 1 where number = 3", 3},
		"a text moved over":    {"update trail set account = account || shown, shown = '' where number = 2", 2},
		"another outcome":      {"update trail set outcome = 'denied' where number = 5", 5},
		"one taken out":        {"delete from trail where number = 2", 2},
		"the first taken out":  {"delete from trail where number = 1", 1},
		"the last taken out":   {"delete from trail where number = 5", 5},
		"all taken out":        {"delete from trail", 1},
		"one put in its place": {"delete from trail where number = 4; update trail set number = 4 where number = 5", 4},
		"another hash":         {"update trail set hash = zeroblob(32) where number = 2", 2},
		"another beginning":    {"delete from trail where number = 1; update trail set previous = zeroblob(32) where number = 2", 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := book(t)
			for i := range 5 {
				write(t, b, Event{By: office, Action: Checked, Object: fmt.Sprint(i)})
			}
			if n, last, err := b.Verify(t.Context()); n != 5 || len(last) != 64 || err != nil {
				t.Fatalf("%d %s %v", n, last, err)
			}
			err := b.db.Transact(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), "drop trigger trail_is_never_changed; drop trigger trail_is_never_shortened; "+c.statement)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = b.Verify(t.Context())
			var broken *Break
			if !errors.Is(err, ErrBroken) || !errors.As(err, &broken) || broken.Number != c.number {
				t.Errorf("%v, want entry %d", err, c.number)
			}
		})
	}
}

func TestManyWritersMakeOneChain(t *testing.T) {
	b := book(t)
	b.now = time.Now
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			for range 10 {
				if err := b.Write(t.Context(), Event{By: office, Action: ViewedEvidence, Object: "M00001"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if n, _, err := b.Verify(t.Context()); n != 60 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestAnEntryGoesWithItsTransaction(t *testing.T) {
	b := book(t)
	undone := errors.New("undone")
	err := b.db.Transact(t.Context(), func(tx *sql.Tx) error {
		return errors.Join(Append(t.Context(), tx, time.Now(), Event{By: office, Action: Signed, Object: "2018-01"}), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	write(t, b, Event{By: office, Action: Signed, Object: "2018-02"})
	if n, _, err := b.Verify(t.Context()); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestTheCSVRunsNothing(t *testing.T) {
	b := book(t)
	evil := office
	evil.Name = "=cmd|' /C calc'!A0"
	write(t, b, Event{By: evil, Address: "@10.0.0.7", Action: Uploaded, Object: "-2+3.csv\n\x1b[2J", At: visitor.Place{Town: town, Village: "+V01"}})
	var out strings.Builder
	if err := WriteCSV(&out, b.Read(t.Context(), office, Question{}), "zh", time.FixedZone("", 8*3600)); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
	if err != nil || len(lines) != 2 || len(lines[1]) != len(headings) {
		t.Fatalf("%v %v", lines, err)
	}
	for i, cell := range lines[1] {
		if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") || strings.ContainsAny(cell, "\n\x1b") {
			t.Errorf("%s: %q", lines[0][i], cell)
		}
	}
	if lines[1][1] != "2018-02-01 08:00:01.000" || lines[1][11] != "上传 -2+3.csv��[2J" || lines[1][4] != "组织办公室" {
		t.Errorf("%q", lines[1])
	}
}

func TestALongObjectIsCut(t *testing.T) {
	b := book(t)
	write(t, b, Event{By: office, Action: Uploaded, Object: strings.Repeat("报", 5000)})
	if all := read(t, b.Read(t.Context(), office, Question{})); len([]rune(all[0].Object)) != longest {
		t.Errorf("%d characters", len([]rune(all[0].Object)))
	}
}

// TestSentencesInChineseHoldNoNamesOfPrograms reads entries as an official does; English keeps what programs call things.
func TestSentencesInChineseHoldNoNamesOfPrograms(t *testing.T) {
	for _, c := range []struct {
		action      Action
		object      string
		zh, english string
	}{
		{Entered, "decisions V07 done", "填写 decisions V07 done", "entered rows of decisions V07 done"},
		{Entered, "visits", "填写 走访记录", "entered rows of visits"},
		{IssuedReport, "monthly 2018-01 .docx for=committee withheld=0", "生成文件 月度通报 2018-01 Word 供镇党委", "made the paper monthly 2018-01 .docx for=committee withheld=0"},
		{IssuedReport, "public 2018-01 .pdf for=public withheld=3", "生成文件 公示 2018-01 PDF 供公示 隐去3个数", "made the paper public 2018-01 .pdf for=public withheld=3"},
		{TickedOff, "2018-01 household 3, issue 2", "勾选已办：2018-01 走访农户 3，超期问题 2", "ticked as done: 2018-01 household 3, issue 2"},
		{SaidNothing, "issues 2018-01", "说明本月无可报：社情民意 2018-01", "said that there was nothing to report: issues 2018-01"},
		{Uploaded, "issues.csv (ab)", "上传 issues.csv (ab)", "uploaded issues.csv (ab)"},
		{Uploaded, "monthly minutes.csv (ab)", "上传 monthly minutes.csv (ab)", "uploaded monthly minutes.csv (ab)"},
		{RequestedBeyond, "GET /trail", "请求权限之外的内容：打开 “操作记录”页", "asked for what the role does not allow: GET /trail"},
		{PublishedReport, "village 2018-01 V07 for=village withheld=2", "印发文件 村情单 2018-01 V07 供村 隐去2个数", "issued the paper village 2018-01 V07 for=village withheld=2"},
		{TookPaper, "monthly 2018-01 T for=committee issued 2 .docx", "取出留存的文件 月度通报 2018-01 T 供镇党委 已印发 2 Word", "took out the kept paper monthly 2018-01 T for=committee issued 2 .docx"},
		{TookPaper, "village 2018-01 V07 for=village draft 1 .pdf", "取出留存的文件 村情单 2018-01 V07 供村 草稿 1 PDF", "took out the kept paper village 2018-01 V07 for=village draft 1 .pdf"},
		{Started, "monthly", "启动运行 monthly", "started the pipeline monthly"},
		{Paused, "default", "暂停 默认流程", "paused the pipeline default"},
		{ExportedPersons, "marked open, monthly.csv (ab)", "导出含个人信息的表 标注副本 open, monthly.csv (ab)", "exported the personal rows of marked open, monthly.csv (ab)"},
		{ExportedPersons, "visits unvisited", "导出含个人信息的表 “走访联户”页 unvisited", "exported the personal rows of visits unvisited"},
		{SetAside, "visits open, monthly", "不采用 走访记录 open, monthly", "set visits open, monthly aside"},
		{Subscribed, "card_rate V07 signal", "订阅提醒：联心卡发放率 V07 signal", "asked to be told of card_rate V07 signal"},
	} {
		e := Entry{Action: c.action, Object: c.object}
		if got := e.Sentence("zh"); got != c.zh {
			t.Errorf("%s %q: %q, want %q", c.action, c.object, got, c.zh)
		}
		if got := e.Sentence("en"); got != c.english {
			t.Errorf("%s %q: %q, want %q", c.action, c.object, got, c.english)
		}
	}
}
