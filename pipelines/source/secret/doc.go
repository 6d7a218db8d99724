// Package secret keeps passwords, tokens and keys out of configuration files, logs and errors.
//
// A reference such as env:GRID_TOKEN or file:/etc/hulian/grid.token enters; a Value that prints as dots leaves, and only
// Reveal gives its text. It is read anew at every use, so a rotated secret needs no restart; nothing is written, so
// nothing is at stake in a crash. It refuses a secret written into the configuration itself, without repeating it.
package secret
