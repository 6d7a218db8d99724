package gallery

import (
	"hulian/dashboards/render"
	"hulian/dashboards/view"
)

func (s *shelf) tree() {
	post := func(zh, en, who string) view.Branch { return view.Branch{Name: s.T(zh, en), Person: who} }
	village := view.Branch{Name: s.T("新园村党总支", "Xinyuan general branch"), Person: s.T("王某", "Wang X"), Said: s.T("党员86名，联系1,204户", "86 members, 1,204 households"), Open: true, Badges: []view.Badge{{Text: s.T("试点", "pilot"), Look: view.LookPilot}},
		Below: []view.Branch{post("第一网格支部", "First grid branch", s.T("李某", "Li X")), {Name: s.T("第二网格支部", "Second grid branch"), Vacant: true, Said: s.T("空缺41天", "vacant for 41 days")}, post(longZh, longEn, s.T("赵某", "Zhao X"))}}
	weak := view.Branch{Name: s.T("破山村党总支", "Poshan general branch"), Person: s.T("陈某", "Chen X"), Said: s.T("党员41名，1人服务117人", "41 members, 117 people for each hand"), Badges: []view.Badge{{Text: s.T("薄弱", "weak"), Look: view.LookWeak}},
		Below: []view.Branch{post("第一网格支部", "First grid branch", s.T("周某", "Zhou X"))}}
	t := &view.Tree{Frame: s.frame("tree-normal", "组织架构", "Organisation"), Root: view.Branch{Name: s.T("逍林镇党委", "Town committee of Xiaolin"), Person: s.T("书记 孙某", "Secretary Sun X"), Open: true, Below: []view.Branch{village, weak}}}
	many := view.Branch{Name: s.T("全部村", "All villages"), Said: s.T("300个，点开看", "300, opened on demand")}
	for i := range 300 {
		many.Below = append(many.Below, view.Branch{Name: s.manyName(i)})
	}
	s.group("tree", "组织树", "Organisation tree", append([]render.Example{s.example("正常，含空缺、长名称", "Normal, with a vacancy and a long name", t),
		s.example("300个村", "300 villages", &view.Tree{Frame: s.frame("tree-many", "组织架构", "Organisation"), Root: many})},
		s.states("tree", func(f view.Frame) view.Block { return &view.Tree{Frame: f} })...)...)
}

func (s *shelf) timeline() {
	t := &view.Timeline{Frame: s.frame("timeline-normal", "路灯不亮（2018-0123号）", "Street lamp out (no. 2018-0123)"), Events: []view.Event{
		{Name: s.T("收集", "Collected"), At: "2018-01-03", Who: s.T("党员 李某", "member Li X"), Text: s.T("走访时由住户提出。", "Raised by the household during a visit.")},
		{Name: s.T("流转", "Passed on"), At: "2018-01-14", Took: s.T("11天", "11 days"), Who: s.T("第二网格支部", "second grid branch"), Tone: view.ToneWorse, Verdict: s.T("超期8天", "8 days over the limit")},
		{Name: s.T("办理", "Resolved"), At: "2018-01-19", Took: s.T("5天", "5 days"), Who: s.T("镇综治办", "town office")},
		{Name: s.T("反馈", "Fed back"), Unknown: s.T("回访表未报送", "the list of call-backs was not handed in")},
		{Name: s.T("评价", "Rated"), Pending: true, Text: s.T("应于2月2日前完成。", "Due by 2 February.")}}}
	s.group("timeline", "问题经过", "Issue timeline", append([]render.Example{s.example("正常，含超期、未知、未办", "Normal, with an overdue, an unknown and an open step", t)},
		s.states("timeline", func(f view.Frame) view.Block { return &view.Timeline{Frame: f} })...)...)
}

func (s *shelf) badges() {
	b := &view.Badges{Frame: view.Frame{Language: s.Language}}
	for _, x := range []struct {
		zh, en string
		look   view.Look
	}{{"薄弱 · 第3月", "Weak · month 3", view.LookWeak}, {"关注", "Watch", view.LookWatch}, {"正常", "Usual", view.LookPlain}, {"领先", "Ahead", view.LookGood}, {"试点 2017年5月", "Pilot 2017-05", view.LookPilot},
		{"推开 2017年7月", "Rollout 2017-07", view.LookRollout}, {"数据不足", "Data too poor", view.LookPoor}} {
		b.Badges = append(b.Badges, view.Badge{Text: s.T(x.zh, x.en), Look: x.look, Note: s.T("认定不设比例，符合标准即列入", "No quota: whoever meets the standard is listed")})
	}
	s.group("badges", "标签", "Badges", s.whole("各种", "All of them", b))
}

