// Package observe says what a server does while it does it: one log line a request, and numbers for Prometheus.
//
// Requests enter on their way to the site; a line of the log and the counters of /metrics leave. Both name a route by its
// pattern, never by the address that was asked for, and an account by its number: no name, no value of a query and no token
// can get into them. Counters are kept in memory alone, so a crash sets them to zero, which Prometheus expects. It refuses
// /metrics to whoever neither asks on the machine itself nor knows the token.
package observe
