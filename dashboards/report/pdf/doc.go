// Package pdf writes a paper as PDF in the form of GB/T 9704-2012: to be read, printed and sent, and never to be changed.
//
// A document enters, in the order that package report gives it, with its pictures as vectors; a PDF leaves whose text can be selected
// and searched, in faces that are in the file. The same document gives the same bytes. Nothing is written but to the writer, so a
// crash costs nothing. It refuses a picture it cannot draw; a character that no face holds is printed as 〓 and named at the end.
package pdf
