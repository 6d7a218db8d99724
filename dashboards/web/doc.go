// Package web serves the pages over HTTP: routes, headers, sessions, downloads and a thin API.
//
// A snapshot to pin, the history of runs and the programme enter; answers leave. Every request pins one generation and
// releases it when the answer is made, so that a page never mixes two; an answer is made in memory before its first
// byte is sent, so that a failure halfway is a failure page and not half a page. Nothing is written to disk: after a
// crash visitors of the organisation office enter by their link again, and nothing else is lost. It refuses inline
// script and style and foreign hosts by its content policy, requests across origins that would change something, and
// it answers 404 where a page is not for the visitor's role.
package web
