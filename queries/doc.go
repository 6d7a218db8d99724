// Package queries holds what hulian asks of its data: the SQL models, the checks on their results, and the definition
// of every measure, all embedded.
//
// Files enter at build time; parsed models, checks and definitions leave, as text and plain values. There is no I/O
// and no database here, so nothing is at stake in a crash. It refuses a model whose header is incomplete and a
// measure that names a column no model delivers; tests make both refusals.
//
// # Models
//
// A model is one file with one SELECT, under staging, intermediate or marts; its table is <folder>.<file name>. A
// check is one file with one SELECT under checks that returns the rows which contradict its claim. Both open with a
// comment that can be read by people and by ParseHeader:
//
//	header    = text { field } .
//	text      = line { line } .                       first lines: what one row is, in words
//	field     = "zh:" text                            of a check, which needs it: its text in Chinese
//	          | "grain:" names                        columns that name a row; checked for uniqueness
//	          | "kind:" ( "table" | "view" )          a table unless it says view
//	          | "sources:" tables                     every table read, schema.name; compared with the parsed SQL
//	          | "months:" months                 sources of whose rows those of one month make the rows of that month
//	          | "history:" pasts                 sources of whose rows those up to a month's end make the rows of that month
//	          | "standing:" tables                    sources of whose rows those that hold on a month's last day make the rows of that month
//	          | "severity:" ( "blocking" | "warning" )  of a check; blocking unless it says warning
//	          | "columns:" { column }                 every column of the result, in order
//	          | "checks:" { check } .
//	column    = name ":" text .                       indented
//	check     = [ "warning" ] ( "not_null" | "unique" ) ":" names .   indented
//	names     = name { "," name } .
//	months    = month { "," month } .
//	month     = table [ "." column ] .                the column that tells the month: month, else a date
//	pasts     = past { "," past } .
//	past      = month [ "within" name ] .             a limit of staging.stg_parameters: so many days before the month, no earlier row counts
//
// Every line of the header starts with "-- "; it ends at the first line that does not. A field's value may run on
// over following lines that are indented.
//
// A model that names months has a column month and is rebuilt month by month; of the sources it does not name there, any
// change rebuilds all of it.
// A table of versions (valid_from, valid_until) may be read for what holds on the month's last day alone, and the cut-off for
// that day where it lies before the month's end: standing names them.
//
// SQL is portable by rule: only what DuckDB and Trino both accept, with the same meaning. The few differences stand
// behind the macros of macros.sql. TestModelsArePortable holds the list of what is refused, with reasons.
//
// # Measures
//
// metrics.yaml defines every measure once: words, unit, direction, levels, and where its numbers come from. A measure
// that adds up names the columns of its numerator and denominator ("int_issues_by_due_month.on_time"; several joined
// by "+"); the long table is made from those definitions, summing each relation by level with grouping sets,
// so that a rate is always made from sums. A measure that does not add up (medians, inequality, correlation) names a
// model that delivers its rows: measure, level, unit_id, month, numerator, denominator, value. A measure has
// no rows, rather than zeros, where one of its source exports never came or one of the columns it cannot do without was
// never filled. Where its exports did not speak for a village and month, where no file of theirs gives a column it needs
// (given), in the month of the day by which it counts rows (dated), or where another month it looks at is not known (reach), it has a row with the reason and no numbers; see
// adr/0003.
//
// # Cases
//
// A case is one txtar file under testdata; a new one needs no Go. Its comment says what is shown. Its files, all but
// the questions optional:
//
//	cut_off                  the day the data is known as of; 2018-01-31 unless given
//	programme.yaml           the town's settings over the defaults
//	exports.visits.csv       rows of a table, columns by name; an empty cell is null; history.* and ops.* likewise.
//	                         _file is 1 unless given, the one file there is, received 2018-02-01
//	given.sql                rows too many to write out
//	NAME.sql and NAME.csv    a question asked after the models have run, and its answer
package queries
