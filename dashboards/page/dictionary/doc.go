// Package dictionary holds the page of measures: what each means, its values, and where it stands between its limits.
//
// A request enters, a view leaves. Nothing is written, so a crash costs nothing. It refuses limits of a series that is too short.
package dictionary
