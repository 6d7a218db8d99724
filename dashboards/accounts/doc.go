// Package accounts keeps who may sign in: accounts with role and scope, passwords, one-time links, sessions.
//
// Names, passwords and tokens enter with the visitor who acts and the address he comes from; accounts leave, and links to hand
// over. Every change and its entry in the audit trail are one transaction, so after a crash both hold or neither. Passwords are
// kept as argon2id, tokens as hashes. It refuses changes by visitors who may not administer, a sign-in from an address that
// has tried a name wrongly too often, links that were used, and to leave a town without an administrator; it never says
// whether a name exists to whoever is not signed in.
package accounts
