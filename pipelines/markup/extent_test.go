package markup

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hulian/data/trials"
)

// stated reads, out of the XML of every worksheet, the extent it states and how far its cells reach.
func stated(t *testing.T, at string) map[string][2]string {
	t.Helper()
	archive, err := zip.OpenReader(at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := archive.Close(); err != nil {
			t.Error(err)
		}
	}()
	found := map[string][2]string{}
	for _, member := range archive.File {
		if !strings.HasPrefix(member.Name, "xl/worksheets/sheet") {
			continue
		}
		content, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		content.Close()
		if err != nil {
			t.Fatal(err)
		}
		var sheet struct {
			Dimension struct {
				Ref string `xml:"ref,attr"`
			} `xml:"dimension"`
			Rows []struct {
				Cells []struct {
					At    string    `xml:"r,attr"`
					Value *struct{} `xml:"v"`
					Text  *struct{} `xml:"is"`
					By    *struct{} `xml:"f"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
		}
		if err := xml.Unmarshal(text, &sheet); err != nil {
			t.Fatal(err)
		}
		columns, rows := 1, 1
		for _, row := range sheet.Rows {
			for _, cell := range row.Cells {
				if cell.Value == nil && cell.Text == nil && cell.By == nil {
					continue
				}
				column, line, err := excelize.CellNameToCoordinates(cell.At)
				if err != nil {
					t.Fatal(err)
				}
				columns, rows = max(columns, column), max(rows, line)
			}
		}
		last, err := excelize.CoordinatesToCellName(columns, rows)
		if err != nil {
			t.Fatal(err)
		}
		found[path.Base(member.Name)] = [2]string{sheet.Dimension.Ref, "A1:" + last}
	}
	return found
}

// TestCopiesStateHowFarTheyReach: programs that read row by row believe the extent a sheet states; A1 hides all the rest. An
// ordinary run marks the copies of two copies, a long run of all.
func TestCopiesStateHowFarTheyReach(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 7))
	sheets := clean(random)
	visits, _ := plant(random, sheets[4], 12)
	for name, c := range map[string]struct {
		format string
		whole  int64
	}{
		"text": {"csv", 0}, "titled text": {"titled.csv", 0}, "rows of objects": {"ndjson", 0}, "bundle": {"zip", 0}, "workbook": {"xlsx", 0}, "large text": {"csv", 30}, "large workbook": {"xlsx", 30},
	} {
		t.Run(name, func(t *testing.T) {
			d := town{t, t.TempDir()}
			in := t.TempDir()
			var paths []string
			for _, s := range sheets[:4] {
				paths = append(paths, s.write(t, in, "csv"))
			}
			d.run(append(paths, visits.write(t, in, c.format))...)
			at, err := d.mark(fmt.Sprintf("走访.%s", c.format), Options{Lang: "zh", WholeRows: c.whole})
			if err != nil {
				t.Fatal(err)
			}
			found := stated(t, at)
			if len(found) < 2 {
				t.Fatalf("the copy holds %d sheets", len(found))
			}
			for sheet, extents := range found {
				if extents[0] != extents[1] {
					t.Errorf("%s states %q, its cells reach %s", sheet, extents[0], extents[1])
				}
			}
			if name != "text" && name != "large workbook" && !trials.All() {
				return
			}
			again := town{t, d.dir} // and so does the copy of a copy
			again.run(at)
			if at, err = again.mark(Name(fmt.Sprintf("走访.%s", c.format), "zh"), Options{Lang: "zh"}); err != nil {
				t.Fatal(err)
			}
			for sheet, extents := range stated(t, at) {
				if extents[0] != extents[1] {
					t.Errorf("copy of the copy: %s states %q, its cells reach %s", sheet, extents[0], extents[1])
				}
			}
		})
	}
}
