package sample

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// topics are what residents raise, how often (weight) and how hard (easy, medium, hard).
var topics = []struct {
	category   string
	weight     float64
	difficulty [3]float64
	titles     []string
}{
	{"sanitation", 20, [3]float64{.62, .30, .08}, []string{"垃圾桶满溢无人清运", "房前屋后杂物堆放", "公厕卫生差", "建筑垃圾乱倒", "绿化带枯枝未清理", "露天粪缸气味大"}},
	{"neighbours", 14, [3]float64{.30, .50, .20}, []string{"与邻居因滴水檐起争执", "共用通道被占", "邻家养狗夜间扰民", "围墙边界说不清", "租客晚间噪声大", "赡养老人意见不一"}},
	{"roads", 16, [3]float64{.40, .42, .18}, []string{"路灯不亮", "路面破损积水", "窨井盖松动", "路口缺少反光镜", "停车难占用消防通道", "公交站牌倾倒"}},
	{"water", 13, [3]float64{.42, .40, .18}, []string{"河面有漂浮垃圾", "排水沟堵塞", "污水管渗漏", "河岸护坡塌陷", "水质发黑有异味", "雨天院内积水"}},
	{"land", 9, [3]float64{.08, .37, .55}, []string{"建房审批进展咨询", "宅基地界址争议", "邻户违章搭建", "征地补偿款未到账", "老屋危房要求鉴定", "承包地流转合同纠纷"}},
	{"safety", 8, [3]float64{.40, .42, .18}, []string{"出租房电线私拉乱接", "夜间电瓶车被盗", "小作坊存在消防隐患", "陌生人上门推销", "灭火器过期", "监控探头损坏"}},
	{"welfare", 10, [3]float64{.45, .40, .15}, []string{"低保申请条件咨询", "医保报销手续不清楚", "独居老人用餐困难", "残疾人补贴未发放", "失地养老保险咨询", "大病救助申请"}},
	{"education_culture", 4, [3]float64{.45, .40, .15}, []string{"外来子女入学手续", "文化礼堂开放时间短", "健身器材损坏", "村卫生室药品不全"}},
	{"economy", 3, [3]float64{.30, .45, .25}, []string{"农田灌溉用电线路老化", "企业拖欠工资", "求职信息少", "蔬菜滞销"}},
	{"village_affairs", 2, [3]float64{.35, .45, .20}, []string{"村务公开不及时", "集体资产出租价格有疑问", "对分红名单有疑问"}},
	{"other", 1, [3]float64{.5, .4, .1}, []string{"数字电视信号不好", "快递代收点太远"}},
}

var topicWheel = func() wheel {
	weights := make([]float64, len(topics))
	for i, t := range topics {
		weights[i] = t.weight
	}
	return newWheel(weights)
}()

var places = []string{"村口", "三横路", "小店门前", "文化礼堂旁", "桥头", "祠堂边", "菜场后", "工业区路口", "老年活动室旁", "沿江路", "晒场边", "村小门口", "幼儿园旁", "卫生室对面", "公交站旁"}

func (t *town) issueTitle(r *rand.Rand, topic int, h *household) string {
	title := pick(r, topics[topic].titles)
	switch topics[topic].category {
	case "sanitation", "roads", "water", "safety":
		return fmt.Sprintf("%s%s%s", t.villages[h.village].name, pick(r, places), title)
	default:
		return title
	}
}

// What a visit finds. A note of the programme is put together from an opening, a finding, a matter and what is to be
// done, so that one member's notes seldom repeat; under the old scheme notes were short or left out.
var (
	openings = []string{"晚饭后到%s家坐了坐", "上门看望%s", "到%s家走访", "路过%s家聊了几句", "约好时间到%s家", "陪村干部一起到%s家", "和%s在院子里谈了谈", "专程去了%s家", "雨后去%s家看看", "趁周末到%s家"}
	findings = []string{"家里一切安好", "老人身体还可以", "孩子在外上学", "夫妻俩都在厂里上班", "正在忙田里的活", "儿子刚换了工作", "家中老人腿脚不便", "新添了孙子", "租客换了一批", "小店生意平稳", "房子刚翻修好", "女儿准备高考", "老伴住院刚出院", "今年葡萄收成不错", "在做来料加工"}
	matters  = []string{"对垃圾分类表示支持", "问起医保缴费的事", "希望门口路灯早点修好", "提到河道比去年干净", "反映停车有点挤", "打听建房审批进度", "说邻居晚上有点吵", "关心征地补偿的安排", "愿意参加平安巡防", "问村里文艺演出时间", "建议多放几个分类桶", "对三改一拆没有意见", "担心雨天积水", "想给孩子找暑期班", "希望多组织体检", "询问养老保险怎么办", "说公交班次偏少", "对村务公开表示满意", "提醒出租房电线老化", "没有其他困难"}
	closings = []string{"已当面解释", "记下后向支部反映", "答应下周再来回复", "帮忙打了电话咨询", "留了联系卡", "约好一起去村里办", "提醒注意用电安全", "送去了宣传单", "现场帮着处理了", "会上再对账", "请网格长跟进", "已转村里研究", "拍照发到群里", "继续留意"}
	thin     = []string{"走访%s家，%s", "到%s家了解情况，%s", "看望%s，%s", "%s家，%s"}
	calls    = []string{"给%s打电话，%s，%s", "微信联系%s，%s，%s", "群里回复%s，%s，%s", "电话里和%s聊到%s，%s"}
)

var addresses = []string{"师傅", "大伯", "阿姨", "大哥", "大姐", "老伯", "家"}

func (t *town) visitNote(r *rand.Rand, b *strings.Builder, h *household, channel string, grip float64) string {
	style := r.Float64()
	if style < .45*(1-grip) {
		return ""
	}
	who := h.head[:3] + pick(r, addresses) // the surname is one rune of three bytes
	fill := func(pattern string, parts ...string) {
		for _, part := range parts {
			before, after, _ := strings.Cut(pattern, "%s")
			b.WriteString(before)
			b.WriteString(part)
			pattern = after
		}
		b.WriteString(pattern)
	}
	b.Reset()
	switch {
	case channel == "phone" || channel == "wechat":
		fill(pick(r, calls), who, pick(r, findings), pick(r, matters))
	case style < .8*(1-grip):
		fill(pick(r, thin), who, pick(r, findings))
		if chance(r, .5) {
			b.WriteString("，")
			b.WriteString(pick(r, matters))
		}
	default:
		fill(pick(r, openings), who)
		b.WriteString("，")
		b.WriteString(pick(r, findings))
		b.WriteString("，")
		b.WriteString(pick(r, matters))
		b.WriteString("，")
		b.WriteString(pick(r, closings))
		b.WriteString("。")
	}
	return b.String()
}
