package question

import (
	"slices"

	"hulian/dashboards/visitor"
	"hulian/data"
)

// MappingParams are what the upload page takes to ask what the columns of a file are: the file and its table, what was
// said of them so far, and why a confirmation was refused.
var MappingParams = []string{"file", "table", "export", "encoding", "delimiter", "row", "said", "step", "open", "refused", "subject", "near", "of", "column", "key"}

// Filter is a set of the filters a page takes from its address.
type Filter uint8

// The filters. A page that takes ByBranch takes ByVillage too.
const (
	ByMonth Filter = 1 << iota
	ByVillage
	ByBranch
)

// Has reports whether f includes all of g.
func (f Filter) Has(g Filter) bool { return f&g == g }

// Group puts a page into a part of the navigation.
type Group int

// Parts of the navigation, in order.
const (
	GroupMonth        Group = iota // what happened, what is reported and signed
	GroupPlaces                    // where, and whether it is capacity or effort
	GroupWork                      // issues, visits and what is earned by them
	GroupOrganisation              // posts, meetings, cadres
	GroupData                      // measures and the state of the data
)

// Title names a part of the navigation in a few characters.
func (g Group) Title() data.Text {
	return map[Group]data.Text{
		GroupMonth: {Zh: "本月", En: "Month"}, GroupPlaces: {Zh: "各村", En: "Villages"}, GroupWork: {Zh: "工作", En: "Work"},
		GroupOrganisation: {Zh: "组织", En: "Organisation"}, GroupData: {Zh: "数据", En: "Data"},
	}[g]
}

// Page is one page: its address, who may see it, and what it takes.
type Page struct {
	ID       string
	Path     string    // e.g. /issues
	Title    data.Text // a few characters, for the navigation
	Question data.Text // the question of the users it answers
	Group    Group
	Needs    visitor.Permission // what one must be allowed to see it; none: what every page needs
	Takes    Filter             // filters kept in links to it and offered as pickers
	Params   []string           // further parameters of its own, kept in links to it
	Fresh    bool               // made anew for everybody who asks
	Hidden   bool               // stands in no navigation: one is led to it
	AtHome   bool               // opens at the village or branch of whoever asks, where the address names none
	Live     bool               // shows the history of runs too, which changes without a new snapshot
}

// OpenTo reports whether a visitor may see the page.
func (p Page) OpenTo(v visitor.Visitor) bool { return v.MayAnywhere(visitor.SeePages | p.Needs) }

// TakenBy reports whether a visitor may take the tables of the page away as files. The trail and the list of accounts are for those who
// keep them, whatever else their role may do.
func (p Page) TakenBy(v visitor.Visitor) bool {
	return p.Needs&(visitor.ReadTrail|visitor.Administer) != 0 || v.MayAnywhere(visitor.Export)
}

