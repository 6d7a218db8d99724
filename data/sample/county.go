package sample

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
)

// countyOffice keeps the files that several towns share: a platform above the towns exports one CSV file a month and
// export, and full lists must hold every town, or a later one would retire the earlier. Its files stay open while
// town after town adds its rows.
type countyOffice struct {
	dir   string
	files map[string]*countyFile
	order []string
}

type countyFile struct {
	f       *os.File
	w       *textWriter
	arrives minute
}

var countyStyle = style{format: csvFile, charset: "utf-8"}

// share appends the tables to the county's files.
func (o *mail) share(m month, arrives minute, parts []part) error {
	for _, p := range parts {
		name := "县平台_" + p.rows.export
		if p.rows.resent == p.rows.len() {
			name += "_更正"
		}
		if p.rows.at("visit_id") < 0 && p.rows.export == "visits" {
			name += "_无编号"
		}
		path := filepath.Join("inbox", m.String(), name+"_"+m.String()+".csv")
		file, ok := o.county.files[path]
		if !ok {
			f, err := create(filepath.Join(o.county.dir, path))
			if err != nil {
				return err
			}
			w, err := newTextWriter(f, planOf(countyStyle, p.rows))
			if err != nil {
				return errors.Join(err, f.Close())
			}
			file = &countyFile{f: f, w: w, arrives: arrives}
			o.county.files[path] = file
			o.county.order = append(o.county.order, path)
		}
		first, err := file.w.write(p.rows)
		if err != nil {
			return err
		}
		o.t.truth.delivered(PlantedFile{Path: filepath.ToSlash(path), Month: m.String(), Format: "csv"}, p.rows, first)
	}
	return nil
}

// close closes the files in the order they were opened.
func (c *countyOffice) close() error {
	var problems []error
	for _, path := range slices.Clone(c.order) {
		file := c.files[path]
		problems = append(problems, file.w.close(), file.f.Close(), finish(file.f.Name(), file.arrives))
	}
	return errors.Join(problems...)
}
