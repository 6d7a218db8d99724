package analyze

import (
	"regexp"
	"slices"
	"strings"
)

// A role has one name in every method. Was are the names it had in some of them, which every method still takes; Also are
// the headers by which a column of that role is known in the tables of offices and of published examples.
var (
	unitRole = Role{Name: "unit", Zh: "单位", Was: []string{"id"}, Help: "name of the unit", Optional: true,
		Also: []string{"name", "unit_name", "unit_id", "idname", "village", "village_id", "village_name", "hospital", "centre", "center", "county", "store", "code",
			"村", "村名", "村庄", "村别", "行政村", "村居", "村社区", "单位", "单位名称", "名称", "支部", "党支部", "网格", "网格支部", "姓名", "编号"}}
	periodRole = Role{Name: "period", Zh: "时期", Was: []string{"sample", "time"}, Help: "order of the points; without it, that of the file", Optional: true, Words: true,
		Also: []string{"month", "date", "batch", "t", "week", "year", "quarter", "day", "index",
			"月份", "月", "月度", "年月", "统计月份", "统计月", "报告月", "季度", "时期", "时段", "日期", "时间", "周次", "周", "年份", "年度", "批次"}}
	eventsRole = Role{Name: "events", Zh: "分子", Was: []string{"x", "successes", "defects", "observed", "numerator"}, Help: "events, the numerator",
		Also: []string{"count", "cases", "deaths", "defectives", "nonconforming", "resolved", "solved", "closed", "completed", "done", "visited", "y",
			"分子", "办结", "已办结", "解决", "已解决", "完成", "已完成", "走访", "已走访", "实到", "达标", "合格", "满意", "成功", "发生", "按时办结", "按期办结"}}
	totalRole = Role{Name: "total", Zh: "分母", Was: []string{"n", "trials", "size", "denominator"}, Help: "the denominator",
		Also: []string{"base", "population", "pop", "births", "inspected", "reported", "received", "expected", "person_years",
			"分母", "总数", "总计", "合计", "总量", "全部", "基数", "上报", "受理", "收集", "应办", "应办结", "应走访", "应到", "户数", "农户数", "总户数", "人数", "总人数"}}
	valueRole = Role{Name: "value", Zh: "数值", Was: []string{"y", "outcome"}, Help: "the values",
		Also: []string{"x", "measurement", "count", "defects", "n", "rate", "amount", "income", "points", "lemp", "数值", "值", "指标值", "结果", "金额", "积分", "得分"}}
	weightRole = Role{Name: "weight", Zh: "权重", Was: []string{"weights"}, Help: "what the unit counts for", Optional: true, Also: []string{"w", "权重"}}
	sizeRole   = Role{Name: "size", Zh: "规模", Help: "base of the outcome: small units vary more by themselves, and the permutation test allows for it", Optional: true,
		Also: []string{"base", "denominator", "total", "households", "户数", "农户数", "总户数", "人数", "基数", "分母", "总数", "规模"}}
	groupRole  = Role{Name: "group", Zh: "组别", Help: "the groups", Optional: true, Also: []string{"arm", "treatment", "组别", "分组", "类别", "是否试点"}}
	strataRole = Role{Name: "strata", Zh: "层别", Help: "sets within which the groups could have been dealt", Optional: true, Words: true,
		Also: []string{"stratum", "pair", "block", "层", "层别", "分层", "配对"}}
)

// with gives a role another help.
func (r Role) with(help string) Role {
	r.Help = help
	return r
}

// needed makes a role one that must be there; its cells may be words.
func (r Role) needed() Role {
	r.Optional, r.Words = false, true
	return r
}

// known adds headers to those of a role, before the usual ones.
func (r Role) known(headers ...string) Role {
	r.Also = slices.Concat(headers, r.Also)
	return r
}

// called reports whether a flag names the role.
func (r Role) called(name string) bool {
	return strings.EqualFold(r.Name, name) || slices.ContainsFunc(r.Was, func(w string) bool { return strings.EqualFold(w, name) })
}

var (
	bracketed = regexp.MustCompile(`[(（\[【][^)）\]】]*[)）\]】]`)
	counted   = regexp.MustCompile(`(?:件|户|人|次)?数量?$`)
)

// plainHeader takes off a header what does not change its meaning: blanks, brackets with a unit, and 数 behind what is
// counted, so that 办结件数（件） is 办结.
func plainHeader(name string) string {
	plain := strings.ToLower(bracketed.ReplaceAllString(name, ""))
	plain = strings.NewReplacer(" ", "", "_", "", "　", "").Replace(plain)
	if short := counted.ReplaceAllString(plain, ""); short != "" {
		return short
	}
	return plain
}

// lacking is how a header begins that counts what was not done: never a total beside what was.
var lacking = regexp.MustCompile(`(?i)^(?:未|没|不|非|un|not[ _])`)
