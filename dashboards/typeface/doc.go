// Package typeface holds the two faces in which what leaves without a browser is set: Noto Serif SC, a Song, for running text and
// tables, and WenQuanYi Micro Hei, a Hei, for headings and pictures. Both hold Chinese and Latin in one TrueType file.
//
// Files enter at build time, compressed; faces leave, decompressed once. Nothing is written. It refuses to hide a character that no face
// holds: Missing names them, so that whoever sets a text can say so.
package typeface
