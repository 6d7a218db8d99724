// Package web takes exports from HTTP and HTTPS addresses: files that lie there, and answers in pages.
//
// A Config with addresses and references to secrets enters; an Item per address leaves. A file is asked for with the
// ETag or Last-Modified date remembered from its last landing, and is offered only when the server has another one.
// A transfer that breaks goes on by Range where the server can, and is otherwise read again and compared. Pages are
// joined into one file: JSON records one a line, CSV rows under one header.
//
// Nothing is kept on disk, so nothing is at stake in a crash. It refuses secrets written into the configuration or an
// address, sends them to the configured host alone (never to where a redirect or a next link leads), and refuses
// redirects from https to http, pages that lead elsewhere or in a circle, web pages where a file was expected, and
// bodies whose end cannot be told from a broken connection.
package web
