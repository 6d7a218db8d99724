// Package visitor says who asks and what he may: the one place of roles, permissions, scopes, masks and pseudonyms.
//
// An account's role and scope enter; pages, exports, the API and every method that reads or changes data ask, and yes or no, a
// name in full or masked, an ID or its pseudonym leaves. A Visitor is a plain value and nothing is written, so a crash costs nothing. It
// refuses by default: the zero Visitor, an unknown role and a place outside the scope may nothing.
package visitor
