// Package notify tells people what happened in runs: by webhook (WeCom, DingTalk, plain JSON) and by mail.
//
// Runs and channels enter; notices leave, each kept as one document in the folder notices of a town, written aside and
// renamed. Without channels nothing is written and nobody is told. A notice is named by its channel and by what happened,
// so that it is told once: the same failure again and again is one notice until a run has gone well in between. What
// cannot be sent is tried again with growing waits and given up after a day. A crash between sending and the record of
// it sends a notice again, with the same ID in it: twice told is better than never.
//
// It refuses addresses that hold a key and stand in the configuration, passwords over a connection in the clear, and
// redirects. Secrets are named as env:NAME or file:/path; no message, document or log shows them.
package notify
