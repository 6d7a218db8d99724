package personal

import (
	"regexp"
	"strings"

	"golang.org/x/text/width"
)

// Addresses of houses: a village with a group and a number, a street with a number, a building with a room.
var addresses = []*regexp.Regexp{
	regexp.MustCompile(`(?:村|社区|屯|寨|庄|片)[^年月日，。；,;\n]{0,8}?(?:` + amount + `)(?:组|队|社|村民小组|小组)[^年月日，。；,;\n第]{0,6}?(?:` + amount + `)(?:-[0-9]{1,4})?[号幢]` + noPaper),
	regexp.MustCompile(`(?:村|社区|屯|寨|庄)[^年月日，。；,;\n第于在定会将到是至0-9]{0,4}(?:` + amount + `)(?:-[0-9]{1,4})?号` + noPaper),
	regexp.MustCompile(`\p{Han}(?:路|街|道|巷|弄|胡同) ?(?:` + amount + `)(?:-[0-9]{1,4})? ?(?:号|弄)` + noPaper),
	regexp.MustCompile(`[0-9]{1,4}(?:幢|栋|号楼|座)(?:(?:` + amount + `)(?:单元|门))?[0-9A-Za-z-]{1,6}室`),
	regexp.MustCompile(`(?i)\bno\.? ?[0-9]{1,5},? (?:[a-z0-9']+,? ){0,4}(?:road|street|lane|alley|village|community)\b`),
	regexp.MustCompile(`(?i)\b(?:house|room) (?:no\.? ?)?[0-9]{1,5},? (?:of )?group [0-9]{1,3}\b`),
}

const amount = `[0-9]{1,5}|[一二三四五六七八九十百零〇]{1,6}`

// noPaper is what does not follow the number of a house: 12号文 is a paper, 3号杆 a pole.
const noPaper = `(?:$|[^文令公通议决工单案件杆线桥井泵闸机])`

// HasAddress reports whether a text tells where a house is. It knows the forms in which clerks write addresses and no place by its name.
func HasAddress(text string) bool {
	if !strings.ContainsAny(text, "号幢弄室") && !strings.ContainsAny(text, "0123456789０１２３４５６７８９") {
		return false
	}
	text = width.Fold.String(text)
	for _, form := range addresses {
		if form.MatchString(text) {
			return true
		}
	}
	return false
}

// Told is what a text tells of a person by its form: a number, else an address.
func Told(text string) Kind {
	if kind := KindOf(text); kind != None {
		return kind
	}
	if HasAddress(text) {
		return Address
	}
	return None
}
