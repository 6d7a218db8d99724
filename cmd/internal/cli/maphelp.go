package cli

import (
	"fmt"
	"strings"

	"hulian/cmd/internal/speech"
	"hulian/data"
)

// mappingExample is a whole mapping file that uses most of what one may say.
const mappingExample = `exporter: 12345 hotline
files: ["工单*.xlsx"]
where: [{header: 镇, is: [逍林镇]}]              # one town of several
with: {files: ["回访*.csv"], key: 工单号}        # a second file, by the same key
exports:
  - export: issues
    keep: fullest                              # of two rows with one key
    columns:
      issue_id: {join: [年度, 工单号], with: "-"}
      reported_at: 受理时间
      village_id: 村编号
      category: 类别
      resolved_at: {header: 办理时间, only: {header: 状态, is: [已办结]}}
      fed_back_at: {from: 受理时间, plus: 答复天数, unit: days}
      satisfaction: {lookup: 满意度}
    values: {category: {路灯坏了: roads, "": other}}
  - export: villages                           # out of the same table
    mode: changes
    keep: first
    columns: {village_id: 村编号, name: 村名}
    constants: {town: 逍林镇}
`

// mappingHelp explains mapping files: an example, then every key with what it is for and a line that uses it.
func mappingHelp(l speech.Language) string {
	var b strings.Builder
	b.WriteString("A mapping file:\n\n")
	for line := range strings.Lines(mappingExample) {
		b.WriteString("  " + line)
	}
	b.WriteString("\nEvery key (a key below \"columns\" stands in braces behind a column of the export):\n\n")
	for _, k := range data.MappingKeys() {
		fmt.Fprintf(&b, "  %s: %s\n      %s\n", k.Path, l.Of(k.Text), k.Example)
	}
	b.WriteString(`
Texts are compared without the spaces around them. An ID may have 200 characters. A mapping that is changed applies to
files that were read before: the next run reads them again. Everything can be said on the page Upload, too.`)
	return b.String()
}
