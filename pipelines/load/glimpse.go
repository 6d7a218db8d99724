package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"

	"hulian/pipelines/load/decode"
)

// monthInText finds days and months as exports write them: 2018-02-01, 2018/2/1, 2018.02, 2018年2月1日.
var monthInText = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)[0-9]{2})(?:[-/.]|年)(0?[1-9]|1[0-2])(?:[^0-9]|$)`)

// glimpsedSize is how much of the beginning and of the end of a text is looked at.
const glimpsedSize = 1 << 20

// glimpse lists, in order, the months in which a file that could not be read seems to hold dates. It is a rough look, good
// enough to say which months are not to be closed without the file: every date counts, whatever column it stands in. Of a
// file whose tables could be cut into rows every row is looked at; of any other one the bytes as they lie there, which
// tells nothing of a workbook, and where it is large its beginning and its end, and what lies between them.
func glimpse(ctx context.Context, path string, opened *decode.File) ([]string, error) {
	found := map[string]bool{}
	if opened != nil {
		for _, t := range opened.Tables {
			err := decode.Rows(ctx, t.Body, func(row decode.Row) error {
				for _, cell := range row.Cells {
					glimpseMonths([]byte(cell.Text), found)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	if len(found) > 0 {
		return slices.Sorted(maps.Keys(found)), nil
	}
	between, err := glimpseText(path, found)
	months := slices.Sorted(maps.Keys(found))
	if between && len(months) > 1 {
		months = monthsBetween(months[0], months[len(months)-1])
	}
	return months, err
}

// glimpseText notes the months in the bytes of a file. between says that its middle was left out.
func glimpseText(path string, found map[string]bool) (between bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	starts := []int64{0}
	if info.Size() > glimpsedSize {
		starts = append(starts, max(glimpsedSize, info.Size()-glimpsedSize))
	}
	for _, start := range starts {
		part, err := io.ReadAll(io.NewSectionReader(file, start, glimpsedSize))
		if err != nil {
			return false, err
		}
		part = bytes.ReplaceAll(part, []byte{0}, nil) // UTF-16
		if !isText(part) {
			return false, nil
		}
		glimpseMonths(part, found)
	}
	return info.Size() > 2*glimpsedSize, nil
}

// isText reports whether bytes are text in some encoding: what pictures and packed files hold is a date by chance.
func isText(part []byte) bool {
	odd := 0
	for _, b := range part {
		if b < '\t' || b > '\r' && b < ' ' && b != 0x1a && b != 0x1b {
			odd++
		}
	}
	return odd*200 <= len(part)
}

func glimpseMonths(text []byte, found map[string]bool) {
	for len(text) >= len("2018-1") {
		at := monthInText.FindSubmatchIndex(text)
		if at == nil {
			return
		}
		no, err := strconv.Atoi(string(text[at[4]:at[5]]))
		if err == nil {
			found[fmt.Sprintf("%s-%02d", text[at[2]:at[3]], no)] = true
		}
		text = text[at[5]:] // what ends one date may begin the next
	}
}

// monthsBetween lists every month from one to another.
func monthsBetween(first, last string) (months []string) {
	day, err := time.Parse(month, first)
	for ; err == nil && day.Format(month) <= last; day = day.AddDate(0, 1, 0) {
		months = append(months, day.Format(month))
	}
	return months
}
