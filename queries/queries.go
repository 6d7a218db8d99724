package queries

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"
)

//go:embed staging intermediate marts checks macros.sql metrics.yaml behind.yaml
var files embed.FS

// ParameterTable and CutOffTable have one row each: the programme's limits, and the day the data are known as of. They are
// tables models read that are neither loaded nor modelled: whoever builds the models fills them. The day stands apart because
// it moves with every month.
const (
	ParameterTable = "staging.stg_parameters"
	CutOffTable    = "staging.stg_cut_off"
)

// Model is one SELECT and what its header says.
type Model struct {
	Name   string // schema.table
	Path   string // file, or that of the definitions the SQL is made from: metrics.yaml, data/contracts
	SQL    string
	Header Header
}

// Check is one SELECT that returns the rows which contradict its claim.
type Check struct {
	Name   string
	Path   string
	SQL    string
	Header Header
}

// Models returns every model: the files and the long table made from the measure definitions, in no particular order.
func Models() ([]Model, error) {
	models, err := parsed()
	return models.models, err
}

// Checks returns every check that stands in a file of its own.
func Checks() ([]Check, error) {
	models, err := parsed()
	return models.checks, err
}

// Macros returns the statements, one each, that models expect to have been run on the engine.
func Macros() []string {
	content, err := files.ReadFile("macros.sql")
	if err != nil {
		panic(err) // embedded
	}
	var body strings.Builder // comments first: they may hold a semicolon
	for line := range strings.Lines(string(content)) {
		if !strings.HasPrefix(line, "--") {
			body.WriteString(line)
		}
	}
	var statements []string
	for statement := range strings.SplitSeq(body.String(), ";") {
		if s := strings.TrimSpace(statement); s != "" {
			statements = append(statements, s)
		}
	}
	return statements
}

type catalogue struct {
	models []Model
	checks []Check
}

var parsed = sync.OnceValues(func() (catalogue, error) {
	var c catalogue
	for _, folder := range []string{"staging", "intermediate", "marts", "checks"} {
		entries, err := files.ReadDir(folder)
		if err != nil {
			return c, err
		}
		for _, entry := range entries {
			file := path.Join(folder, entry.Name())
			content, err := files.ReadFile(file)
			if err != nil {
				return c, err
			}
			parse := ParseHeader
			if folder == "checks" {
				parse = parseCheck
			}
			header, err := parse(string(content))
			if err != nil {
				return c, fmt.Errorf("%s: %w", file, err)
			}
			name := strings.TrimSuffix(entry.Name(), ".sql")
			if folder == "checks" {
				c.checks = append(c.checks, Check{Name: name, Path: file, SQL: string(content), Header: header})
			} else {
				c.models = append(c.models, Model{Name: folder + "." + name, Path: file, SQL: string(content), Header: header})
			}
		}
	}
	for _, make := range []func([]Model) (Model, error){sumsTables[0].sumsModel, sumsTables[1].sumsModel, toldModel, reachedModel, unknownModel, monthlyMeasuresModel, longModel, definitionModel,
		restatedSumsModel, restatedModel, arrivedModel, heldRowsModel, fileVillagesModel} {
		model, err := make(c.models)
		if err != nil {
			return c, err
		}
		c.models = append(c.models, model)
	}
	return c, nil
})
