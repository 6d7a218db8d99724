package match

import (
	"strings"
	"testing"

	"hulian/pipelines/load/decode"
)

// Rows that people write between and below those of a table are none of it; a row somebody did not finish is one.
func TestRowsThatAreNoneOfTheTableArePassedOver(t *testing.T) {
	header := []string{"村编号", "村名", "统计日期", "常住人口", "流动人口"}
	for row, passes := range map[string]bool{
		"合计,,,7863,7179": true, "总 计,,2018-02-28,7863,7179": true, "福合院村小计,,,4863,6179": true, "福合院村合计：,,,4863,6179": true, "小计（福合院村）,,,1,1": true, "小计(2),,,1,1": true,
		"合计:4863,,,4863,6179": true, "全镇合计(人),,,1,1": true, "本页小计,,,1,1": true, "本页累计,,,1,1": true, "累计,,,1,1": true, "以上合计,,,1,1": true, "其中：女性,,,1,1": true,
		"平均,,,1,1": true, "占比,,,50%,50%": true, "Total,,,1,1": true, "V02,小计,,3000,1000": true, ",合计,,1,1": true,
		"一、福合院村,,,,": true, "2018年2月28日,,,,": true, "（盖章）,,,,": true, "第1页 共2页,,,,": true, "村名册,,,,": true, "人口统计,,,,": true, "填表人：样本,,审核：样本,,": true,
		"# exported 2018-02-01,,,,": true, "-- 2 rows --,,,,": true, "共2条,,,,": true, "(2 rows),,,,": true,
		"村编号,村名,统计日期,常住人口,流动人口": true, "村编号 ,村名,统计\n日期,常住人口,": true, "^V02,小计,,3000,1000": true, "^V02,^新园村,^2018-02-28,合计,": true, "^V02,小计,^2018-02-28,3000,1000": true,
		"V02,新园村,2018-02-28,3000,1000": false, "V02,,,,": false, "V02,小计村,,3000,1000": false, "^V02,新园村,^2018-02-28,3000,1000": false, "合计村,新园村,2018-02-28,3000,1000": false, "^V02,,^2018-02-28,3000,1000": false,
		"其中村,,,1,1": false, "甲（乙）,,,,": false,
	} {
		var cells []decode.Cell
		complete := true
		for i, text := range strings.Split(row, ",") { // ^ stands before what a merged cell above holds
			bare := strings.TrimPrefix(text, "^")
			cells = append(cells, decode.Cell{Text: bare, Spread: bare != text})
			complete = complete && (bare != "" || i == 1)
		}
		if got := PassesOver(cells, header, nil, complete); got != passes {
			t.Errorf("%q is passed over: %t", row, got)
		}
	}
}
