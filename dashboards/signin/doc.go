// Package signin is the door of the server: who comes in, from where, as whom.
//
// Requests enter; those of somebody who has signed in go on to the site with the visitor in their context, others are led to the
// page for signing in. Its own pages leave: signing in and out, the first set-up, invitations, another password, and the way by
// an identity provider. Accounts and sessions are kept by package accounts, so after a crash people are still signed in. It
// refuses hosts that are not the server's own, requests from other sites, forwarded headers of whoever is not a named proxy,
// a set-up from another machine, too many tries from one address, and to lead anybody to another site after signing in.
package signin
