package cli

import (
	"errors"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// queryAdvice says what helps against an error of a query that somebody typed. The engine's kinds of errors are text alone.
func queryAdvice(err error) string {
	said := err.Error()
	switch {
	case errors.Is(err, warehouse.ErrSeveral):
		return "one question a command"
	case errors.Is(err, warehouse.ErrNoQuestion):
		return "a query that only reads: what is published stays as it is"
	case errors.Is(err, warehouse.ErrTooMuch):
		return "ask for less, such as one month or one village, or for sums; whole tables lie as Parquet in the folder marts"
	case strings.Contains(said, "Parser Error: memory exhausted"), strings.Contains(said, "expression depth"):
		return "a query with fewer brackets and operators within each other"
	case errors.Is(err, pipelines.ErrMemory):
		return "--memory-limit with more, such as 2GB, or a query that reads fewer rows"
	case strings.Contains(said, "Catalog Error"):
		return `hulian query "show tables"`
	case strings.Contains(said, "Binder Error"):
		return `hulian query "describe TABLE" shows the columns of a table; hulian query "show tables" the tables`
	case strings.Contains(said, "Permission Error"):
		return "a query of the town's own tables: files and other databases are closed to it"
	case strings.Contains(said, "read-only mode"), strings.Contains(said, "configuration has been locked"):
		return "a query that only reads: what is published stays as it is"
	default:
		return "correct the query where the message says"
	}
}
