package load

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"hulian/pipelines"
)

// spool is where the decoded rows of one feed lie until the engine types them: a CSV in the dialect the engine reads
// fastest, each row with its feed, its physical number and its flaw. Handing rows to the engine one by one would cost
// more than all it does with them, and rows in a file take no memory.
type spool struct {
	path    string
	file    *os.File
	csv     *csv.Writer
	record  []string
	longest int // bytes of a line, at most
}

func newSpool(path string) (*spool, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &spool{path: path, file: file, csv: csv.NewWriter(file)}, nil
}

// row appends one row; the cells are not kept.
func (s *spool) row(feed int, no int64, flaw pipelines.Code, cells []string) error {
	s.record = append(append(s.record[:0], strconv.Itoa(feed), strconv.FormatInt(no, 10), string(flaw)), cells...)
	length := 0
	for _, cell := range s.record {
		length += 2*len(cell) + 3 // every character a doubled quote
	}
	s.longest = max(s.longest, length)
	return s.csv.Write(s.record)
}

func (s *spool) close() error {
	s.csv.Flush()
	return errors.Join(s.csv.Error(), s.file.Close())
}

// longestLine is what the engine reads without being told, in bytes.
const longestLine = 2 << 20

// spooled selects the rows of spools as the typed select wants them, without _limit.
func spooled(spools []*spool, inputs int) string {
	var paths []string
	line := longestLine
	for _, s := range spools {
		paths = append(paths, fileLiteral(s.path))
		line = max(line, s.longest)
	}
	columns := []string{"'_feed': 'bigint'", "'_row': 'bigint'", "'_flaw': 'varchar'"}
	for i := range inputs {
		columns = append(columns, fmt.Sprintf("'c%d': 'varchar'", i+1))
	}
	return fmt.Sprintf(`select * from read_csv([%s], auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', strict_mode = true,
		max_line_size = %d, buffer_size = %d, columns = {%s})`, strings.Join(paths, ", "), line, max(2*line, readAhead), strings.Join(columns, ", "))
}
