// Package schedule starts jobs by cron lines in the town's time zone.
//
// Named jobs with their cron lines enter; calls of the jobs, with a context and what started them, leave. Written are
// which jobs are paused (paused.json in the town's folder) and, for other processes, by which lines a server runs
// (serving.json, which counts only while its server holds a lock), both aside and renamed. After a crash or a
// downtime the next start is worked out anew from the clock, and starts that were missed since the last run on record
// are made up for by one. A failed job is tried again with growing waits as often as it may be. A job never overlaps
// itself, a panic is a failed job and not a dead server, and cancelling the context stops the clock, cancels what is
// running and waits for it. It refuses, at once and by name, lines that do not parse, lines that would never run
// (31 February), intervals under a minute, and lines with a time zone of their own.
package schedule
