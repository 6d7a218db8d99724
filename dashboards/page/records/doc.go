// Package records holds the pages of the data: uploads, the meaning of columns, problems, deliveries, runs, accounts and the audit
// trail.
//
// A request enters, a view leaves. Nothing is written, so a crash costs nothing: forms are only drawn here, and received by package
// web. It refuses to show rows of a file to those who may not see them.
package records
