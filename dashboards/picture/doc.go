// Package picture draws components of package view as SVG: data in, markup out, the same bytes from the same data. Charts that a page
// leaves to ECharts it draws for paper, from what they were made of.
//
// A block of a view enters, with the width it is drawn at; an svg element leaves that needs no script, no style attribute and no other
// file. Its colours are classes, so that the style sheet gives them for light, dark and printed pages; Inlined writes them into
// the markup for programs that know no style sheet. There is no I/O and no state, so a crash costs nothing. It refuses a block that
// is no picture, and it never judges: what is unknown or stands on too little is drawn so, whatever tone it was given.
package picture