// pages are all pages in the order of the navigation.
var pages = []Page{
	{
		ID: "overview", Path: "/", Group: GroupMonth, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"split", "sort", "find"},
		Title:    data.Text{Zh: "总览", En: "Overview"},
		Question: data.Text{Zh: "与上月相比，哪些变化是信号，哪些只是波动？", En: "What changed since last month, and is it signal or noise?"},
	},
	{
		ID: "todo", Path: "/todo", Group: GroupMonth, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"kind", "from", "sheets", "done", "refused"}, Live: true, AtHome: true,
		Title:    data.Text{Zh: "待办", En: "To do"},
		Question: data.Text{Zh: "本周要走访谁、催办什么、补报什么？", En: "Whom to visit, what to press for and what to hand in this week?"},
	},
	{
		ID: "meeting", Path: "/meeting", Group: GroupMonth, Needs: visitor.Decide, Takes: ByMonth, Params: []string{"item", "resolution", "minutes", "done", "refused"}, Live: true,
		Title:    data.Text{Zh: "例会", En: "Meeting"},
		Question: data.Text{Zh: "上次议定的事办得怎样，这次议什么、定什么？", En: "What became of what was decided, and what is to be decided now?"},
	},
	{
		ID: "report", Path: "/report", Group: GroupMonth, Takes: ByMonth | ByVillage | ByBranch,
		Title:    data.Text{Zh: "月度通报", En: "Monthly report"},
		Question: data.Text{Zh: "这个月向镇党委和各村通报什么？", En: "What is reported to the committee and the villages this month?"},
	},
	{
		ID: "papers", Path: "/papers", Group: GroupMonth, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"kind", "done", "refused"}, Live: true,
		Title:    data.Text{Zh: "文件", En: "Papers"},
		Question: data.Text{Zh: "本月印发了哪些文件？印发后数字变了吗？", En: "Which papers were issued this month, and have their figures changed since?"},
	},
	{
		ID: "closing", Path: "/closing", Group: GroupMonth, Takes: ByMonth, Params: []string{"refused"}, Live: true,
		Title:    data.Text{Zh: "月结", En: "Closing"},
		Question: data.Text{Zh: "哪些月份已经签发？签发后数字变了吗？", En: "Which months are signed, and have their numbers changed since?"},
	},
	{
		ID: "village", Path: "/village", Group: GroupPlaces, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"sort", "find", "paper"}, AtHome: true,
		Title:    data.Text{Zh: "村情", En: "Villages"},
		Question: data.Text{Zh: "这个村、这个支部各方面怎样，本周要走访谁、催办什么？", En: "How does this village or branch stand, whom to visit and what to press for this week?"},
	},
	{
		ID: "weak", Path: "/weak", Group: GroupPlaces, Takes: ByMonth | ByVillage, Params: []string{"measure", "paper"},
		Title:    data.Text{Zh: "薄弱村", En: "Weak villages"},
		Question: data.Text{Zh: "哪些村薄弱，弱在哪里，有多大把握，是力量不足还是动员不足，什么帮扶合适？", En: "Which villages are weak, on what, how sure are we, is it capacity or effort, and what support fits?"},
	},
	{
		ID: "actions", Path: "/actions", Group: GroupPlaces, Takes: ByMonth | ByVillage, Params: []string{"action", "decide", "cause", "done", "refused"}, Live: true, AtHome: true,
		Title:    data.Text{Zh: "帮扶措施", En: "Actions"},
		Question: data.Text{Zh: "决定了什么帮扶，谁负责，见效没有，验收了没有？", En: "What help was decided, who answers for it, did it show, and was it accepted?"},
	},
	{
		ID: "compare", Path: "/compare", Group: GroupPlaces, Takes: ByMonth, Params: []string{"measure", "pilot", "with", "outcomes", "paper", "done", "refused"},
		Title:    data.Text{Zh: "试点与推开", En: "Pilot and rollout"},
		Question: data.Text{Zh: "试点村的变化是先锋户联带来的吗，有多大，有多大把握？", En: "Did pilot villages improve because of the programme, by how much, and how sure are we?"},
	},
	{
		ID: "capacity", Path: "/capacity", Group: GroupPlaces, Takes: ByMonth | ByVillage, Params: []string{"exempt", "each", "migrants", "cadres"},
		Title:    data.Text{Zh: "服务力量", En: "Capacity"},
		Question: data.Text{Zh: "服务多少人、有多少人手？困难出在力量不足，还是没有动员起来？", En: "How many people for how many hands? Is it capacity, or effort?"},
	},
	{
		ID: "relink", Path: "/relink", Group: GroupPlaces, Takes: ByVillage | ByBranch,
		Title:    data.Text{Zh: "联户调整", En: "Relinking"},
		Question: data.Text{Zh: "怎样调整联户，使每户有人联系、负担均匀、改动最少？", En: "Who should link which household, so that all are linked, loads are even and little changes?"},
	},
	{
		ID: "issues", Path: "/issues", Group: GroupWork, Takes: ByMonth | ByVillage | ByBranch,
		Title:    data.Text{Zh: "群众问题", En: "Issues"},
		Question: data.Text{Zh: "问题卡在五步中的哪一步、哪个村、哪一类？是否真的解决了？", En: "Where do issues get stuck, by step, village and category? Are they really solved?"},
	},
	{
		ID: "visits", Path: "/visits", Group: GroupWork, Takes: ByMonth | ByVillage | ByBranch,
		Title:    data.Text{Zh: "走访联户", En: "Visits"},
		Question: data.Text{Zh: "哪些户没有走访到？谁联系的户太多？走访是平时做的还是月底补的？", En: "Which households were not visited, who carries too many, and is the work done all month or at its end?"},
	},
	{
		ID: "callbacks", Path: "/callbacks", Group: GroupWork, Needs: visitor.Decide, Takes: ByMonth, Params: []string{"sheet", "done", "refused"}, Live: true,
		Title:    data.Text{Zh: "走访回访", En: "Call-backs"},
		Question: data.Text{Zh: "本月随机回访哪些走访，群众证实了多少，提示准不准？", En: "Which visits are called back at random this month, how many do households confirm, and are the prompts right?"},
	},
	{
		ID: "points", Path: "/points", Group: GroupWork, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"paper", "done", "refused"},
		Title: data.Text{Zh: "积分与星级", En: "Points and stars"},
		Question: data.Text{Zh: "积分是全年在做，还是考评前突击？星级评定与实绩是否一致？",
			En: "Is the work done all year, or in a burst before the rating? Do the stars agree with measured results?"},
	},
	{
		ID: "organisation", Path: "/organisation", Group: GroupOrganisation, Takes: ByMonth | ByVillage,
		Title:    data.Text{Zh: "组织", En: "Organisation"},
		Question: data.Text{Zh: "六级组织是否健全？会议、岗位、认领事项和亮相落实了没有？", En: "Is the organisation complete, and are meetings, posts, claimed tasks and displays kept up?"},
	},
	{
		ID: "members", Path: "/members", Group: GroupOrganisation, Takes: ByMonth | ByVillage,
		Title:    data.Text{Zh: "党员", En: "Members"},
		Question: data.Text{Zh: "谁免联户、谁来决定的？五方面职责有没有人履行，谁没有岗位，农户怎么说？", En: "Who is exempt and by whose decision? Are the five duties served, who holds no post, and what do households say?"},
	},
	{
		ID: "cadres", Path: "/cadres", Group: GroupOrganisation, Needs: visitor.SeeEvidence, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"member", "signal", "sheet", "done", "refused"},
		Title:    data.Text{Zh: "后备干部", En: "Reserve cadres"},
		Question: data.Text{Zh: "哪些党员有后备干部应有的表现依据，依据是什么？", En: "Which members show the evidence expected of a reserve cadre, and what is that evidence?"},
	},
	{
		ID: "data", Path: "/data", Group: GroupData, Takes: ByMonth, Params: append([]string{"export", "code", "file", "state", "problem", "refused", "place"}, asideParams...), Live: true,
		Title:    data.Text{Zh: "数据状况", En: "Data"},
		Question: data.Text{Zh: "文件进来了吗？哪些行被退回，为什么，怎样改？", En: "Did the files go in? Which rows were refused, why, and how to mend them?"},
	},
	{
		ID: "upload", Path: "/upload", Group: GroupData, Params: append([]string{"batch", "held"}, MappingParams...), Live: true,
		Title:    data.Text{Zh: "上传", En: "Upload"},
		Question: data.Text{Zh: "怎样把表交上来？哪些行没有收下，怎样改？", En: "How are files handed in, which rows were not taken, and how are they repaired?"},
	},
	{
		ID: "runs", Path: "/runs", Group: GroupData, Params: []string{"run"}, Live: true,
		Title:    data.Text{Zh: "运行", En: "Runs"},
		Question: data.Text{Zh: "数据什么时候更新？上一次更新顺利吗？", En: "When are the data renewed, and did the last time go well?"},
	},
	{
		ID: "measures", Path: "/measures", Group: GroupData, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"measure"},
		Title:    data.Text{Zh: "指标", En: "Measures"},
		Question: data.Text{Zh: "每个数字是怎么算出来的？", En: "How is each number made?"},
	},
	{
		ID: "burden", Path: "/burden", Group: GroupData,
		Title:    data.Text{Zh: "减负", En: "Burden"},
		Question: data.Text{Zh: "要各村填的每一栏用在哪里，哪些没有用？", En: "What is each column asked of villages for, and which serve nothing?"},
	},
	{
		ID: "standards", Path: "/standards", Group: GroupData, Params: []string{"setting", "row", "change", "done", "refused", "map", "feature"}, Fresh: true,
		Title:    data.Text{Zh: "工作标准", En: "Standards"},
		Question: data.Text{Zh: "目标、界限、硬性标准和星级是怎么定的，谁在什么时候改过？", En: "Which targets, limits, criteria and tiers has the town decided, and who changed them when?"},
	},
	{
		ID: "sentences", Path: "/sentences", Group: GroupData, Params: []string{"sentence", "zh", "en", "done", "refused"}, Fresh: true,
		Title:    data.Text{Zh: "文件用语", En: "Sentences"},
		Question: data.Text{Zh: "通报里的句子怎么写，谁在什么时候改过？", En: "What do the papers say in words, and who changed it when?"},
	},
	{
		ID: "behind", Path: "/behind", Group: GroupData, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"measure", "part"}, Hidden: true,
		Title:    data.Text{Zh: "数字背后", En: "Behind a number"},
		Question: data.Text{Zh: "这个数由哪些行得出，依据是什么？", En: "Which rows is this number made of, and what does it rest on?"},
	},
	{
		ID: "alerts", Path: "/alerts", Group: GroupData, Params: []string{"done", "refused"}, Fresh: true,
		Title:    data.Text{Zh: "提醒", En: "Alerts"},
		Question: data.Text{Zh: "我要在什么情况下得到提醒，触发了没有？", En: "Of what do I want to be told, and has it happened?"},
	},
	{
		ID: "trail", Path: "/trail", Group: GroupData, Needs: visitor.ReadTrail, Params: []string{"unit", "account", "action", "before"}, Fresh: true,
		Title:    data.Text{Zh: "操作记录", En: "Audit trail"},
		Question: data.Text{Zh: "谁在什么时候做了什么，谁被拒绝了？", En: "Who did what and when, and who was refused?"},
	},
	{
		ID: "accounts", Path: "/accounts", Group: GroupData, Needs: visitor.Administer, Params: []string{"account", "done", "refused"}, Fresh: true,
		Title:    data.Text{Zh: "账号", En: "Accounts"},
		Question: data.Text{Zh: "谁可以登录，以什么角色，管哪里？", En: "Who may sign in, as what, and for which place?"},
	},
	{
		ID: "search", Path: "/search", Group: GroupData, Params: []string{"q"}, Fresh: true,
		Title:    data.Text{Zh: "搜索", En: "Search"},
		Question: data.Text{Zh: "某个村、支部、农户、党员、问题或指标在哪里？", En: "Where is a village, branch, household, member, issue or measure?"},
	},
	{
		ID: "help", Path: "/help", Group: GroupData, Params: []string{"topic", "guide", "q"},
		Title:    data.Text{Zh: "帮助", En: "Help"},
		Question: data.Text{Zh: "各页怎么用，各岗位常做哪些事，每个指标是什么意思？", En: "How does each page work, what does each role usually do, and what does each measure mean?"},
	},
}

// ByID returns the page with an ID.
func ByID(id string) (Page, bool) {
	for _, p := range pages {
		if p.ID == id {
			return p, true
		}
	}
	return Page{}, false
}

// Pages lists all pages in the order of the navigation.
func Pages() []Page { return slices.Clone(pages) }

func (p Page) keeps(name string) bool {
	switch name {
	case "lang", "choose", "format", "table":
		return true
	case "month", "against":
		return p.Takes.Has(ByMonth)
	case "village", "units":
		return p.Takes.Has(ByVillage)
	case "branch":
		return p.Takes.Has(ByBranch)
	default:
		return IsOfList(name) || slices.Contains(p.Params, name)
	}
}

// asideParams say what the form that sets something aside is about: a file (of is its id), or a row (of is its export).
var asideParams = []string{"aside", "of", "key", "back", "done", "nothing"}
