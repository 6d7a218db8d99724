package match

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// confirmedLine begins a mapping file that was confirmed on a page. Only such a file is written anew by the next
// confirmation; what somebody wrote by hand is left alone.
const confirmedLine = "# Confirmed on a page"

// KeepMapping writes what a person confirmed into the folder of mapping files, one file an exporter and table, and gives
// its name. file and table are what it was confirmed for. An earlier confirmation for the same file is replaced and kept
// beside as .old. The error is a pipelines.MappingRefusal where the person can mend it.
func KeepMapping(dir, file, table string, d pipelines.MappingDraft) (name string, err error) {
	d.Exporter, d.By = strings.TrimSpace(d.Exporter), strings.TrimSpace(d.By)
	if err := checkDraft(file, table, d); err != nil {
		return "", err
	}
	body, err := draftYAML(d)
	if err != nil {
		return "", unplaced(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", &pipelines.Fault{Op: "keep mapping", At: dir, Err: err, Next: "check who may write there"}
	}
	name, err = mappingName(dir, file, table, d)
	if err != nil {
		return "", err
	}
	content := fmt.Sprintf("%s for %s, by %s.\n%s", confirmedLine, oneLine(file), oneLine(d.By), body)
	at := filepath.Join(dir, name)
	if before, err := os.ReadFile(at); err == nil {
		if err := os.WriteFile(at+".old", before, 0o644); err != nil {
			return "", &pipelines.Fault{Op: "keep mapping", At: at, Err: err, Next: "check who may write there"}
		}
	}
	if err := durable.Write(at, []byte(content), 0o644); err != nil {
		return "", &pipelines.Fault{Op: "keep mapping", At: at, Err: err, Next: "free some disk space or check who may write there"}
	}
	return name, nil
}

// LeaveOut has a draft say which columns are not to be taken: those that loading would find by a header that the draft puts
// to no use. A person who looked at the headers left them out.
func LeaveOut(d *pipelines.MappingDraft, headers []string) {
	used := map[string]bool{}
	for _, e := range d.Exports {
		for _, column := range e.Columns {
			for _, header := range column.Headers() {
				used[header] = true
			}
		}
	}
	for i := range d.Exports {
		e := &d.Exports[i]
		contract, ok := data.ContractOf(e.Export)
		if !ok {
			continue
		}
		for id, at := range Recognised(contract, headers) {
			column, _ := contract.Column(id)
			_, mapped := e.Columns[id]
			_, fixed := e.Constants[id]
			if column.Required || mapped || fixed || used[headers[at]] {
				continue
			}
			if e.Constants == nil {
				e.Constants = map[string]string{}
			}
			e.Constants[id] = ""
		}
	}
}

// checkDraft refuses what would not load the file it was confirmed for.
func checkDraft(file, table string, d pipelines.MappingDraft) error {
	if d.By == "" || d.Exporter == "" {
		return pipelines.MappingRefusal{Why: pipelines.MappingNoName}
	}
	for _, e := range d.Exports {
		contract, ok := data.ContractOf(e.Export)
		if !ok {
			return &pipelines.Fault{Op: "keep mapping", At: e.Export, Err: pipelines.ErrUnknown, Next: "hulian template lists the exports"}
		}
		for _, column := range contract.Columns {
			_, mapped := e.Columns[column.ID]
			if _, fixed := e.Constants[column.ID]; column.Required && !mapped && !fixed {
				return pipelines.MappingRefusal{Why: pipelines.MappingIncomplete, Subject: column.ID, Export: e.Export, Column: column.ID}
			}
		}
	}
	base := path.Base(filepath.ToSlash(file))
	if !slices.ContainsFunc(d.Files, func(pattern string) bool { matched, err := path.Match(pattern, base); return err == nil && matched }) {
		return pipelines.MappingRefusal{Why: pipelines.MappingPattern, Subject: strings.Join(d.Files, ", "), Key: "files"}
	}
	if matched, err := path.Match(d.Sheet, path.Base(table)); d.Sheet != "" && (err != nil || !matched) {
		return pipelines.MappingRefusal{Why: pipelines.MappingPattern, Subject: d.Sheet}
	}
	return nil
}

// mappingName chooses the file: the one that claims the table already, where a page wrote it, else a free one named
// after the exporter.
func mappingName(dir, file, table string, d pipelines.MappingDraft) (string, error) {
	all, err := ReadMappings(dir)
	if err != nil {
		return "", err
	}
	for _, m := range all.For(file) {
		if !m.claimsSheet(path.Base(table)) {
			continue
		}
		if _, ok := m.Wrong(); !ok { // it would claim the table beside this one
			return "", pipelines.MappingRefusal{Why: pipelines.MappingBroken, Subject: m.path}
		}
		if !m.OnPage() {
			return "", pipelines.MappingRefusal{Why: pipelines.MappingClaimed, Subject: m.path, Key: "exporter"}
		}
		return m.path, nil
	}
	stem := fileStem(cmp.Or(d.Exporter, "mapping"))
	if table != "" {
		stem += "-" + fileStem(path.Base(table))
	}
	for n := 1; ; n++ {
		name := stem + ".yaml"
		if n > 1 {
			name = fmt.Sprintf("%s-%d.yaml", stem, n)
		}
		if _, err := os.Lstat(filepath.Join(dir, name)); errors.Is(err, fs.ErrNotExist) {
			return name, nil
		} else if err != nil {
			return "", &pipelines.Fault{Op: "keep mapping", At: filepath.Join(dir, name), Err: err, Next: "check who may read there"}
		}
	}
}

// OnPage reports whether a mapping was confirmed on a page, so that a page may write it anew.
func (m *Mapping) OnPage() bool { return strings.HasPrefix(m.content, confirmedLine) }

// fileStem makes part of a file's name out of what a person typed.
func fileStem(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
		if b.Len() > 120 {
			break
		}
	}
	return cmp.Or(strings.Trim(b.String(), "-"), "mapping")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
