package match

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
)

// draftYAML writes a draft as a mapping file, and refuses one that ParseMapping would.
func draftYAML(d pipelines.MappingDraft) ([]byte, error) {
	export := map[string]any{"export": d.Export}
	if len(d.Columns) > 0 {
		export["columns"] = d.Columns
	}
	if len(d.Values) > 0 {
		export["values"] = d.Values
	}
	file := map[string]any{"exporter": d.Exporter, "files": d.Files, "exports": []any{export}}
	for key, value := range map[string]string{"sheet": d.Sheet, "encoding": d.Encoding, "delimiter": d.Delimiter} {
		if value != "" {
			file[key] = value
		}
	}
	if d.HeaderRow > 0 {
		file["header_row"] = d.HeaderRow
	}
	content, err := yaml.Marshal(file)
	if err != nil {
		return nil, err
	}
	_, err = ParseMapping(content)
	return content, err
}

// DraftOf writes a proposal as a mapping file to confirm: what is sure and what was asked for stands as it is, every
// guess is a comment a person has to uncover.
func DraftOf(exporter string, p pipelines.Proposal, ask pipelines.MappingAsk) string {
	var b strings.Builder
	contract, _ := data.ContractOf(p.Export)
	fmt.Fprintf(&b, "# Mapping of %s, to be confirmed. Lines that begin with #? are guesses: take the mark away where the guess is right.\n", commented(p.File))
	fmt.Fprintf(&b, "exporter: %s\nfiles:\n  - %s\n", quoted(exporter), quoted(p.Pattern))
	if p.Sheet != "" {
		fmt.Fprintf(&b, "sheet: %s\n", quoted(p.Sheet))
	}
	fmt.Fprintf(&b, "# Read as: %s. Where that is wrong, encoding, delimiter and header_row pin it.\n", data.ExplainReading(p.ReadAs, "en"))
	if ask.Encoding != "" {
		fmt.Fprintf(&b, "encoding: %s\n", quoted(ask.Encoding))
	}
	if ask.Delimiter != "" {
		fmt.Fprintf(&b, "delimiter: %s\n", quoted(ask.Delimiter))
	}
	if ask.HeaderRow > 0 {
		fmt.Fprintf(&b, "header_row: %d\n", ask.HeaderRow)
	}
	fmt.Fprintf(&b, "exports:\n  - export: %s # %s\n", p.Export, contract.Name.In("zh"))
	for _, other := range p.Others {
		name, _ := data.ContractOf(other)
		fmt.Fprintf(&b, "    # or: %s (%s)\n", other, name.Name.In("zh"))
	}
	b.WriteString("    columns:\n")
	for _, c := range p.Columns {
		examples := ""
		if len(c.Examples) > 0 {
			examples = " # " + commented(strings.Join(c.Examples, " | "))
		}
		switch {
		case c.Column == "":
			fmt.Fprintf(&b, "      # not used: %s%s\n", commented(c.Header), examples)
		case c.Sure:
			fmt.Fprintf(&b, "      %s: %s%s\n", c.Column, quoted(c.Header), examples)
		default:
			fmt.Fprintf(&b, "      #? %s: %s%s\n", c.Column, quoted(c.Header), examples)
		}
	}
	for _, id := range p.Missing {
		column, _ := contract.Column(id)
		fmt.Fprintf(&b, "      # required and not found: %s (%s)\n", id, column.Name.In("zh"))
	}
	last := ""
	for _, w := range p.Words {
		if last == "" {
			b.WriteString("    #? values: # words the contract does not know\n")
		}
		if w.Column != last {
			fmt.Fprintf(&b, "    #?   %s:\n", w.Column)
			last = w.Column
		}
		fmt.Fprintf(&b, "    #?     %s: %s # %d rows\n", quoted(w.Word), cmp.Or(w.Means, "…"), w.Rows)
	}
	return b.String()
}

// quoted is a text as a scalar on one line: headers are often broken over two, and may hold what no editor shows.
func quoted(text string) string {
	node := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if strings.ContainsFunc(text, unprintable) {
		node.Style = yaml.DoubleQuotedStyle
	}
	content, err := yaml.Marshal(&node)
	if err != nil {
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSpace(string(content))
}

// commented is a text as part of a comment, which ends with its line and holds no control characters.
func commented(text string) string {
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, text)
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// Pattern is the pattern a mapping file claims files like this one by: digits, which change from month to month, become
// stars.
func Pattern(name string) string {
	base := filepath.Base(name)
	ext := filepath.Ext(base)
	return digits.ReplaceAllString(literalPattern(strings.TrimSuffix(base, ext)), "*") + literalPattern(ext)
}

var digits = regexp.MustCompile(`[0-9]+`)

func literalPattern(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}