func (s *shelf) checklist() {
	groups := []view.CheckGroup{
		{Title: s.T("困难户未走访", "Vulnerable households not visited"), Note: s.T("3户", "3"), Items: []view.CheckItem{
			{ID: "h1", Text: s.T("破山村12号 陈某", "Poshan no. 12, Chen X"), Note: s.T("低保户，上次走访2017-11-02", "on the minimum allowance, last visited 2017-11-02"), Since: s.T("90天未走访", "90 days"), Holder: s.T("李某", "Li X"), Tone: view.ToneWorse, Link: "/visits"},
			{ID: "h2", Text: s.long(), Since: s.T("61天未走访", "61 days"), Holder: s.T("王某", "Wang X"), Tone: view.ToneWorse},
			{ID: "h3", Text: s.T("破山村31号 周某", "Poshan no. 31, Zhou X"), Done: true, DoneBy: s.T("李某 2018-01-12", "Li X 2018-01-12"), Waiting: true}}},
		{Title: s.T("超期问题", "Overdue issues"), Note: s.T("1件", "1"), Items: []view.CheckItem{{ID: "i1", Text: s.T("路灯不亮，卡在“流转”", "Street lamp out, held at “pass on”"), Since: s.T("超期8天", "8 days over"), Holder: s.T("第二网格支部", "second grid branch"), Tone: view.ToneWorse}}},
		{Title: s.T("应开的会", "Meetings due"), Items: []view.CheckItem{{ID: "m1", Text: s.T("1月对账会", "January meeting"), Since: s.T("1月31日前", "by 31 January")}}},
	}
	c := &view.Checklist{Frame: s.frame("checklist-normal", "本周要办", "To do this week"), Address: "/components", Groups: groups, Fields: []view.Field{{Name: "month", Value: "2018-01"}}}
	read := &view.Checklist{Frame: s.frame("checklist-read", "本周要办（只读）", "To do this week (read only)"), Groups: groups}
	s.group("checklist", "待办清单", "Checklist", append([]render.Example{s.example("可勾选", "To tick off", c), s.example("只读", "Read only", read)},
		s.states("checklist", func(f view.Frame) view.Block { return &view.Checklist{Frame: f} })...)...)
}

func (s *shelf) printList() {
	table := view.Table{ID: "sheet"}
	type row struct{ house, why, since string }
	view.Fill(&table, []row{{s.T("12号 陈某", "No. 12, Chen X"), s.T("低保户", "minimum allowance"), "2017-11-02"}, {s.T("31号 周某", "No. 31, Zhou X"), s.T("独居老人", "lives alone"), "2017-11-20"}, {s.long(), s.T("残疾", "disabled"), "–"}},
		view.Of(view.Words(s.T("户", "Household")), func(r row) view.Cell { return view.Plain(r.house) }), view.Of(view.Words(s.T("情况", "Why")), func(r row) view.Cell { return view.Plain(r.why) }),
		view.Of(view.Day(s.T("上次走访", "Last visit")), func(r row) view.Cell { return view.Plain(r.since) }))
	p := &view.PrintList{Frame: s.frame("printlist-normal", "走访单", "Visiting sheets"), Sheets: []view.Sheet{
		{Title: s.T("李某（破山村第二网格支部）", "Li X (second grid branch of Poshan)"), Lines: []string{s.T("2018年1月，共3户", "2018-01, 3 households")}, Table: table, Write: []string{s.T("走访日期", "Visited on"), s.T("反映的问题", "Issues raised")}, Foot: s.T("请勿外传，用后交回支部。", "Not to be passed on; hand it back to the branch.")},
		{Title: s.T("王某", "Wang X"), Table: view.Table{Empty: s.T("本月没有要走访的户。", "No household is due this month.")}}}}
	s.group("printlist", "打印名单", "Print list", append([]render.Example{s.example("正常，含空名单、长名称", "Normal, with an empty sheet and a long name", p)},
		s.states("printlist", func(f view.Frame) view.Block { return &view.PrintList{Frame: f} })...)...)
}

func (s *shelf) notices() {
	s.group("notice", "无数据、正在计算、失败", "Empty, loading, failed", s.states("notice", func(f view.Frame) view.Block { return &view.Notice{Frame: f} })...)
}

func (s *shelf) progress() {
	running := &view.Progress{Frame: s.frame("progress-running", "正在更新数据", "Data are being updated"), Said: s.T("正在读取走访表，约还需40秒。本页会自动刷新。", "Reading the visits; about 40 seconds are left. This page refreshes itself."), Stages: []view.Stage{
		{Name: s.T("接收", "Receive"), State: view.StageDone, Done: 22, All: 22, Took: s.T("1.2秒", "1.2 s")}, {Name: s.T("读取", "Read"), State: view.StageRunning, Done: 14, All: 22, Took: s.T("38秒", "38 s")},
		{Name: s.T("计算", "Compute"), State: view.StageWaiting}, {Name: s.T("发布", "Publish"), State: view.StageWaiting}}}
	failed := &view.Progress{Frame: s.frame("progress-broken", "更新没有完成", "The update did not finish"), Said: s.T("页面仍显示1月30日的数据。", "Pages still show the data of 30 January."), Stages: []view.Stage{
		{Name: s.T("接收", "Receive"), State: view.StageDone, Done: 22, All: 22, Took: s.T("1.2秒", "1.2 s")}, {Name: s.T("读取", "Read"), State: view.StageFailed, Done: 14, All: 22, Took: s.T("41秒", "41 s"), Text: s.T("“走访2018年1月.xlsx”无法打开：文件设有密码。去掉密码后重新上传。", "“visits 2018-01.xlsx” cannot be opened: it has a password. Take it off and upload the file again.")},
		{Name: s.T("计算", "Compute"), State: view.StageWaiting}, {Name: s.T("发布", "Publish"), State: view.StageWaiting}}}
	unknown := &view.Progress{Frame: s.frame("progress-unknown", "正在更新数据", "Data are being updated"), Stages: []view.Stage{{Name: s.T("接收", "Receive"), State: view.StageRunning}, {Name: s.long(), State: view.StageWaiting}}}
	s.group("progress", "运行进度", "Progress of a run", append([]render.Example{s.example("进行中", "Running", running), s.example("失败", "Failed", failed), s.example("进度未知、长名称", "Unknown length, long name", unknown)},
		s.states("progress", func(f view.Frame) view.Block { return &view.Progress{Frame: f} })...)...)
}

