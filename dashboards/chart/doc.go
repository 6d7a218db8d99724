// Package chart turns rows into chart options for ECharts, by the types of go-echarts: pure functions, numbers and
// labels in, one JSON document out.
//
// The document is escaped by encoding/json, so that it may stand in a data element of a page whatever a village is
// called; identifiers are given, so that the same rows give the same bytes. Nothing is written and nothing is kept,
// so a crash costs nothing. It refuses functions in options: what a chart prints is a template or the name of a
// formatter the page's script knows, and a chart that would need more is not drawn here.
package chart
