package data

import (
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
	if zh, known := findingDetails[detail]; known && lang != "en" {
		detail = zh
	}
	fill := strings.NewReplacer("{detail}", detail, "{count}", humanize.Comma(f.Count))
	return fill.Replace(text.What.In(lang)), fill.Replace(text.Matters.In(lang)), fill.Replace(text.Mend.In(lang)), fill.Replace(text.Done.In(lang))
}

// findingDetails are what the program itself says of a damaged file, in Chinese. What the system says stays as it is.
var findingDetails = map[string]string{
	"its content does not have the hash it was written with": "内容与写入时的哈希不符",
	"its hash is not the one it was published with":          "内容与发布时的哈希不符",
	"it holds other rows than the manifest says":             "行与清单所记不同",
}
