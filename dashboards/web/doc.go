// Package web serves the pages over HTTP: routes, headers, sessions, downloads and a thin API.
//
// A snapshot to pin, the history of runs and the programme enter; answers leave. Every request pins one generation and
// releases it when the answer is made, so that a page never mixes two; an answer is made in memory before its first
// byte is sent, so that a failure halfway is a failure page and not half a page. What
// the visitor does and is refused stands in the audit trail, so that after a crash it is known; nothing else is written.
// It refuses whoever the door (package signin) has not let in, inline script and style and foreign hosts by its content
// policy, and answers 404 where a page, a file or an action is not for the visitor's role and place.
package web
