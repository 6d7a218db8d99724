package sample

import "math/rand/v2"

// Surnames are common ones; the first character of every given name (样, 例, 示, 拟: sample, example, shown, simulated)
// says that nobody bears it.
var (
	surnames = []rune("陈王胡张徐沈孙罗叶岑郑吴周朱杨马许何方施余毛史陆潘金赵黄林李戚宓龚华应")
	sampled  = []rune("样例示拟")
	given    = []rune("本安明文华平军芳英国强丽红建伟波静峰敏海燕涛娟辉飞玲霞斌勇杰亮梅兰松柏青山水田心怡然书宁远志坚诚信和善友爱")
)

func inventedName(r *rand.Rand) string {
	name := []rune{pick(r, surnames), pick(r, sampled)}
	if chance(r, .8) {
		name = append(name, pick(r, given))
	}
	return string(name)
}

// firms partner with village funds.
var firms = []string{"样本电器厂", "示例塑料厂", "拟合轴承厂", "例证针织厂", "样板五金厂", "示范家电公司", "模拟机械厂", "例图包装厂", "样品食品厂"}