// households is a table of n invented rows, some with what is unknown.
func (s *shelf) households(id string, n int) *view.Table {
	t := &view.Table{ID: id, Title: s.T("未走访户", "Households not visited"), Empty: s.T("没有未走访的户。", "Every household was visited.")}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	view.Fill(t, rows,
		view.Of(view.Words(s.T("户", "Household")), func(i int) view.Cell { return view.Cell{Text: s.Tf("H%04d", "H%04d", i+1), Link: "/visits"} }),
		view.Of(view.Words(s.T("村", "Village")), func(i int) view.Cell {
			if i == 4 {
				return view.Plain(s.long())
			}
			return view.Plain(s.name(villages[i*7%11]))
		}),
		view.Of(view.Number(s.T("未走访天数", "Days unvisited")), func(i int) view.Cell {
			if i%29 == 3 {
				return view.Cell{Text: "–", Note: s.T("从未走访", "never visited")}
			}
			return view.Count(float64(60 + i*37%300))
		}),
		view.Of(view.Rate(s.T("两年走访率", "Visited in two years"), "%"), func(i int) view.Cell {
			if i%41 == 2 {
				return view.Share(1, 2)
			}
			return view.Share(float64(i%20), 24)
		}))
	return t
}

func (s *shelf) list(id string, n int) *view.Listing {
	f := s.frame(id, "未走访户", "Households not visited")
	l := view.List(f, s.households(id, n), Path, s.asked)
	l.Exports = []view.Export{{Format: "Excel", Link: Path + "?format=xlsx&table=" + id}, {Format: "CSV", Link: Path + "?format=csv&table=" + id}}
	return &l
}

func (s *shelf) drawer() {
	rows := view.List(view.Frame{Language: s.Language}, s.households("behind", 12), Path, s.asked)
	rows.Exports = []view.Export{{Format: "CSV", Link: Path + "?format=csv&table=behind"}}
	d := &view.Drawer{Frame: s.frame("drawer-open", "破山村走访覆盖率", "Visit coverage of Poshan"), Open: true, Value: view.Value{X: 54, Text: "54.0%", Numerator: 102, Denominator: 189, Tone: view.ToneWorse},
		Definition: s.T("当月至少走访一次的户，占应走访户的比例。", "The share of households that were visited at least once in the month."), Formula: s.T("已走访户 ÷ 应走访户 = 102 ÷ 189", "visited ÷ to be visited = 102 ÷ 189"),
		CutOff: "2018-01-31", Snapshot: s.T("第41版", "no. 41"), Files: []string{s.T("走访2018年1月.xlsx（收到2018-02-01）", "visits 2018-01.xlsx (received 2018-02-01)"), s.T("户口2018年1月.xlsx", "households 2018-01.xlsx")},
		SQL: "select count(*) filter (where visited) as numerator,\n       count(*) as denominator\nfrom households\nwhere village_id = 'V1'", Rows: rows}
	closed := &view.Drawer{Frame: s.frame("drawer-closed", "60天未走访", "Unvisited for 60 days"), Value: view.Value{X: 22, Text: "22%", Numerator: 42, Denominator: 189}}
	unknown := &view.Drawer{Frame: s.frame("drawer-unknown", "对账会召开率", "Meetings held"), Value: s.unknown("未报送会议表", "no list of meetings was handed in")}
	small := &view.Drawer{Frame: s.frame("drawer-few", "特困户满意率", "Satisfaction, destitute"), Value: few()}
	s.group("drawer", "数字背后的明细", "Rows behind a number", append([]render.Example{s.whole("打开", "Open", d), s.example("收起", "Closed", closed), s.example("未知", "Unknown", unknown), s.example("基数太小", "Small base", small)},
		s.states("drawer", func(f view.Frame) view.Block { return &view.Drawer{Frame: f} })...)...)
}

func (s *shelf) listing() {
	s.group("listing", "表格", "Table", append([]render.Example{s.whole("1,112行，分页", "1,112 rows on pages", s.list("unvisited", 1112)), s.example("7行", "7 rows", s.list("short", 7)), s.example("0行", "No rows", s.list("none", 0))},
		s.states("listing", func(f view.Frame) view.Block { return &view.Listing{Frame: f, Table: &view.Table{ID: f.ID}} })...)...)
}
