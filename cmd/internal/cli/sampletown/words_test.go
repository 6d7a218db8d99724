package sampletown

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

// Names of methods belong in the folded grounds, and an office does not speak as the rest of these do.
var (
	notInChinese = strings.Fields("经验贝叶斯 贝塔–二项 Kitagawa 走势图 XmR Wilson 漏斗 控制图 控制界限 置换检验 Kaplan 收缩后 " +
		"读数 分不出高下 满足一项条件 统计信号不成立 时间未到 成熟 阻碍 现在到了哪里 约谈 整顿 存量 水平在上移 水平在下移 试用界限 programme.yaml")
	notInEnglish = []string{"mpirical Bayes", "Kitagawa", "run chart", "XmR", "Wilson", "unnel", "hrunken", "Kaplan", "ermutation", "control chart", "control limit", "programme.yaml"}

	fold     = regexp.MustCompile(`<details[^>]*>|</details>`)
	markup   = regexp.MustCompile(`<[^>]*>`)
	scriptIn = regexp.MustCompile(`(?s)<script src=[^>]*></script>`)
)

// outsideGrounds is a page without what stands folded as its grounds.
func outsideGrounds(body string) string {
	var kept strings.Builder
	depth, grounds, at := 0, 0, 0
	for _, m := range fold.FindAllStringIndex(body, -1) {
		if grounds == 0 {
			kept.WriteString(body[at:m[0]])
		}
		at = m[1]
		mark := body[m[0]:m[1]]
		if mark == "</details>" {
			if depth--; depth < grounds {
				grounds = 0
			}
			continue
		}
		if depth++; grounds == 0 && strings.Contains(mark, "grounds") {
			grounds = depth
		}
	}
	return kept.String() + body[at:]
}

// methodsSaid are the words a page should not say, each with what stands beside it. What a chart or a hint says counts too: of a Chinese page
// the markup is read as well.
func methodsSaid(body string, english bool) []string {
	body = scriptIn.ReplaceAllString(outsideGrounds(body), "")
	words := notInChinese
	if english {
		body, words = markup.ReplaceAllString(body, " "), notInEnglish
	}
	body = html.UnescapeString(body)
	var said []string
	for _, word := range words {
		if i := strings.Index(body, word); i >= 0 {
			said = append(said, word+": …"+strings.ToValidUTF8(body[max(0, i-60):min(len(body), i+len(word)+60)], ""))
		}
	}
	return said
}

// A page is read for its words: what stands in its grounds is passed over, what stands around them is not.
func TestWordsAreLookedForOutsideTheGrounds(t *testing.T) {
	page := `<p>走访</p><details class="block grounds"><summary>依据</summary>走势图<details>漏斗</details>漏斗</details><p title="读数">好</p>`
	if said := methodsSaid(page, false); len(said) != 1 || !strings.HasPrefix(said[0], "读数") {
		t.Errorf("%q", said)
	}
	if said := methodsSaid(`<p class="funnel">A run chart</p>`, true); len(said) != 1 || !strings.HasPrefix(said[0], "run chart") {
		t.Errorf("%q", said)
	}
}
