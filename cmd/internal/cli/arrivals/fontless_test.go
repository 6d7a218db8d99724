package arrivals

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

var fonts = regexp.MustCompile(`(?s)<fonts.*</fonts>`)

// TestAWorkbookWithoutAFontIsMarked marks a workbook as a small exporter writes it: its stylesheet names no font, over which
// the library that writes comments stumbles. The copy is made all the same, and what is repaired in it comes in.
func TestAWorkbookWithoutAFontIsMarked(t *testing.T) {
	folder := t.TempDir()
	town, plain, bare := filepath.Join(folder, "town"), filepath.Join(folder, "plain.xlsx"), filepath.Join(folder, "villages.xlsx")
	workbook(t, plain, nil, [][]any{{"村编号", "村名", "所属乡镇", "启动日期"}, {"V01", "福合院村", "逍林镇", "2017-05-01"}, {"V02", "", "逍林镇", "2017-05-01"}})
	content, err := os.ReadFile(plain)
	clitest.Must(t, err)
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	clitest.Must(t, err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range archive.File {
		r, err := part.Open()
		clitest.Must(t, err)
		text, err := io.ReadAll(r)
		clitest.Must(t, err)
		clitest.MustClose(t, r)
		if part.Name == "xl/styles.xml" {
			if !fonts.Match(text) {
				t.Fatalf("no fonts in %s", text)
			}
			text = fonts.ReplaceAll(text, []byte(`<fonts count="1"><font/></fonts>`))
		}
		to, err := w.Create(part.Name)
		clitest.Must(t, err)
		_, err = to.Write(text)
		clitest.Must(t, err)
	}
	clitest.Must(t, w.Close())
	clitest.Write(t, bare, b.Bytes())
	clitest.Says(t, clitest.Done, "", "init", "--dir", town)
	clitest.Says(t, clitest.Done, "", "import", "--dir", town, bare)
	marked := filepath.Join(folder, "marked.xlsx")
	clitest.Says(t, clitest.Done, "marked.xlsx", "problems", "mark", "villages.xlsx", "-o", marked, "--dir", town)
	clitest.Says(t, clitest.Done, "2 rows read = 1 accepted + 1 quarantined", "import", "--dry-run", "--dir", town, marked)
}
