// Package townmap keeps the town's own map: the outlines of its villages, as an administrator handed them in.
//
// A GeoJSON file enters; outlines leave, each with the names it goes by, simplified to what a page can show. The file is checked before
// it is kept: its size, that it is a list of features with valid polygons in degrees, and that every feature can be named. It stands in
// the town's folder as map.geojson, written aside and renamed, so that a crash leaves the old one. It refuses a file that it could not
// draw, and says which feature is to blame; it guesses no village from a name that is only alike.
package townmap
