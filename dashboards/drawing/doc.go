// Package drawing draws pictures where there is no browser: it reads back the SVG that a page would show, and draws that as PNG, or hands
// its marks to whoever draws vectors.
//
// The markup of package picture enters, its classes or colours included; marks leave, each an outline or a text with colours on white
// paper. What is drawn is thereby the picture of the screen and no second one. Nothing is written, so a crash costs nothing. It
// refuses an element, an attribute or a path that package picture does not write: what it cannot draw it does not leave out.
package drawing
