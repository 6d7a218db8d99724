// Package warehouse is the only owner of DuckDB: it opens database files, gives one writer its transactions and
// readers their queries, and turns the engine's errors into typed ones.
//
// SQL text and Go values enter; pipelines.Table and typed errors leave. After a crash a file reopens with its last
// committed transaction, because every change goes through Transact. It refuses a path whose options the driver would
// lose, a file another process holds, and never hands the engine's handles to anybody.
package warehouse
