// Package database takes exports from PostgreSQL, and from MySQL and MariaDB, by queries.
//
// An address, a reference to a password and named queries enter; an Item per query leaves, whose content is the result
// as CSV in UTF-8: a header of the column names, values as the server writes them as text (numbers exact, days as
// 2018-01-31, yes and no as true and false), moments in the town's time zone, NULL as nothing. Rows are streamed.
//
// Every query runs in a read-only transaction of its own that sees one state of the database, and under the server's
// own time limit. No state is kept, so nothing is at stake in a crash. It refuses results that are no table, that name
// two columns alike, or whose text is no UTF-8, and it never writes to the database.
package database
