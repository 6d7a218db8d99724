// Package limit keeps one account or one address from taking what is there for all.
//
// A key enters with every try: an address, an account; how long to wait before the next try leaves, zero where this one counts.
// It keeps a bucket for each key in memory alone, so a crash forgets who has tried how often and nothing else. It refuses to
// grow without bound: beyond its most keys some other key is forgotten for each new one.
package limit
