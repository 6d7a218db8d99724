package analyze

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	exceptWords = regexp.MustCompile(`(?i)\b(without|except|excluding|not)\b`)
	listed      = regexp.MustCompile(`(\d+)(?:\s*(?:-|–|to|:|\.\.)\s*(\d+))?`)
	condition   = regexp.MustCompile(`^\s*([^=<>]+?)\s*==?\s*(.+?)\s*$`)
)

// baseline reads which rows limits are computed from: "rows 1-20", "1-20,25", "rows 1-30 without 15 and 23",
// "trial=1". What stands in brackets or after a semicolon is a remark. Rows count from 1 below the header.
func (c *Call) baseline() ([]bool, error) {
	text := c.options["baseline"]
	if text == "" || strings.EqualFold(text, "all") {
		return nil, nil
	}
	text, _, _ = strings.Cut(text, ";")
	text = regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(text, " ")
	marked := make([]bool, len(c.Frame.Rows))
	if m := condition.FindStringSubmatch(text); m != nil {
		column, ok := c.Frame.column(m[1])
		if !ok {
			return nil, c.Frame.unknownColumn(m[1], "baseline")
		}
		for i := range marked {
			marked[i] = same(c.Frame.Rows[i][column], m[2])
		}
		return c.someOf(marked)
	}
	taken, left := text, ""
	if at := exceptWords.FindStringIndex(text); at != nil {
		taken, left = text[:at[0]], text[at[1]:]
	}
	for _, part := range []struct {
		text string
		mark bool
	}{{taken, true}, {left, false}} {
		for _, m := range listed.FindAllStringSubmatch(part.text, -1) {
			from, _ := strconv.Atoi(m[1])
			to := from
			if m[2] != "" {
				to, _ = strconv.Atoi(m[2])
			}
			if from < 1 || to > len(marked) || to < from {
				return nil, c.wrongOption("baseline", m[0], fmt.Sprintf("within the %d rows of the file", len(marked)))
			}
			for i := from - 1; i < to; i++ {
				marked[i] = part.mark
			}
		}
	}
	if strings.TrimSpace(taken) == "" { // "without 4": all the others
		for i := range marked {
			marked[i] = true
		}
		for _, m := range listed.FindAllStringSubmatch(left, -1) {
			if i, _ := strconv.Atoi(m[1]); i >= 1 && i <= len(marked) {
				marked[i-1] = false
			}
		}
	}
	return c.someOf(marked)
}

// someOf refuses a baseline without any row.
func (c *Call) someOf(marked []bool) ([]bool, error) {
	if !slices.Contains(marked, true) {
		return nil, c.wrongOption("baseline", c.options["baseline"], `rows such as "rows 1-20 without 4", or a condition such as "trial=1"`)
	}
	return marked, nil
}
