package data

import (
	"slices"
	"strings"
	"sync"

	"github.com/dustin/go-humanize"

	"hulian/pipelines"
)

// FindingText is what people read about a kind of damage. {detail} and {count} are filled in.
type FindingText struct {
	What    Text `yaml:"what"`    // what is wrong
	Matters Text `yaml:"matters"` // why it matters
	Mend    Text `yaml:"mend"`    // what to do
	Done    Text `yaml:"done"`    // what a repair did; empty where none can
}

var findingTexts = sync.OnceValue(func() map[pipelines.FindingCode]FindingText {
	texts := map[pipelines.FindingCode]FindingText{}
	if err := strict("findings.yaml", &texts); err != nil {
		panic("embedded sentences of findings: " + err.Error()) // part of the binary: a test reads them
	}
	return texts
})

// FindingTexts returns the texts of every kind of finding. The map is shared: it must not be modified.
func FindingTexts() map[pipelines.FindingCode]FindingText { return findingTexts() }

// ExplainFinding says in "zh" or "en" what is wrong with a town's folder, why it matters, what to do, and, where a repair did
// it, what it did.
func ExplainFinding(f pipelines.Finding, lang string) (what, matters, mend, done string) {
	text, ok := findingTexts()[f.Code]
	if !ok {
		return string(f.Code), "", "", ""
	}
	detail := f.Detail
	if saidBySystem(f.Code) && detail != "" {
		detail = damageOf(detail).In(lang)
	}
	fill := strings.NewReplacer("{detail}", detail, "{count}", humanize.Comma(f.Count))
	return fill.Replace(text.What.In(lang)), fill.Replace(text.Matters.In(lang)), fill.Replace(text.Mend.In(lang)), fill.Replace(text.Done.In(lang))
}

// saidBySystem reports whether the detail of a finding is what a library or the program said of a file, and not a name.
func saidBySystem(code pipelines.FindingCode) bool {
	switch code {
	case pipelines.FoundClosingDocument, pipelines.FoundClosingTrail, pipelines.FoundPaper, pipelines.FoundAccounts, pipelines.FoundUnreadable, pipelines.FoundManifestLine, pipelines.FoundWarehouse, pipelines.FoundPointer,
		pipelines.FoundSnapshot, pipelines.FoundSnapshotContent, pipelines.FoundRunRecord, pipelines.FoundNotice, pipelines.FoundPauses, pipelines.FoundSentences, pipelines.FoundVersions:
		return true
	default:
		return false
	}
}

// damageOf says in people's words what a library or the program said of a damaged file.
func damageOf(said string) Text {
	for _, d := range damages {
		if slices.ContainsFunc(d.says, func(words string) bool { return strings.Contains(said, words) }) {
			return d.text
		}
	}
	return Text{Zh: "内容不是写入时的样子", En: "it is not as it was written"}
}

// damages are the words by which each kind of damage is known, the first that fits first.
var damages = []struct {
	says []string
	text Text
}{
	{[]string{"no such file or directory", "file does not exist"}, Text{Zh: "文件不见了", En: "the file is gone"}},
	{[]string{"permission denied"}, Text{Zh: "没有读取的权限", En: "there is no permission to read it"}},
	{[]string{"input/output error"}, Text{Zh: "磁盘读取出错", En: "the disk cannot read it"}},
	{[]string{"does not tell of"}, Text{Zh: "有签发的月份在记录里找不到", En: "it does not tell of a month that was signed"}},
	{[]string{"a line was changed or taken out"}, Text{Zh: "有一行被改过或删去", En: "a line was changed or taken out"}},
	{[]string{"is not what was signed"}, Text{Zh: "内容与签发时不同", En: "it is not what was signed"}},
	{[]string{"does not have the hash it was written with"}, Text{Zh: "内容与写入时的哈希不符", En: "its content does not have the hash it was written with"}},
	{[]string{"is not the one it was published with"}, Text{Zh: "内容与发布时的哈希不符", En: "its hash is not the one it was published with"}},
	{[]string{"holds other rows than the manifest says"}, Text{Zh: "行与清单所记不同", En: "it holds other rows than the manifest says"}},
	{[]string{"by another content than that has"}, Text{Zh: "所记的校验值与那一版的内容不同", En: "it names a generation by another content than that has"}},
	{[]string{"it is the manifest of generation"}, Text{Zh: "这是另一版的清单", En: "it is the manifest of another generation"}},
	{[]string{"names no generation"}, Text{Zh: "里面没有版本号", En: "it names no generation"}},
	{[]string{"bytes are left of", "unexpected end of JSON", "unexpected EOF", "too small", "Could not read enough bytes"}, Text{Zh: "文件不完整", En: "a part of it is missing"}},
	{[]string{"hecksum"}, Text{Zh: "有内容与校验和不符", En: "a part of it does not have its checksum"}},
}
