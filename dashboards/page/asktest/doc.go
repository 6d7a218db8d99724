// Package asktest asks pages about the town of package pagetest, for the tests of the packages that build pages.
//
// An address enters, a request with an analyst as its visitor leaves. It refuses an address that no page has by
// failing the test. Nothing is written, so a crash costs nothing.
package asktest
